package jsonvalue

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// guard looks for what encoding/json would spoil or refuse in a value of one
// type. It is nil for types whose values are always fine.
type guard func(w *walk, v reflect.Value) error

// walk is one pass over a value.
type walk struct {
	depth, maxDepth int
	nesting         int          // of pointers, maps and slices
	seen            map[any]bool // those on the way from the root, once nesting is suspicious
}

// suspicious is the nesting from which a walk looks for cycles.
const suspicious = 100

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
	*g = b.marshaled(t)
	return *g
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// marshaled gives the guard for t with regard to marshalers on t or *t. The
// output of MarshalJSON is judged later, as JSON.
func (b builder) marshaled(t reflect.Type) guard {
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
		return &StoreError{Reason: fmt.Sprintf("%v.MarshalText: %v", v.Type(), err), Err: err}
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
		return &StoreError{Reason: fmt.Sprintf("JSON has no form for type %v", t)}
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

func (b builder) pointer(t reflect.Type) guard {
	elem := b.guard(t.Elem())
	if elem == nil {
		return nil
	}
	return func(w *walk, v reflect.Value) error {
		if v.IsNil() {
			return nil
		}
		return w.follow(v.Pointer(), func() error { return elem(w, v.Elem()) })
	}
}

func (b builder) structure(t reflect.Type) guard {
	type member struct {
		field
		check guard
	}
	var members []member
	for _, f := range fieldsOf(t) {
		if g := b.guard(f.typ); g != nil {
			members = append(members, member{f, g})
		}
	}
	if members == nil {
		return nil
	}
	return func(w *walk, v reflect.Value) error {
		return w.deeper(func() error {
			for i := range members {
				m := &members[i]
				fv, ok := m.value(v)
				if !ok || m.omitEmpty && isEmpty(fv) || m.omitZero && isZero(fv) {
					continue
				}
				if err := m.check(w, fv); err != nil {
					return below(step(m.name), err)
				}
			}
			return nil
		})
	}
}

func (b builder) mapping(t reflect.Type) guard {
	key := keyGuard(t.Key())
	elem := b.guard(t.Elem())
	if key == nil && elem == nil {
		return nil
	}
	return func(w *walk, v reflect.Value) error {
		if v.IsNil() {
			return nil
		}
		return w.follow(v.Pointer(), func() error {
			return w.deeper(func() error { return checkMembers(w, v, key, elem) })
		})
	}
}

// keyGuard gives the guard for the keys of a map.
func keyGuard(t reflect.Type) guard {
	switch {
	case t.Kind() == reflect.String:
		return func(_ *walk, v reflect.Value) error { return checkUTF8(v.String()) }
	case t.Implements(textMarshaler):
		return checkText
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return nil
	}
	return unsupported(t)
}

// checkMembers checks the entries of a map. Of several errors it returns the
// one with the first path, so that the report does not depend on map order.
func checkMembers(w *walk, v reflect.Value, key, elem guard) error {
	var first error
	var at string
	for it := v.MapRange(); it.Next(); {
		var err error
		if key != nil {
			err = key(w, it.Key())
		}
		if err == nil && elem != nil {
			err = elem(w, it.Value())
		}
		if err == nil {
			continue
		}
		if s := step(fmt.Sprint(it.Key())); first == nil || s < at {
			first, at = err, s
		}
	}
	return below(at, first)
}

func (b builder) slice(t reflect.Type) guard {
	elem := b.guard(t.Elem())
	if elem == nil {
		return nil
	}
	check := elements(elem)
	return func(w *walk, v reflect.Value) error {
		if v.IsNil() {
			return nil
		}
		id := [2]uintptr{v.Pointer(), uintptr(v.Len())}
		return w.follow(id, func() error { return check(w, v) })
	}
}

// elements checks the elements of an array or slice.
func elements(elem guard) guard {
	if elem == nil {
		return nil
	}
	return func(w *walk, v reflect.Value) error {
		return w.deeper(func() error {
			for i := range v.Len() {
				if err := elem(w, v.Index(i)); err != nil {
					return below("["+strconv.Itoa(i)+"]", err)
				}
			}
			return nil
		})
	}
}

// deeper visits what is inside an array or object.
func (w *walk) deeper(visit func() error) error {
	if w.depth == w.maxDepth {
		return &LimitError{What: Levels, Limit: w.maxDepth}
	}
	w.depth++
	defer func() { w.depth-- }()
	return visit()
}

// follow visits what a pointer, map or slice refers to, unless it is on the
// way there already.
func (w *walk) follow(id any, visit func() error) error {
	if w.nesting++; w.nesting > suspicious {
		if w.seen == nil {
			w.seen = make(map[any]bool)
		}
		if w.seen[id] {
			return &StoreError{Reason: "the value contains itself"}
		}
		w.seen[id] = true
		defer delete(w.seen, id)
	}
	defer func() { w.nesting-- }()
	return visit()
}

// step is the part of a path that leads into a member.
func step(name string) string {
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`."[]\`, r) }) {
		return "[" + strconv.Quote(name) + "]"
	}
	return "." + name
}
