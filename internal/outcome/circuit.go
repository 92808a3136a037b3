package outcome

import "slices"

// circuit is what a plan does, as one function: its inputs are what happens by
// chance (does a task that could complete fail, which value does it write), and
// everything that can be asked of a run is a literal over them. Any values of the
// inputs make a run, so a question about some literals can be answered by looking
// at what lies below them only.
//
// Nodes are numbered so that a node stands behind those it is made of.
type circuit struct {
	first []int32 // of a node's operands in the list; it has one entry more than there are nodes
	list  []literal
	// loose marks the inputs of which it is not known whether they are free.
	loose []bool
	// usual marks the inputs that are true in the usual run: nothing fails, every
	// key is written, and values make rules true rather than false.
	usual []bool
	// vague says that there are loose inputs.
	vague   bool
	pairs   pairs
	scratch []literal
}

// literal is a node or, if odd, its negation.
type literal int32

// The constants.
const (
	always literal = iota
	never
)

func (l literal) not() literal  { return l ^ 1 }
func (l literal) node() int     { return int(l >> 1) }
func (l literal) negated() bool { return l&1 == 1 }

func newCircuit() *circuit {
	return &circuit{
		first: []int32{0, 0}, loose: []bool{false}, usual: []bool{true},
	}
}

// nodes is the number of nodes.
func (c *circuit) nodes() int { return len(c.first) - 1 }

// operands are the literals that a node is the conjunction of; none for an input
// and for the constant.
func (c *circuit) operands(node int) []literal { return c.list[c.first[node]:c.first[node+1]] }

func (c *circuit) node(operands []literal, loose bool) literal {
	c.list = append(c.list, operands...)
	c.first = append(c.first, int32(len(c.list)))
	c.loose = append(c.loose, loose)
	c.usual = append(c.usual, false)
	return literal(c.nodes()-1) << 1
}

// input adds an input.
func (c *circuit) input(loose, usual bool) literal {
	l := c.node(nil, loose)
	c.usual[l.node()] = usual
	c.vague = c.vague || loose
	return l
}

// isInput reports whether a node is an input.
func (c *circuit) isInput(node int) bool { return node > 0 && c.first[node] == c.first[node+1] }

// alias adds a node that is the same as a literal, to tell the two apart.
func (c *circuit) alias(l literal) literal { return c.node([]literal{l}, false) }

// and returns the conjunction of literals; without any it is always true.
func (c *circuit) and(literals ...literal) literal {
	if len(literals) == 2 {
		return c.pair(literals[0], literals[1])
	}
	c.scratch = append(c.scratch[:0], literals...)
	all := c.scratch
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) > 0 && all[0] == always {
		all = all[1:]
	}
	for i, l := range all {
		if l == never || i > 0 && all[i-1] == l.not() {
			return never
		}
	}
	switch len(all) {
	case 0:
		return always
	case 1:
		return all[0]
	case 2:
		return c.pair(all[0], all[1])
	}
	return c.node(all, false)
}

// pair is the conjunction of two literals, one node for all that ask for it.
func (c *circuit) pair(a, b literal) literal {
	if a > b {
		a, b = b, a
	}
	switch {
	case a == never || a == b.not():
		return never
	case a == always || a == b:
		return b
	case b == never:
		return never
	}
	l, ok := c.pairs.find(a, b)
	if !ok {
		l = c.node([]literal{a, b}, false)
		c.pairs.add(a, b, l)
	}
	return l
}

// or returns the disjunction of literals; without any it is never true.
func (c *circuit) or(literals ...literal) literal {
	if len(literals) == 2 {
		return c.pair(literals[0].not(), literals[1].not()).not()
	}
	opposite := make([]literal, len(literals))
	for i, l := range literals {
		opposite[i] = l.not()
	}
	return c.and(opposite...).not()
}

// choose is yes where the condition holds and no elsewhere.
func (c *circuit) choose(condition, yes, no literal) literal {
	switch {
	case yes == no || condition == always:
		return yes
	case condition == never:
		return no
	case yes == always:
		return c.or(condition, no)
	case yes == never:
		return c.and(condition.not(), no)
	case no == always:
		return c.or(condition.not(), yes)
	case no == never:
		return c.and(condition, yes)
	}
	return c.or(c.and(condition, yes), c.and(condition.not(), no))
}
