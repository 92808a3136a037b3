package terminal

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain text, \"quoted\" \\": "plain text, \"quoted\" \\",
		"grüße ✓ 世界":                "grüße ✓ 世界",
		"\x1b[2Jgone":               `\x1b[2Jgone`,
		"two\nlines\r\t":            `two\nlines\r\t`,
		"c1 \u009b31m":              `c1 \u009b31m`,
		"bidi \u202eevil":           `bidi \u202eevil`,
		"zero\u200bwidth":           `zero\u200bwidth`,
		"bad \xff\x9b":              `bad \xff\x9b`,
		"mark \ufffd":               "mark \ufffd",
		"del \x7f":                  `del \x7f`,
	} {
		if got := Escape(text); got != want {
			t.Errorf("Escape(%q) = %q, want %q", text, got, want)
		}
	}
}

// Whatever goes in, nothing comes out that a terminal obeys.
func TestEscapeLeavesNothingToObey(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string {
			return string(b)
		})).Draw(t, "text")
		got := Escape(text)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
		}) {
			t.Fatalf("Escape(%q) = %q", text, got)
		}
		if Escape(got) != got || !Printable(got) {
			t.Fatalf("%q is not printable", got)
		}
	})
}

func TestWidth(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "abc": 3, "é": 1, "e\u0301": 1, "世界": 4, "✅": 2, "⭐": 2, "🟢": 2, "🪄": 2, "✓": 1, "…": 1} {
		if got := Width(text); got != want {
			t.Errorf("Width(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestCutAndPad(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text    string
		columns int
		want    string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"世界人", 4, "世…"}, {"世界", 4, "世界"}, {"abc", 0, ""}, {"abc", 1, "…"},
	}
	for _, test := range tests {
		if got := Cut(test.text, test.columns); got != test.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", test.text, test.columns, got, test.want)
		}
	}
	if got := Pad("世", 4) + "|" + Pad("long", 2) + "|"; got != "世  |long|" {
		t.Errorf("padded: %q", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		text, columns := Escape(rapid.String().Draw(t, "text")), rapid.IntRange(0, 20).Draw(t, "columns")
		if got := Cut(text, columns); Width(got) > columns {
			t.Fatalf("Cut(%q, %d) = %q, which takes %d", text, columns, got, Width(got))
		}
	})
}
