package emit

import (
	"fmt"
	"go/types"

	"github.com/cloacina-go/cloacina/annotations/check"
)

// adapter is a function that moves values between keys and the fields of a struct.
type adapter struct {
	f *file
	// variable is the struct, or a pointer to it: in or out.
	variable word
	// params are the parameters of the function, behind its keys.
	params []doc
	body   []doc
}

// adapter returns a function of keys and a pointer to a struct.
func (f *file) adapter(variable string, t doc) *adapter {
	return &adapter{f: f, variable: f.local(variable), params: []doc{seq{op("*"), t}}}
}

// closure returns the function literal. Its parameters have names if it uses them.
func (a *adapter) closure() doc {
	keys := doc(seq{op("*"), a.f.rt("Keys")})
	params := append([]doc{keys}, a.params...)
	if len(a.body) > 0 {
		params[0] = spaced(a.f.local("k"), keys)
		for i, p := range a.params {
			params[i+1] = spaced(a.variable, p)
		}
	}
	return closure(list{open: "(", close: ")", items: params}, nil, a.body...)
}

// move adds a statement that moves the value of one key. Its type argument says
// which type the key has, so that a field of another type does not compile.
func (a *adapter) move(function string, t types.Type, key string, value doc) {
	fn := seq{a.f.rt(function), list{open: "[", close: "]", items: []doc{a.f.typ(t)}, style: hang}}
	a.body = append(a.body, call(fn, a.f.local("k"), a.f.str(key), value))
}

// reader returns the function that fills a struct from the keys.
func (f *file) reader(s *check.Struct) doc {
	a := f.adapter("in", f.typ(s.Type))
	for _, field := range s.Fields {
		selector, goType := a.selector(s, field)
		a.move(readFunction(field, goType), valueType(field, goType), field.Key, seq{op("&"), selector})
	}
	return a.closure()
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

// valueType is the type argument for a field: the type of what is under the
// key, and for a pointer type that has a name that type itself.
func valueType(field check.Field, goType types.Type) types.Type {
	if field.Presence == check.PointerNil && !isPointer(goType) {
		return goType
	}
	return field.Type
}

// writer returns the function that writes the fields of a struct to the keys.
func (f *file) writer(s *check.Struct) doc {
	a := f.adapter("out", f.typ(s.Type))
	a.writes(s)
	return a.closure()
}

// writes adds a statement for each field.
func (a *adapter) writes(s *check.Struct) {
	for _, field := range s.Fields {
		selector, goType := a.selector(s, field)
		a.move(writeFunction(field, goType), valueType(field, goType), field.Key, selector)
	}
}

func writeFunction(field check.Field, goType types.Type) string {
	switch {
	case field.Presence == check.OmitEmpty:
		return "WriteNonEmpty"
	case field.Presence == check.OmitZero:
		return "WriteNonZero"
	case field.Presence == check.PointerNil && isPointer(goType):
		return "WritePointer"
	default: // of a pointer type that has a name Write leaves out nil, too
		return "Write"
	}
}

// wholeResult returns the function that writes a result under one key.
func (f *file) wholeResult(t *check.Task) doc {
	a := f.adapter("out", f.typ(t.ResultType))
	a.move("Write", t.ResultType, t.ResultKey, seq{op("*"), a.variable})
	return a.closure()
}

// selector returns the full path to a field, and the field's type in Go.
func (a *adapter) selector(s *check.Struct, field check.Field) (doc, types.Type) {
	out := seq{a.variable}
	t := s.Type
	for _, name := range field.Path {
		v, _, _ := types.LookupFieldOrMethod(t, true, a.f.types, name)
		if v == nil {
			a.f.fail(fmt.Errorf("type %s has no field %s for key %q", t, name, field.Key))
			return out, t
		}
		out = append(out, op("."), a.f.id(v.Name()))
		t = v.Type()
	}
	return out, t
}

func isPointer(t types.Type) bool {
	_, ok := types.Unalias(t).(*types.Pointer)
	return ok
}
