package oracle

import (
	"math"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// valuesSeen are values of every type that a key can have at a task; false if
// one of them is loose.
func (l *look) valuesSeen(task int, base string, comparisons []comparison) ([]string, bool) {
	var types []*domain.Type
	for i := range l.plan.Tasks {
		for n, w := range l.plan.Tasks[i].Writes {
			if w.Key == base && !w.OnlyDeletes() && l.runs.before(l.plan, i, task) {
				types = append(types, l.types.writes[i][n])
			}
		}
	}
	for i, in := range l.plan.Input {
		if in.Name == base {
			types = append(types, l.types.input[i])
		}
	}
	var s samples
	var values []string
	for _, t := range types {
		if isLoose(t) {
			return nil, false
		}
		values = append(values, s.of(t, comparisons)...)
	}
	return values, !s.cut
}

// comparisonOf is a condition of a rule.
func comparisonOf(leaf *annotations.ContextValue) comparison {
	c := comparison{path: leaf.Key.Path()}
	for word, op := range operators {
		if op == leaf.Op {
			for cmp := plan.CmpEquals; cmp <= plan.CmpNotIn; cmp++ {
				if cmp.String() == word {
					c.cmp = cmp
				}
			}
		}
	}
	for _, lit := range leaf.Literals {
		c.literals = append(c.literals, literalsOf(lit)...)
	}
	return c
}

// overlaps lists pairs of branches that both run in one run, while neither
// condition implies the other.
func overlaps(l *look) map[string]bool {
	is := make(map[string]bool)
	for i := range l.plan.Tasks { // what is said of others must be so at least
		for j := range i {
			for _, key := range randomKeysAndParts {
				if l.runs.ever(l.ran(i), l.ran(j)) {
					is[l.plan.Tasks[j].ID+" "+l.plan.Tasks[i].ID+" "+key] = false
				}
			}
		}
	}
	for _, group := range l.choices() {
		values, known := l.valuesOf(group)
		for j, second := range group {
			for _, first := range group[:j] {
				both, one, other := false, false, false
				for _, v := range values {
					x, y := first.takes(v), second.takes(v)
					both, one, other = both || x && y, one || x && !y, other || y && !x
				}
				if known && both && one && other && l.runs.ever(l.ran(first.task), l.ran(second.task)) {
					is[l.plan.Tasks[first.task].ID+" "+l.plan.Tasks[second.task].ID+" "+first.key] = true
				}
			}
		}
	}
	return is
}

// testTheSame reports whether the rules of two tasks compare the same key.
func (l *look) testTheSame(a, b int) bool {
	compared := make(map[string]bool)
	l.eachLeaf(a, func(leaf annotations.Rule, _ int, _ bool) {
		if v, ok := leaf.(*annotations.ContextValue); ok {
			compared[v.Key.Text] = true
		}
	})
	same := false
	l.eachLeaf(b, func(leaf annotations.Rule, _ int, _ bool) {
		v, ok := leaf.(*annotations.ContextValue)
		same = same || ok && compared[v.Key.Text]
	})
	return same
}

var randomKeysAndParts = func() []string {
	keys := slices.Clone(randomKeys)
	for _, key := range randomKeys {
		for _, path := range []string{"/0", "/1", "/a", "/b"} {
			keys = append(keys, "/"+key+path)
		}
	}
	return keys
}()

// gaps lists pairs of branches, one for low numbers and one for high ones, neither
// of which runs for some number though everything else that they ask for holds.
func gaps(l *look) map[string]bool {
	is := make(map[string]bool)
	for i := range l.plan.Tasks {
		for j := range i {
			for _, key := range randomKeysAndParts {
				base := annotations.Key{Text: key}.Base()
				if fact := outcome.Present(i, base); slices.Contains(l.runs.list, fact) &&
					l.runs.ever(l.runs.isNot(outcome.Ran(i)), l.runs.isNot(outcome.Ran(j)), l.runs.is(fact)) {
					is[l.plan.Tasks[j].ID+" "+l.plan.Tasks[i].ID+" "+key] = false
				}
			}
		}
	}
	for _, group := range l.choices() {
		low := slices.IndexFunc(group, func(b *branch) bool { return b.takes(b.end(lowest)) && !b.takes(b.end(highest)) })
		high := slices.IndexFunc(group, func(b *branch) bool { return b.takes(b.end(highest)) && !b.takes(b.end(lowest)) })
		if low < 0 || high < 0 || !l.leavesGap(group) {
			continue
		}
		is[l.nameOf(group)] = !l.asksForSkips()
	}
	return is
}

// nameOf names the branches of a choice.
func (l *look) nameOf(group []*branch) string {
	words := []string{"choice"}
	for _, b := range group {
		words = append(words, l.plan.Tasks[b.task].ID)
	}
	return strings.Join(append(words, group[0].key), " ")
}

// gapOf names what a finding says of two branches: that those of their choice leave a
// gap, or, where nothing is known of a choice, just these two.
func (l *look) gapOf(a, b, key string) string {
	for _, group := range l.choices() {
		has := func(id string) bool {
			return slices.ContainsFunc(group, func(b *branch) bool { return l.plan.Tasks[b.task].ID == id })
		}
		if group[0].key == key && has(a) && has(b) {
			return l.nameOf(group)
		}
	}
	return strings.Join([]string{a, b, key}, " ")
}

// leavesGap reports whether there are numbers that no branch takes, and a run in
// which the key is there and nothing but that keeps all of them from running.
func (l *look) leavesGap(group []*branch) bool {
	first := group[0]
	claims := []claim{l.runs.is(outcome.Present(first.task, annotations.Key{Text: first.key}.Base()))}
	for _, c := range first.rest {
		leaf, ok := l.clauseIs(first.task, c, true)
		if !ok {
			return false // which the checker does not look at
		}
		claims = append(claims, leaf)
	}
	for _, b := range group {
		claims = append(claims, l.runs.isNot(outcome.Ran(b.task)))
		if leaf, ok := l.clauseIs(b.task, b.tests[0], false); ok && len(b.tests) == 1 {
			claims = append(claims, leaf)
		}
	}
	values, known := l.valuesOf(group)
	number := comparison{
		path: annotations.Key{Text: first.key}.Path(), cmp: plan.CmpLessOrEqual,
		literals: []plan.Literal{{Kind: plan.LitFloat, Float: math.MaxFloat64}},
	}
	left := slices.ContainsFunc(values, func(v string) bool {
		taken := slices.ContainsFunc(group, func(b *branch) bool { return b.takes(v) })
		return number.holds(v) && !taken
	})
	return known && left && l.runs.ever(claims...)
}

// asksForSkips reports whether some rule asks for the skip of a task: then a gap
// may be what is meant.
func (l *look) asksForSkips() bool {
	for i := range l.plan.Tasks {
		for _, leaf := range l.plan.Tasks[i].Rule.Tree.Leaves() {
			if leaf.Op == plan.OpTaskSkipped {
				return true
			}
		}
	}
	return false
}
