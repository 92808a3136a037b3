package engine_test

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// adoptions is a simulation in which the program changes.
type adoptions struct {
	*simulation
	// drafts are the programs so far; the last is the one that runs now, and
	// registered its plan.
	drafts     []*draft
	registered *plan.Plan
	// under is the fingerprint of the plan that was registered when a task ended.
	under map[string]string
	// seen counts what happened.
	seen map[string]int
}

func newAdoptions(seed uint64, seen map[string]int) *adoptions {
	a := &adoptions{simulation: newSimulation(), under: map[string]string{}, seen: seen}
	a.reset(seed)
	a.drafts = []*draft{randomDraft(a.rng)}
	a.simulation.body = a.body
	return a
}

func (a *adoptions) simulate(seed uint64) (err error) {
	defer func() {
		if broken := brokenInvariant(recover()); broken != nil {
			err = broken
		}
	}()
	rng := a.rng
	a.registered = a.drafts[0].build()
	a.follow(a.registered)
	a.slots, a.limit = 1+rng.IntN(3), 2
	a.begin(seed, a.drafts[0].initial(a.plan), 0)
	a.live(rng.IntN(12))
	for range 1 + rng.IntN(4) {
		if a.run.Status == engine.RunRunning && rng.IntN(10) == 0 {
			a.step(engine.Event{Kind: engine.Block, Now: a.now})
		}
		if rng.IntN(4) == 0 {
			a.failAll()
		}
		if !a.run.Status.Ended() {
			a.deploy()
			a.live(rng.IntN(8))
		}
	}
	if !a.run.Status.Ended() && rng.IntN(20) == 0 {
		a.step(engine.Event{Kind: engine.Cancel, Now: a.now})
	}
	a.live(10_000)
	a.require(a.run.Status.Ended(), "the run does not end")
	a.deployAfterTheEnd()
	a.afterTheEnd()
	return nil
}

// follow lets the run go on under a plan.
func (a *adoptions) follow(p *plan.Plan) {
	k := learn(p)
	g, err := engine.Prepare(p, k.decide)
	a.require(err == nil, "the plan is not valid: %v", err)
	a.simulation.under(k, g)
}

func (a *adoptions) require(ok bool, format string, args ...any) {
	if !ok {
		a.fail(format, args...)
	}
}

// live lets some things happen.
func (a *adoptions) live(things int) {
	for n := 0; n < things && !a.run.Status.Ended(); n++ {
		a.act(n < 20 && a.rng.IntN(10) == 0)
		a.note()
	}
}

// failAll lets all running attempts fail, so that some tasks wait for a retry.
func (a *adoptions) failAll() {
	for i := range a.run.Tasks {
		if t := &a.run.Tasks[i]; a.run.Status == engine.RunRunning && t.Status == engine.TaskRunning {
			a.step(engine.Event{Kind: engine.Failed, Now: a.now, Task: i, Attempt: t.Attempt, Retryable: true})
			a.note()
		}
	}
}

// note notes which tasks have ended.
func (a *adoptions) note() {
	for i := range a.run.Tasks {
		if id := a.plan.Tasks[i].ID; a.run.Tasks[i].Status.Ended() && a.under[id] == "" {
			a.under[id] = a.registered.Fingerprint
		}
	}
}

// deploy lets another program go on with the run.
func (a *adoptions) deploy() {
	last := a.drafts[len(a.drafts)-1]
	next := last
	switch a.rng.IntN(12) {
	case 0:
		a.seen["the same"]++
	case 1:
		a.seen["back"]++
		next = a.drafts[a.rng.IntN(len(a.drafts))]
	default:
		next = last.edited()
	}
	now := next.build()
	r := a.journal.rebuild()
	a.countCells(r, next.edits)
	before := clone(r)
	adoption, obstacles := engine.Adopt(a.plan, r, now, false)
	for _, o := range obstacles {
		a.seen[o.Kind.String()]++
		a.require(o.Kind != engine.StateBroken && o.String() != "", "obstacle %v", o)
	}
	a.require((adoption == nil) == (len(obstacles) > 0), "adoption %v with obstacles %v", adoption, obstacles)
	a.checkObstacles(r, now, obstacles)
	if adoption == nil {
		a.seen["refused"]++
		adoption = a.accept(r, now, obstacles)
	}
	a.require(difference(before, r) == "", "the run was changed")
	if adoption == nil {
		a.simulation.note("not adopted: %v", obstacles)
		return
	}
	if a.traced {
		a.simulation.note("adopted %v, tasks %v: %v", obstacles, adoption.Tasks, plan.Diff(a.plan, adoption.Plan))
	}
	a.checkAdoption(r, now, adoption)
	a.checkContexts(r, adoption, obstacles)
	a.install(now, adoption)
	a.drafts = append(a.drafts, next)
	a.again()
}

// deployAfterTheEnd checks that another program changes nothing of a run that has ended.
func (a *adoptions) deployAfterTheEnd() {
	next := a.drafts[len(a.drafts)-1].edited()
	a.countCells(a.run, next.edits)
	adoption, obstacles := engine.Adopt(a.plan, a.run, next.build(), a.rng.IntN(2) == 0)
	a.require(adoption != nil && len(obstacles) == 0, "obstacles of an ended run: %v", obstacles)
	a.require(adoption.Plan == a.plan && !adoption.Changed && difference(a.run, adoption.Run) == "", "an ended run goes on under %+v", adoption)
}

// accept accepts the obstacles, if that is possible and somebody does.
func (a *adoptions) accept(r *engine.Run, now *plan.Plan, obstacles []engine.Obstacle) *engine.Adoption {
	adoption, same := engine.Adopt(a.plan, r, now, true)
	a.require(slices.Equal(same, obstacles), "obstacles %v, and accepted %v", obstacles, same)
	hopeless := slices.ContainsFunc(obstacles, func(o engine.Obstacle) bool { return !o.Acceptable })
	a.require((adoption == nil) == hopeless, "accepting %v gives %v", obstacles, adoption)
	switch {
	case hopeless:
		a.seen["hopeless"]++
		return nil
	case a.rng.IntN(3) == 0:
		return nil
	}
	a.seen["accepted"]++
	return adoption
}

// install does what a driver does with an adoption, in one transaction, and
// then tells of the attempts that the change of programs has cut off.
func (a *adoptions) install(now *plan.Plan, adoption *engine.Adoption) {
	a.seen["adopted"]++
	a.follow(adoption.Plan)
	a.registered, a.run = now, adoption.Run
	err := a.journal.replan(adoption.Plan, adoption.Tasks)
	a.require(err == nil, "journal: %v", err)
	err = a.graph.RestoreAdopted(a.run)
	a.require(err == nil, "restore: %v", err)
	e := engine.Event{Kind: engine.Replan, Now: a.now}
	if a.run.Status == engine.RunBlocked {
		e.Kind = engine.Unblock
		a.seen["unblocked"]++
	}
	cloneInto(a.before, a.run)
	decisions, err := a.graph.Step(a.run, e)
	a.applied(e, decisions)
	a.require(err == nil, "step: %v", err)
	a.checkStep(&e, decisions)
	a.commit(e, decisions)
	a.checkRestored()
	if len(decisions) > 0 {
		a.seen["decided by it"]++
	}
	a.note()
	for task := range a.run.Tasks {
		a.interrupt(task)
		a.note()
	}
}

// again adopts the registered plan once more, as every start of the program
// does. It is no change, and what comes of it serves as well.
func (a *adoptions) again() {
	if a.run.Status.Ended() {
		return
	}
	a.seen["again"]++
	r := a.restored()
	adoption, obstacles := engine.Adopt(a.plan, r, a.registered, false)
	a.require(len(obstacles) == 0, "obstacles to the same plan: %v", obstacles)
	if adoption.Changed || adoption.Plan.Fingerprint != a.plan.Fingerprint {
		a.fail("the same plan changes: %v", plan.Diff(a.plan, adoption.Plan))
	}
	for i, j := range adoption.Tasks {
		a.require(i == j, "the same plan renumbers: %v", adoption.Tasks)
	}
	before := a.run
	a.follow(adoption.Plan)
	err := a.graph.Restore(adoption.Run)
	a.require(err == nil, "restore: %v", err)
	diff := difference(before, adoption.Run)
	a.require(diff == "", "the run of the same plan is another: %s", diff)
	a.run, a.journal.plan = adoption.Run, adoption.Plan
}
