package jsonvalue

import (
	"bytes"
	"encoding/json"
	"errors"
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
// pointers, interfaces, slices and maps only, at every level, and a
// json.Unmarshaler that a json.Marshaler writes as null again. An interface,
// also a nested one, gets bool, string, int64, uint64 (beyond int64), float64,
// []any, map[string]any or nil. The result shares no memory with raw.
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

var jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()

func unmarshalsItself(t reflect.Type) bool {
	return t.Implements(jsonUnmarshaler) || reflect.PointerTo(t).Implements(jsonUnmarshaler)
}

// numberError is the error for a number in an interface that no Go number can hold.
func numberError(n json.Number) error {
	return &TypeError{Want: "float64", Got: "number " + strings.Clone(string(n[:min(len(n), 32)]))}
}
