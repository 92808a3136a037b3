// Package shape says whether stored JSON has the shape that a plan names: a
// word such as int, [T], {name: T, optional?: T}, or {*: T} for a map.
//
// A value has a shape if it can be read into a Go type whose shape that is. So
// it is the reader's question: "0.5" is no int, whoever wrote it.
package shape

import (
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/jsonvalue"
)

// Shape is the JSON shape of a value. It is immutable.
type Shape struct {
	text string
	// kinds are those that can be read into what has the shape; nil for all,
	// as with "any", and for words of later versions.
	kinds []jsonvalue.Kind
	// elem is the shape of the elements or of all members; nil if they are not known.
	elem *Shape
	// fields are the members of an object.
	fields []field
}

type field struct {
	name  string
	shape *Shape
}

// kindsOf are the kinds of values that can be read into what has a shape, by
// the word or by the bracket it starts with.
var kindsOf = map[string][]jsonvalue.Kind{
	"int":    {jsonvalue.Int},
	"uint":   {jsonvalue.Int, jsonvalue.Uint},
	"float":  {jsonvalue.Int, jsonvalue.Uint, jsonvalue.Float},
	"bool":   {jsonvalue.Bool},
	"string": {jsonvalue.String},
	"time":   {jsonvalue.String},
	"bytes":  {jsonvalue.String, jsonvalue.Array, jsonvalue.Null},
	"[":      {jsonvalue.Array, jsonvalue.Null},
	"{*:":    {jsonvalue.Object, jsonvalue.Null},
	"{":      {jsonvalue.Object},
}

// Parse parses the text of a shape. Of a text that it cannot take apart,
// such as one with a colon in the name of a field, it knows the outermost kind.
func Parse(text string) *Shape {
	p := parser{rest: text}
	if s, ok := p.shape(); ok && p.rest == "" {
		return s
	}
	for _, bracket := range []string{"[", "{*:", "{"} {
		if strings.HasPrefix(text, bracket) {
			return &Shape{text: text, kinds: kindsOf[bracket]}
		}
	}
	return &Shape{text: text}
}

// Check returns an error for the first thing in a stored value that cannot be
// read into what has the shape. Nulls inside the value and the range of numbers
// are left to the task that reads it.
func (s *Shape) Check(raw []byte) error {
	var v jsonvalue.Scalar
	v.Parse(raw)
	fits := s.kinds == nil || slices.Contains(s.kinds, v.Kind())
	if !fits || s.text == "uint" && raw[0] == '-' {
		return &jsonvalue.TypeError{Want: s.text, Got: v.Describe()}
	}
	if s.elem == nil && s.fields == nil {
		return nil
	}
	return jsonvalue.Each(raw, func(name string, value []byte) error {
		if inner := s.inner(name); inner != nil && !isNull(value) {
			return inner.Check(value)
		}
		return nil
	})
}

// Any reports whether every value has the shape, as far as is known.
func (s *Shape) Any() bool { return s.kinds == nil }

// inner is the shape of an element or member, nil if it is not known.
func (s *Shape) inner(name string) *Shape {
	if s.elem != nil {
		return s.elem
	}
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		if i := slices.IndexFunc(s.fields, func(f field) bool { return same(f.name, name) }); i >= 0 {
			return s.fields[i].shape
		}
	}
	return nil
}

func isNull(raw []byte) bool { return string(raw) == "null" }
