package jsonvalue

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"sync"
)

// settleNumbers replaces each json.Number in an interface inside v, which is
// settable, by int64, uint64 or float64.
func settleNumbers(v reflect.Value) error {
	if !holdsInterface(v.Type()) {
		return nil
	}
	switch v.Kind() {
	case reflect.Interface:
		return settleInterface(v)
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return settleNumbers(v.Elem())
	case reflect.Struct:
		return settleStruct(v)
	case reflect.Map:
		return settleMap(v)
	default:
		return settleElements(v)
	}
}

func settleInterface(v reflect.Value) error {
	if v.IsNil() || v.NumMethod() > 0 {
		return nil
	}
	settled, err := settleAny(v.Interface())
	if err == nil && settled != nil {
		v.Set(reflect.ValueOf(settled))
	}
	return err
}

// settleAny settles what encoding/json puts into an any.
func settleAny(v any) (any, error) {
	var err error
	switch v := v.(type) {
	case json.Number:
		return settleNumber(v)
	case []any:
		for i := range v {
			if v[i], err = settleAny(v[i]); err != nil {
				return nil, below("["+strconv.Itoa(i)+"]", err)
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if v[name], err = settleAny(v[name]); err != nil {
				return nil, below(step(name), err)
			}
		}
	}
	return v, nil
}

func settleNumber(n json.Number) (any, error) {
	var s Scalar
	s.Parse([]byte(n))
	switch s.kind {
	case Int:
		return int64(s.num), nil
	case Uint:
		return s.num, nil
	}
	if f := s.float(); !math.IsInf(f, 0) {
		return f, nil
	}
	return nil, numberError(n)
}

func settleStruct(v reflect.Value) error {
	fields := fieldsOf(v.Type())
	for i := range fields {
		f, ok := fields[i].value(v)
		if !ok || !f.CanSet() {
			continue
		}
		if err := settleNumbers(f); err != nil {
			return below(step(fields[i].name), err)
		}
	}
	return nil
}

// settleMap works on a copy of each element, for those of a map are not
// settable. Of several errors it returns the one with the first path.
func settleMap(v reflect.Value) error {
	var first error
	var at string
	elem := reflect.New(v.Type().Elem()).Elem()
	for it := v.MapRange(); it.Next(); {
		elem.Set(it.Value())
		err := settleNumbers(elem)
		v.SetMapIndex(it.Key(), elem)
		if err == nil {
			continue
		}
		if s := step(fmt.Sprint(it.Key())); first == nil || s < at {
			first, at = err, s
		}
	}
	return below(at, first)
}

func settleElements(v reflect.Value) error {
	for i := range v.Len() {
		if err := settleNumbers(v.Index(i)); err != nil {
			return below("["+strconv.Itoa(i)+"]", err)
		}
	}
	return nil
}

var interfaceTypes sync.Map // reflect.Type -> bool

// holdsInterface reports whether encoding/json can put something into an
// interface inside a value of the type.
func holdsInterface(t reflect.Type) bool {
	if holds, ok := interfaceTypes.Load(t); ok {
		return holds.(bool)
	}
	holds := findInterface(t, make(map[reflect.Type]bool))
	interfaceTypes.Store(t, holds)
	return holds
}

func findInterface(t reflect.Type, visited map[reflect.Type]bool) bool {
	if visited[t] || unmarshalsItself(t) {
		return false
	}
	visited[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return findInterface(t.Elem(), visited)
	case reflect.Struct:
		for _, f := range fieldsOf(t) {
			if findInterface(f.typ, visited) {
				return true
			}
		}
	}
	return false
}
