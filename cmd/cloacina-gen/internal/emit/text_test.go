package emit

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dave/jennifer/jen"
	"pgregory.net/rapid"
)

// FuzzText lays out any text at any column: the literal has the text as its
// value, and no piece is wider than the line.
func FuzzText(f *testing.F) {
	for _, s := range payloads {
		f.Add(s, 20)
	}
	f.Fuzz(func(t *testing.T, s string, col int) {
		if col < 0 || col > 80 {
			return
		}
		file := jen.NewFile("p")
		file.NoFormat = true
		file.Add(jen.Op("var x =\n").Add(text(s).code(place{col: col, indent: col, tail: 1}).code()))
		var b bytes.Buffer
		if err := file.Render(&b); err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), "", b.Bytes(), 0)
		if err != nil {
			t.Fatalf("%q: %v", b.String(), err)
		}
		x := parsed.Decls[0].(*ast.GenDecl).Specs[0].(*ast.ValueSpec).Values[0]
		if got, ok := stringOf(x); !ok || got != s {
			t.Errorf("got %q, want %q", got, s)
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimSpace(line)); n > maxColumn-col {
				t.Errorf("%d columns at column %d: %s", n, col, line)
			}
		}
	})
}

// FuzzProse quotes any text in a comment: one line, visible, not long.
func FuzzProse(f *testing.F) {
	for _, s := range payloads {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := prose(s)
		if !printable(got) || strings.Contains(got, "*/") || utf8.RuneCountInString(got) > maxQuoted {
			t.Errorf("%q became %q", s, got)
		}
		for _, line := range wrap("// ", "// ", "It says "+got, 0) {
			if directive.MatchString(line) || utf8.RuneCountInString(line) > maxColumn {
				t.Errorf("%q became the line %q", s, line)
			}
		}
	})
}

func TestQuoter(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		`plain`:         `"plain"`,
		`say "please"`:  "`say \"please\"`",
		"a\\b":          "`a\\b`",
		"`a` \"b\"":     "\"`a` \\\"b\\\"\"",
		"\"a\"\n":       `"\"a\"\n"`,
		"\"\u202e\"":    `"\"\u202e\""`,
		"\"\xff\"":      `"\"\xff\""`,
		"\"\u00a0\"":    `"\"\u00a0\""`,
		"\"tab\there\"": `"\"tab\there\""`,
	} {
		if got := text(s).quoter()(s); got != want {
			t.Errorf("%q is written %s, want %s", s, got, want)
		}
	}
}

// TestCutKeepsAll cuts random bytes into pieces that give the whole again.
func TestCutKeepsAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		width := rapid.IntRange(1, 40).Draw(t, "width")
		quote := text(s).quoter()
		var all strings.Builder
		for rest := s; rest != ""; {
			piece := cut(rest, width, quote)
			if piece == "" {
				t.Fatal("nothing was cut off")
			}
			all.WriteString(piece)
			rest = rest[len(piece):]
		}
		if all.String() != s {
			t.Errorf("got %q", all.String())
		}
	})
}

// TestBreaks breaks long texts where a reader would.
func TestBreaks(t *testing.T) {
	t.Parallel()
	pad := strings.Repeat("x", 30)
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"short", "a: b, c: d", []string{"a: b, c: d"}},
		{"comma", "{" + pad + ": int, timestamp: time, source: string, more: [" + pad + "]}", []string{
			"{" + pad + ": int, timestamp: time, ", "source: string, more: [" + pad + "]}",
		}},
		{"pair", "{" + pad + ": {timestamp: time source: [" + pad + "]}}", []string{
			"{" + pad + ": {timestamp: time ", "source: [" + pad + "]}}",
		}},
		{"colon", pad + "xxxxx: " + pad + pad, []string{pad + "xxxxx: ", pad + pad}},
		{"sentence", pad + " and more words of " + pad + " " + pad, []string{pad + " and more words of ", pad + " " + pad}},
		{"no blank", strings.Repeat("x", 110), []string{strings.Repeat("x", 67), strings.Repeat("x", 43)}},
		{"the rest fits", pad + ", " + pad + pad + "y", []string{pad + ", ", pad + pad + "y"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			// 68 columns are left beside the 50 before, for the quotes and the operator.
			x := jen.Null().Add(text(c.text).code(place{col: 49, indent: 45}).code())
			got := []string{}
			for piece := range strings.SplitSeq(x.GoString(), "+\n") {
				piece, err := strconv.Unquote(strings.TrimSpace(piece))
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, piece)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
