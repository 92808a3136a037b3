package plan_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// leaf returns a leaf; what it asks about does not matter to Eval.
func leaf() *plan.Node { return &plan.Node{Op: plan.OpTaskSuccess} }

func op(kind plan.Op, args ...*plan.Node) *plan.Node { return &plan.Node{Op: kind, Args: args} }

func TestEval(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		tree *plan.Node
		bits []bool
		want bool
	}{
		"nil is always":             {nil, nil, true},
		"a bare leaf":               {leaf(), []bool{true}, true},
		"a bare leaf, false":        {leaf(), []bool{false}, false},
		"empty all":                 {op(plan.OpAll), nil, true},
		"empty any":                 {op(plan.OpAny), nil, false},
		"empty none":                {op(plan.OpNone), nil, true},
		"all":                       {op(plan.OpAll, leaf(), leaf()), []bool{true, true}, true},
		"all but one":               {op(plan.OpAll, leaf(), leaf()), []bool{true, false}, false},
		"any":                       {op(plan.OpAny, leaf(), leaf()), []bool{false, true}, true},
		"any of nothing true":       {op(plan.OpAny, leaf(), leaf()), []bool{false, false}, false},
		"none":                      {op(plan.OpNone, leaf(), leaf()), []bool{false, false}, true},
		"none with one":             {op(plan.OpNone, leaf(), leaf()), []bool{false, true}, false},
		"not":                       {op(plan.OpNot, leaf()), []bool{false}, true},
		"not of true":               {op(plan.OpNot, leaf()), []bool{true}, false},
		"leaves keep their numbers": {op(plan.OpAll, op(plan.OpAny, leaf(), leaf()), op(plan.OpNot, leaf())), []bool{true, false, false}, true},
		"the last leaf decides":     {op(plan.OpAll, op(plan.OpAny, leaf(), leaf()), op(plan.OpNot, leaf())), []bool{true, true, true}, false},
	}
	for name, test := range tests {
		if got := test.tree.Eval(plan.LeavesOf(test.bits...)); got != test.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// TestEvalAgreesWithBoolean holds Eval against a second meaning of the tree:
// each leaf is looked up by its pointer, and operators use shortcuts.
func TestEvalAgreesWithBoolean(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(4).Draw(t, "tree")
		leaves := tree.Leaves()
		bits := rapid.SliceOfN(rapid.Bool(), len(leaves), len(leaves)).Draw(t, "bits")
		truth := make(map[*plan.Node]bool, len(leaves))
		for i, l := range leaves {
			truth[l] = bits[i]
		}
		if got, want := tree.Eval(plan.LeavesOf(bits...)), boolean(tree, truth); got != want {
			t.Fatalf("got %t, want %t", got, want)
		}
	})
}

func boolean(n *plan.Node, truth map[*plan.Node]bool) bool {
	if n.Op.Leaf() {
		return truth[n]
	}
	wanted := n.Op == plan.OpAny
	for _, arg := range n.Args {
		switch v := boolean(arg, truth); n.Op {
		case plan.OpAll:
			if !v {
				return false
			}
		case plan.OpAny:
			if v {
				return true
			}
		default:
			if v {
				return false
			}
		}
	}
	return !wanted
}

// drawTree draws trees of any shape whose leaves ask for the outcome of task 0.
func drawTree(depth int) *rapid.Generator[*plan.Node] {
	return rapid.Custom(func(t *rapid.T) *plan.Node {
		kind := rapid.SampledFrom([]plan.Op{plan.OpAll, plan.OpAny, plan.OpNone, plan.OpNot, plan.OpTaskSuccess}).Draw(t, "op")
		if depth == 0 || kind.Leaf() {
			return leaf()
		}
		n := 1
		if kind != plan.OpNot {
			n = rapid.IntRange(0, 4).Draw(t, "args")
		}
		node := op(kind)
		for range n {
			node.Args = append(node.Args, drawTree(depth-1).Draw(t, "arg"))
		}
		return node
	})
}

func TestLeavesOfNil(t *testing.T) {
	t.Parallel()
	var always *plan.Node
	if got := always.Leaves(); len(got) != 0 {
		t.Errorf("got %d leaves", len(got))
	}
}
