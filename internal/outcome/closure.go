package outcome

// closure is what follows from one literal, step by step: from a conjunction that
// holds, that its operands do; from an operand that does not, that the conjunction
// does not; from all operands, that it does. Many questions begin with the same
// fact, as those do that ask who runs when one task fails.
type closure struct {
	m      *Model
	from   literal  // 0 before anything was asked
	first  literal  // of the last question
	times  int      // how many questions in a row began so
	known  []uint64 // by literal as bits
	list   []literal
	done   int     // of the list
	left   []int32 // by node: how many operands are not known to hold; valid if counted
	counts marks
	within int       // what lies behind this node is not looked at
	beyond []literal // what was found and has readers there
}

// oftenAsked is how often in a row questions have to begin with the same literal
// before what follows from it is found out first.
const oftenAsked = 4

// often reports whether the last questions began with the same literal.
func (c *closure) often(first literal) bool {
	if c.first != first {
		c.first, c.times = first, 0
	}
	c.times++
	return c.from == first || c.times > oftenAsked
}

// excludes reports whether it follows from the first of some literals that one of
// the others does not hold.
func (c *closure) excludes(literals []literal) bool {
	if len(literals) < 2 || literals[0] == c.m.runs {
		return false
	}
	last := 0
	for _, l := range literals {
		if l != c.m.runs {
			last = max(last, l.node())
		}
	}
	if c.from != literals[0] {
		c.begin(literals[0])
	}
	c.reach(last)
	for _, l := range literals[1:] {
		if c.has(l.not()) {
			return true
		}
	}
	return false
}

func (c *closure) has(l literal) bool { return in(c.known, int(l)) }

func (c *closure) begin(from literal) {
	c.m.readers.extend(c.m.circuit)
	for _, l := range c.list {
		c.known[l/64] = 0
	}
	nodes := c.m.circuit.nodes()
	for len(c.known)*32 <= nodes {
		c.known = append(c.known, 0)
	}
	if len(c.left) < nodes {
		c.left = append(c.left, make([]int32, nodes-len(c.left))...)
	}
	c.counts.begin(nodes)
	c.from, c.list, c.done, c.within, c.beyond = from, c.list[:0], 0, 0, c.beyond[:0]
	c.add(always)
	c.add(from)
}

func (c *closure) add(l literal) {
	if !c.has(l) {
		c.known[l/64] |= 1 << (l % 64)
		c.list = append(c.list, l)
	}
}

// reach finds out what follows up to a node.
func (c *closure) reach(last int) {
	if last <= c.within {
		return
	}
	from := c.within
	c.within = last
	again := c.beyond
	c.beyond = nil
	for _, l := range again {
		c.forward(l, from)
	}
	for ; c.done < len(c.list); c.done++ {
		l := c.list[c.done]
		if !l.negated() {
			for _, o := range c.m.circuit.operands(l.node()) {
				c.add(o)
			}
		}
		c.forward(l, 0)
	}
}

// forward draws conclusions about what is made of a literal, as far as it lies
// behind a node.
func (c *closure) forward(l literal, behind int) {
	r := &c.m.readers
	later := false
	for edge := r.last[l.node()]; edge > 0; edge = r.before[edge-1] {
		c.m.left--
		to := int(r.owner[edge-1])
		if to <= behind {
			break // the edges of a node lead to ever earlier ones
		}
		switch {
		case to > c.within:
			later = true
		case c.m.circuit.list[edge-1] != l:
			c.add(literal(to<<1) | 1)
		default:
			if c.counts.add(to) {
				c.left[to] = int32(len(c.m.circuit.operands(to)))
			}
			if c.left[to]--; c.left[to] == 0 {
				c.add(literal(to << 1))
			}
		}
	}
	if later {
		c.beyond = append(c.beyond, l)
	}
}
