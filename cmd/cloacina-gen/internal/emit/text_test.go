package emit

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
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
		file.Add(jen.Op("var x =\n").Add(text(s).code(place{col: col, indent: col, tail: 1})))
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
