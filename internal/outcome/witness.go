package outcome

import "slices"

// witness is a run: one of a block, or one that is unlike it in some nodes.
type witness struct {
	block *block
	lane  int
	// By node as bits: where the value and its certainty are the opposite; nil if
	// nowhere. Unless frozen, they are those of the last search and go with it.
	flipped, doubted []uint64
	frozen           bool
}

func (w *witness) holds(l literal) bool { return w.block.holds(l, w.lane) != in(w.flipped, l.node()) }

// sure reports whether the value of a literal is certain.
func (w *witness) sure(l literal) bool { return w.block.sure(l, w.lane) != in(w.doubted, l.node()) }

// in reports whether a node is in a set of bits.
func in(set []uint64, node int) bool {
	return node/64 < len(set) && set[node/64]>>(node%64)&1 == 1
}

// changed is the run that was found last.
func (m *Model) changed() *witness {
	c := &m.change
	return &witness{block: c.base.block, lane: c.base.lane, flipped: c.flipped, doubted: c.doubted}
}

// freeze returns a run that stays as it is, with the values of all nodes.
func (m *Model) freeze(w *witness) *witness {
	if w.flipped == nil || w.frozen {
		return w
	}
	m.change.compute(m.circuit.nodes() - 1)
	return &witness{
		block: w.block, lane: w.lane, frozen: true,
		flipped: slices.Clone(m.change.flipped), doubted: slices.Clone(m.change.doubted),
	}
}

// like is the run that is as usual but for some inputs.
func (m *Model) like(cone []int, holds func(literal) bool) *witness {
	m.change.begin(m.usually())
	for _, node := range cone {
		if l := literal(node << 1); m.circuit.isInput(node) && holds(l) != m.change.base.holds(l) {
			m.change.flip(node)
		}
	}
	return m.changed()
}

// isUsual reports whether a run is the usual one, and nothing fails in it, so that
// there is no smaller one.
func (m *Model) isUsual(w *witness) bool {
	return m.sound && w.block == m.blocks[0] && w.lane == 0 && w.flipped == nil
}

// usually is the usual run.
func (m *Model) usually() *witness { return &witness{block: m.blocks[0]} }
