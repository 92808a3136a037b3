package outcome

// Searches returns how often the solver was asked.
func Searches(m *Model) int {
	if m.completing == nil {
		return m.plain.count
	}
	return m.plain.count + m.completing.count
}

// Cost returns how many steps it took to build a model and to answer: nodes made
// and computed, tasks visited, and what searches and look-ups
// looked at.
func Cost(m *Model) int64 {
	cost := maxSteps - m.left + maxShow - m.showLeft + int64(m.writers.steps)
	for _, b := range m.blocks {
		cost += int64(b.width*m.circuit.nodes()/8 + b.looked)
	}
	return cost
}

// OrderOf lists the ancestors of a task that may have written a key.
func OrderOf(m *Model, task int, key string) []int {
	list, _ := m.writers.of(task, key)
	return list
}
