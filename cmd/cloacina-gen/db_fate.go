package main

import (
	"fmt"
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// fate is what would become of a run.
type fate int

// The fates, in the order of the summary.
const (
	unaffected   fate = iota // goes on, and nothing is different for it
	changed                  // goes on, and something is
	freed                    // is blocked, and would go on
	blocked                  // would be blocked
	staysBlocked             // is blocked, and stays so
	damaged                  // cannot go on under any plan
	homeless                 // has a workflow that no package declares
	ambiguous                // has a workflow that two packages declare
	unknown                  // may have one that is not known because of errors
	fates
)

// verdict is the fate of a run with the reasons for it.
type verdict struct {
	fate fate
	// obstacles are why its plan does not fit.
	obstacles []engine.Obstacle
	// differences are what is different for it.
	differences []plan.Difference
	// reason is that of a run that is blocked by a violation, or damaged.
	reason string
}

// sameReasons returns a text that runs have in common which can be reported as
// one. Damage and violations are different for each run, so that those of the
// first stand for all.
func (v *verdict) sameReasons() string { return fmt.Sprint(v.obstacles, v.differences) }

// acceptable reports whether the run can go on in spite of the obstacles.
func (v *verdict) acceptable() bool {
	return !slices.ContainsFunc(v.obstacles, func(o engine.Obstacle) bool { return !o.Acceptable })
}

// judge says what would become of a run when its workflow is registered. It
// asks the engine, as the runtime does.
func (f *forecast) judge(r *store.OpenRun) verdict {
	if r.Damage != nil {
		return verdict{fate: damaged, reason: r.Damage.Error()}
	}
	w := f.workflows[r.Workflow]
	switch {
	case w == nil && f.failed:
		return verdict{fate: unknown}
	case w == nil:
		return verdict{fate: homeless}
	case w.twin != nil:
		return verdict{fate: ambiguous}
	case r.State.Status == engine.RunBlocked && r.Cause != store.BlockedByPlan:
		return verdict{fate: staysBlocked, reason: r.Reason}
	}
	return f.adopt(r, &w.Plan)
}

// adopt says what would become of a run under another plan of its workflow.
func (f *forecast) adopt(r *store.OpenRun, now *plan.Plan) verdict {
	was := r.State.Status
	adoption, obstacles := engine.Adopt(r.Plan, r.State, now, false)
	switch {
	case adoption == nil && obstacles[0].Kind == engine.StateBroken:
		return verdict{fate: damaged, reason: obstacles[0].String()}
	case adoption == nil && was == engine.RunBlocked:
		return verdict{fate: staysBlocked, obstacles: obstacles}
	case adoption == nil:
		return verdict{fate: blocked, obstacles: obstacles}
	}
	// What has the plan already must have been left by it as it stands.
	asLeft := was == engine.RunRunning && r.Plan.Fingerprint == now.Fingerprint
	if err := f.restore(adoption, asLeft); err != nil {
		return verdict{fate: damaged, reason: err.Error()}
	}
	v := verdict{fate: unaffected, differences: f.diff(r.Plan, adoption.Plan)}
	switch {
	case was == engine.RunBlocked:
		v.fate = freed
	case len(v.differences) > 0:
		v.fate = changed
	}
	return v
}

// restore makes an adopted run ready to be stepped, which fails if what is
// stored of it contradicts itself. The states of a blocked run are looked at as
// when it is unblocked.
func (f *forecast) restore(a *engine.Adoption, asLeft bool) error {
	g, ok := f.graphs[a.Plan.Fingerprint]
	if !ok {
		var err error
		if g, err = engine.Prepare(a.Plan, nil); err != nil {
			return err
		}
		f.graphs[a.Plan.Fingerprint] = g
	}
	a.Run.Status = engine.RunRunning
	if asLeft {
		return g.Restore(a.Run)
	}
	return g.RestoreAdopted(a.Run)
}

// diff compares two plans. What the run has behind it is the same in both.
func (f *forecast) diff(old, now *plan.Plan) []plan.Difference {
	key := diffKey{old.Fingerprint, now.Fingerprint}
	found, ok := f.diffs[key]
	if !ok {
		found = plan.Diff(old, now)
		f.diffs[key] = found
	}
	return found
}
