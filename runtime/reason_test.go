package cloacina

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
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
		if got := skipReason(p, 2, leaves, nil); got != test.want {
			t.Errorf("%s: reason is %q, want %q", p.NodeText(test.rule), got, test.want)
		}
	}
}

// A condition on a key that has no value says so, wherever the reason is read.
func TestReasonsNameMissingKeys(t *testing.T) {
	t.Parallel()
	rule := All(
		ContextValue("gone", GreaterThan, Int(80)), ContextValue("there", LessThan, Int(1)),
		ContextValue("/there/deep", Equals, Int(1)), ContextValue("null", Equals, Int(1)), ContextValue("none", Exists),
		Not(ContextValue("gone", NotEquals, Int(1))))
	const want = `trigger rule not satisfied: context_value("gone", greater_than, 80) is false (the key is missing); ` +
		`context_value("there", less_than, 1) is false; ` +
		`context_value("/there/deep", equals, 1) is false (the key is missing); ` +
		`context_value("null", equals, 1) is false; context_value("none", exists) is false; ` +
		`context_value("gone", not_equals, 1) is true (the key is missing)`
	onEveryStore(t, func(t *testing.T, p place) {
		var told string
		w := flow("w",
			dynamic("a", func(_ context.Context, c *Context) error {
				return errors.Join(c.Delete("gone"), c.Set("there", 5), c.Set("null", nil))
			}),
			plain("b", nothing, 0).when(rule, func(v *View) (bool, Leaves) {
				gone, there, deep, null, none := v.Value(0), v.Value(1), v.Value(2), v.Value(3), v.Value(4)
				return false, LeavesOf(gone.CompareInt(80).Greater(), there.CompareInt(1).Less(), deep.CompareInt(1).Equal(),
					null.CompareInt(1).Equal(), none.Exists(), gone.CompareInt(1).NotEqual())
			}, PlanRead{Key: "gone", Walk: true}, PlanRead{Key: "there", Walk: true},
				PlanRead{Key: "/there/deep", Walk: true}, PlanRead{Key: "null", Walk: true}, PlanRead{Key: "none", Walk: true}),
			dynamic("c", func(ctx context.Context, c *Context) error {
				o, err := TaskFrom(ctx).Outcome("b")
				told = o.Reason
				return errors.Join(err, c.Set("gone", 90), c.Set("none", 1)) // which changes nothing of what b saw
			}, 1))
		var buf bytes.Buffer
		p.cfg.Handler = slog.NewTextHandler(&buf, nil)
		r := p.open(t, w)
		run, err := r.Start(t.Context(), "w", Values{"gone": 100}, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		result, err := run.Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		shutdown(t, r)
		if result.Tasks[1].Reason != want || told != want {
			t.Errorf("the result says %s\nthe task was told %s", result.Tasks[1].Reason, told)
		}
		if !strings.Contains(buf.String(), strconv.Quote(want)) {
			t.Errorf("log is %s", buf.String())
		}
		r = p.open(t) // without the workflow
		defer shutdown(t, r)
		if d, err := r.Run(t.Context(), "x"); err != nil || d.Tasks[1].Reason != want {
			t.Errorf("%v, the detail says %s", err, d.Tasks[1].Reason)
		}
		if result, err = r.Wait(t.Context(), "x"); err != nil || result.Tasks[1].Reason != want {
			t.Errorf("%v, the result read again says %s", err, result.Tasks[1].Reason)
		}
	})
}
