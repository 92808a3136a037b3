package cloacina

import (
	"math"
	"testing"
)

func valueOf(raw string) *Value {
	v := new(Value)
	if raw != "" {
		v.scalar.Parse([]byte(raw))
	}
	return v
}

// answers are what an ordering says: equal, not equal, less, less or equal,
// greater, greater or equal.
func answers(o Ordering) [6]bool {
	return [6]bool{o.Equal(), o.NotEqual(), o.Less(), o.LessOrEqual(), o.Greater(), o.GreaterOrEqual()}
}

var (
	isLess    = [6]bool{false, true, true, true, false, false}
	isEqual   = [6]bool{true, false, false, true, false, true}
	isGreater = [6]bool{false, true, false, false, true, true}
	isSame    = [6]bool{true, false, false, false, false, false} // equal, without an order
	isNothing = [6]bool{false, true, false, false, false, false}
)

func TestValueOrdering(t *testing.T) {
	t.Parallel()
	tests := []struct {
		raw  string // empty: missing
		ask  func(v *Value) Ordering
		want [6]bool
	}{
		{"80", func(v *Value) Ordering { return v.CompareInt(81) }, isLess},
		{"80", func(v *Value) Ordering { return v.CompareInt(80) }, isEqual},
		{"80", func(v *Value) Ordering { return v.CompareInt(79) }, isGreater},
		{"80", func(v *Value) Ordering { return v.CompareFloat(80) }, isEqual},
		{"80.5", func(v *Value) Ordering { return v.CompareInt(80) }, isGreater},
		{"9007199254740993", func(v *Value) Ordering { return v.CompareFloat(1 << 53) }, isGreater},
		{"18446744073709551615", func(v *Value) Ordering { return v.CompareUint(math.MaxUint64) }, isEqual},
		{`"80"`, func(v *Value) Ordering { return v.CompareInt(80) }, isNothing},
		{`"b"`, func(v *Value) Ordering { return v.CompareString("a") }, isGreater},
		{`"Z"`, func(v *Value) Ordering { return v.CompareString("a") }, isLess},
		{"80", func(v *Value) Ordering { return v.CompareString("80") }, isNothing},
		{"true", func(v *Value) Ordering { return v.CompareBool(true) }, isSame},
		{"true", func(v *Value) Ordering { return v.CompareBool(false) }, isNothing},
		{"null", func(v *Value) Ordering { return v.CompareNil() }, isSame},
		{"null", func(v *Value) Ordering { return v.CompareInt(0) }, isNothing},
		{"[80]", func(v *Value) Ordering { return v.CompareInt(80) }, isNothing},
		{"", func(v *Value) Ordering { return v.CompareInt(0) }, isNothing},
		{"", func(v *Value) Ordering { return v.CompareUint(math.MaxUint64) }, isNothing},
		{"", func(v *Value) Ordering { return v.CompareFloat(0) }, isNothing},
		{"", func(v *Value) Ordering { return v.CompareString("") }, isNothing},
		{"", func(v *Value) Ordering { return v.CompareBool(false) }, isNothing},
		{"", func(v *Value) Ordering { return v.CompareNil() }, isNothing},
	}
	for i, tt := range tests {
		if got := answers(tt.ask(valueOf(tt.raw))); got != tt.want {
			t.Errorf("%d: %q: got %v, want %v", i, tt.raw, got, tt.want)
		}
	}
}

func TestValueExistsAndContains(t *testing.T) {
	t.Parallel()
	for raw, exists := range map[string]bool{"": false, "null": true, "0": true, "[]": true} {
		if v := valueOf(raw); v.Exists() != exists || v.NotExists() == exists {
			t.Errorf("%q: exists %v", raw, v.Exists())
		}
	}
	full := valueOf(`[1,18446744073709551615,1.5,"a",true,null]`)
	for _, v := range []*Value{full, valueOf(""), valueOf("1"), valueOf("[[1]]")} {
		for i, got := range []bool{
			v.ContainsInt(1), v.ContainsUint(math.MaxUint64), v.ContainsFloat(1.5),
			v.ContainsString("a"), v.ContainsBool(true), v.ContainsNil(),
		} {
			if got != (v == full) {
				t.Errorf("%v, question %d: got %v", v, i, got)
			}
		}
	}
	if !valueOf(`"abc"`).ContainsString("bc") {
		t.Error("no substring")
	}
}
