package check

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/annotations"
)

// drawRule draws a rule without shorthands, over a few tasks.
func drawRule(depth int) *rapid.Generator[annotations.Rule] {
	return rapid.Custom(func(t *rapid.T) annotations.Rule {
		kind := rapid.IntRange(0, 7).Draw(t, "kind")
		if depth == 0 || kind < 3 {
			id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id")
			return &annotations.Outcome{Want: annotations.Success, ID: annotations.Name{Text: id}}
		}
		if kind == 3 {
			return &annotations.Not{Rule: drawRule(depth-1).Draw(t, "rule")}
		}
		if kind == 4 {
			return &annotations.Always{}
		}
		rules := rapid.SliceOfN(drawRule(depth-1), 0, 3).Draw(t, "rules")
		switch kind {
		case 5:
			return &annotations.All{Rules: rules}
		case 6:
			return &annotations.Any{Rules: rules}
		}
		return &annotations.None{Rules: rules}
	})
}

// succeeded is a view in which the outcomes of a set of tasks are successes.
type succeeded map[string]bool

func (succeeded) Value(string) ([]byte, bool) { return nil, false }
func (s succeeded) Outcome(id string) annotations.TaskOutcome {
	if s[id] {
		return annotations.Success
	}
	return annotations.Failed
}

// all are all such views.
func all() []succeeded {
	var list []succeeded
	for i := range 8 {
		list = append(list, succeeded{"a": i&1 > 0, "b": i&2 > 0, "c": i&4 > 0})
	}
	return list
}

// TestClausesAreTheRule draws rules: one is true if and only if all its clauses
// are as they have to be, and their leaves are numbered as in the rule.
func TestClausesAreTheRule(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule := drawRule(3).Draw(t, "rule")
		var s clauseSplitter
		s.split(rule, false)
		leaves := leavesOf(rule)
		for _, view := range all() {
			together := true
			for _, c := range s.list {
				together = together && annotations.Eval(c.rule, view) != c.negated
			}
			if together != annotations.Eval(rule, view) {
				t.Fatalf("%s with %v: the clauses say %v", annotations.Format(rule), view, together)
			}
		}
		for _, c := range s.list {
			if got := fmt.Sprint(leavesOf(c.rule)); got != fmt.Sprint(leaves[c.first:c.first+c.count]) {
				t.Fatalf("the clause %s begins with leaf %d", c.text(), c.first)
			}
		}
	})
}

// TestJudgeIsTheReference draws rules and what is known of their leaves: what
// follows holds for every value of the others.
func TestJudgeIsTheReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule := drawRule(3).Draw(t, "rule")
		known := map[string]truth{}
		for _, id := range []string{"a", "b", "c"} {
			known[id] = rapid.SampledFrom([]truth{unknown, yes, no}).Draw(t, id)
		}
		values := make(map[annotations.Rule]truth)
		for _, leaf := range leavesOf(rule) {
			values[leaf] = known[leaf.(*annotations.Outcome).ID.Text]
		}
		verdict := judge(rule, values)
		for _, view := range all() {
			fits := true
			for id, v := range known {
				fits = fits && (v == unknown || v == truthOf(view[id]))
			}
			if fits && verdict != unknown && verdict != truthOf(annotations.Eval(rule, view)) {
				t.Fatalf("%s is judged %v with %v, but %v says otherwise", annotations.Format(rule), verdict, known, view)
			}
		}
	})
}
