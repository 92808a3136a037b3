package outcome

import "github.com/cloacina-go/cloacina/internal/sat"

// searcher is a solver with the part of a circuit that it knows. The variable of a
// node has its number.
type searcher struct {
	m           *Model
	solver      sat.Solver
	encoded     []bool    // by node: the solver knows what it is made of
	count       int       // of searches
	assumptions []sat.Lit // of the last search
}

// solve looks for a run in which all literals hold. The cone is what they depend on.
func (s *searcher) solve(cone []int, literals []literal) sat.Status {
	s.encode(cone)
	return s.search(cone, literals, s.m.left/questionShare)
}

// search asks the solver about some nodes. Those it does not know are free.
func (s *searcher) search(nodes []int, literals []literal, limit int64) sat.Status {
	s.count++
	assumptions := s.assumptions[:0]
	for _, l := range literals {
		assumptions = append(assumptions, sat.Lit(l))
	}
	s.assumptions = assumptions
	before := s.solver.Steps()
	status := s.solver.Solve(limit, nodes, assumptions...)
	s.m.left -= s.solver.Steps() - before
	return status
}

// encode tells the solver what nodes are made of.
func (s *searcher) encode(nodes []int) {
	c := s.m.circuit
	if first := s.solver.Vars(); first < c.nodes() {
		s.solver.AddVars(c.nodes() - first)
		for v := first; v < c.nodes(); v++ {
			s.solver.SetPhase(v, c.usual[v])
		}
		s.encoded = append(s.encoded, make([]bool, c.nodes()-first)...)
	}
	s.m.left -= 3 * int64(len(nodes))
	var long []sat.Lit
	for _, node := range nodes {
		if s.encoded[node] {
			continue
		}
		s.encoded[node] = true
		operands := c.operands(node)
		switch {
		case node == always.node():
			s.solver.AddClause(sat.Pos(node))
		case len(operands) > 0:
			long = append(long[:0], sat.Pos(node))
			for _, o := range operands {
				s.solver.AddClause(sat.Neg(node), sat.Lit(o))
				long = append(long, sat.Lit(o.not()))
			}
			s.solver.AddClause(long...)
		}
	}
}

// resetPhases has the solver try what is usual first.
func (s *searcher) resetPhases(cone []int) {
	for _, node := range cone {
		if node < s.solver.Vars() {
			s.solver.SetPhase(node, s.m.circuit.usual[node])
		}
	}
}

// copyTo sets the inputs among some nodes as the solver found them.
func (s *searcher) copyTo(b *block, cone []int) {
	for _, node := range cone {
		if s.m.circuit.isInput(node) {
			b.fill(node, s.solver.Value(node))
		}
	}
}
