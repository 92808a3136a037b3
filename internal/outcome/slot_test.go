package outcome_test

import (
	"testing"

	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// A blank in the name of a member is no end of the path: `/k/a 1` in 2 is another
// condition than `/k/a` in 1, 2.
func TestPathsWithBlanksAreTold(t *testing.T) {
	t.Parallel()
	in := func(key string, literals ...plan.Literal) *plan.Node {
		return &plan.Node{Op: plan.OpValue, Key: key, Cmp: plan.CmpIn, Literals: literals}
	}
	p := &plan.Plan{Tasks: []plan.Task{
		{ID: "a", Writes: []plan.Write{{Key: "k"}}},
		{ID: "b", DependsOn: []int{0}, Rule: plan.Rule{Tree: all(
			in("/k/a", number(1), number(2)),
			&plan.Node{Op: plan.OpNot, Args: []*plan.Node{in("/k/a 1", number(2))}},
		)}},
	}}
	typ := &domain.Type{Kinds: domain.Object, Len: -1, Elem: integer()}
	m := outcome.New(p, outcome.Types{Writes: [][]*domain.Type{{typ}, nil}})
	if got := m.Verdict(outcome.Ran(1)); got != outcome.Possible {
		t.Errorf("got %d, want a run", got)
	}
}
