package jsonvalue

import (
	"encoding/json"
	"testing"
	"time"
)

type even int

func (e even) IsZero() bool { return e%2 == 0 }

type hollow struct{ N int }

func (h *hollow) IsZero() bool { return h.N == 7 }

// check compares IsEmpty and IsZero with what encoding/json leaves out.
func check[T any](t *testing.T, v T) {
	t.Helper()
	empty := string(must(json.Marshal(&struct {
		V T `json:",omitempty"`
	}{v}))) == "{}"
	zero := string(must(json.Marshal(&struct {
		V T `json:",omitzero"`
	}{v}))) == "{}"
	if IsEmpty(&v) != empty || IsZero(&v) != zero {
		t.Errorf("%T %v: empty %v, zero %v; encoding/json has %v, %v", v, v, IsEmpty(&v), IsZero(&v), empty, zero)
	}
}

func TestOmissionIsThatOfEncodingJSON(t *testing.T) {
	t.Parallel()
	check(t, 0)
	check(t, 1)
	check(t, 0.0)
	check(t, false)
	check(t, true)
	check(t, "")
	check(t, "x")
	check(t, []int(nil))
	check(t, []int{})
	check(t, []int{0})
	check(t, map[string]int(nil))
	check(t, map[string]int{})
	check(t, [0]int{})
	check(t, [1]int{})
	check(t, struct{}{})
	check(t, struct{ N int }{1})
	check(t, (*int)(nil))
	check(t, ptr(0))
	check(t, any(nil))
	check(t, any(0))
	check(t, time.Time{})
	check(t, time.Unix(1, 0))
	check(t, even(2))
	check(t, even(3))
	check(t, hollow{})
	check(t, hollow{7})
	check(t, (*hollow)(nil))
	check(t, json.RawMessage(nil))
}

func TestFilled(t *testing.T) {
	t.Parallel()
	var list []int
	var table map[string]int
	var raw json.RawMessage
	number := 0
	for want, ptr := range map[string]any{"[]": &list, "{}": &table, "null": &raw, "0": &number, "[1]": &[]int{1}} {
		if got := string(must(json.Marshal(Filled(ptr)))); got != want {
			t.Errorf("%T: got %s, want %s", ptr, got, want)
		}
	}
	if list != nil || table != nil {
		t.Error("the variables were changed")
	}
}
