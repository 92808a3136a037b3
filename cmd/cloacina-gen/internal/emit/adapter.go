package emit

import (
	"fmt"
	"go/types"

	"github.com/cloacina-go/cloacina/annotations/check"
)

// adapter is a function that moves values between keys and the fields of a struct.
type adapter struct {
	f *file
	// variable is the struct, in or out.
	variable word
	// typ is the parameter's type, a pointer to the struct.
	typ  doc
	body []doc
}

func (f *file) adapter(variable string, t types.Type) (*adapter, error) {
	d, err := f.typ(t)
	if err != nil {
		return nil, err
	}
	return &adapter{f: f, variable: f.local(variable), typ: seq{op("*"), d}}, nil
}

// closure returns the function literal.
func (a *adapter) closure() doc {
	keys := seq{op("*"), a.f.rt("Keys")}
	params := list{open: "(", close: ")", items: []doc{keys, a.typ}}
	if len(a.body) > 0 {
		params.items = []doc{spaced(a.f.local("k"), keys), spaced(a.variable, a.typ)}
	}
	return closure(params, nil, a.body...)
}

// move adds a statement that moves the value of one key.
func (a *adapter) move(function string, t types.Type, key string, value doc) {
	a.body = append(a.body, a.f.move(function, t, key, value))
}

// move returns the call that moves the value of one key. The type argument says
// which type the key has, so that a field of another type does not compile. It
// is left to inference only where the type has no name in this package.
func (f *file) move(function string, t types.Type, key string, value doc) doc {
	var fn doc = f.rt(function)
	if d, err := f.typ(t); err == nil {
		fn = seq{fn, list{open: "[", close: "]", items: []doc{d}, style: hang}}
	}
	return call(fn, f.local("k"), f.str(key), value)
}

// reader returns the function that fills a struct from the keys.
func (f *file) reader(s *check.Struct) (doc, error) {
	a, err := f.adapter("in", s.Type)
	if err != nil {
		return nil, err
	}
	for _, field := range s.Fields {
		selector, goType, err := f.selector(a.variable, s, field)
		if err != nil {
			return nil, err
		}
		a.move(readFunction(field, goType), valueType(field, goType), field.Key, seq{op("&"), selector})
	}
	return a.closure(), nil
}

func readFunction(field check.Field, goType types.Type) string {
	switch {
	case field.Presence == check.Required:
		return "Require"
	case field.Presence == check.PointerNil && isPointer(goType):
		return "OptionalPointer"
	default:
		return "Optional"
	}
}

// valueType is the type argument for a field: what is under the key, and the
// field's own type where nil stands for a missing key but is no plain pointer.
func valueType(field check.Field, goType types.Type) types.Type {
	if field.Presence == check.PointerNil && !isPointer(goType) {
		return goType
	}
	return field.Type
}

// writer returns the function that writes the fields of a struct to the keys.
func (f *file) writer(s *check.Struct) (doc, error) {
	a, err := f.adapter("out", s.Type)
	if err != nil {
		return nil, err
	}
	if err := f.writes(a, s); err != nil {
		return nil, err
	}
	return a.closure(), nil
}

// writes adds a statement for each field.
func (f *file) writes(a *adapter, s *check.Struct) error {
	for _, field := range s.Fields {
		selector, goType, err := f.selector(a.variable, s, field)
		if err != nil {
			return err
		}
		a.move(writeFunction(field, goType), valueType(field, goType), field.Key, selector)
	}
	return nil
}

func writeFunction(field check.Field, goType types.Type) string {
	switch {
	case field.Presence == check.OmitEmpty:
		return "WriteNonEmpty"
	case field.Presence == check.OmitZero:
		return "WriteNonZero"
	case field.Presence == check.PointerNil && isPointer(goType):
		return "WritePointer"
	case field.Presence == check.PointerNil: // a nil interface or a nil json.RawMessage
		return "WriteNonZero"
	default:
		return "Write"
	}
}

// wholeResult returns the function that writes a result under one key; a nil
// result, if the plan has that, writes nothing.
func (f *file) wholeResult(t *check.Task, optional bool) (doc, error) {
	a, err := f.adapter("out", t.ResultType)
	if err != nil {
		return nil, err
	}
	function, valueType := "Write", t.ResultType
	if optional {
		function = "WriteNonZero"
		if p, ok := types.Unalias(t.ResultType).(*types.Pointer); ok {
			function, valueType = "WritePointer", p.Elem()
		}
	}
	a.move(function, valueType, t.ResultKey, seq{op("*"), a.variable})
	return a.closure(), nil
}

// selector returns the full path to a field and the field's type in Go.
func (f *file) selector(variable word, s *check.Struct, field check.Field) (doc, types.Type, error) {
	out := seq{variable}
	t := s.Type
	for _, name := range field.Path {
		v := fieldOf(t, name)
		if v == nil {
			return nil, nil, fmt.Errorf("type %s has no field %s for key %q", t, name, field.Key)
		}
		out = append(out, op("."), f.id(v.Name()))
		t = v.Type()
	}
	return out, t, nil
}

// fieldOf returns the field that a struct type itself declares.
func fieldOf(t types.Type, name string) *types.Var {
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for v := range s.Fields() {
		if v.Name() == name {
			return v
		}
	}
	return nil
}

func isPointer(t types.Type) bool {
	_, ok := types.Unalias(t).(*types.Pointer)
	return ok
}
