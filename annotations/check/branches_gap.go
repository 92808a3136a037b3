package check

import (
	"slices"
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// checkGap reports numbers between a branch for low numbers and one for high ones
// for which no branch runs.
func (o *outcomeCheck) checkGap(c *choice, all *cases) {
	low, high := c.end(-1), c.end(1)
	if low < 0 || high < 0 {
		return
	}
	gap := func(k int) bool { return all.isNumber(k) && !all.anyRuns(k) }
	if !all.some(gap) || o.toldTogether(c.branches[low].task, c.branches[high].task) {
		return
	}
	if facts, ok := c.facts(); ok && o.m.Verdict(facts...) == outcome.Possible {
		below, above := all.besideGap(gap, low, high)
		o.reportGap(c, c.branches[min(below, above)], c.branches[max(below, above)], o.exampleOf(c, all, facts, gap))
	}
}

// besideGap returns the branches on the two sides of the first gap: those whose
// numbers come before and after it. Where there is none, it is that of all low or of
// all high numbers.
func (all *cases) besideGap(gap func(k int) bool, low, high int) (below, above int) {
	first := 0
	for !gap(first) {
		first++
	}
	below, above = low, high
	for k := first; k >= 0 && all.from[k] == all.from[first] && all.isNumber(k); k-- {
		if i := all.branchOf(k); i >= 0 {
			below = i
			break
		}
	}
	for k := first; k < len(all.regions) && all.from[k] == all.from[first] && all.isNumber(k); k++ {
		if i := all.branchOf(k); i >= 0 {
			above = i
			break
		}
	}
	if below == above {
		return low, high // a hole in the numbers of one branch
	}
	return below, above
}

// branchOf is the first branch that runs in a case; -1 if none does.
func (all *cases) branchOf(k int) int {
	return slices.IndexFunc(all.runs, func(s bitSet) bool { return s.has(k) })
}

// end returns the first branch that takes all numbers at one end, the highest for
// 1 and the lowest for -1, but not those at the other; -1 if there is none.
func (c *choice) end(sign int) int {
	for i, b := range c.branches {
		if b.takes(sign) && !b.takes(-sign) {
			return i
		}
	}
	return -1
}

// takes reports whether the conditions of a branch hold for all numbers at one end.
func (b branch) takes(sign int) bool {
	for _, test := range b.tests {
		leaves := make(map[annotations.Rule]truth)
		for _, leaf := range leavesOf(test.rule) {
			leaves[leaf] = truthOf(atEnd(leaf.(*annotations.ContextValue), sign))
		}
		if judge(test.rule, leaves) != truthOf(!test.negated) {
			return false
		}
	}
	return true
}

// atEnd is the truth of a condition on a number beyond all literals.
func atEnd(v *annotations.ContextValue, sign int) bool {
	op, negated := positive(v.Op)
	holds := false
	switch op {
	case annotations.Exists:
		holds = true
	case annotations.GreaterThan, annotations.GreaterOrEqual:
		holds = sign > 0 && isNumberLiteral(v.Literals[0])
	case annotations.LessThan, annotations.LessOrEqual:
		holds = sign < 0 && isNumberLiteral(v.Literals[0])
	}
	return holds != negated
}

func isNumberLiteral(l annotations.Literal) bool { return formOfLiteral(l) == numberForm }

// facts say that the key is there, that all else that the branches ask for holds,
// and that none of them runs; false if that cannot be said with facts.
func (c *choice) facts() ([]outcome.Fact, bool) {
	first := c.branches[0]
	facts := []outcome.Fact{outcome.Present(first.task.index, annotations.Key{Text: c.key}.Base())}
	for _, clause := range first.rest {
		f, ok := clause.fact(first.task)
		if !ok {
			return nil, false
		}
		facts = append(facts, f)
	}
	for _, b := range c.branches {
		facts = append(facts, outcome.Skipped(b.task.index))
		for _, test := range b.tests {
			if f, ok := test.fact(b.task); ok && len(b.tests) == 1 {
				facts = append(facts, f.Not())
			}
		}
	}
	return facts, true
}

// toldTogether reports whether a rule provides for the case that neither of two
// tasks runs: it asks whether both were skipped.
func (o *outcomeCheck) toldTogether(a, b *task) bool {
	for _, t := range o.w.order {
		asked := make(map[string]bool)
		for _, c := range t.clauses() {
			if of, ok := c.rule.(*annotations.Outcome); ok && of.Want == annotations.Skipped && !c.negated {
				asked[of.ID.Text] = true
			}
		}
		if asked[a.id] && asked[b.id] {
			return true
		}
	}
	return false
}

func (o *outcomeCheck) reportGap(c *choice, a, b branch, e example) {
	f := found(annotations.CodeGap, b.span(),
		"neither %s nor %s runs when %s is %s", quoted(a.task), quoted(b.task), strconv.Quote(c.key), short(e.text))
	if len(c.branches) > 2 {
		f.Message += ", and no other branch does"
	}
	if e.fits {
		f.Fixes = c.opposite(a, b)
	}
	f.Table = o.w.caseTable(e.run)
	f.Related = []annotations.Related{
		related(a.span(), "the condition of %s", quoted(a.task)),
	}
	o.c.report(o.w, f)
}
