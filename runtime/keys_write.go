package cloacina

import (
	"encoding"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/cloacina-go/cloacina/internal/jsonvalue"
)

// Write stores v under key; an error is kept in k. Null is never stored: a nil
// slice or map is stored as an empty one, and a nil pointer or interface, or a
// value whose own marshaler makes it null, is not written at all.
func Write[T any](k *Keys, key string, v T) { k.record(write(k, key, &v)) }

// WritePointer stores what v points to under key and writes nothing if v is
// nil; an error is kept in k.
func WritePointer[T any](k *Keys, key string, v *T) {
	if v != nil {
		k.record(write(k, key, v))
	}
}

// WriteNonEmpty stores v under key unless encoding/json leaves it out under
// "omitempty"; an error is kept in k.
func WriteNonEmpty[T any](k *Keys, key string, v T) {
	if !jsonvalue.IsEmpty(&v) {
		k.record(write(k, key, &v))
	}
}

// WriteNonZero stores v under key unless encoding/json leaves it out under
// "omitzero"; an error is kept in k.
func WriteNonZero[T any](k *Keys, key string, v T) {
	if !jsonvalue.IsZero(&v) {
		k.record(write(k, key, &v))
	}
}

// WriteAll stores all values; nil is stored as null. The first error in the
// order of the keys is kept in k.
func WriteAll(k *Keys, values Values) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		k.record(k.set(key, values[key]))
	}
}

// set stores any value under key, nil as null.
func (k *Keys) set(key string, v any) error {
	raw, err := k.encode(key, &v)
	if err != nil {
		return err
	}
	return k.put(key, raw)
}

// write stores the value of a typed result, unless it is null.
func write[T any](k *Keys, key string, v *T) error {
	var value any = v
	if filled, ok := filled(reflect.ValueOf(v).Elem()); ok {
		value = filled
	}
	raw, err := k.encode(key, value)
	if err != nil || string(raw) == "null" {
		return err
	}
	return k.put(key, raw)
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// filled returns a pointer to an empty slice or map that stands in for a nil
// one, unless the type decides itself what nil means.
func filled(v reflect.Value) (ptr any, ok bool) {
	kind := v.Kind()
	if kind != reflect.Slice && kind != reflect.Map || !v.IsNil() {
		return nil, false
	}
	p := reflect.New(v.Type())
	if p.Type().Implements(jsonMarshaler) || p.Type().Implements(textMarshaler) {
		return nil, false
	}
	if kind == reflect.Slice {
		p.Elem().Set(reflect.MakeSlice(v.Type(), 0, 0))
	} else {
		p.Elem().Set(reflect.MakeMap(v.Type()))
	}
	return p.Interface(), true
}
