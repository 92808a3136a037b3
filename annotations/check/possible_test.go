package check

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// drawRule draws a rule over the tasks before a given one.
func drawRule(t *rapid.T, task, depth int) *plan.Node {
	op := rapid.SampledFrom([]plan.Op{
		plan.OpAll, plan.OpAny, plan.OpNone, plan.OpNot, plan.OpTaskSuccess, plan.OpTaskFailed, plan.OpTaskSkipped, plan.OpValue,
	}).Draw(t, "op")
	if depth == 0 && !op.Leaf() {
		op = plan.OpValue
	}
	n := &plan.Node{Op: op}
	switch op {
	case plan.OpAll, plan.OpAny, plan.OpNone:
		for range rapid.IntRange(0, 3).Draw(t, "args") {
			n.Args = append(n.Args, drawRule(t, task, depth-1))
		}
	case plan.OpNot:
		n.Args = []*plan.Node{drawRule(t, task, depth-1)}
	case plan.OpValue:
		n.Key, n.Cmp = "k", plan.CmpExists
	default:
		n.Task = rapid.IntRange(0, task-1).Draw(t, "task")
	}
	return n
}

// No run that completes shows an outcome outside of the sets.
func TestOutcomesOfCompleted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := &plan.Plan{Tasks: make([]plan.Task, rapid.IntRange(1, 6).Draw(t, "tasks"))}
		for i := range p.Tasks {
			p.Tasks[i].AllowFailure = rapid.Bool().Draw(t, "allow_failure")
			if i > 0 && rapid.Bool().Draw(t, "rule") {
				p.Tasks[i].Rule.Tree = drawRule(t, i, 2)
			}
		}
		sets := outcomesOfCompleted(p)
		for range 20 {
			outcomes := make([]possible, len(p.Tasks))
			for i, x := range p.Tasks {
				outcomes[i] = canSucceed
				switch {
				case !happens(x.Rule.Tree, outcomes, rapid.Bool().Draw(t, "value")):
					outcomes[i] = canSkip
				case rapid.Bool().Draw(t, "fails") && x.AllowFailure:
					outcomes[i] = canFail
				}
			}
			for i, o := range outcomes {
				if sets[i]&o == 0 {
					t.Fatalf("task %d can end as %b, but the set is %b", i, o, sets[i])
				}
			}
		}
	})
}

// happens evaluates a rule in one run, where all values are alike.
func happens(n *plan.Node, outcomes []possible, value bool) bool {
	if n == nil {
		return true
	}
	var leaves []bool
	for _, leaf := range n.Leaves() {
		switch leaf.Op {
		case plan.OpTaskSuccess:
			leaves = append(leaves, outcomes[leaf.Task] == canSucceed)
		case plan.OpTaskFailed:
			leaves = append(leaves, outcomes[leaf.Task] == canFail)
		case plan.OpTaskSkipped:
			leaves = append(leaves, outcomes[leaf.Task] == canSkip)
		default:
			leaves = append(leaves, value)
		}
	}
	return n.Eval(plan.LeavesOf(leaves...))
}
