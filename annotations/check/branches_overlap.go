package check

import (
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// maxOverlaps is how many overlaps of one choice are reported.
const maxOverlaps = 8

// checkOverlaps reports pairs of branches that both run for some values, while
// neither condition implies the other.
func (o *outcomeCheck) checkOverlaps(c *choice, all *cases) {
	reported := 0
	for j := range c.branches {
		for i := range j {
			if !all.overlap(i, j) {
				continue
			}
			a, b := c.branches[i], c.branches[j]
			facts := []outcome.Fact{outcome.Ran(a.task.index), outcome.Ran(b.task.index)}
			if o.m.Verdict(facts...) != outcome.Possible {
				continue
			}
			both := func(k int) bool { return all.runs[i].has(k) && all.runs[j].has(k) }
			o.reportOverlap(c, a, b, o.exampleOf(c, all, facts, both))
			if reported++; reported == maxOverlaps {
				return
			}
		}
	}
}

// overlap reports whether two branches share a case, and each has one of its own.
func (all *cases) overlap(i, j int) bool {
	both, first, second := false, false, false
	for k, a := range all.runs[i] {
		b := all.runs[j][k]
		both, first, second = both || a&b != 0, first || a&^b != 0, second || b&^a != 0
	}
	return both && first && second
}

func (o *outcomeCheck) reportOverlap(c *choice, a, b branch, e example) {
	if o.w.overlapping == nil {
		o.w.overlapping = make(map[pair]bool)
	}
	o.w.overlapping[pairOf(a.task, b.task)] = true
	f := found(annotations.CodeOverlap, b.span(),
		"%s and %s both run when %s is %s", quoted(a.task), quoted(b.task), strconv.Quote(c.key), short(e.text))
	f.Fixes = c.opposite(a, b)
	f.Table = o.w.caseTable(e.run)
	f.Related = []annotations.Related{
		related(a.span(), "the condition of %s", quoted(a.task)),
	}
	o.c.report(o.w, f)
}

// opposite is the fix that makes the condition of a branch the opposite of that of
// another one, if both are orders and there is no third that might then be wrong.
func (c *choice) opposite(a, b branch) []annotations.Fix {
	first, second := a.order(), b.order()
	if len(c.branches) > 2 || first == nil || second == nil || !b.task.decl.TriggerRules.Set {
		return nil
	}
	changed := *second
	changed.Op, changed.Literals = negations[first.Op], first.Literals
	text := annotations.Format(&changed)
	return []annotations.Fix{replace(second.Span(), text, "change it to %s", short(text))}
}

var negations = map[annotations.Operator]annotations.Operator{
	annotations.GreaterThan:    annotations.LessOrEqual,
	annotations.LessOrEqual:    annotations.GreaterThan,
	annotations.LessThan:       annotations.GreaterOrEqual,
	annotations.GreaterOrEqual: annotations.LessThan,
}

// order is the only condition of a branch on the key, if it is an order.
func (b branch) order() *annotations.ContextValue {
	if len(b.tests) != 1 || b.tests[0].negated {
		return nil
	}
	v, ok := b.tests[0].rule.(*annotations.ContextValue)
	if !ok || negations[v.Op] == 0 {
		return nil
	}
	return v
}
