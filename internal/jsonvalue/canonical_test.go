package jsonvalue

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{` 80.0 `, "80"},
		{"[8e1,-0,-0.0,1E2]", "[80,0,0,100]"},
		{`{"a" : 1.50 , "b":[ 0.000001, 0.0000001 ]}`, `{"a":1.5,"b":[0.000001,1e-7]}`},
		{`"80.0"`, `"80.0"`},
		{`{"1.0":"\"2.0"}`, `{"1.0":"\"2.0"}`},
		{"18446744073709551615.0", "18446744073709551615"},
		{"18446744073709551616.0", "18446744073709551616"},
		{"1e21", "1e+21"},
		{"1000000000000000000000000000000", "1000000000000000000000000000000"},
		{"-9223372036854775808.0", "-9223372036854775808"},
		{"0e99999999999", "0"},
		{`"\ud83d\ude00\u0041"`, `"\ud83d\ude00\u0041"`},
		{"null", "null"},
	}
	for _, tt := range tests {
		got, err := Canonical([]byte(tt.in), wide)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got %s, %v, want %s", tt.in, got, err, tt.want)
		}
	}
}

func TestCanonicalErrors(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                        "not a JSON value: unexpected end of JSON input",
		"[1":                      "not a JSON value: unexpected end of JSON input",
		"1 2":                     "not a JSON value: invalid character '2' after top-level value",
		"\"\xff\"":                "a marshaler's output is not valid UTF-8",
		"1e-99999999999999999999": "the number 1e-99999999999999999999 is out of range",
		`["\ud83d\ud83d"]`:        `the string contains \ud83d, half a surrogate pair`,
	} {
		_, err := Canonical([]byte(in), wide)
		var store *StoreError
		if !errors.As(err, &store) || err.Error() != want {
			t.Errorf("%q: got %v, want %s", in, err, want)
		}
	}
	_, err := Canonical([]byte("[[1]]"), Limits{Bytes: 99, Depth: 1})
	if _, ok := errors.AsType[*LimitError](err); !ok {
		t.Errorf("depth: got %v", err)
	}
}

func TestCanonicalDoesNotCopyWhatIsCanonical(t *testing.T) {
	t.Parallel()
	src := []byte(`{"a":[1,2.5,"x"]}`)
	out, err := canonical(src, wide)
	if err != nil || &out[0] != &src[0] {
		t.Errorf("copied, %v", err)
	}
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{`{"a":[80.0,-0,1e400,"\u2028"]}`, "1e21", "[1.50]", `"\ud83d"`, "18446744073709551616", "[[[["} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		once, err := Canonical([]byte(raw), wide)
		if err != nil {
			return
		}
		if !json.Valid([]byte(raw)) || !json.Valid(once) {
			t.Fatalf("%q becomes %q", raw, once)
		}
		twice, err := Canonical(once, wide)
		if err != nil || string(twice) != string(once) {
			t.Fatalf("%q becomes %q and then %q, %v", raw, once, twice, err)
		}
		var before, after any
		if Decode([]byte(raw), &before) != nil {
			return // a number that no Go number holds
		}
		if err := Decode(once, &after); err != nil || !sameJSON(before, after) {
			t.Fatalf("%q is %v, as %q it is %v, %v", raw, before, once, after, err)
		}
		if strings.Contains(string(once), "E") && !strings.Contains(raw, "E") {
			t.Fatalf("%q becomes %q", raw, once)
		}
	})
}

// sameJSON compares by encoding, which suits NaN-free values of any shape.
func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
