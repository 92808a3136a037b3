package jsonvalue

import (
	"fmt"
	"reflect"
	"strconv"
)

// This file holds the guards of the types that have something inside.

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
