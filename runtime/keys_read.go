package cloacina

import (
	"reflect"

	"github.com/cloacina-go/cloacina/internal/jsonvalue"
)

// Require reads a key into dst. If the key is missing or has another type,
// the error is kept in k and dst is left alone.
func Require[T any](k *Keys, key string, dst *T) { k.record(requireInto(k, key, dst)) }

// Optional reads a key into dst and leaves dst alone if the key is missing. A
// value of another type is an error, kept in k.
func Optional[T any](k *Keys, key string, dst *T) {
	_, err := readInto(k, key, dst)
	k.record(err)
}

// OptionalPointer reads a key into a new variable and points dst at it; it
// leaves dst alone if the key is missing, and makes it nil if the value is
// null. A value of another type is an error, kept in k.
func OptionalPointer[T any](k *Keys, key string, dst **T) { Optional(k, key, dst) }

// require reads a key that has to be there.
func require[T any](k *Keys, key string) (v T, err error) {
	err = requireInto(k, key, &v)
	return v, err
}

// read reads a key; ok is false if it is missing.
func read[T any](k *Keys, key string) (v T, ok bool, err error) {
	ok, err = readInto(k, key, &v)
	return v, ok, err
}

// requireInto is require into a variable, which an error leaves alone.
func requireInto[T any](k *Keys, key string, dst *T) error {
	ok, err := readInto(k, key, dst)
	if err == nil && !ok {
		err = k.owner().missing(key, reflect.TypeFor[T](), k.source.omittedBy(key))
	}
	return err
}

// readInto is read into a variable, which is left alone if the key is missing or
// there is an error. What was in it has no part in what is in it afterwards.
func readInto[T any](k *Keys, key string, dst *T) (ok bool, err error) {
	raw, ok, err := k.lookup(key)
	if err != nil || !ok {
		return false, err
	}
	var zero T
	before := *dst
	*dst = zero
	if err := jsonvalue.Decode(raw, dst); err != nil {
		*dst = before
		return false, k.owner().wrongType(key, reflect.TypeFor[T](), raw, err)
	}
	return true, nil
}
