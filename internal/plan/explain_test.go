package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/plan"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	p := sample()
	a, b := op(plan.OpTaskSuccess), op(plan.OpTaskFailed)
	b.Task = 1
	aTrue, aFalse := plan.Fact{Text: `task_success("fetch")`, True: true}, plan.Fact{Text: `task_success("fetch")`}
	bTrue, bFalse := plan.Fact{Text: `task_failed("cached")`, True: true}, plan.Fact{Text: `task_failed("cached")`}
	for _, test := range []struct {
		rule *plan.Node
		bits []bool
		want []plan.Fact
	}{
		{a, []bool{true}, []plan.Fact{aTrue}},
		{op(plan.OpAll, a, b), []bool{true, true}, []plan.Fact{aTrue, bTrue}},
		{op(plan.OpAll, a, b), []bool{true, false}, []plan.Fact{bFalse}},
		{op(plan.OpAny, a, b), []bool{true, false}, []plan.Fact{aTrue}},
		{op(plan.OpAny, a, b), []bool{false, false}, []plan.Fact{aFalse, bFalse}},
		{op(plan.OpNone, a, b), []bool{false, true}, []plan.Fact{bTrue}},
		{op(plan.OpNot, op(plan.OpAny, a, b)), []bool{false, false}, []plan.Fact{aFalse, bFalse}},
		{op(plan.OpAll, op(plan.OpAny, a, b), op(plan.OpNot, b)), []bool{true, false, true}, []plan.Fact{bTrue}},
		{op(plan.OpAny), nil, nil},
	} {
		p.Tasks[2].Rule = plan.Rule{Tree: test.rule}
		got := p.Explain(2, plan.LeavesOf(test.bits...), nil)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s with %v (-want +got):\n%s", p.NodeText(test.rule), test.bits, diff)
		}
	}
	if got := bFalse.String(); got != `task_failed("cached") is false` {
		t.Errorf("got %s", got)
	}
}

// What an explanation leaves out can be turned round without changing the
// verdict; a single fact cannot.
func TestExplanationSuffices(t *testing.T) {
	t.Parallel()
	p := sample()
	tree := p.Tasks[2].Rule.Tree
	leaves := tree.Leaves()
	for state := range 1 << len(leaves) {
		bits, kept := make([]bool, len(leaves)), make([]bool, len(leaves))
		for i := range leaves {
			bits[i] = state>>i&1 == 1
		}
		verdict := tree.Eval(plan.LeavesOf(bits...))
		for _, f := range p.Explain(2, plan.LeavesOf(bits...), nil) {
			for i, leaf := range leaves {
				if p.NodeText(leaf) == f.Text && bits[i] == f.True {
					kept[i] = true
				}
			}
		}
		for i := range bits {
			bits[i] = bits[i] == kept[i] // turns round what is not kept
		}
		if tree.Eval(plan.LeavesOf(bits...)) != verdict {
			t.Errorf("state %b: the explanation is not enough", state)
		}
	}
}

// Leaves that compare a value say whether there was one.
func TestExplainMissingKeys(t *testing.T) {
	t.Parallel()
	p := sample()
	var asked []string
	facts := p.Explain(2, plan.LeavesOf(true, true, false, false, true, false), func(rd *plan.Read) bool {
		asked = append(asked, rd.Key)
		return rd.Key == "score"
	})
	var texts []string
	for _, f := range facts {
		texts = append(texts, f.String())
	}
	want := []string{`context_value("score", in, nil, true, 9223372036854775808, 80.0, "é\"\\") is true (the key is missing)`}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"score"}, asked); diff != "" {
		t.Errorf("asked about (-want +got):\n%s", diff)
	}
	p.Tasks[2].Rule.Tree = &plan.Node{Op: plan.OpValue, Key: "/raw/a", Cmp: plan.CmpNotExists}
	if got := p.Explain(2, plan.LeavesOf(true), func(*plan.Read) bool { return true }); got[0].Missing {
		t.Errorf("got %s", got[0])
	}
}

func TestExplainAlways(t *testing.T) {
	t.Parallel()
	if got := sample().Explain(0, plan.Leaves{}, nil); len(got) != 0 {
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
