package jsonvalue

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
)

// typeError puts what encoding/json or an unmarshaler says into our terms.
func typeError(raw []byte, t reflect.Type, err error) error {
	if !json.Valid(raw) {
		return &TypeError{Want: TypeName(t), Got: "malformed JSON", Err: err}
	}
	return misfit(raw, t, err)
}

// misfit returns the error of the innermost value that does not fit. What
// encoding/json says of the place leaves out elements, so everything inside is
// decoded once more, each for itself.
func misfit(raw []byte, t reflect.Type, err error) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if !unmarshalsItself(t) {
		if inner := eachInner(raw, t, innerMisfit); inner != nil {
			return inner
		}
	}
	var s Scalar
	s.Parse(raw)
	e := &TypeError{Want: TypeName(t), Got: s.Describe(), Err: err}
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && mismatch.Type == t {
		e.Err = nil // it says the same
	}
	return e
}

func innerMisfit(value []byte, inner *field) error {
	if inner.quoted {
		return nil // whatever is wrong with it, the error of the struct says it
	}
	if err := unmarshal(value, reflect.New(inner.typ).Interface()); err != nil {
		return misfit(value, inner.typ, err)
	}
	return nil
}

// TypeName names a Go type in messages, as it is usually written.
func TypeName(t reflect.Type) string { return strings.ReplaceAll(t.String(), "interface {}", "any") }
