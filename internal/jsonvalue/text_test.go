package jsonvalue

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// texts are JSON strings with every kind of escape.
var texts = []string{
	`""`, `"plain"`, `"\"\\\/\b\f\n\r\t"`, `"\u0041\u00e9\u20ac"`, `"\ud83d\ude00"`, `"\uD83D\uDE00!"`, `"a\u0000b"`,
	`"\ud83d"`, `"\ude00x"`, `"\ud83d\u0041"`, `"\ud83d\ud83d\ude00"`, `"\ud83d\n"`,
}

func TestUnescapingIsThatOfEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, raw := range texts {
		var want string
		if err := json.Unmarshal([]byte(raw), &want); err != nil {
			t.Fatal(err)
		}
		text := []byte(raw[1 : len(raw)-1])
		if got := string(appendText(nil, text)); got != want {
			t.Errorf("%s: got %q, want %q", raw, got, want)
		}
		if compareText(text, want) != 0 || compareText(text, want+"x") >= 0 || compareText(text, want+"\x00") >= 0 {
			t.Errorf("%s: not equal to %q", raw, want)
		}
		if want != "" && (compareText(text, want[:len(want)-1]) <= 0 || !containsText(text, want[1:])) {
			t.Errorf("%s: not greater than its beginning", raw)
		}
	}
}

func TestBrokenEscapesAreReplaced(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`\`, `\u`, `\u12`, `\u12g4`, `a\`, `\ud83d\u`, `\ud83d\`} {
		if got := string(appendText(nil, []byte(text))); got == "" {
			t.Errorf("%s: nothing is left", text)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, raw := range texts {
		f.Add(raw, "x")
	}
	f.Fuzz(func(t *testing.T, raw, other string) {
		got := string(appendText(nil, []byte(raw)))
		order := compareText([]byte(raw), other)
		if (order == 0) != (got == other) || (order < 0) != (got < other) {
			t.Fatalf("%q is %q, but %d against %q", raw, got, order, other)
		}
		var want string
		if json.Unmarshal([]byte(`"`+raw+`"`), &want) == nil && utf8.ValidString(raw) && got != want {
			t.Fatalf("%q: got %q, want %q", raw, got, want)
		}
	})
}
