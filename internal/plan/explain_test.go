package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/plan"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	got := sample().Explain(2, plan.LeavesOf(true, false, true, false, true, true))
	want := []plan.Fact{
		{Text: `task_success("fetch")`, True: true},
		{Text: `task_skipped("cached")`},
		{Text: `task_failed("cached")`, True: true},
		{Text: `context_value("score", greater_than, -80)`},
		{Text: `context_value("score", in, nil, true, 9223372036854775808, 80.0, "é\"\\")`, True: true},
		{Text: `context_value("/raw/a", exists)`, True: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := got[1].String(); got != `task_skipped("cached") is false` {
		t.Errorf("got %s", got)
	}
}

func TestExplainAlways(t *testing.T) {
	t.Parallel()
	if got := sample().Explain(0, plan.Leaves{}); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestNodeText(t *testing.T) {
	t.Parallel()
	p := sample()
	p.Tasks[2].Rule.Tree.Args = p.Tasks[2].Rule.Tree.Args[:2]
	want := `all(any(task_success("fetch"), task_skipped("cached")), not(task_failed("cached")))`
	if got := p.NodeText(p.Tasks[2].Rule.Tree); got != want {
		t.Errorf("got %s", got)
	}
	if got := p.NodeText(nil); got != "always" {
		t.Errorf("got %s", got)
	}
	if got := p.NodeText(op(plan.OpNone)); got != "none()" {
		t.Errorf("got %s", got)
	}
}

func TestLiteralText(t *testing.T) {
	t.Parallel()
	for want, l := range map[string]plan.Literal{
		"nil": {}, "false": {Kind: plan.LitBool}, "-1": {Kind: plan.LitInt, Int: -1},
		"18446744073709551615": {Kind: plan.LitUint, Uint: 1<<64 - 1},
		"0.0":                  {Kind: plan.LitFloat}, "1e+300": {Kind: plan.LitFloat, Float: 1e300},
		"0.5": {Kind: plan.LitFloat, Float: 0.5}, `""`: {Kind: plan.LitString}, `"\n"`: {Kind: plan.LitString, String: "\n"},
	} {
		if got := l.Text(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
