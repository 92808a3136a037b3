package outcome

import "slices"

// maxKept bounds the memory of the runs that are kept, in words.
const maxKept = 8 << 20

// keep keeps the run that a solver found, with others that are like it but for
// something near to the question: the next questions are often about those. It
// returns one in which all literals hold; nil if there is none among them, which can
// be if the solver was asked for less.
func (m *Model) keep(s *searcher, cone []int, facts []Fact, literals []literal) *witness {
	b := m.circuit.newBlock(1)
	s.copyTo(b, cone)
	last := 0
	for _, f := range facts {
		last = max(last, f.task)
	}
	m.vary(b, max(0, last-1))
	b.evaluate()
	m.left -= int64(m.circuit.nodes() / 2)
	// The first block stays, the others make room for new ones.
	if n := len(m.blocks); n > 2 && n*m.circuit.nodes() > maxKept {
		m.blocks = slices.Delete(m.blocks, 1, 2)
	}
	m.blocks = append(m.blocks, b)
	if lane, _ := b.find(literals); lane >= 0 {
		return &witness{b, lane}
	}
	return nil
}

// vary makes the runs of a block differ, but for the first, at a task or one of the
// next behind it.
func (m *Model) vary(b *block, task int) {
	lane := 1
	for t := task; t < len(m.tasks) && lane < 32; t++ {
		input := m.tasks[t].works
		b.put(input, lane, !b.holds(input, 0))
		lane++
	}
	from, _ := slices.BinarySearchFunc(m.deviations, task, func(d deviation, task int) int { return d.task - task })
	for _, d := range m.deviations[from:] {
		if lane == 64 {
			return
		}
		d.deviate(b, lane)
		lane++
	}
}

// isUsual reports whether a run is the usual one, and nothing fails in it, so that
// there is no smaller one.
func (m *Model) isUsual(w *witness) bool { return m.sound && *w == *m.usually() }

// usually is the usual run.
func (m *Model) usually() *witness { return &witness{m.blocks[0], 0} }
