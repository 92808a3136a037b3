package annotations

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDecimalCompare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"80", "80.0", 0},
		{"80", "8e1", 0},
		{"8000E-2", "80", 0},
		{"-0", "0", 0},
		{"0.0e99", "0", 0},
		{"-1", "0", -1},
		{"-2", "-1", -1},
		{"9007199254740993", "9007199254740992", 1},
		{"9007199254740992.5", "9007199254740992", 1},
		{"18446744073709551616", "18446744073709551615", 1},
		{"0.1", "0.10", 0},
		{"0.1", "0.1000000000000000055511151231257827", -1},
		{"0.001", "1e-3", 0},
		{"99", "100", -1},
		{"1e400", "1e308", 1},
		{"-1e400", "-1e308", -1},
		{"1e99999999999999999999", "1", 1},
		{"1e-99999999999999999999", "1e-300", -1},
		{"1" + strings.Repeat("0", 300), "1e300", 0},
	} {
		a, b := parseDecimal(c.a), parseDecimal(c.b)
		if got := a.compare(b); got != c.want {
			t.Errorf("compare(%s, %s) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := b.compare(a); got != -c.want {
			t.Errorf("compare(%s, %s) = %d, want %d", c.b, c.a, got, -c.want)
		}
	}
}

func TestDecimalAgreesWithRationals(t *testing.T) {
	t.Parallel()
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,8})?([eE][+-]?[0-9]{1,2})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		ra, _ := new(big.Rat).SetString(a)
		rb, _ := new(big.Rat).SetString(b)
		if got, want := parseDecimal(a).compare(parseDecimal(b)), ra.Cmp(rb); got != want {
			t.Fatalf("compare(%s, %s) = %d, want %d", a, b, got, want)
		}
	})
}

func TestLiteralDecimal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		literal Literal
		want    string
	}{
		{Literal{Kind: LitInt, Int: math.MinInt64}, "-9223372036854775808"},
		{Literal{Kind: LitUint, Uint: math.MaxUint64}, "18446744073709551615"},
		{Literal{Kind: LitFloat, Float: 0.1}, "0.1"},
		{Literal{Kind: LitFloat, Float: math.MaxFloat64}, "1.7976931348623157e308"},
		{Literal{Kind: LitFloat, Float: math.Copysign(0, -1)}, "0"},
	} {
		got, ok := c.literal.decimal()
		if !ok || got != parseDecimal(c.want) {
			t.Errorf("decimal of %s is %v, want that of %s", c.literal.Text(), got, c.want)
		}
	}
	for _, l := range []Literal{{}, {Kind: LitBool}, {Kind: LitString, String: "1"}} {
		if _, ok := l.decimal(); ok {
			t.Errorf("%s is a number", l.Text())
		}
	}
}
