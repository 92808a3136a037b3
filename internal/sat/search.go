package sat

import "slices"

const (
	// decay is by how much older conflicts count less than the next one.
	decay = 0.95
	// maxActivity is where all activities are scaled down.
	maxActivity = 1e100
	// restartUnit is how many conflicts the shortest stretch between restarts has.
	restartUnit = 64
	// conflictSteps is what a conflict costs beside the literals it looks at.
	conflictSteps = 16
)

// Solve looks for an assignment that makes all clauses and all assumptions true,
// and gives up after about as many steps as the limit says.
//
// With a scope, only its variables are looked at. Whoever passes one answers for it
// that every assignment of these variables that contradicts no clause among them
// can be extended to all the others, as it is where the others are defined by them.
func (s *Solver) Solve(limit int64, scope []int, assumptions ...Lit) Status {
	s.failed = s.failed[:0]
	if s.impossible {
		return Unsat
	}
	s.limit = s.steps + limit
	s.assumptions = append(s.assumptions[:0], assumptions...)
	s.enter(scope)
	status := s.search()
	s.backtrack(0)
	s.queue.clear()
	s.question = 0
	s.reduce()
	return status
}

// enter marks the variables of a question and queues them.
func (s *Solver) enter(scope []int) {
	if s.increment == 0 {
		s.increment = 1
	}
	if scope == nil {
		for v := range s.levels {
			s.queue.push(v, s.activity)
		}
		return
	}
	s.numberQuestion()
	for _, v := range scope {
		s.scope[v] = s.question
	}
	for _, l := range s.assumptions {
		s.scope[l.Var()] = s.question
	}
	for _, v := range scope {
		s.queue.push(v, s.activity)
	}
	s.steps += int64(len(scope))
}

// search is the main loop: propagate, learn or decide.
func (s *Solver) search() Status {
	for restarts := 1; ; restarts++ {
		left := restartUnit * luby(restarts)
		for {
			c := s.propagate()
			switch {
			case s.steps > s.limit:
				return GaveUp
			case c != nil && s.level() <= 1:
				return s.refute(c)
			case c != nil:
				s.learn(c)
				left--
				continue
			case s.level() == 0:
				if !s.assume() {
					return Unsat
				}
				continue
			case left <= 0:
				s.backtrack(1)
			}
			if left <= 0 {
				break
			}
			if !s.decide() {
				s.keepModel()
				return Sat
			}
		}
	}
}

// refute is for a conflict without any decision of ours.
func (s *Solver) refute(c *conflict) Status {
	if s.level() == 0 {
		s.impossible = true
		return Unsat
	}
	s.blame(s.conflictLiterals(c))
	if !s.assumed(s.conflictLiterals(c)) {
		s.learnFailed()
	}
	return Unsat
}

// assumed reports whether nothing but assumptions makes the literals false, so that
// their clause says already what there is to learn.
func (s *Solver) assumed(literals []Lit) bool {
	return !slices.ContainsFunc(literals, func(l Lit) bool { return s.reasons[l.Var()] != noReason })
}

// assume makes all assumptions true, on one level, so that conclusions are drawn
// from all of them side by side. It is false if one of them is false.
func (s *Solver) assume() bool {
	s.starts = append(s.starts, len(s.trail))
	for _, l := range s.assumptions {
		switch s.values[l] {
		case isFalse:
			s.blame([]Lit{l})
			s.failed = append(s.failed, l)
			return false
		case open:
			s.set(l, noReason)
		}
	}
	return true
}

// decide sets the most active open variable; false if all are set.
func (s *Solver) decide() bool {
	for {
		v := s.queue.pop(s.activity)
		s.steps += 2
		if v < 0 {
			return false
		}
		if s.values[Pos(v)] != open {
			continue
		}
		s.starts = append(s.starts, len(s.trail))
		if s.phases[v] {
			s.set(Pos(v), noReason)
		} else {
			s.set(Neg(v), noReason)
		}
		return true
	}
}

// keepModel stores the values of all variables of the question.
func (s *Solver) keepModel() {
	if len(s.model) < len(s.levels) {
		s.model = append(s.model, make([]bool, len(s.levels)-len(s.model))...)
	}
	for _, l := range s.trail {
		s.model[l.Var()] = !l.Negated()
	}
}

// Value returns the value of a variable of the last question that was answered
// with Sat.
func (s *Solver) Value(v int) bool { return s.model[v] }

// Failed returns assumptions of the last question that cannot all be true, if it
// was answered with Unsat; it is empty if the clauses alone cannot. It is valid
// until the next question.
func (s *Solver) Failed() []Lit { return s.failed }

// luby is the sequence 1 1 2 1 1 2 4 1 1 2 ...
func luby(i int) int {
	for {
		k := 1
		for 1<<k-1 < i {
			k++
		}
		if 1<<k-1 == i {
			return 1 << (k - 1)
		}
		i -= 1<<(k-1) - 1
	}
}
