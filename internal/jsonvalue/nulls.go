package jsonvalue

import (
	"encoding/json"
	"reflect"
)

// checkNulls refuses null where encoding/json, or an unmarshaler that follows
// its example, would skip it and leave a zero value behind. The value fits the
// type in every other respect.
func checkNulls(raw []byte, t reflect.Type) error {
	switch {
	case string(trimBlank(raw)) == "null":
		if takesNull(t) {
			return nil
		}
		return &TypeError{Want: TypeName(t), Got: "null"}
	case unmarshalsItself(t):
		return nil
	case t.Kind() == reflect.Pointer:
		return checkNulls(raw, t.Elem())
	}
	return eachInner(raw, t, func(value []byte, inner *field) error {
		return checkNulls(value, inner.typ)
	})
}

// takesNull reports whether null is a value of the type: for its kind, or
// because what an unmarshaler makes of null is written as null again, as the
// null types of databases are and a time is not.
func takesNull(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		return true
	}
	if !unmarshalsItself(t) {
		return false
	}
	ptr := reflect.New(t).Interface()
	if err := json.Unmarshal([]byte("null"), ptr); err != nil {
		return false
	}
	again, err := json.Marshal(ptr)
	return err == nil && string(again) == "null"
}
