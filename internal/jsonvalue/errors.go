package jsonvalue

import (
	"errors"
	"fmt"
)

// StoreError says why a Go value has no stored form.
type StoreError struct {
	// Path leads to the culprit inside the value, such as `.items[3]["a b"]`;
	// empty for the value itself.
	Path string
	// Reason says what is wrong with it.
	Reason string
	// Err is the error of a marshaler, if there is one.
	Err error
}

// Error names the place and what is wrong there.
func (e *StoreError) Error() string { return atPath(e.Path) + e.Reason }

// Unwrap returns the marshaler's error.
func (e *StoreError) Unwrap() error { return e.Err }

// The measures of a [LimitError].
const (
	Bytes  = "bytes"
	Levels = "levels of nesting"
)

// LimitError says that a value is too long or too deep.
type LimitError struct {
	// What is the measure that is exceeded, [Bytes] or [Levels].
	What string
	// Size is the measure of the value, or 0 if it is only known to exceed the limit.
	Size int
	// Limit is the largest size allowed.
	Limit int
}

// Error names the limit and, where it is known, the size.
func (e *LimitError) Error() string {
	if e.Size == 0 {
		return fmt.Sprintf("the value has more than %d %s", e.Limit, e.What)
	}
	return fmt.Sprintf("the value has %d %s, at most %d are allowed", e.Size, e.What, e.Limit)
}

// TypeError says that stored JSON does not fit the Go type it is read into.
type TypeError struct {
	// Path leads to the misfit inside the value; empty for the value itself.
	Path string
	// Want is the Go type that is read.
	Want string
	// Got describes the JSON that is there, such as "number 80.5" or "object".
	Got string
	// Err is the error of an unmarshaler, if there is one.
	Err error
}

// Error names the place and both types.
func (e *TypeError) Error() string {
	text := fmt.Sprintf("%swant %s, have %s", atPath(e.Path), e.Want, e.Got)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the unmarshaler's error.
func (e *TypeError) Unwrap() error { return e.Err }

func atPath(path string) string {
	if path == "" {
		return ""
	}
	return "at " + path + ": "
}

// below puts step in front of the path of an error that came from inside a value.
func below(step string, err error) error {
	var s *StoreError
	var t *TypeError
	switch {
	case errors.As(err, &s):
		s.Path = step + s.Path
	case errors.As(err, &t):
		t.Path = step + t.Path
	}
	return err
}
