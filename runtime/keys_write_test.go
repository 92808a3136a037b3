package cloacina

import (
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type nullable struct{ valid bool }

func (n nullable) MarshalJSON() ([]byte, error) {
	if n.valid {
		return []byte("1.0"), nil
	}
	return []byte("null"), nil
}

type joined []string

func (j joined) MarshalText() ([]byte, error) {
	if j == nil {
		return []byte("nil"), nil
	}
	return []byte("some"), nil
}

func TestTypedWritesNeverStoreNull(t *testing.T) {
	t.Parallel()
	one := 1
	k := newInputKeys(&roomy)
	Write(k, "nil slice", []int(nil))
	Write(k, "nil bytes", []byte(nil))
	Write(k, "nil map", map[string]int(nil))
	Write(k, "nil inside", []any{nil})
	Write(k, "number", 80.0)
	Write(k, "any", any("x"))
	Write(k, "pointer", &one)
	Write(k, "valid", nullable{true})
	Write(k, "nil text", joined(nil))
	Write(k, "zero", 0)
	Write(k, "false", false)
	Write(k, "empty", "")
	WritePointer(k, "pointed", &one)
	want := map[string]string{
		"nil slice": "[]", "nil bytes": `""`, "nil map": "{}", "nil inside": "[null]", "number": "80", "any": `"x"`,
		"pointer": "1", "valid": "1", "nil text": `"nil"`, "zero": "0", "false": "false", "empty": `""`, "pointed": "1",
	}
	Write(k, "nil any", any(nil))
	Write(k, "nil error", error(nil))
	Write(k, "nil pointer", (*int)(nil))
	Write(k, "nil raw", json.RawMessage(nil))
	Write(k, "null raw", json.RawMessage("null"))
	Write(k, "null marshaler", nullable{})
	Write(k, "nil pointer in any", any((*int)(nil)))
	WritePointer[int](k, "nil pointed", nil)
	WritePointer(k, "pointer to nil", new(any))
	if diff := cmp.Diff(want, stored(t, k)); diff != "" {
		t.Error(diff)
	}
}

func TestOmittingWrites(t *testing.T) {
	t.Parallel()
	k := newInputKeys(&roomy)
	WriteNonEmpty(k, "empty string", "")
	WriteNonEmpty(k, "empty slice", []int{})
	WriteNonEmpty(k, "no number", 0)
	WriteNonEmpty(k, "no pointer", (*int)(nil))
	WriteNonEmpty(k, "no any", any(nil))
	WriteNonEmpty(k, "string", "x")
	WriteNonEmpty(k, "struct", struct{}{})
	WriteNonZero(k, "no time", time.Time{})
	WriteNonZero(k, "no address", netip.Addr{})
	WriteNonZero(k, "no struct", struct{ N int }{})
	WriteNonZero(k, "empty but not nil", []int{})
	WriteNonZero(k, "time", time.Unix(0, 0).UTC())
	want := map[string]string{"string": `"x"`, "struct": "{}", "empty but not nil": "[]", "time": `"1970-01-01T00:00:00Z"`}
	if diff := cmp.Diff(want, stored(t, k)); diff != "" {
		t.Error(diff)
	}
}

func TestWriteAll(t *testing.T) {
	t.Parallel()
	k := newInputKeys(&roomy)
	WriteAll(k, Values{"n": 3.0, "nil": nil, "list": []string(nil)})
	if diff := cmp.Diff(map[string]string{"n": "3", "nil": "null", "list": "null"}, stored(t, k)); diff != "" {
		t.Error(diff)
	}
}

func TestWriteAllReportsTheFirstKey(t *testing.T) {
	t.Parallel()
	for range 20 { // map order must not matter
		k := newInputKeys(&roomy)
		WriteAll(k, Values{"b": math.NaN(), "a": make(chan int), "c": "\xff"})
		err := k.firstError()
		if e, ok := errors.AsType[*KeyError](err); !ok || e.Key != "a" || !errors.Is(err, ErrNotStorable) {
			t.Fatalf("got %v", err)
		}
	}
}

func TestWrittenValueIsACopy(t *testing.T) {
	t.Parallel()
	k := newInputKeys(&roomy)
	list := []int{1, 2}
	Write(k, "list", list)
	list[0] = 9
	if got := stored(t, k)["list"]; got != "[1,2]" {
		t.Errorf("got %s", got)
	}
}
