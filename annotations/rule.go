package annotations

// Rule is a node of a trigger rule's syntax tree: a pointer to one of the types
// below. Trees without positions may be built as literals:
//
//	&annotations.Not{Rule: &annotations.Outcome{Want: annotations.Failed, ID: annotations.Name{Text: "fetch"}}}
type Rule interface {
	// Span is the place of the node in the source. It is the zero Span in a
	// tree that was not parsed.
	Span() Span
	rule()
}

// node is the part that all nodes share.
type node struct{ span Span }

func (n *node) Span() Span { return n.span }
func (*node) rule()        {}

// The nodes of a rule. Both spellings, all(a, b) and a && b, parse to the same
// tree; Infix remembers which one was written, so that the printer returns it.
type (
	// Always is the rule that is always true.
	Always struct{ node }

	// All is true when every operand is: all(a, b) or a && b.
	All struct {
		node
		Rules []Rule
		Infix bool
	}

	// Any is true when an operand is: any(a, b) or a || b.
	Any struct {
		node
		Rules []Rule
		Infix bool
	}

	// None is true when no operand is: none(a, b).
	None struct {
		node
		Rules []Rule
	}

	// Not is the negation: not(a) or !a.
	Not struct {
		node
		Rule  Rule
		Infix bool
	}

	// Outcome is task_success(id), task_failed(id) or task_skipped(id).
	Outcome struct {
		node
		Want TaskOutcome
		ID   Name
	}

	// ContextValue is a condition on a context key, in any of its spellings:
	// context_value(key, op, literal...) or context_value(key) <cmp> literal.
	ContextValue struct {
		node
		Key      Key
		Op       Operator
		Literals []Literal
		Infix    bool
	}

	// Shorthand is a rule over the task's own dependencies, such as one_success.
	Shorthand struct {
		node
		Kind ShorthandKind
	}
)

// Name is an identifier or quoted string with its place.
type Name struct {
	// Text is the name without quotes.
	Text string
	// Quoted says that it was written in quotes.
	Quoted bool
	// Span covers the name as written, quotes included.
	Span Span
}

// Key is the key of a context_value: a plain name, or a JSON Pointer (RFC 6901)
// when it starts with a slash.
type Key struct {
	// Text is the key as written, without quotes.
	Text string
	// Span covers the quoted key.
	Span Span
}
