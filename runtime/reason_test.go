package cloacina

import (
	"testing"

	"github.com/cloacina-go/cloacina/internal/plan"
)

func TestSkipReason(t *testing.T) {
	t.Parallel()
	a, b, c := TaskSuccess(0), TaskFailed(1), ContextValue("score", GreaterThan, Int(80))
	const none = "trigger rule not satisfied"
	for _, test := range []struct {
		rule *RuleNode
		bits []bool
		want string
	}{
		{a, []bool{false}, none + `: task_success("a") is false`},
		{All(a, b, c), []bool{true, false, true}, none + `: task_failed("b") is false`},
		{All(a, b, c), []bool{true, false, false},
			none + `: task_failed("b") is false; context_value("score", greater_than, 80) is false`},
		{Any(a, b), []bool{false, false}, none + `: task_success("a") is false; task_failed("b") is false`},
		{None(a, b, c), []bool{false, true, false}, none + `: task_failed("b") is true`},
		{Not(c), []bool{true}, none + `: context_value("score", greater_than, 80) is true`},
		{Not(All(a, b)), []bool{true, true}, none + `: task_success("a") is true; task_failed("b") is true`},
		{All(Any(a, b), Not(c)), []bool{true, false, true},
			none + `: context_value("score", greater_than, 80) is true`},
		{Not(Any(a, All(b, c))), []bool{false, true, true},
			none + `: task_failed("b") is true; context_value("score", greater_than, 80) is true`},
		{Any(), nil, none},
	} {
		p := &plan.Plan{Tasks: []plan.Task{{ID: "a"}, {ID: "b"}, {ID: "c", Rule: plan.Rule{Tree: test.rule}}}}
		leaves := LeavesOf(test.bits...)
		if test.rule.Eval(leaves) {
			t.Errorf("%s is true", p.NodeText(test.rule))
		}
		if got := skipReason(p, 2, leaves); got != test.want {
			t.Errorf("%s: reason is %q, want %q", p.NodeText(test.rule), got, test.want)
		}
	}
}
