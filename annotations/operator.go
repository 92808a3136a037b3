package annotations

import "go/token"

// Operator is the comparison of a context_value.
type Operator int

// The operators, each with the word and the sign that a rule has for it. Each Not
// operator is the negation of its partner, also when the key is missing.
const (
	Equals         Operator = iota + 1 // equals, ==
	NotEquals                          // not_equals, !=
	GreaterThan                        // greater_than, >
	LessThan                           // less_than, <
	GreaterOrEqual                     // greater_or_equal, >=
	LessOrEqual                        // less_or_equal, <=
	Contains                           // contains
	NotContains                        // not_contains
	Exists                             // exists
	NotExists                          // not_exists
	In                                 // in
	NotIn                              // not_in
)

var operatorNames = [...]string{
	Equals: "equals", NotEquals: "not_equals",
	GreaterThan: "greater_than", LessThan: "less_than",
	GreaterOrEqual: "greater_or_equal", LessOrEqual: "less_or_equal",
	Contains: "contains", NotContains: "not_contains",
	Exists: "exists", NotExists: "not_exists",
	In: "in", NotIn: "not_in",
}

// operatorTokens are the operators that have an infix spelling.
var operatorTokens = map[token.Token]Operator{
	token.EQL: Equals,
	token.NEQ: NotEquals,
	token.GTR: GreaterThan,
	token.LSS: LessThan,
	token.GEQ: GreaterOrEqual,
	token.LEQ: LessOrEqual,
}

// String returns the operator as a rule spells it, such as "greater_than", and
// "unknown" for a value that is no operator.
func (o Operator) String() string {
	if o < Equals || o > NotIn {
		return "unknown"
	}
	return operatorNames[o]
}

// Symbol returns the infix spelling, such as ">", and false if there is none.
func (o Operator) Symbol() (string, bool) {
	for t, op := range operatorTokens {
		if op == o {
			return t.String(), true
		}
	}
	return "", false
}

// arity returns how many literals the operator takes; most is -1 for no bound.
func (o Operator) arity() (least, most int) {
	switch o {
	case Exists, NotExists:
		return 0, 0
	case In, NotIn:
		return 1, -1
	}
	return 1, 1
}

// positive returns the operator without its negation, and whether there was one.
func (o Operator) positive() (Operator, bool) {
	switch o {
	case NotEquals, NotContains, NotExists, NotIn:
		return o - 1, true
	}
	return o, false
}

func operatorByName(name string) (Operator, bool) {
	for o := Equals; o <= NotIn; o++ {
		if operatorNames[o] == name {
			return o, true
		}
	}
	return 0, false
}
