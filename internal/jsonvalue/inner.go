package jsonvalue

import (
	"reflect"
	"strconv"
)

// Each visits the elements of an array, whose names are empty, or the members
// of an object in their order until one is in error, and returns that. If it is
// one of this package, it gets the place in front of its path. Other values
// have nothing to visit.
func Each(raw []byte, visit func(name string, value []byte) error) error {
	it, ok := newItems(raw)
	if !ok {
		return nil
	}
	for i := 0; ; i++ {
		text, value, ok := it.next()
		if !ok {
			return nil
		}
		name := string(appendText(nil, text))
		if err := visit(name, value); err != nil {
			at := "[" + strconv.Itoa(i) + "]"
			if it.object {
				at = step(name)
			}
			return below(at, err)
		}
	}
}

// eachInner is [Each] for what encoding/json decodes into something inside a
// value of type t. Where JSON and type do not go together there is nothing.
func eachInner(raw []byte, t reflect.Type, visit func(value []byte, inner *field) error) error {
	it, ok := newItems(raw)
	if !ok || !holdsItems(t, it.object) {
		return nil
	}
	return Each(raw, func(name string, value []byte) error {
		if inner := innerField(t, name); inner != nil {
			return visit(value, inner)
		}
		return nil
	})
}

// holdsItems reports whether a type has elements, or members of an object.
func holdsItems(t reflect.Type, object bool) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return !object
	case reflect.Map, reflect.Struct:
		return object
	default:
		return false
	}
}

// innerField is what an element, or the member with the name, is decoded into;
// nil if a struct has no such field.
func innerField(t reflect.Type, name string) *field {
	if t.Kind() != reflect.Struct {
		return &field{typ: t.Elem()}
	}
	return fieldNamed(fieldsOf(t), name)
}
