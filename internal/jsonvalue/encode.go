package jsonvalue

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"sync"

	"github.com/cloacina-go/cloacina/internal/teeth"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// keepBuffer is the largest buffer that is kept for the next call.
const keepBuffer = 64 << 10

// Encode returns the stored form of the value behind ptr, a pointer. Through
// it, marshalers with pointer receivers are used. The error is a *[StoreError]
// or a *[LimitError].
//
// Strings and map keys are checked to be UTF-8 before they are encoded,
// because encoding/json would silently replace what is not.
func Encode(ptr any, lim Limits) ([]byte, error) {
	if out, ok := simple(ptr, lim); ok {
		return out, nil
	}
	return encode(ptr, lim)
}

// encode is the long way of [Encode].
func encode(ptr any, lim Limits) ([]byte, error) {
	v := reflect.ValueOf(ptr).Elem()
	if err := checkValue(v, lim.Depth); err != nil && !teeth.Has(teeth.ValuesUnchecked) {
		return nil, err
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= keepBuffer {
			buf.Reset()
			buffers.Put(buf)
		}
	}()
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(ptr); err != nil {
		return nil, encodeError(err)
	}
	out, err := canonical(bytes.TrimSuffix(buf.Bytes(), []byte("\n")), lim)
	if err != nil {
		return nil, err
	}
	return bytes.Clone(out), nil
}

// encodeError names what encoding/json found beyond what the guards look for.
func encodeError(err error) error {
	if m, ok := errors.AsType[*json.MarshalerError](err); ok {
		return &StoreError{Reason: m.Error(), Err: m.Err}
	}
	return &StoreError{Reason: err.Error(), Err: err}
}
