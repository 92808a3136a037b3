package outcome

import (
	"math/bits"
	"slices"
)

// block is a number of runs, side by side as bits, with the value of every node.
type block struct {
	circuit *circuit
	width   int      // in words of 64 runs
	value   []uint64 // by node and word
	// certain says that the value does not depend on loose inputs, whatever they
	// are; nil if there are no such inputs.
	certain []uint64
	nodes   int // how many are evaluated
	looked  int // how often [block.find] looked at a word
}

func (c *circuit) newBlock(width int) *block {
	b := &block{circuit: c, width: width}
	b.grow()
	return b
}

// grow makes room for all nodes. Inputs that are new have their usual value.
func (b *block) grow() {
	n := b.circuit.nodes() * b.width
	from := len(b.value) / b.width
	b.value = slices.Grow(b.value, n-len(b.value))[:n]
	if b.circuit.vague {
		b.certain = slices.Grow(b.certain, n-len(b.certain))
		for len(b.certain) < n {
			b.certain = append(b.certain, ^uint64(0))
		}
	}
	for node := from; node < b.circuit.nodes(); node++ {
		if b.circuit.first[node] == b.circuit.first[node+1] && b.circuit.usual[node] {
			words := b.words(node)
			for i := range words {
				words[i] = ^uint64(0)
			}
		}
	}
}

// words are the values of a node, which may be set if it is an input.
func (b *block) words(node int) []uint64 {
	return b.value[node*b.width : (node+1)*b.width]
}

// put sets an input in one run.
func (b *block) put(input literal, lane int, value bool) {
	w := &b.value[input.node()*b.width+lane/64]
	if value != input.negated() {
		*w |= 1 << (lane % 64)
	} else {
		*w &^= 1 << (lane % 64)
	}
}

// evaluate computes the nodes that are not computed yet.
func (b *block) evaluate() {
	b.grow()
	for node := b.nodes; node < b.circuit.nodes(); node++ {
		b.compute(node)
	}
	b.nodes = b.circuit.nodes()
}

// compute computes a node from its operands.
func (b *block) compute(node int) {
	operands := b.circuit.operands(node)
	switch {
	case len(operands) > 0 && b.certain != nil:
		b.conjunctionInDoubt(node, operands)
	case len(operands) > 0:
		b.conjunction(node, operands)
	case b.circuit.loose[node]:
		clear(b.certain[node*b.width : (node+1)*b.width])
	}
}

func (b *block) conjunction(node int, operands []literal) {
	out := b.words(node)
	for i := range out {
		out[i] = ^uint64(0)
	}
	for _, l := range operands {
		flip := -uint64(l & 1)
		in := b.words(l.node())
		for i := range out {
			out[i] &= in[i] ^ flip
		}
	}
}

// conjunctionInDoubt computes also what is certain: a conjunction is if one of its
// operands is certainly false, or all are certain.
func (b *block) conjunctionInDoubt(node int, operands []literal) {
	for w := node * b.width; w < (node+1)*b.width; w++ {
		value, all, refuted := ^uint64(0), ^uint64(0), uint64(0)
		for _, l := range operands {
			at := l.node()*b.width + w - node*b.width
			v, c := b.value[at]^-uint64(l&1), b.certain[at]
			value &= v
			all &= c
			refuted |= c &^ v
		}
		b.value[w], b.certain[w] = value, all|refuted
	}
}

// find returns the first run in which all literals hold, and whether they do for
// certain; one in which they do is preferred. It is -1 if there is none.
func (b *block) find(literals []literal) (lane int, certain bool) {
	lane = -1
	for w := range b.width {
		b.looked += len(literals)
		holds, sure := ^uint64(0), ^uint64(0)
		for _, l := range literals {
			at := l.node()*b.width + w
			holds &= b.value[at] ^ -uint64(l&1)
			if b.certain != nil {
				sure &= b.certain[at]
			}
		}
		if found := holds & sure; found != 0 {
			return w*64 + bits.TrailingZeros64(found), true
		}
		if holds != 0 && lane < 0 {
			lane = w*64 + bits.TrailingZeros64(holds)
		}
	}
	return lane, false
}

// holds reports whether a literal holds in a run.
func (b *block) holds(l literal, lane int) bool {
	return b.value[l.node()*b.width+lane/64]>>(lane%64)&1 == 1 != l.negated()
}

// sure reports whether the value of a literal in a run is certain.
func (b *block) sure(l literal, lane int) bool {
	return b.certain == nil || b.certain[l.node()*b.width+lane/64]>>(lane%64)&1 == 1
}

// fill sets an input in all runs.
func (b *block) fill(node int, value bool) {
	words := b.words(node)
	for i := range words {
		words[i] = 0
		if value {
			words[i] = ^uint64(0)
		}
	}
}

// evaluateOnly computes some nodes, which are sorted and stand with all they
// depend on. The others are left for [block.evaluate].
func (b *block) evaluateOnly(nodes []int) {
	for _, node := range nodes {
		b.compute(node)
	}
}
