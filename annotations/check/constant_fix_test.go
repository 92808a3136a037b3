package check

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/annotations"
)

// TestFoldKeepsTheMeaning draws rules and takes a part of known value out: where
// the part has that value, the rest means the same.
func TestFoldKeepsTheMeaning(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule := drawRule(3).Filter(func(r annotations.Rule) bool { return len(leavesOf(r)) > 0 }).Draw(t, "rule")
		leaves := leavesOf(rule)
		part := leaves[rapid.IntRange(0, len(leaves)-1).Draw(t, "part")]
		value := rapid.SampledFrom([]truth{yes, no}).Draw(t, "value")
		rest, constant := fold(rule, part, value)
		for _, view := range all() {
			if truthOf(annotations.Eval(part, view)) != value {
				continue
			}
			want := truthOf(annotations.Eval(rule, view))
			if constant != unknown && constant != want || constant == unknown && truthOf(annotations.Eval(rest, view)) != want {
				t.Fatalf("%s without %s, which is %v, becomes %v %s", annotations.Format(rule), annotations.Format(part),
					value, constant, annotations.Format(rest))
			}
		}
		if constant == unknown && contains(rest, part) {
			t.Fatalf("%s still contains the part", annotations.Format(rest))
		}
	})
}

func contains(rule, part annotations.Rule) bool {
	found := false
	walk(rule, func(r annotations.Rule) { found = found || r == part })
	return found
}
