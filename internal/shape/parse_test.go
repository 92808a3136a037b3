package shape

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestShapesAreTakenApart(t *testing.T) {
	t.Parallel()
	var shapes func(depth int) *rapid.Generator[string]
	shapes = func(depth int) *rapid.Generator[string] {
		words := rapid.SampledFrom([]string{"int", "any", "bytes", "...", "{}"})
		if depth == 0 {
			return words
		}
		inner := shapes(depth - 1)
		return rapid.OneOf(words,
			rapid.Map(inner, func(s string) string { return "[" + s + "]" }),
			rapid.Map(inner, func(s string) string { return "{*: " + s + "}" }),
			rapid.Map(rapid.SliceOfN(inner, 1, 3), func(s []string) string { return "{a b?: " + strings.Join(s, ", c.d: ") + "}" }))
	}
	rapid.Check(t, func(t *rapid.T) {
		text := shapes(4).Draw(t, "shape")
		p := parser{rest: text}
		if s, ok := p.shape(); !ok || p.rest != "" || s.text != text {
			t.Fatalf("%s becomes %+v, %q is left", text, s, p.rest)
		}
	})
}

func FuzzShape(f *testing.F) {
	f.Add("[{a: int}]", `[{"a":1}]`)
	f.Add("{*: [", "null")
	f.Fuzz(func(t *testing.T, text, raw string) {
		if raw == "" {
			return
		}
		err := Parse(text).Check([]byte(raw))
		if _, known := kindsOf[text]; err != nil && !known && !strings.ContainsAny(text, "[{") {
			t.Fatalf("%s refuses %s: %v", text, raw, err)
		}
	})
}
