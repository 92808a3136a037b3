package check

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// maxFailures bounds the tasks whose failure is tried out.
const maxFailures = 64

// arrivals finds out whether the value of one giver can be what a task reads:
// its writer has succeeded, no later one has replaced the value, and the reader
// runs.
type arrivals struct {
	w      *workflow
	reader *task
	// givers are all that the key can come from; nth is the one asked about.
	givers []giver
	nth    int
}

// can reports whether the value may arrive, as far as rules tell; it is false
// only if it never does.
func (a arrivals) can() bool {
	sets := make([]possible, a.reader.index)
	for i, t := range a.w.order[:a.reader.index] {
		sets[i] = canSucceed | canFail | canSkip
		if t == a.givers[a.nth].task {
			sets[i] = canSucceed
		}
		switch verdict := verdictOf(t, sets); {
		case verdict == no && t == a.givers[a.nth].task:
			return false
		case verdict == no:
			sets[i] = canSkip
		case verdict == yes:
			sets[i] &^= canSkip
		}
	}
	return verdictOf(a.reader, sets) != no
}

// does reports whether the value arrives for certain in some run: one in which
// nothing fails, or only a task whose failure the workflow provides for. A run
// that fails anyway does not count.
func (a arrivals) does() bool {
	if a.doesAfter(nil) {
		return true
	}
	failing := a.w.handled()
	for _, t := range failing[:min(len(failing), maxFailures)] {
		if t.index < a.reader.index && a.doesAfter(t) {
			return true
		}
	}
	return false
}

// doesAfter is for the run in which just one task fails, or none. Values that
// rules test are free, but only where nothing else depends on the choice.
func (a arrivals) doesAfter(failed *task) bool {
	sets := make([]possible, a.reader.index)
	tested := false // the writer's rule tests a value
	for i, t := range a.w.order[:a.reader.index] {
		verdict := verdictOf(t, sets)
		switch {
		case t == a.givers[a.nth].task:
			if verdict == no || t == failed {
				return false
			}
			tested = verdict == unknown
			sets[i] = canSucceed
		case t != failed && a.replaces(t):
			// Whether a value that makes the one rule true makes the other
			// false is not known.
			if verdict == yes || verdict == unknown && (tested || !settled(t, sets)) {
				return false
			}
			sets[i] = canSkip
		default:
			sets[i] = outcomesOf(verdict, t == failed)
		}
	}
	return verdictOf(a.reader, sets) == yes
}

// replaces reports whether a task always overwrites the value when it succeeds.
func (a arrivals) replaces(t *task) bool {
	return slices.ContainsFunc(a.givers[a.nth+1:], func(g giver) bool { return g.task == t && g.always })
}

// outcomesOf are the outcomes of a task with that verdict.
func outcomesOf(verdict truth, failed bool) possible {
	ran := canSucceed
	if failed {
		ran = canFail
	}
	switch verdict {
	case yes:
		return ran
	case no:
		return canSkip
	}
	return ran | canSkip
}

// verdictOf judges the rule of a task.
func verdictOf(t *task, sets []possible) truth {
	if t.rule.Tree == nil {
		return yes
	}
	return judge(t.rule.Tree, sets)
}

// settled reports whether only values decide the rule of a task.
func settled(t *task, sets []possible) bool {
	for _, leaf := range t.rule.Tree.Leaves() {
		if leaf.Op == plan.OpValue {
			continue
		}
		if s := sets[leaf.Task]; s&(s-1) != 0 {
			return false
		}
	}
	return true
}

// handled lists the tasks whose failure does not end everything: it is allowed,
// or a rule asks for it.
func (w *workflow) handled() []*task {
	asked := make([]bool, len(w.order))
	for _, t := range w.order {
		if t.rule.Tree == nil {
			continue
		}
		for _, leaf := range t.rule.Tree.Leaves() {
			if leaf.Op == plan.OpTaskFailed {
				asked[leaf.Task] = true
			}
		}
	}
	var list []*task
	for i, t := range w.order {
		if asked[i] || t.policy.AllowFailure.V {
			list = append(list, t)
		}
	}
	return list
}
