package jsonvalue

import "testing"

func TestParseAndDescribe(t *testing.T) {
	t.Parallel()
	tests := []struct {
		raw  string
		kind Kind
		want string
	}{
		{"null", Null, "null"},
		{" true\n", Bool, "bool"},
		{"false", Bool, "bool"},
		{"-0", Int, "number -0"},
		{"80.0", Int, "number 80.0"},
		{"999999999999999999", Int, "number 999999999999999999"},
		{"9223372036854775807", Int, "number 9223372036854775807"},
		{"-9223372036854775808", Int, "number -9223372036854775808"},
		{"9223372036854775808", Uint, "number 9223372036854775808"},
		{"-9223372036854775809", Float, "number -9223372036854775809"},
		{"18446744073709551616", Float, "number 18446744073709551616"},
		{"1e400", Float, "number 1e400"},
		{"0.00000000000000000000000000000000000001", Float, "number 0.000000000000000000000000000000"},
		{`"a"`, String, "string"},
		{"[1]", Array, "array"},
		{"{}", Object, "object"},
		{"", Invalid, "malformed JSON"},
		{" ", Invalid, "malformed JSON"},
		{"nul", Invalid, "malformed JSON"},
		{"-", Invalid, "malformed JSON"},
		{"1x", Invalid, "malformed JSON"},
		{"00", Invalid, "malformed JSON"},
		{"+1", Invalid, "malformed JSON"},
		{`"a`, Invalid, "malformed JSON"},
		{`"a"b"`, Invalid, "malformed JSON"},
		{`"\"`, Invalid, "malformed JSON"},
	}
	for _, tt := range tests {
		s := scalarOf(tt.raw)
		if s.kind != tt.kind || s.Describe() != tt.want {
			t.Errorf("%q: got kind %d, %s, want %d, %s", tt.raw, s.kind, s.Describe(), tt.kind, tt.want)
		}
	}
	if got := new(Scalar).Describe(); got != "nothing" {
		t.Errorf("zero value: %s", got)
	}
}
