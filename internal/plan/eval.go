package plan

// Eval returns the verdict of the rule for given truth values of its leaves.
// A nil tree is "always". It never reads a value: the leaves say it all, which
// is why a stored decision can be explained without the program.
func (n *Node) Eval(l Leaves) bool {
	if n == nil {
		return true
	}
	verdict, _ := n.eval(l, 0)
	return verdict
}

// eval returns the verdict of a subtree whose first leaf is number next, and
// the number of the first leaf behind it. Operands are all visited, without a
// shortcut, to keep the numbers right.
func (n *Node) eval(l Leaves, next int) (bool, int) {
	if n.Op.Leaf() {
		return l.Bit(next), next + 1
	}
	all, none := true, true
	for _, arg := range n.Args {
		var v bool
		v, next = arg.eval(l, next)
		all, none = all && v, none && !v
	}
	switch n.Op {
	case OpAll:
		return all, next
	case OpAny:
		return !none, next
	default: // OpNone, and OpNot, which is a none of one operand
		return none, next
	}
}

// Leaves returns the leaves of the tree; the one at index i has bit i in [Leaves].
func (n *Node) Leaves() []*Node {
	return n.appendLeaves(nil)
}

func (n *Node) appendLeaves(to []*Node) []*Node {
	if n == nil {
		return to
	}
	if n.Op.Leaf() {
		return append(to, n)
	}
	for _, arg := range n.Args {
		to = arg.appendLeaves(to)
	}
	return to
}
