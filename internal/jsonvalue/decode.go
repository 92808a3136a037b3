package jsonvalue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"
)

// Decode reads one stored value into the variable behind ptr, a non-nil
// pointer to the zero value of its type. The error is a *[TypeError]; the
// variable is then in no particular state.
//
// Numbers are read by value: 80.0 fits an int, a fraction or a number out of
// range does not; a float gets the nearest number it can hold. Null fits
// pointers, interfaces, slices and maps only, at every level; what a
// json.Unmarshaler makes of it is its own affair. An interface, also a nested
// one, gets bool, string, int64, uint64 (beyond int64), float64, []any,
// map[string]any or nil. The result shares no memory with raw.
func Decode(raw []byte, ptr any) error {
	var s Scalar
	switch p := ptr.(type) {
	case *string:
		if s.Parse(raw); s.kind == String && plainText(s.raw) {
			*p = string(s.raw)
			return nil
		}
	case *int:
		if s.Parse(raw); s.kind == Int && int64(int(s.num)) == int64(s.num) {
			*p = int(s.num)
			return nil
		}
	case *int64:
		if s.Parse(raw); s.kind == Int {
			*p = int64(s.num)
			return nil
		}
	case *bool:
		if s.Parse(raw); s.kind == Bool {
			*p = s.num == 1
			return nil
		}
	}
	return decode(raw, reflect.ValueOf(ptr))
}

// plainText reports whether the text of a string stands for itself.
func plainText(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c == '\\' {
			return false
		}
	}
	return utf8.Valid(text)
}

// decode is the way of all types, and that of errors. What does not fit at
// first is tried again in the stored form, in which alone encoding/json takes
// 80.0 for an integer.
func decode(raw []byte, ptr reflect.Value) error {
	err := unmarshal(raw, ptr.Interface())
	if err != nil {
		stored, notJSON := Canonical(raw, Limits{Bytes: len(raw) + maxGrowth, Depth: maxDecodeDepth})
		if notJSON != nil || bytes.Equal(stored, raw) {
			return typeError(raw, ptr.Type().Elem(), err)
		}
		ptr.Elem().SetZero()
		if err = unmarshal(stored, ptr.Interface()); err != nil {
			return typeError(stored, ptr.Type().Elem(), err)
		}
	}
	if bytes.Contains(raw, []byte("null")) {
		if err := checkNulls(raw, ptr.Elem().Type()); err != nil {
			return err
		}
	}
	return settleNumbers(ptr.Elem())
}

const (
	// maxGrowth is more than the stored form can be longer than a number's
	// other forms in a value worth reading.
	maxGrowth = 1 << 20
	// maxDecodeDepth is the nesting that encoding/json accepts.
	maxDecodeDepth = 10_000
)

// unmarshal decodes all of raw, with numbers in interfaces left as json.Number.
func unmarshal(raw []byte, ptr any) error {
	if !holdsInterface(reflect.TypeOf(ptr).Elem()) {
		return json.Unmarshal(raw, ptr)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(ptr); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value")
	}
	return nil
}

// typeError puts what encoding/json or an unmarshaler says into our terms.
func typeError(raw []byte, t reflect.Type, err error) error {
	var s Scalar
	s.Parse(raw)
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mismatch):
		e := &TypeError{Want: mismatch.Type.String(), Got: mismatch.Value}
		if mismatch.Field != "" {
			e.Path = "." + mismatch.Field
		}
		if e.Path == "" && mismatch.Type == t {
			e.Got = s.Describe()
		}
		return e
	case errors.As(err, &syntax), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &TypeError{Want: t.String(), Got: "malformed JSON", Err: err}
	}
	return &TypeError{Want: t.String(), Got: s.Describe(), Err: err}
}

var jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()

func unmarshalsItself(t reflect.Type) bool {
	return t.Implements(jsonUnmarshaler) || reflect.PointerTo(t).Implements(jsonUnmarshaler)
}

// checkNulls refuses null where encoding/json would skip it and leave a zero
// value behind. The value fits the type in every other respect.
func checkNulls(raw []byte, t reflect.Type) error {
	if unmarshalsItself(t) {
		return nil
	}
	if string(trimBlank(raw)) == "null" {
		switch t.Kind() {
		case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
			return nil
		}
		return &TypeError{Want: t.String(), Got: "null"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return checkNulls(raw, t.Elem())
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		return checkInnerNulls(raw, t)
	}
	return nil
}

func checkInnerNulls(raw []byte, t reflect.Type) error {
	it, ok := newItems(raw)
	if !ok {
		return nil
	}
	for i := 0; ; i++ {
		text, value, ok := it.next()
		if !ok {
			return nil
		}
		at, name := fmt.Sprintf("[%d]", i), string(appendText(nil, text))
		if it.object {
			at = step(name)
		}
		inner := innerType(t, name)
		if inner == nil {
			continue
		}
		if err := checkNulls(value, inner); err != nil {
			return below(at, err)
		}
	}
}

// innerType is the type of an element or of the named member of a value of
// type t; nil if a struct has no such field.
func innerType(t reflect.Type, name string) reflect.Type {
	if t.Kind() != reflect.Struct {
		return t.Elem()
	}
	if f := fieldNamed(fieldsOf(t), name); f != nil {
		return f.typ
	}
	return nil
}

// numberError is the error for a number in an interface that no Go number can hold.
func numberError(n json.Number) error {
	return &TypeError{Want: "float64", Got: "number " + strings.Clone(string(n[:min(len(n), 32)]))}
}
