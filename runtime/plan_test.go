package cloacina

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/plan"
)

func TestRuleConstructors(t *testing.T) {
	t.Parallel()
	got := All(
		Any(TaskSuccess(1), TaskFailed(2), TaskSkipped(3)),
		None(),
		Not(ContextValue("/a/b", In, Nil(), Bool(true), Int(-1), Uint(1<<63), Float(0.5), String("s"))),
	)
	want := &plan.Node{Op: plan.OpAll, Args: []*plan.Node{
		{Op: plan.OpAny, Args: []*plan.Node{
			{Op: plan.OpTaskSuccess, Task: 1}, {Op: plan.OpTaskFailed, Task: 2}, {Op: plan.OpTaskSkipped, Task: 3},
		}},
		{Op: plan.OpNone},
		{Op: plan.OpNot, Args: []*plan.Node{{Op: plan.OpValue, Key: "/a/b", Cmp: plan.CmpIn, Literals: []plan.Literal{
			{Kind: plan.LitNil}, {Kind: plan.LitBool, Bool: true}, {Kind: plan.LitInt, Int: -1},
			{Kind: plan.LitUint, Uint: 1 << 63}, {Kind: plan.LitFloat, Float: 0.5}, {Kind: plan.LitString, String: "s"},
		}}}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLeavesOf(t *testing.T) {
	t.Parallel()
	l := LeavesOf(true, false, true)
	if !l.Bit(0) || l.Bit(1) || !l.Bit(2) || l.Bit(3) {
		t.Errorf("got %v", l)
	}
}
