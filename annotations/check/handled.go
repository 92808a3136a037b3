package check

import (
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// checkPolicies looks at failures, retries and time.
func (c *checker) checkPolicies(w *workflow) {
	c.checkIdle(w)
	c.checkDurations(w)
	c.checkHandled(w)
	c.checkSilentEnds(w)
}

// checkHandled looks at what becomes of failures that rules provide for.
func (c *checker) checkHandled(w *workflow) {
	asked := w.failuresAsked()
	if len(asked) == 0 {
		return
	}
	c.checkFallbacks(w, asked)
	c.checkUnseen(w, asked)
}

// checkFallbacks points at tasks whose failure fails the run although another
// task stands in for them. Where the annotation says allow_failure=false the
// run is meant to fail.
func (c *checker) checkFallbacks(w *workflow, asked []failureAsked) {
	reported := make(map[*task]bool)
	eithers := w.eithers()
	for _, a := range asked {
		if reported[a.of] || a.of.policy.AllowFailure.Set || !a.of.replacedBy(a.by, eithers) {
			continue
		}
		if w.model().Verdict(outcome.Failed(a.of.index), outcome.Completed(a.by.index)) == outcome.Impossible {
			continue
		}
		reported[a.of] = true
		f := found(annotations.CodeFallbackFailsRun, a.of.decl.Target,
			"when task %q fails the run fails, even if %q completes in its place; add allow_failure",
			a.of.id, a.by.id)
		f.Related = []annotations.Related{related(a.span, "%q stands in for it by this rule", a.by.id)}
		f.Fixes = []annotations.Fix{addLine(a.of.decl.Span, "//cloacina:task allow_failure", "let the run go on")}
		c.report(w, f)
	}
}

// pair is two tasks, in the order of the plan.
type pair struct{ first, second *task }

func pairOf(a, b *task) pair {
	if b.index < a.index {
		return pair{b, a}
	}
	return pair{a, b}
}

// eithers are the pairs of tasks of which some rule takes the success of either.
func (w *workflow) eithers() map[pair]bool {
	pairs := make(map[pair]bool)
	for _, t := range w.order {
		walk(t.expanded(), func(n annotations.Rule) {
			any, ok := n.(*annotations.Any)
			if !ok {
				return
			}
			var tasks []*task
			for _, r := range any.Rules {
				o, ok := r.(*annotations.Outcome)
				if !ok || o.Want != annotations.Success || len(tasks) == maxEithers {
					continue
				}
				tasks = append(tasks, w.byID[o.ID.Text])
			}
			for i, a := range tasks {
				for _, b := range tasks[:i] {
					pairs[pairOf(a, b)] = true
				}
			}
		})
	}
	return pairs
}

// maxEithers bounds the alternatives of one rule that are paired with each other.
const maxEithers = 32

// replacedBy reports whether a task stands in for t: it writes a key that t
// writes, or a rule takes either.
func (t *task) replacedBy(other *task, eithers map[pair]bool) bool {
	if eithers[pairOf(t, other)] {
		return true
	}
	return slices.ContainsFunc(t.writes, func(write plan.Write) bool {
		return slices.ContainsFunc(other.writes, func(o plan.Write) bool { return o.Key == write.Key })
	})
}

// maxHandlings bounds the pairs of a task and a handler behind it that are looked
// at. In a workflow with more of them nothing is said of the rest.
const maxHandlings = 100_000

// checkUnseen points at handlers that stand behind a task and yet do not run
// when it fails. One finding per handler lists all such tasks. A task that the
// rule of a handler names is left alone: what it asks of it is meant. A rule that
// asks for the failure of one task is no handler but what follows from that one.
func (c *checker) checkUnseen(w *workflow, asked []failureAsked) {
	left := make(map[*task]bool)
	for _, a := range asked {
		left[a.of] = true
	}
	var handlers []failureAsked
	behind := make(map[*task][]*task) // the handlers behind a task
	count, asks := 0, make(map[*task]int)
	for _, a := range asked {
		asks[a.by]++
	}
	for _, h := range firstOfEach(asked) {
		if w.inert[h.by] || h.shorthand == nil && asks[h.by] == 1 {
			continue // it never runs, whatever it asks for, or asks for one failure
		}
		before := ancestorsOf(h.by)
		if count += len(before); count > maxHandlings {
			break
		}
		handlers = append(handlers, h)
		for _, t := range before {
			behind[t] = append(behind[t], h.by)
		}
		for _, o := range outcomes(h.by.expanded()) {
			left[w.byID[o.ID.Text]] = true
		}
	}
	unseen := make(map[*task][]*task) // by the first handler
	for _, t := range w.order {
		by := behind[t]
		if len(by) > 0 && !left[t] && !t.policy.AllowFailure.V && !t.policy.OnFailure.Set && !w.seen(t, by) {
			unseen[by[0]] = append(unseen[by[0]], t)
		}
	}
	for _, h := range handlers {
		if len(unseen[h.by]) > 0 {
			c.reportUnseen(h, unseen[h.by])
		}
	}
}

// ancestorsOf lists the tasks that come before a task, in no order.
func ancestorsOf(tasks ...*task) []*task {
	var list []*task
	seen := make(map[*task]bool)
	todo := slices.Clone(tasks)
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, d := range t.deps {
			if !seen[d] {
				seen[d] = true
				list = append(list, d)
				todo = append(todo, d)
			}
		}
	}
	return list
}

// firstOfEach keeps the first place of each task that asks.
func firstOfEach(asked []failureAsked) []failureAsked {
	return slices.CompactFunc(slices.Clone(asked), func(a, b failureAsked) bool { return a.by == b.by })
}

// seen reports whether some handler behind a task may run when it fails.
func (w *workflow) seen(t *task, handlers []*task) bool {
	return slices.ContainsFunc(handlers, func(h *task) bool {
		return w.model().Verdict(outcome.Failed(t.index), outcome.Ran(h.index)) != outcome.Impossible
	})
}

// reportUnseen reports a handler with the tasks whose failure it does not see.
func (c *checker) reportUnseen(h failureAsked, unseen []*task) {
	t := unseen[0]
	w := h.by.flow
	run := w.model().Find(outcome.Failed(t.index), outcome.Skipped(h.by.index)).Run
	if run == nil {
		return // it never fails, for it never runs
	}
	f := found(annotations.CodeUnhandledFailure, h.span,
		"this rule asks for failures, but task %q does not run when %q fails: what lies between is skipped, "+
			"not failed; ask for it, too",
		h.by.id, t.id)
	f.Table = w.caseTable(run)
	for _, other := range unseen[:min(len(unseen), maxListed)] {
		f.Related = append(f.Related, related(other.decl.Target, "a failure of %q is not seen", other.id))
	}
	f.Fixes = c.fixUnseen(h, unseen)
	c.report(w, f)
}

// fixUnseen lets a handler with one_failed wait for the tasks as well, which it
// then counts.
func (c *checker) fixUnseen(h failureAsked, unseen []*task) []annotations.Fix {
	rule := h.by.policy.TriggerRules.V
	if h.shorthand == nil || h.shorthand != rule || h.shorthand.Kind != annotations.OneFailed || h.by.star {
		return nil
	}
	return []annotations.Fix{addDependencies(h.by, unseen)}
}
