package annotations

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSuggest(t *testing.T) {
	t.Parallel()
	tasks := []string{"fetch_data", "cached_data", "process_data", "report"}
	for _, c := range []struct {
		word       string
		candidates []string
		want       string
	}{
		{"procss_data", tasks, "process_data"},
		{"process_dtaa", tasks, "process_data"},
		{"Fetch-Data", tasks, "fetch_data"},
		{"fetchdata", tasks, "fetch_data"},
		{"rep", tasks, "report"},
		{"re", tasks, ""},
		{"x", []string{"a", "b"}, ""},
		{"A", []string{"a", "b"}, "a"},
		{"é", []string{"a"}, ""},
		{"", tasks, ""},
		{"notification", tasks, ""},
		{"tsk", []string{"task", "workflow"}, "task"},
		{"an", []string{"task", "workflow"}, ""},
		{"ab", []string{"ac", "aa"}, "aa"},
		{"ab", []string{"aa", "ac"}, "aa"},
		{"greater", []string{"greater_than", "greater_or_equal"}, ""},
		{"grus", []string{"größe", "gruß"}, "gruß"},
		{"data", []string{"data", "date"}, "data"},
		{strings.Repeat("x", 65), []string{strings.Repeat("x", 65)}, ""},
		{"x", []string{strings.Repeat("x", 65)}, ""},
		{"anything", nil, ""},
	} {
		if got := Suggest(c.word, c.candidates); got != c.want {
			t.Errorf("Suggest(%q, %q) = %q, want %q", c.word, c.candidates, got, c.want)
		}
	}
}

// One slip in a word of three letters or more leads back to the word, in whatever
// order the candidates stand.
func TestSuggestUndoesOneSlip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z]{6,12}`).Draw(t, "word")
		at := rapid.IntRange(0, len(word)-2).Draw(t, "at")
		slip := rapid.SampledFrom([]string{
			word[:at] + word[at+1:],
			word[:at] + "q" + word[at:],
			word[:at] + "q" + word[at+1:],
			word[:at] + word[at+1:at+2] + word[at:at+1] + word[at+2:],
		}).Draw(t, "slip")
		others := rapid.SliceOf(rapid.StringMatching(`[0-9]{20}`)).Draw(t, "others")
		candidates := append(slices.Clone(others), word)
		if got := Suggest(slip, candidates); got != word {
			t.Fatalf("Suggest(%q) = %q, want %q", slip, got, word)
		}
		slices.Reverse(candidates)
		if got := Suggest(slip, candidates); got != word {
			t.Fatalf("Suggest(%q) depends on the order: %q", slip, got)
		}
	})
}

func TestSlipsIsADistance(t *testing.T) {
	t.Parallel()
	word := rapid.StringMatching(`[abc]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		d := slips(a, b, 20)
		if d != slips(b, a, 20) {
			t.Fatalf("distance of %q and %q is not symmetric", a, b)
		}
		if (d == 0) != (a == b) || d > max(len(a), len(b)) {
			t.Fatalf("distance of %q and %q is %d", a, b, d)
		}
		limit := rapid.IntRange(0, 5).Draw(t, "limit")
		if got := slips(a, b, limit); got != min(d, limit+1) {
			t.Fatalf("with limit %d the distance of %q and %q is %d, without %d", limit, a, b, got, d)
		}
	})
}

func TestShort(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a b": "a b", "a\nb\x1b": "a\ufffdb\ufffd", strings.Repeat("x", 61): strings.Repeat("x", 60) + "...",
	} {
		if got := short(in); got != want {
			t.Errorf("short(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestQuoted(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a":                     `"a"`,
		`say "a"`:               "`say \"a\"`",
		"\x1b[31m":              `"\x1b[31m"`,
		"a\nb":                  `"a\nb"`,
		strings.Repeat("ü", 40): `"` + strings.Repeat("ü", 30) + `"...`,
	} {
		if got := quoted(in); got != want {
			t.Errorf("quoted(%q) = %s, want %s", in, got, want)
		}
	}
}
