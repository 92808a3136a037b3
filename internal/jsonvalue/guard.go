package jsonvalue

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"sync"
	"unicode/utf8"
)

// guard looks for what encoding/json would spoil or refuse in a value of one
// type. It is nil for types whose values are always fine.
type guard func(w *walk, v reflect.Value) error

var guards sync.Map // reflect.Type -> guard

// checkValue walks over v. The error names the path.
func checkValue(v reflect.Value, maxDepth int) error {
	g := guardOf(v.Type())
	if g == nil {
		return nil
	}
	return g(&walk{maxDepth: maxDepth}, v)
}

func guardOf(t reflect.Type) guard {
	if g, ok := guards.Load(t); ok {
		return g.(guard)
	}
	b := builder{}
	g, _ := guards.LoadOrStore(t, b.guard(t))
	return g.(guard)
}

// builder makes guards; it holds those it is in the middle of, for types that
// contain themselves.
type builder map[reflect.Type]*guard

func (b builder) guard(t reflect.Type) guard {
	if g, ok := b[t]; ok {
		return func(w *walk, v reflect.Value) error {
			if *g == nil {
				return nil
			}
			return (*g)(w, v)
		}
	}
	g := new(guard)
	b[t] = g
	*g = b.marshalling(t)
	return *g
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// marshalling gives the guard for t with regard to marshalers on t or *t. The
// output of MarshalJSON is judged later, as JSON.
func (b builder) marshalling(t reflect.Type) guard {
	switch {
	case t.Implements(jsonMarshaler):
		return nil
	case t.Implements(textMarshaler):
		return checkText
	}
	plain := b.plain(t)
	switch p := reflect.PointerTo(t); {
	case p.Implements(jsonMarshaler):
		return addressable(nil, plain)
	case p.Implements(textMarshaler):
		return addressable(checkTextAt, plain)
	}
	return plain
}

// addressable chooses between two guards as encoding/json chooses between a
// marshaler with a pointer receiver and its own ways.
func addressable(yes, no guard) guard {
	return func(w *walk, v reflect.Value) error {
		g := no
		if v.CanAddr() {
			g = yes
		}
		if g == nil {
			return nil
		}
		return g(w, v)
	}
}

func checkText(_ *walk, v reflect.Value) error {
	if k := v.Kind(); (k == reflect.Pointer || k == reflect.Interface) && v.IsNil() || !v.CanInterface() {
		return nil
	}
	text, err := v.Interface().(encoding.TextMarshaler).MarshalText()
	if err != nil {
		return &StoreError{Reason: fmt.Sprintf("%s.MarshalText: %v", TypeName(v.Type()), err), Err: err}
	}
	return checkUTF8(string(text))
}

func checkTextAt(w *walk, v reflect.Value) error { return checkText(w, v.Addr()) }

func checkUTF8(s string) error {
	if utf8.ValidString(s) {
		return nil
	}
	return &StoreError{Reason: "the string is not valid UTF-8"}
}

// plain gives the guard for t by its kind.
func (b builder) plain(t reflect.Type) guard {
	switch t.Kind() {
	case reflect.String:
		return func(_ *walk, v reflect.Value) error { return checkUTF8(v.String()) }
	case reflect.Float32, reflect.Float64:
		return checkFloat
	case reflect.Interface:
		return checkInterface
	case reflect.Pointer:
		return b.pointer(t)
	case reflect.Struct:
		return b.structure(t)
	case reflect.Map:
		return b.mapping(t)
	case reflect.Slice:
		return b.slice(t)
	case reflect.Array:
		return elements(b.guard(t.Elem()))
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return unsupported(t)
	default:
		return nil
	}
}

func unsupported(t reflect.Type) guard {
	return func(*walk, reflect.Value) error {
		return &StoreError{Reason: fmt.Sprintf("JSON has no form for type %s", TypeName(t))}
	}
}

func checkFloat(_ *walk, v reflect.Value) error {
	if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
		return &StoreError{Reason: fmt.Sprintf("JSON has no form for the number %v", f)}
	}
	return nil
}

func checkInterface(w *walk, v reflect.Value) error {
	if v.IsNil() {
		return nil
	}
	v = v.Elem()
	g := guardOf(v.Type())
	if g == nil {
		return nil
	}
	return g(w, v)
}
