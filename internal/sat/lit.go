package sat

import "strconv"

// Lit is a literal: a variable, numbered from 0 by [Solver.NewVar], or its negation.
type Lit int32

// Pos is the literal that is true if the variable is.
func Pos(v int) Lit { return Lit(v) << 1 }

// Neg is the literal that is true if the variable is false.
func Neg(v int) Lit { return Lit(v)<<1 | 1 }

// Not returns the opposite literal.
func (l Lit) Not() Lit { return l ^ 1 }

// Var returns the variable of the literal.
func (l Lit) Var() int { return int(l >> 1) }

// Negated reports whether the literal is the negation of its variable.
func (l Lit) Negated() bool { return l&1 == 1 }

// String returns the literal as its variable, with a minus if negated.
func (l Lit) String() string {
	if l.Negated() {
		return "-" + strconv.Itoa(l.Var())
	}
	return strconv.Itoa(l.Var())
}

// Status is the answer to a question.
type Status uint8

// The answers.
const (
	// GaveUp means that the steps were used up before there was an answer.
	GaveUp Status = iota
	// Sat means that there is an assignment that makes all clauses true.
	Sat
	// Unsat means that there is none.
	Unsat
)

// String returns the answer as a word.
func (s Status) String() string { return [...]string{"gave up", "sat", "unsat"}[s] }

// truth is what a literal is at present. The truth of the opposite literal has
// the opposite sign.
type truth int8

const (
	isFalse truth = iota - 1
	open
	isTrue
)
