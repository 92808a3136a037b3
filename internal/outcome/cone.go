package outcome

import "slices"

// marks are sets of nodes that can be emptied at no cost.
type marks struct {
	stamps []uint32
	stamp  uint32
}

// begin empties the set and makes room for so many nodes.
func (m *marks) begin(nodes int) {
	if len(m.stamps) < nodes {
		m.stamps = append(m.stamps, make([]uint32, nodes-len(m.stamps))...)
	}
	m.stamp++
	if m.stamp == 0 {
		clear(m.stamps)
		m.stamp = 1
	}
}

// add adds a node, and reports whether it is new.
func (m *marks) add(node int) bool {
	if m.stamps[node] == m.stamp {
		return false
	}
	m.stamps[node] = m.stamp
	return true
}

// has reports whether a node is in the set.
func (m *marks) has(node int) bool { return m.stamps[node] == m.stamp }

// cone lists the nodes on which literals depend, in ascending order.
func (m *Model) cone(literals []literal) []int {
	cone, _ := m.near(literals, m.circuit.nodes()+1)
	slices.Sort(cone)
	return cone
}

// near lists nodes on which literals depend, the nearest first. Beyond about as
// many as the limit says no more are followed; expanded is how many were.
func (m *Model) near(literals []literal, limit int) (cone []int, expanded int) {
	m.marks.begin(m.circuit.nodes())
	cone = m.buffer[:0]
	for _, l := range literals {
		if m.marks.add(l.node()) {
			cone = append(cone, l.node())
		}
	}
	for ; expanded < len(cone) && len(cone) < limit; expanded++ {
		for _, o := range m.circuit.operands(cone[expanded]) {
			if m.marks.add(o.node()) {
				cone = append(cone, o.node())
			}
		}
	}
	m.buffer = cone
	return slices.Clone(cone), expanded
}
