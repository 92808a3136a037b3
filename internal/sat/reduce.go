package sat

import "slices"

// minLearnt is how many learnt clauses are always kept.
const minLearnt = 4000

// touch notes that a clause was of use.
func (s *Solver) touch(ref clauseRef) {
	// Counted in steps, coarse enough for a small number.
	s.memory[ref+1] = Lit(s.steps >> 10 & 0x3fffffff)
}

// reduce forgets the half of the learnt clauses that was of no use for longest, if
// there are many. It is called between questions, when nothing is set but what
// holds for ever and no reason is needed.
func (s *Solver) reduce() {
	if len(s.learnt) <= minLearnt {
		return
	}
	slices.SortStableFunc(s.learnt, func(a, b clauseRef) int { return int(s.memory[b+1]) - int(s.memory[a+1]) })
	half := len(s.learnt) / 2
	learnt, dropped := make(map[clauseRef]bool, half), make(map[clauseRef]bool, half)
	for i, ref := range s.learnt {
		if i < half {
			learnt[ref] = true
		} else {
			dropped[ref] = true
		}
	}
	for _, l := range s.trail {
		s.reasons[l.Var()] = noReason
	}
	for l, list := range s.watches {
		s.watches[l] = slices.DeleteFunc(list, func(w watch) bool { return w.clause != binary })
	}
	s.compact(learnt, dropped)
}

// compact closes the gaps in the memory and watches the clauses anew.
func (s *Solver) compact(learnt, dropped map[clauseRef]bool) {
	old := s.memory
	s.memory, s.learnt = make([]Lit, 0, len(old)), s.learnt[:0]
	for ref := clauseRef(0); int(ref) < len(old); ref += 2 + clauseRef(old[ref]) {
		if dropped[ref] {
			continue
		}
		now := clauseRef(len(s.memory))
		s.memory = append(s.memory, old[ref:ref+2+clauseRef(old[ref])]...)
		if learnt[ref] {
			s.learnt = append(s.learnt, now)
		}
		s.attachOpen(now)
	}
}

// attachOpen watches two literals of a clause that are not false. Where there is
// but one, it is true, and any other does.
func (s *Solver) attachOpen(ref clauseRef) {
	c := s.literals(ref)
	n := 0
	for i := 0; i < len(c) && n < 2; i++ {
		if s.values[c[i]] != isFalse {
			c[n], c[i] = c[i], c[n]
			n++
		}
	}
	s.attach(ref)
}
