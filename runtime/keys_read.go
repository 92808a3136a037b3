package cloacina

import (
	"reflect"

	"github.com/cloacina-go/cloacina/internal/jsonvalue"
)

// Require reads a key into dst. If the key is missing or has another type,
// the error is kept in k and dst is left alone.
func Require[T any](k *Keys, key string, dst *T) {
	v, err := require[T](k, key)
	if err != nil {
		k.record(err)
		return
	}
	*dst = v
}

// Optional reads a key into dst and leaves dst alone if the key is missing. A
// value of another type is an error, kept in k.
func Optional[T any](k *Keys, key string, dst *T) {
	v, ok, err := read[T](k, key)
	k.record(err)
	if ok {
		*dst = v
	}
}

// OptionalPointer reads a key into a new variable and points dst at it; it
// leaves dst alone if the key is missing, and makes it nil if the value is
// null. A value of another type is an error, kept in k.
func OptionalPointer[T any](k *Keys, key string, dst **T) { Optional(k, key, dst) }

// require reads a key that has to be there.
func require[T any](k *Keys, key string) (T, error) {
	v, ok, err := read[T](k, key)
	if err == nil && !ok {
		err = k.owner.missing(key, reflect.TypeFor[T](), k.source.omittedBy(key))
	}
	return v, err
}

// read reads a key; ok is false if it is missing.
func read[T any](k *Keys, key string) (v T, ok bool, err error) {
	raw, ok, err := k.lookup(key)
	if err != nil || !ok {
		return v, false, err
	}
	if err := jsonvalue.Decode(raw, &v); err != nil {
		var zero T
		return zero, false, k.owner.wrongType(key, reflect.TypeFor[T](), raw, err)
	}
	return v, true, nil
}
