package sat

import "slices"

// Solver holds variables and clauses, and answers questions about them. The zero
// value is an empty solver. It is not safe for concurrent use.
type Solver struct {
	// memory holds the clauses of three and more literals one behind the other:
	// the length, then the activity, then the literals.
	memory []Lit
	learnt []clauseRef

	watches  [][]watch // by literal: the clauses to look at once it is true
	values   []truth   // by literal
	levels   []int32   // by variable
	reasons  []reason  // by variable
	phases   []bool    // by variable: its last value
	scope    []uint32  // by variable: of which question it is part
	question uint32    // number of the question; 0 has all variables
	asked    uint32    // how many questions had a scope
	seen     []bool    // by variable, for conflicts

	trail     []Lit
	starts    []int // of the levels in the trail
	head      int   // of the trail that is not propagated yet
	activity  []float64
	increment float64
	queue     queue

	impossible  bool
	clause      []Lit // that is being added
	assumptions []Lit
	failed      []Lit
	model       []bool
	steps       int64
	limit       int64
}

// clauseRef is where a clause begins in the memory.
type clauseRef int32

// watch is a clause that is looked at when a literal becomes false. If the other
// literal is true, there is no need to.
type watch struct {
	clause clauseRef // binary for a clause of the literal and the other alone
	other  Lit
}

const binary clauseRef = -1

// reason is why a literal is true: a clause, or the one other literal of a binary
// clause.
type reason int64

const noReason reason = -1

func clauseReason(c clauseRef) reason { return reason(c) << 1 }
func binaryReason(other Lit) reason   { return reason(other)<<1 | 1 }

// NewVar adds a variable and returns its number.
func (s *Solver) NewVar() int {
	s.AddVars(1)
	return s.Vars() - 1
}

// AddVars adds as many variables, with the next numbers.
func (s *Solver) AddVars(n int) {
	s.watches = slices.Grow(s.watches, 2*n)[:len(s.watches)+2*n]
	s.values = slices.Grow(s.values, 2*n)[:len(s.values)+2*n]
	s.levels = slices.Grow(s.levels, n)[:len(s.levels)+n]
	s.phases = slices.Grow(s.phases, n)[:len(s.phases)+n]
	s.scope = slices.Grow(s.scope, n)[:len(s.scope)+n]
	s.seen = slices.Grow(s.seen, n)[:len(s.seen)+n]
	s.activity = slices.Grow(s.activity, n)[:len(s.activity)+n]
	s.reasons = slices.Grow(s.reasons, n)
	s.queue.places = slices.Grow(s.queue.places, n)
	for range n {
		s.reasons = append(s.reasons, noReason)
		s.queue.places = append(s.queue.places, -1)
	}
}

// Vars returns the number of variables.
func (s *Solver) Vars() int { return len(s.levels) }

// SetPhase says which value of a variable is tried first.
func (s *Solver) SetPhase(v int, phase bool) { s.phases[v] = phase }

// AddClause adds a clause: one of the literals is true. An empty clause makes
// every question unsatisfiable.
func (s *Solver) AddClause(literals ...Lit) {
	if s.impossible {
		return
	}
	s.clause = append(s.clause[:0], literals...)
	kept := s.clause
	slices.Sort(kept)
	kept = slices.Compact(kept)
	n := 0
	for i, l := range kept {
		if s.values[l] == isTrue || i > 0 && kept[i-1] == l.Not() {
			return // the clause is true
		}
		if s.values[l] == open {
			kept[n] = l
			n++
		}
	}
	s.install(kept[:n])
}

// install adds a clause whose literals are all open, at the level of no decision.
func (s *Solver) install(c []Lit) {
	switch len(c) {
	case 0:
		s.impossible = true
	case 1:
		s.set(c[0], noReason)
		s.impossible = s.propagate() != nil
	case 2:
		s.watchBinary(c[0], c[1])
	default:
		s.store(c)
	}
}

func (s *Solver) watchBinary(a, b Lit) {
	s.watches[a.Not()] = append(s.watches[a.Not()], watch{binary, b})
	s.watches[b.Not()] = append(s.watches[b.Not()], watch{binary, a})
}

// store puts a clause of three and more literals into the memory. Its first two
// are watched.
func (s *Solver) store(c []Lit) clauseRef {
	ref := clauseRef(len(s.memory))
	s.memory = append(s.memory, Lit(len(c)), 0)
	s.memory = append(s.memory, c...)
	s.attach(ref)
	return ref
}

func (s *Solver) attach(ref clauseRef) {
	c := s.literals(ref)
	s.watches[c[0].Not()] = append(s.watches[c[0].Not()], watch{ref, c[1]})
	s.watches[c[1].Not()] = append(s.watches[c[1].Not()], watch{ref, c[0]})
}

// literals are those of a clause in the memory.
func (s *Solver) literals(ref clauseRef) []Lit {
	n := s.memory[ref]
	return s.memory[ref+2 : ref+2+clauseRef(n)]
}

// level is the number of decisions, of which the assumptions together are the first.
func (s *Solver) level() int { return len(s.starts) }

// set makes an open literal true.
func (s *Solver) set(l Lit, why reason) {
	s.values[l], s.values[l.Not()] = isTrue, isFalse
	s.levels[l.Var()] = int32(s.level())
	s.reasons[l.Var()] = why
	s.trail = append(s.trail, l)
}

// backtrack undoes all levels above one.
func (s *Solver) backtrack(level int) {
	if s.level() <= level {
		return
	}
	start := s.starts[level]
	for _, l := range slices.Backward(s.trail[start:]) {
		v := l.Var()
		s.values[l], s.values[l.Not()] = open, open
		s.phases[v] = !l.Negated()
		if s.within(v) {
			s.queue.push(v, s.activity)
		}
	}
	s.trail, s.starts, s.head = s.trail[:start], s.starts[:level], start
}

// within reports whether a variable belongs to the question.
func (s *Solver) within(v int) bool { return s.question == 0 || s.scope[v] == s.question }

// Steps returns how many steps were taken so far: clauses looked at, variables
// set and conflicts analysed.
func (s *Solver) Steps() int64 { return s.steps }

// numberQuestion gives the question a number of its own.
func (s *Solver) numberQuestion() {
	s.asked++
	if s.asked == 0 { // all numbers were used
		clear(s.scope)
		s.asked = 1
	}
	s.question = s.asked
}
