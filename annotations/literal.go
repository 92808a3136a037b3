package annotations

import (
	"strconv"
	"strings"
)

// LiteralKind is the kind of a [Literal].
type LiteralKind int

// The kinds of literals. LitUint is used only for integers beyond the range of int64.
const (
	LitNil    LiteralKind = iota // nil
	LitBool                      // true or false
	LitInt                       // -80
	LitUint                      // 18446744073709551615
	LitFloat                     // 0.5
	LitString                    // "a"
)

// Literal is a constant of a rule. Only the field of its kind is set.
type Literal struct {
	// Kind says which field holds the value.
	Kind LiteralKind
	// Bool is the value of a LitBool.
	Bool bool
	// Int is the value of a LitInt.
	Int int64
	// Uint is the value of a LitUint.
	Uint uint64
	// Float is the value of a LitFloat; it is finite.
	Float float64
	// String is the value of a LitString; it is valid UTF-8.
	String string
	// Span is the place of the literal; the zero Span if it was not parsed.
	Span Span
}

// Text returns the literal as a rule spells it, such as `"a"`, -1 or 80.0.
func (l Literal) Text() string {
	switch l.Kind {
	case LitBool:
		return strconv.FormatBool(l.Bool)
	case LitInt:
		return strconv.FormatInt(l.Int, 10)
	case LitUint:
		return strconv.FormatUint(l.Uint, 10)
	case LitFloat:
		return floatText(l.Float)
	case LitString:
		return strconv.Quote(l.String)
	}
	return "nil"
}

// floatText prints the shortest text that reads back as the same float and not
// as an integer.
func floatText(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}
