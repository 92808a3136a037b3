package plan

// Rule is a trigger rule: its text for people, its tree for explanations.
// The zero value is "always".
type Rule struct {
	// Text is the rule as written, printed in its canonical form.
	Text string `json:",omitempty"`
	// Tree is the rule with its shorthands expanded; nil means always.
	Tree *Node `json:",omitempty"`
	// Reads are the keys the rule tests, each once, in the order of their
	// first occurrence; a leaf's value is found by the position of its key.
	Reads []Read `json:",omitempty"`
}

// Op is the kind of a [Node].
type Op uint8

// The kinds of nodes. The operators come first, then the leaves.
const (
	OpAll Op = iota + 1
	OpAny
	OpNone
	OpNot
	OpTaskSuccess
	OpTaskFailed
	OpTaskSkipped
	OpValue
)

// Leaf reports whether the kind is a leaf: a condition with a truth value of its own.
func (o Op) Leaf() bool { return o >= OpTaskSuccess }

// Node is one node of a rule's tree. Leaves are numbered from 0 in the order
// in which a depth-first walk from left to right meets them; that number is
// the leaf's bit in [Leaves].
type Node struct {
	// Op is the kind of the node.
	Op Op
	// Args are the operands of an operator: any number for OpAll, OpAny and
	// OpNone, one for OpNot, none for a leaf.
	Args []*Node `json:",omitempty"`
	// Task is the index of the task a task leaf asks about.
	Task int `json:",omitempty"`
	// Key is the key an OpValue leaf tests: a name or a JSON Pointer.
	Key string `json:",omitempty"`
	// Cmp is the comparison of an OpValue leaf.
	Cmp Cmp `json:",omitempty"`
	// Literals are the right-hand sides: one for comparisons, any number for
	// in and not_in, none for exists and not_exists.
	Literals []Literal `json:",omitempty"`
}

// Cmp is a comparison between a context value and literals.
type Cmp uint8

// The comparisons of context_value.
const (
	CmpEquals Cmp = iota + 1
	CmpNotEquals
	CmpGreaterThan
	CmpLessThan
	CmpGreaterOrEqual
	CmpLessOrEqual
	CmpContains
	CmpNotContains
	CmpExists
	CmpNotExists
	CmpIn
	CmpNotIn
)

// LiteralKind is the JSON kind of a [Literal].
type LiteralKind uint8

// The kinds of literals. LitUint is used only for integers beyond the range of int64.
const (
	LitNil LiteralKind = iota
	LitBool
	LitInt
	LitUint
	LitFloat
	LitString
)

// Literal is a constant of a rule. Only the field of its kind is set.
type Literal struct {
	// Kind says which field holds the value.
	Kind LiteralKind
	// Bool is the value of a LitBool.
	Bool bool `json:",omitempty"`
	// Int is the value of a LitInt.
	Int int64 `json:",omitempty"`
	// Uint is the value of a LitUint.
	Uint uint64 `json:",omitempty"`
	// Float is the value of a LitFloat; it is finite.
	Float float64 `json:",omitempty"`
	// String is the value of a LitString.
	String string `json:",omitempty"`
}
