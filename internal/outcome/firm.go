package outcome

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/sat"
)

const (
	// maxFirm bounds what is spent on questions whose answer is yes or perhaps, apart
	// from the steps for all others.
	maxFirm = 10_000_000
	// maxRelaxed is how many writers of unknown values are let through.
	maxRelaxed = 4
)

// sure reports whether literals hold in a run for certain.
func (m *Model) sure(w *witness, literals []literal) bool {
	return !slices.ContainsFunc(literals, func(l literal) bool { return !w.sure(l) })
}

// weigh says how sure it is that there is a run like the witness.
func (m *Model) weigh(facts []Fact, literals []literal, w *witness) (Verdict, *witness) {
	if m.sure(w, literals) {
		return Possible, w
	}
	if m.cut {
		m.giveUp(facts)
		return Unknown, nil
	}
	w = m.freeze(w)
	if sure := m.firm(literals); sure != nil {
		return Possible, sure
	}
	return Perhaps, w
}

// firm looks for a run in which literals hold for certain, although they hold in one
// that rests on values of which nothing is known. It tries runs in which the writers
// of such values do not complete. If it finds none there may still be one: then
// more is said to be uncertain than is.
func (m *Model) firm(literals []literal) *witness {
	if m.firmLeft <= 0 {
		return nil
	}
	left := m.left
	defer func() { m.firmLeft, m.left = m.firmLeft-(left-m.left), left }()
	m.left = min(left, m.firmLeft)
	cone := m.cone(literals)
	avoided := m.looseWriters(cone, literals)
	m.plain.encode(cone)
	m.plain.resetPhases(cone)
	for range maxRelaxed {
		switch m.plain.solve(cone, slices.Concat(literals, avoided)) {
		case sat.Sat:
			w := m.like(cone, func(l literal) bool { return m.plain.solver.Value(l.node()) })
			m.change.compute(m.circuit.nodes() - 1)
			if m.sure(w, literals) {
				m.keep(literals)
				return w
			}
			return nil
		case sat.GaveUp:
			return nil
		}
		failed := m.plain.solver.Failed()
		needed := slices.IndexFunc(avoided, func(l literal) bool { return slices.Contains(failed, sat.Lit(l)) })
		if needed < 0 {
			return nil
		}
		avoided = slices.Delete(avoided, needed, needed+1)
	}
	return nil
}

// looseWriters says of each writer of unknown values that it leaves none, unless the
// question has it leave one.
func (m *Model) looseWriters(cone []int, asked []literal) []literal {
	var literals []literal
	seen := make(map[int]bool)
	for _, node := range cone {
		at, ok := m.placeOf(node)
		if !ok || !m.circuit.loose[node] || seen[at.slot.task] {
			continue
		}
		l := at.slot.gives
		if at.slot.task != start {
			seen[at.slot.task] = true
			l = m.tasks[at.slot.task].completed
		}
		if l > never && !slices.Contains(literals, l.not()) && !slices.Contains(asked, l) && m.marks.has(l.node()) {
			literals = append(literals, l.not())
		}
	}
	return literals
}
