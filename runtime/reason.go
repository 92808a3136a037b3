package cloacina

import (
	"strings"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// skipReason says in words why a task was skipped: the leaves of its rule that
// made the rule false, with their truth at the decision.
func skipReason(p *plan.Plan, task int, leaves plan.Leaves) string {
	b := blame{plan: p, leaves: leaves}
	b.explain(p.Tasks[task].Rule.Tree, 0)
	reason := "trigger rule not satisfied"
	if len(b.facts) > 0 {
		reason += ": " + strings.Join(b.facts, "; ")
	}
	return reason
}

// blame collects the leaves that a verdict rests on.
type blame struct {
	plan   *plan.Plan
	leaves plan.Leaves
	facts  []string
}

// explain adds the leaves that gave the subtree, whose first leaf has number
// first, its value, and returns the number of the first leaf behind it.
// Operands that could be turned round without changing the value of the
// subtree are left out: of a false all() only the false ones matter.
func (b *blame) explain(n *plan.Node, first int) (next int) {
	if n == nil {
		return first
	}
	if n.Op.Leaf() {
		b.facts = append(b.facts, plan.Fact{Text: b.plan.NodeText(n), True: b.leaves.Bit(first)}.String())
		return first + 1
	}
	decisive, some := b.decisive(n, first)
	for _, arg := range n.Args {
		value, after := b.value(arg, first)
		if !some || value == decisive {
			b.explain(arg, first)
		}
		first = after
	}
	return first
}

// decisive returns the value of an operand that settles the operator alone,
// and whether there is such an operand.
func (b *blame) decisive(n *plan.Node, first int) (value, some bool) {
	value = n.Op != plan.OpAll
	for _, arg := range n.Args {
		var v bool
		v, first = b.value(arg, first)
		some = some || v == value
	}
	return value, some
}

// value evaluates a subtree and returns the number of the first leaf behind it.
func (b *blame) value(n *plan.Node, first int) (value bool, next int) {
	if n.Op.Leaf() {
		return b.leaves.Bit(first), first + 1
	}
	all, none := true, true
	for _, arg := range n.Args {
		value, first = b.value(arg, first)
		all, none = all && value, none && !value
	}
	switch n.Op {
	case plan.OpAll:
		return all, first
	case plan.OpAny:
		return !none, first
	default:
		return none, first
	}
}
