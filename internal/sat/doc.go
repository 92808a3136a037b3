// Package sat decides whether a set of clauses can be satisfied: a small solver
// that learns from conflicts (CDCL), in the manner of MiniSat. It has two watched
// literals a clause, learning up to the first unique implication point, activities
// with decay, saved phases, restarts, and clauses that may be added between
// questions. A question is asked under assumptions, and an unsatisfiable one names
// those it rests on.
//
// It is our own because the checker has to be bounded: the solver counts steps and
// gives up after as many as it was allowed, never after a time, so that the same
// questions get the same answers on every machine. The libraries that there are,
// gophersat above all, can neither be bounded nor interrupted. It can also be told
// to look at some of the variables only, which is what makes thousands of small
// questions about one large set of clauses cheap.
package sat
