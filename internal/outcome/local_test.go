package outcome_test

import (
	"testing"

	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// Of a workflow in which one task alone may not fail, "the run completes" is the same
// as that task's being lucky: an input, with nothing below it. The search has to find
// that out even where it begins with a run in which that task fails.
func TestTheRunRestsOnOneInput(t *testing.T) {
	t.Parallel()
	number := &domain.Type{Kinds: domain.Number, Len: -1}
	value := func(cmp plan.Cmp, literals ...plan.Literal) *plan.Node {
		return &plan.Node{Op: plan.OpValue, Key: "k", Cmp: cmp, Literals: literals}
	}
	p := &plan.Plan{
		Name: "w", InputDeclared: true, Input: []plan.Input{{Name: "k", Optional: true, Default: "-1e300"}},
		Tasks: []plan.Task{
			{ID: "open", AllowFailure: true, Open: true, Rule: plan.Rule{
				Tree: value(plan.CmpLessThan, plan.Literal{Kind: plan.LitInt, Int: 79}), Reads: []plan.Read{{Key: "k"}}}},
			{ID: "writer", AllowFailure: true, DependsOn: []int{0}, Writes: []plan.Write{{Key: "k"}}},
			{ID: "reader", AllowFailure: true, DependsOn: []int{1}, Rule: plan.Rule{
				Tree: value(plan.CmpExists), Reads: []plan.Read{{Key: "k", Walk: true}}}},
			{ID: "strict"},
		},
	}
	m := outcome.New(p, outcome.Types{Writes: [][]*domain.Type{nil, {number}, nil, nil}, Input: []*domain.Type{number}})
	facts := []outcome.Fact{outcome.Present(2, "k"), outcome.RunCompleted()}
	for task := range p.Tasks {
		facts = append(facts, outcome.Ran(task), outcome.Completed(task), outcome.Failed(task))
	}
	for _, f := range facts {
		facts = append(facts, f.Not())
	}
	for _, a := range facts {
		for _, b := range facts {
			for _, c := range facts {
				if m.Find(a, b, c).Verdict == outcome.Unknown {
					t.Fatalf("no answer to %+v %+v %+v", a, b, c)
				}
			}
		}
	}
}
