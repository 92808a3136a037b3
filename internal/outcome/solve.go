package outcome

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/sat"
)

// search looks for a run in which all literals hold. Those that follow from the facts
// are among them.
func (m *Model) search(literals []literal) (sat.Status, *witness) {
	l := &m.local
	l.m, l.literals = m, literals
	l.s, l.asked = m.searcherFor(literals)
	if status := l.search(m.basesFor(literals)); status != sat.Sat {
		return status, nil
	}
	return sat.Sat, m.changed()
}

// maxBases is how many of the runs that are kept a search starts from.
const maxBases = 3

// basesFor lists the known runs that a search starts from: the usual one, or one in
// which all but one of the literals hold, and the ones that were kept last.
func (m *Model) basesFor(literals []literal) []*witness {
	bases := []*witness{m.nearlySo(literals)}
	for i := len(m.blocks) - 1; i > 0 && len(bases) <= maxBases; i-- {
		bases = append(bases, &witness{block: m.blocks[i]})
	}
	return bases
}

func (m *Model) nearlySo(literals []literal) *witness {
	if at := len(literals); at > 1 && at <= 4 {
		for i := range literals {
			others := slices.Delete(slices.Clone(literals), i, i+1)
			if lane, _ := m.blocks[0].find(others); lane >= 0 {
				return &witness{block: m.blocks[0], lane: lane}
			}
		}
	}
	return m.usually()
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
