package sat

// conflict is a clause of which all literals are false.
type conflict struct {
	clause clauseRef
	pair   [2]Lit // if the clause is binary
}

func (s *Solver) conflictLiterals(c *conflict) []Lit {
	if c.clause == binary {
		return c.pair[:]
	}
	return s.literals(c.clause)
}

// propagate draws all conclusions from clauses of which all literals but one are
// false, those nearest to the assumptions first, and returns a clause of which all
// are, if it comes upon one.
func (s *Solver) propagate() *conflict {
	for s.head < len(s.trail) {
		l := s.trail[s.head]
		s.head++
		s.steps++
		if c := s.visit(l); c != nil {
			s.head = len(s.trail)
			return c
		}
	}
	return nil
}

// visit looks at the clauses that watch a literal that has become true, because
// its opposite is theirs.
func (s *Solver) visit(l Lit) *conflict {
	list := s.watches[l]
	s.steps += int64(len(list))
	kept := 0
	for i, w := range list {
		if w.clause == binary || s.values[w.other] == isTrue {
			list[kept] = w
			kept++
			if w.clause == binary && s.values[w.other] != isTrue && !s.conclude(w.other, binaryReason(l.Not())) {
				kept += copy(list[kept:], list[i+1:])
				s.watches[l] = list[:kept]
				return &conflict{binary, [2]Lit{w.other, l.Not()}}
			}
			continue
		}
		other, moved := s.rewatch(w.clause, l.Not())
		if moved {
			continue
		}
		list[kept] = watch{w.clause, other}
		kept++
		if s.values[other] != isTrue && !s.conclude(other, clauseReason(w.clause)) {
			kept += copy(list[kept:], list[i+1:])
			s.watches[l] = list[:kept]
			return &conflict{clause: w.clause}
		}
	}
	s.watches[l] = list[:kept]
	return nil
}

// rewatch looks for another literal of a clause to watch instead of one that has
// become false. It returns the other watched literal, which is now the first.
func (s *Solver) rewatch(ref clauseRef, wrong Lit) (other Lit, moved bool) {
	c := s.literals(ref)
	if c[0] == wrong {
		c[0], c[1] = c[1], c[0]
	}
	if s.values[c[0]] == isTrue {
		return c[0], false
	}
	for i := 2; i < len(c); i++ {
		if s.values[c[i]] == isFalse {
			continue
		}
		s.steps += int64(i)
		c[1], c[i] = c[i], c[1]
		s.watches[c[1].Not()] = append(s.watches[c[1].Not()], watch{ref, c[0]})
		return c[0], true
	}
	s.steps += int64(len(c))
	return c[0], false
}

// conclude makes a literal true that is the last one left of a clause; false if it
// is false already. Beyond the question nothing is concluded but what holds for
// ever: such a variable stays open, so that its clause is as good as true.
func (s *Solver) conclude(l Lit, why reason) bool {
	switch {
	case s.values[l] == isFalse:
		return false
	case s.level() == 0 || s.within(l.Var()):
		s.set(l, why)
	}
	return true
}
