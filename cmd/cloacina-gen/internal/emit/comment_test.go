package emit

import (
	"slices"
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	word, tail := strings.Repeat("w", 50), strings.Repeat("t", 64)
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"short", "a b", []string{"// a b"}},
		{"empty", "", []string{"//"}},
		{"long", word + " " + word + " " + word, []string{"// " + word + " " + word, "// " + word}},
		{"marker", word + " " + tail + " -", []string{"// " + word + " " + tail + " -"}},
		{"glued", word + " " + tail + "x - x", []string{"// " + word, "// " + tail + "x - x"}},
		{"number", word + " " + tail + " 12. x", []string{"// " + word, "// " + tail + " 12. x"}},
		{"endless", strings.Repeat("w", 200), []string{"// " + strings.Repeat("w", 113) + " ..."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := wrap("// ", "// ", c.text, 0); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestEnumerate(t *testing.T) {
	t.Parallel()
	for want, words := range map[string]string{
		"":                               "",
		"a":                              "a",
		"a and b":                        "a b",
		"a, b and c":                     "a b c",
		"a, b, c, d, e, f, g and h":      "a b c d e f g h",
		"a, b, c, d, e, f, g and 2 more": "a b c d e f g h i",
	} {
		if got := enumerate(strings.Fields(words), "and"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	words := strings.Fields("a b c d e f g h i j")
	if enumerate(words, "or"); words[7] != "h" {
		t.Error("enumerate changes its argument")
	}
}
