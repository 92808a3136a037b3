package check

import (
	"slices"
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// checkMissing reports branches that cover all values of a key, of which none runs
// because the task that writes the key has completed without doing so.
func (o *outcomeCheck) checkMissing(c *choice, all *cases) {
	if len(all.regions) == 0 || all.some(func(k int) bool { return !all.anyRuns(k) }) || c.asksWhetherThere() {
		return
	}
	base := plan.BaseKey(c.key)
	n := slices.IndexFunc(c.writers, func(t *task) bool {
		field, _ := t.code.Out.omits(base) // which is reported where it stands
		return t.write(base).Optional && !t.write(base).OnlyDeletes() && field == nil
	})
	if n < 0 || o.toldOf(c) {
		return
	}
	facts, ok := c.facts()
	if !ok {
		return
	}
	facts[0] = facts[0].Not()
	facts = append(facts, outcome.Completed(c.writers[n].index))
	if o.m.Verdict(facts...) == outcome.Possible {
		o.reportMissing(c, c.writers[n], o.m.Find(facts...).Run)
	}
}

// asksWhetherThere reports whether a condition of the branches holds for a missing
// key, or asks for one.
func (c *choice) asksWhetherThere() bool {
	for _, b := range c.branches {
		for _, t := range b.tests {
			for _, leaf := range leavesOf(t.rule) {
				op, negated := positive(leaf.(*annotations.ContextValue).Op)
				if op == annotations.Exists || negated != t.negated {
					return true
				}
			}
		}
	}
	return false
}

// toldOf reports whether a rule provides for the case that no branch runs: that of
// another task asks whether the key exists, or for the skips of two of them.
func (o *outcomeCheck) toldOf(c *choice) bool {
	for _, t := range o.w.order {
		for _, leaf := range leavesOf(t.expanded()) {
			v, ok := leaf.(*annotations.ContextValue)
			if !ok || plan.BaseKey(v.Key.Text) != plan.BaseKey(c.key) {
				continue
			}
			if op, _ := positive(v.Op); op == annotations.Exists {
				return true
			}
		}
	}
	return o.toldTogether(c.branches[0].task, c.branches[1].task)
}

func (o *outcomeCheck) reportMissing(c *choice, writer *task, run *outcome.Run) {
	a, b := c.branches[0], c.branches[1]
	base := strconv.Quote(plan.BaseKey(c.key))
	f := found(annotations.CodeGap, b.span(),
		"neither %s nor %s runs when %s is missing", quoted(a.task), quoted(b.task), strconv.Quote(c.key))
	if len(c.branches) > 2 {
		f.Message += ", and no other branch does"
	}
	f.Message += "; " + quoted(writer) + " may complete without writing it"
	f.Table = o.w.caseTable(run)
	f.Related = []annotations.Related{
		related(a.span(), "the condition of %s", quoted(a.task)),
		related(writer.writePlace(plan.BaseKey(c.key)), "%s is written here, but not always", base),
	}
	o.c.report(o.w, f)
}
