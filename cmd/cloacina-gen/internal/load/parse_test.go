package load

import (
	"go/parser"
	"go/token"
	"testing"

	"pgregory.net/rapid"
)

func TestWordAt(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text   string
		offset int
		want   string
	}{
		{"foo.bar", 0, "foo"},
		{"foo.bar", 4, "bar"},
		{"foo.bar", 3, "."},
		{"größe+1", 0, "größe"},
		{"\"a b\" x", 0, `"a b"`},
		{"`raw` x", 0, "`raw`"},
		{"\"open\n\"", 0, `"`},
		{"'x'", 0, "'x'"},
		{"}\n", 0, "}"},
		{"x\n", 1, ""},
		{"x", 1, ""},
	}
	for _, tt := range tests {
		pos := token.Position{Filename: "f.go", Offset: tt.offset, Line: 1, Column: tt.offset + 1}
		span := wordAt(pos, []byte(tt.text))
		if got := tt.text[span.Start.Offset:span.End.Offset]; got != tt.want {
			t.Errorf("%q at %d: got %q, want %q", tt.text, tt.offset, got, tt.want)
		}
		if span.End.Column-span.Start.Column != len(tt.want) || span.End.Line != span.Start.Line {
			t.Errorf("%q at %d: span %+v", tt.text, tt.offset, span)
		}
	}
}

// Whatever a file holds, its syntax errors lie inside of it.
func TestSyntaxErrorsLieInTheFile(t *testing.T) {
	t.Parallel()
	character := rapid.SampledFrom([]byte("(){}[]\"`'/*az09 .,:=\n\r\t\x00\xff\\-"))
	rapid.Check(t, func(t *rapid.T) {
		src := []byte("package p\n" + string(rapid.SliceOfN(character, 0, 60).Draw(t, "text")))
		_, err := parser.ParseFile(token.NewFileSet(), "f.go", src, parser.SkipObjectResolution)
		found := syntaxErrors("f.go", src, err)
		if (err == nil) != (len(found) == 0) {
			t.Fatalf("%v gave %d findings", err, len(found))
		}
		for _, f := range found {
			s := f.Span
			if s.Start.Offset < 0 || s.Start.Offset > s.End.Offset || s.End.Offset > len(src) || s.Start.Line < 1 {
				t.Fatalf("%q: %+v", src, s)
			}
		}
	})
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	if got, want := oneLine("x redeclared\n\tf.go:1:2: other declaration of x"), "x redeclared f.go:1:2: other declaration of x"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
