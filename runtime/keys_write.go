package cloacina

import (
	"maps"
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
func WriteNonZero[T any](k *Keys, key string, v T) { k.record(writeNonZero(k, key, &v)) }

func writeNonZero[T any](k *Keys, key string, v *T) (err error) {
	defer k.caught(key, v, &err)
	if jsonvalue.IsZero(v) {
		return nil
	}
	return write(k, key, v)
}

// WriteAll stores all values; nil is stored as null. Errors are
// kept in k, in the order of the keys.
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
	raw, err := k.encode(key, jsonvalue.Filled(v))
	if err != nil || string(raw) == "null" {
		return err
	}
	return k.put(key, raw)
}
