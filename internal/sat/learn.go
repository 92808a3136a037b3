package sat

import "slices"

// maxLemma is the most assumptions of an unsatisfiable question that are kept as a
// clause.
const maxLemma = 3

// learn turns a conflict into a clause that would have avoided it, goes back to
// where that clause leaves one literal, and makes it true.
func (s *Solver) learn(c *conflict) {
	clause := s.resolve(c)
	level := 0
	for i := 1; i < len(clause); i++ {
		if l := int(s.levels[clause[i].Var()]); l > level {
			level = l
			clause[1], clause[i] = clause[i], clause[1]
		}
	}
	s.backtrack(level)
	s.increment /= decay
	s.steps += conflictSteps + int64(len(clause))
	switch len(clause) {
	case 1:
		s.set(clause[0], noReason)
	case 2:
		s.watchBinary(clause[0], clause[1])
		s.conclude(clause[0], binaryReason(clause[1]))
	default:
		ref := s.store(clause)
		s.learnt = append(s.learnt, ref)
		s.conclude(clause[0], clauseReason(ref))
	}
}

// resolve goes back from a conflict to the first literal of the last level through
// which all of it went, and returns the clause of its opposite, which comes first,
// and of the opposites of what came from earlier levels.
func (s *Solver) resolve(c *conflict) []Lit {
	clause := []Lit{0}
	left := 0 // literals of the last level that are not looked at yet
	add := func(l Lit) {
		v := l.Var()
		if s.seen[v] || s.levels[v] == 0 {
			return
		}
		s.seen[v] = true
		s.bump(v)
		if int(s.levels[v]) == s.level() {
			left++
		} else {
			clause = append(clause, l)
		}
	}
	for _, l := range s.conflictLiterals(c) {
		add(l)
	}
	for i := len(s.trail) - 1; ; i-- {
		l := s.trail[i]
		if !s.seen[l.Var()] {
			continue
		}
		left--
		if left == 0 {
			clause[0] = l.Not()
			break
		}
		s.seen[l.Var()] = false
		s.eachOther(l, add)
	}
	s.shorten(&clause)
	return clause
}

// shorten drops literals that follow from others of the clause by one step, and
// forgets what was seen.
func (s *Solver) shorten(clause *[]Lit) {
	all := slices.Clone(*clause)
	kept := (*clause)[:1]
	for _, l := range all[1:] {
		implied := s.reasons[l.Var()] != noReason
		s.eachOther(l.Not(), func(o Lit) {
			implied = implied && (s.seen[o.Var()] || s.levels[o.Var()] == 0)
		})
		if !implied {
			kept = append(kept, l)
		}
	}
	for _, l := range all {
		s.seen[l.Var()] = false
	}
	*clause = kept
}

// eachOther calls a function for the false literals from which a true one follows.
func (s *Solver) eachOther(l Lit, f func(Lit)) {
	why := s.reasons[l.Var()]
	switch {
	case why == noReason:
	case why&1 == 1:
		f(Lit(why >> 1))
	default:
		c := s.literals(clauseRef(why >> 1))
		s.steps += int64(len(c))
		s.touch(clauseRef(why >> 1))
		for _, o := range c {
			if o != l {
				f(o)
			}
		}
	}
}

// blame finds the assumptions from which it follows that some literals are false.
func (s *Solver) blame(literals []Lit) {
	todo := slices.Clone(literals)
	var marked []int
	for len(todo) > 0 {
		v := todo[len(todo)-1].Var()
		todo = todo[:len(todo)-1]
		if s.seen[v] || s.levels[v] == 0 {
			continue
		}
		s.seen[v] = true
		marked = append(marked, v)
		s.steps++
		l := Pos(v)
		if s.values[l] == isFalse {
			l = l.Not()
		}
		if s.reasons[v] == noReason {
			s.failed = append(s.failed, l)
			continue
		}
		s.eachOther(l, func(o Lit) { todo = append(todo, o) })
	}
	for _, v := range marked {
		s.seen[v] = false
	}
	slices.Sort(s.failed)
}

// learnFailed keeps as a clause that a few assumptions exclude each other: other
// questions end there sooner.
func (s *Solver) learnFailed() {
	if len(s.failed) == 0 {
		s.impossible = true
		return
	}
	if len(s.failed) > maxLemma {
		return
	}
	lemma := make([]Lit, len(s.failed))
	for i, l := range s.failed {
		lemma[i] = l.Not()
	}
	s.backtrack(0)
	s.install(lemma)
}

// bump makes a variable more active.
func (s *Solver) bump(v int) {
	s.activity[v] += s.increment
	if s.activity[v] > maxActivity {
		for i := range s.activity {
			s.activity[i] /= maxActivity
		}
		s.increment /= maxActivity
	}
	s.queue.raise(v, s.activity)
}
