package outcome

import "slices"

const (
	// maxKept bounds how many runs are kept that took a long search.
	maxKept = 16
	// longSearch is how many nodes it takes for a search to be a long one. A run is kept
	// when such searches have cost as much as that does.
	longSearch = 1024
)

// keep keeps the run that was found last, with others that are like it but for
// something near to the question: the next questions are often about those.
func (m *Model) keep(literals []literal) {
	b := m.circuit.newBlock(1)
	w := m.changed()
	for node := range m.circuit.nodes() {
		if m.circuit.isInput(node) {
			b.fill(node, w.holds(literal(node<<1)))
		}
	}
	last := 0
	for _, l := range literals {
		if t := m.taskAt(l.node()); l != m.runs && t >= 0 {
			last = max(last, t)
		}
	}
	m.vary(b, max(0, last-1))
	b.evaluate()
	m.left -= int64(m.circuit.nodes() / 2)
	// The first block stays, the others make room for new ones.
	if len(m.blocks) > maxKept {
		m.blocks = slices.Delete(m.blocks, 1, 2)
	}
	m.blocks = append(m.blocks, b)
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
