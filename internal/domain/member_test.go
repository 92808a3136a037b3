package domain

import (
	"testing"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// TestHolds is about values that are of a type, and values that are close to it.
func TestHolds(t *testing.T) {
	t.Parallel()
	float32s := &Type{Kinds: Number, Len: -1, Numbers: Numbers{Kind: Floats32}}
	decimals := &Type{Kinds: Number, Len: -1}
	notZero := &Type{Kinds: AllKinds, Len: -1, NonZero: true}
	pair := &Type{Kinds: Array, Len: 2, Elem: intType}
	named := &Type{Kinds: Object, Len: -1, Struct: true, Fields: []Field{{Name: "a", Type: intType}, {Name: "b", Type: stringType, Optional: true}}}
	lots := &Type{Kinds: Object, Len: -1, Elem: intType, NonZero: true}
	for _, c := range []struct {
		of       *Type
		yes, not []string
	}{
		{intType, []string{"1", "1.0", "1e3", "-9223372036854775808", "9223372036854775807"}, []string{"1.5", "9223372036854775808", `"1"`, "null", "1 2x", ""}},
		{byteType, []string{"0", "255"}, []string{"-1", "256"}},
		{floatType, []string{"0.1", "1e300", "9007199254740992"}, []string{"9007199254740993", "0.10000000000000001", "1e400", "1e-400", "1e99999999999"}},
		{float32s, []string{"0.1", "16777216"}, []string{"16777217", "1e40", "0.100000001490116"}},
		{decimals, []string{"9007199254740993", "1e400", "1e99999999999"}, []string{"true"}},
		{notZero, []string{"1", "true", `"a"`, "[0]", `{"a":0}`}, []string{"0", "-0", "0e9", "false", `""`, "[]", "{}", "null"}},
		{pair, []string{"[1,2]"}, []string{"[1]", "[1,2,3]", `[1,"2"]`}},
		{named, []string{`{"a":1}`, `{"a":1,"b":"x"}`}, []string{`{}`, `{"a":1,"c":1}`, `{"a":1,"b":1}`, `{"b":"x"}`}},
		{lots, []string{`{"a":1,"b":2}`}, []string{`{}`, `{"a":"1"}`}},
		{nil, []string{"1", "null", `{"a":[{}]}`}, nil},
	} {
		for _, text := range c.yes {
			if !c.of.Holds([]byte(text)) {
				t.Errorf("%s is not of %+v", text, c.of)
			}
		}
		for _, text := range c.not {
			if c.of.Holds([]byte(text)) {
				t.Errorf("%s is of %+v", text, c.of)
			}
		}
	}
}

// TestHas is about literals that a value of a type can equal.
func TestHas(t *testing.T) {
	t.Parallel()
	half, null := plan.Literal{Kind: plan.LitFloat, Float: 0.5}, plan.Literal{}
	one, text := plan.Literal{Kind: plan.LitFloat, Float: 1}, plan.Literal{Kind: plan.LitString, String: "1"}
	yes := plan.Literal{Kind: plan.LitBool, Bool: true}
	for _, c := range []struct {
		of   *Type
		l    plan.Literal
		want bool
	}{
		{intType, half, false}, {intType, one, true}, {intType, text, false}, {intType, null, false}, {intType, yes, false},
		{stringType, text, true}, {stringType, one, false}, {Any, null, true}, {Any, yes, true}, {nil, half, true},
	} {
		if got := c.of.has(c.l); got != c.want {
			t.Errorf("%+v in %+v: %v", c.l, c.of, got)
		}
	}
}
