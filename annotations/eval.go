package annotations

// View is what a rule can see at the moment it is decided.
//
// A View may also have the method Dependencies() []string; then [Eval] expands
// shorthands over what it returns.
type View interface {
	// Outcome returns how the task ended.
	Outcome(id string) TaskOutcome
	// Value returns the JSON value of a context key, and false if there is none.
	// It is asked for base keys only; what a JSON Pointer names inside the value
	// is found here.
	Value(key string) (json []byte, ok bool)
}

// Eval returns the truth of a rule. It is the reference for the meaning of rules;
// compiled ones are tested against it. Shorthands must have been expanded with
// [Expand], unless the view knows the dependencies; else they count as those of a
// task without any. A nil rule is true. Every operand is evaluated; there is no
// error: a condition that does not apply to a value is false.
//
//	key missing       false; true for not_equals, not_contains, not_in, not_exists
//	value null        exists is true, equals nil is true, ordering and contains are false
//	equals            by JSON kind and value; numbers by exact numeric value
//	ordering          two numbers, or two strings bytewise; else false
//	contains          part of a string, or element of an array; else false
//	not_x             the negation of x
//	all(), none()     true without operands
//	any()             false without operands
//
// A number is the decimal as it is written in the JSON, of any size and with
// every digit: 80 equals 80.0, and 9007199254740993 is not 9007199254740992. A
// float literal counts as the shortest decimal that identifies it, which is how
// Go prints it and encodes it as JSON; so 0.1 equals 0.1.
//
// A value that is not valid JSON exists and is equal to nothing.
func Eval(r Rule, v View) bool {
	if known, ok := v.(interface{ Dependencies() []string }); ok {
		r = Expand(r, known.Dependencies())
	}
	return eval(r, v)
}

func eval(r Rule, v View) bool {
	switch r := r.(type) {
	case *All:
		return count(r.Rules, v) == len(r.Rules)
	case *Any:
		return count(r.Rules, v) > 0
	case *None:
		return count(r.Rules, v) == 0
	case *Not:
		return !eval(r.Rule, v)
	case *Outcome:
		return v.Outcome(r.ID.Text) == r.Want
	case *ContextValue:
		return r.eval(v)
	case *Shorthand:
		return eval(Expand(r, nil), v)
	}
	return true
}

// count returns how many of the rules are true.
func count(rules []Rule, v View) int {
	n := 0
	for _, r := range rules {
		if eval(r, v) {
			n++
		}
	}
	return n
}

func (c *ContextValue) eval(v View) bool {
	op, negated := c.Op.positive()
	json, ok := v.Value(c.Key.Base())
	if !ok {
		return negated
	}
	val, ok := decodeValue(json).walk(c.Key.Path())
	return (ok && val.holds(op, c.Literals)) != negated
}
