package jsonvalue

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"
)

// The short way and the long one lead to the same bytes.
func TestSimpleIsWhatEncodeWrites(t *testing.T) {
	t.Parallel()
	values := []any{
		0, 83, -1, math.MaxInt, math.MinInt, int64(math.MinInt64), int64(7), true, false,
		"", "high", "<a&b>", strings.Repeat("x", 62), strings.Repeat("x", 63),
	}
	for c := range 256 {
		values = append(values, "a"+string([]byte{byte(c)})+"b", string(rune(c)))
	}
	short := 0
	for _, v := range values {
		typed := reflect.New(reflect.TypeOf(v))
		typed.Elem().Set(reflect.ValueOf(v))
		for _, ptr := range []any{&v, typed.Interface()} {
			got, ok := simple(ptr, wide)
			if !ok {
				continue
			}
			short++
			if want, err := encode(ptr, wide); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%T %q: %s, the long way %s, %v", ptr, v, got, want, err)
			}
			for most := range len(got) + 1 {
				got, ok := simple(ptr, Limits{Bytes: most})
				if _, err := encode(ptr, Limits{Bytes: most}); ok != (err == nil) {
					t.Errorf("%T %q with %d bytes: %s, the long way %v", ptr, v, most, got, err)
				}
			}
		}
	}
	if want := 2 * (9 + 4 + 2*(95-2)); short != want {
		t.Errorf("%d values took the short way, want %d", short, want)
	}
}

// Types with methods, and what has no JSON form, do not take the short way.
func TestSimpleLeavesTheRest(t *testing.T) {
	t.Parallel()
	type named int
	for _, v := range []any{nil, 1.0, uint64(1), named(1), byValue{"1"}, asText{"a"}, []int{1}, math.NaN(), "a\xff"} {
		if got, ok := simple(&v, wide); ok {
			t.Errorf("%T %v: %s", v, v, got)
		}
	}
	var n *int
	if got, ok := simple(&n, wide); ok {
		t.Errorf("nil pointer: %s", got)
	}
}
