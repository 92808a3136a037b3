package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cloacina-go/cloacina/internal/testmodule"
)

// leastGo is the version that the module asks for.
func TestLeastGo(t *testing.T) {
	t.Parallel()
	root, err := testmodule.Root()
	if err != nil {
		t.Fatal(err)
	}
	out, err := goCommand(t.Context(), root, nil, "list", "-m", "-f", "{{.GoVersion}}", modulePath)
	if got := strings.TrimSpace(string(out)); err != nil || got != leastGo {
		t.Errorf("the module asks for Go %s (%v), leastGo is %s", got, err, leastGo)
	}
}

// Names that would change what a terminal shows are refused before anything else.
func TestFindPlaceRefusesControlCharacters(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a\nb", "\x1b[31mred", "a\x7f", "\xff", "tab\t"} {
		if _, err := findPlace(t.Context(), name, "example.com/m"); err == nil {
			t.Errorf("%q is accepted", name)
		} else if !utf8.ValidString(err.Error()) || strings.ContainsAny(err.Error(), "\n\t\x1b\x7f") {
			t.Errorf("%q is in the error as it is: %q", name, err)
		}
	}
}

func TestQuoteForShell(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a/b-c_d.e": "a/b-c_d.e",
		"-x":        "./-x",
		"a b":       "'a b'",
		"-a b":      "'./-a b'",
		"it's":      `'it'\''s'`,
		"$(x)":      "'$(x)'",
		"天気":        "'天気'",
		"~":         "'~'",
	} {
		if got := quoteForShell(name); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}
