package printable

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"plain text", "plain text"},
		{"grün, 日本語", "grün, 日本語"},
		{"two\nlines", `two\x0alines`},
		{"a\tb", "a b"},
		{"\x1b[31mred", `\x1b[31mred`},
		{"bell\a del\x7f c1\u009b", `bell\x07 del\x7f c1\u009b`},
		{"broken \xff\xfe", `broken \xff\xfe`},
		{"turned \u202e round", `turned \u202e round`},
		{"zero\u200bwidth \ufeffbom", `zero\u200bwidth \ufeffbom`},
		{"line\u2028separator", `line\u2028separator`},
		{"tag \U000e0041", `tag \U000e0041`},
	}
	for _, tt := range tests {
		if got := Escape(tt.in); got != tt.want {
			t.Errorf("Escape(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// Whatever a source holds, what is printed is one line of visible text.
func TestEscapedTextIsHarmless(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOf(rapid.Byte()).Draw(t, "text")) + rapid.String().Draw(t, "more")
		got := Escape(text)
		if !utf8.ValidString(got) {
			t.Fatalf("%q is not UTF-8", got)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }); i >= 0 {
			t.Fatalf("%q holds a control character", got)
		}
	})
}

func TestWidth(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want int
	}{
		{"abc", 3},
		{"\t", tabWidth},
		{"日本", 4},
		{"e\u0301", 1},
		{"한", 2},
		{"😀", 2},
		{"ü", 1},
		{"\x00", len(`\x00`)},
	}
	for _, tt := range tests {
		if got := cellColumns(tt.text); got != tt.want {
			t.Errorf("%q is %d columns wide, want %d", tt.text, got, tt.want)
		}
	}
}

// cellColumns is the sum of the widths of the cells.
func cellColumns(text string) int {
	sum := 0
	for _, c := range Cells(text) {
		sum += c.Width
	}
	return sum
}

// What is escaped takes as many columns as its cells say.
func TestWidthOfEscapedText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.ReplaceAll(rapid.String().Draw(t, "text"), "\t", " ")
		if got, want := Width(Escape(text)), cellColumns(text); got != want {
			t.Fatalf("%q is %d columns wide, its cells %d", text, got, want)
		}
	})
}

func TestLines(t *testing.T) {
	t.Parallel()
	got := Lines("a\n\n\t\tb\tc\x1b[31m\nd\u202e")
	if want := "a\n\n        b c\\x1b[31m\nd\\u202e"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
