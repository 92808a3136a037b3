package oracle

import (
	"flag"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/tools/txtar"

	"github.com/cloacina-go/cloacina/annotations"
)

// seeds are the tutorial's sources with their annotations.
func seeds(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("../../annotations/check/testdata/seed_*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no seeds: %v", err)
	}
	sources := make(map[string]string)
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sources[strings.TrimSuffix(filepath.Base(name), ".txtar")] = string(archive.Files[0].Data)
	}
	return sources
}

// spelt is a word of an annotation with its place in the source.
type spelt struct {
	text  string
	start int
}

var word = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// tokensOf lists the words of all annotations of a source: the tool, the verbs,
// keys, ids, functions, operators, names of context keys, words of values. Free
// text is none.
func tokensOf(source string) []spelt {
	var tokens []spelt
	offset := 0
	for line := range strings.Lines(source) {
		if strings.HasPrefix(line, "//cloacina:") && !strings.Contains(line, "description=") {
			for _, at := range word.FindAllStringIndex(line, -1) {
				tokens = append(tokens, spelt{line[at[0]:at[1]], offset + at[0]})
			}
		}
		offset += len(line)
	}
	return tokens
}

// misspellings are the slips that are made with a word: a letter left out, two
// letters swapped, one doubled, one replaced by its neighbour, the case of the first or of
// all letters.
func misspellings(text string) []string {
	var all []string
	letters := []rune(text)
	edit := func(parts ...string) { all = append(all, strings.Join(parts, "")) }
	for i, r := range letters {
		before, after := string(letters[:i]), string(letters[i+1:])
		edit(before, after)
		edit(before, string(r), string(r), after)
		next := r + 1
		if !unicode.IsLetter(next) {
			next = 'q'
		}
		edit(before, string(next), after)
		if i+1 < len(letters) && letters[i+1] != r {
			edit(before, string(letters[i+1]), string(r), string(letters[i+2:]))
		}
	}
	edit(strings.ToUpper(text))
	edit(strings.ToUpper(text[:1]), text[1:])
	return all
}

var everyMisspelling = flag.Bool("misspellings", false, "try every misspelling of every seed, not a part of them")

// TestMisspellings misspells every word of the tutorial's annotations in every
// way, one at a time; then the first repair that the checker suggests restores
// the source. What it cannot know is listed in [free].
func TestMisspellings(t *testing.T) {
	t.Parallel()
	for name, source := range seeds(t) {
		if !*everyMisspelling && name != "seed_dynamic" && name != "seed_typed" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, usual := findings(t, source)
			known := make(map[string]bool)
			for _, f := range usual {
				known[string(f.Code)+f.Message] = true
			}
			tried, left := 0, 0
			for n, tok := range tokensOf(source) {
				for m, slip := range misspellings(tok.text) {
					if !*everyMisspelling && (n+m)%5 > 0 {
						continue
					}
					tried++
					text := source[:tok.start] + slip + source[tok.start+len(tok.text):]
					how := restored(t, source, text, known)
					switch {
					case how == "":
					case free(source, tok, slip):
						left++
					default:
						t.Errorf("%s as %s: %s", tok.text, slip, how)
					}
				}
			}
			t.Logf("%d misspellings, %d of which are other valid words", tried, left)
		})
	}
}

// free reports whether a misspelling is as good as the original: the name of the
// workflow, and the id of a task that nothing else names. Nor can a single letter
// be taken for a word.
func free(source string, tok spelt, slip string) bool {
	named := strings.Count(source, `"`+tok.text+`"`)
	before := source[:tok.start]
	declares := strings.HasSuffix(before, `name="`) || strings.HasSuffix(before, `id = "`)
	return len(slip) == 1 || declares && (strings.HasSuffix(before, `name="`) || !isNamed(source, tok)) && named > 0
}

// isNamed reports whether annotations name a task elsewhere than where its id is
// declared.
func isNamed(source string, tok spelt) bool {
	for line := range strings.Lines(source) {
		if strings.HasPrefix(line, "//cloacina:task") && !strings.Contains(line, "id = ") && strings.Contains(line, `"`+tok.text+`"`) {
			return true
		}
	}
	return false
}

// restored says why the first repair does not restore the source; "" if it does.
// What suggests a spelling comes before what may only follow from the slip.
func restored(t *testing.T, source, misspelt string, known map[string]bool) string {
	t.Helper()
	_, list := findings(t, misspelt)
	list = slices.DeleteFunc(list, func(f annotations.Finding) bool {
		return known[string(f.Code)+f.Message] || len(f.Fixes) == 0
	})
	first := slices.IndexFunc(list, func(f annotations.Finding) bool { return strings.Contains(f.Message, "did you mean") })
	switch {
	case len(list) == 0:
		return "no suggestion"
	case first < 0:
		first = 0
	}
	f := list[first]
	if applied(misspelt, f.Fixes[0]) != source {
		return fmt.Sprintf("%s %s: %s", f.Code, f.Message, f.Fixes[0].Message)
	}
	return ""
}

// applied is a text with the edits of a fix.
func applied(text string, fix annotations.Fix) string {
	for i := len(fix.Edits) - 1; i >= 0; i-- {
		e := fix.Edits[i]
		text = text[:e.Span.Start.Offset] + e.New + text[e.Span.End.Offset:]
	}
	return text
}
