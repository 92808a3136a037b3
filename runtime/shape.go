package cloacina

import (
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/jsonvalue"
)

// shape is the JSON shape of a value, parsed from the text in a plan: a word
// such as int, [T], {name: T, optional?: T}, or {*: T} for a map.
type shape struct {
	text string
	// kinds are those that can be read into what has the shape; nil for all,
	// as with "any", and for words of later versions.
	kinds []jsonvalue.Kind
	// elem is the shape of the elements or of all members; nil if they are not known.
	elem *shape
	// fields are the members of an object.
	fields []shapeField
}

type shapeField struct {
	name  string
	shape *shape
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

// parseShape parses the text of a shape. Of a text that it cannot take apart,
// such as one with a colon in the name of a field, it knows the outermost kind.
func parseShape(text string) *shape {
	p := shapeParser{rest: text}
	if s, ok := p.shape(); ok && p.rest == "" {
		return s
	}
	for _, bracket := range []string{"[", "{*:", "{"} {
		if strings.HasPrefix(text, bracket) {
			return &shape{text: text, kinds: kindsOf[bracket]}
		}
	}
	return &shape{text: text}
}

// check returns an error for the first thing in a stored value that cannot be
// read into what has the shape. Nulls inside the value and the range of numbers
// are left to the task that reads it.
func (s *shape) check(raw []byte) error {
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
			return inner.check(value)
		}
		return nil
	})
}

// inner is the shape of an element or member, nil if it is not known.
func (s *shape) inner(name string) *shape {
	if s.elem != nil {
		return s.elem
	}
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		if i := slices.IndexFunc(s.fields, func(f shapeField) bool { return same(f.name, name) }); i >= 0 {
			return s.fields[i].shape
		}
	}
	return nil
}

func isNull(raw []byte) bool { return string(raw) == "null" }
