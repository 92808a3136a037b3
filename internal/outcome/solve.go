package outcome

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/sat"
)

const (
	// maxSteps bounds all searches of a model together. A step takes some
	// nanoseconds.
	maxSteps = 100_000_000
	// maxQuestion bounds the search for one answer.
	maxQuestion = 5_000_000
)

// nearby are the sizes of the neighbourhoods that are tried first: what follows
// from a few nodes next to the question, whatever lies beyond them, follows. The
// first is so small that it is tried even when all steps are used up.
var nearby = [...]int{64, 1024}

// search looks for a run in which all literals hold.
func (m *Model) search(facts []Fact, literals []literal) (sat.Status, *witness) {
	s, rest := m.searcherFor(literals)
	if m.refute(s, rest) {
		return sat.Unsat, nil
	}
	if s != &m.plain && m.left > 0 {
		cone := m.cone(rest)
		status := s.solve(cone, rest)
		if status != sat.Sat {
			return status, nil
		}
		// What lies beyond the cone is as usual; that may be enough.
		if w := m.keep(s, cone, facts, literals); w != nil {
			return sat.Sat, w
		}
	}
	if m.left <= 0 {
		return sat.GaveUp, nil
	}
	cone := m.cone(literals)
	status := m.plain.solve(cone, literals)
	if status != sat.Sat {
		return status, nil
	}
	return sat.Sat, m.keep(&m.plain, cone, facts, literals)
}

// searcherFor picks the solver for a question. That a run completes depends on every
// task and would make each question a large one. So there is a solver for it that
// takes it for granted, and what follows from it is found out once.
func (m *Model) searcherFor(literals []literal) (s *searcher, rest []literal) {
	at := slices.Index(literals, m.runs)
	if at < 0 || m.runs <= never {
		return &m.plain, literals
	}
	if m.completing == nil {
		m.completing = &searcher{m: m}
		all := make([]int, m.circuit.nodes())
		for node := range all {
			all[node] = node
		}
		m.completing.encode(all)
		m.completing.solver.AddClause(sat.Lit(m.runs))
	}
	return m.completing, slices.Delete(slices.Clone(literals), at, at+1)
}

// refute tries to show that not all literals can hold, without looking far.
func (m *Model) refute(s *searcher, literals []literal) bool {
	for i, limit := range nearby {
		if i > 0 && m.left <= 0 {
			return false
		}
		near, expanded := m.near(literals, limit)
		m.left -= int64(len(near))
		s.encode(near[:expanded])
		switch s.search(near, literals, int64(limit*64+len(near)*8)) {
		case sat.Unsat:
			return true
		case sat.GaveUp:
			return false
		}
		if expanded == len(near) {
			return false // that was all
		}
	}
	return false
}
