package outcome

import "math/bits"

// change is a run that is like a known one but for some inputs, and for what
// follows from them. Only that is computed.
type change struct {
	m    *Model
	base *witness
	// By node as bits: its value is the opposite of the known one, its certainty
	// is, and it is still to be computed.
	flipped, doubted, pending []uint64
	touched                   []int32 // nodes with one of these bits
	low                       int     // nothing before is pending
}

// begin forgets what has changed.
func (c *change) begin(base *witness) {
	c.m.readers.extend(c.m.circuit)
	for _, node := range c.touched {
		c.flipped[node/64], c.doubted[node/64], c.pending[node/64] = 0, 0, 0
	}
	words := c.m.circuit.nodes()/64 + 1
	for len(c.pending) < words {
		c.flipped, c.doubted, c.pending = append(c.flipped, 0), append(c.doubted, 0), append(c.pending, 0)
	}
	c.base, c.touched, c.low = base, c.touched[:0], words*64
}

// flip turns an input round.
func (c *change) flip(input int) {
	c.flipped[input/64] |= 1 << (input % 64)
	c.spread(input)
}

// spread notes that what is made of a node has to be computed.
func (c *change) spread(node int) {
	r := &c.m.readers
	c.touched = append(c.touched, int32(node))
	for edge := r.last[node]; edge > 0; edge = r.before[edge-1] {
		to := int(r.owner[edge-1])
		if c.pending[to/64]>>(to%64)&1 == 0 {
			c.pending[to/64] |= 1 << (to % 64)
			c.touched = append(c.touched, int32(to))
			c.low = min(c.low, to)
		}
	}
}

// compute computes all that changes up to a node.
func (c *change) compute(last int) {
	steps := 0
	for w := c.low / 64; w <= last/64; w++ {
		steps++
		for c.pending[w] != 0 {
			bit := bits.TrailingZeros64(c.pending[w])
			c.pending[w] &^= 1 << bit
			node := w*64 + bit
			operands := c.m.circuit.operands(node)
			steps += 2 + len(operands)
			value, certain := c.conjunction(operands)
			l := literal(node << 1)
			flips, doubts := value != c.base.holds(l), certain != c.base.sure(l)
			if flips {
				c.flipped[w] |= 1 << bit
			}
			if doubts {
				c.doubted[w] |= 1 << bit
			}
			if flips || doubts {
				c.spread(node)
			}
		}
	}
	c.low = max(c.low, (last/64+1)*64)
	c.m.left -= int64(steps)
}

// conjunction is the value of operands together, and whether it is certain, as in
// [block.conjunctionInDoubt].
func (c *change) conjunction(operands []literal) (value, certain bool) {
	value, certain = true, true
	for _, o := range operands {
		sure := c.sure(o)
		if !c.holds(o) {
			if sure {
				return false, true
			}
			value = false
		}
		certain = certain && sure
	}
	return value, certain
}

func (c *change) holds(l literal) bool {
	node := l.node()
	return c.base.holds(l) != (c.flipped[node/64]>>(node%64)&1 == 1)
}

func (c *change) sure(l literal) bool {
	node := l.node()
	return c.base.sure(l) != (c.doubted[node/64]>>(node%64)&1 == 1)
}
