package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// helpOf returns what a command prints about itself.
func helpOf(t *testing.T, args ...string) string {
	t.Helper()
	var out, trouble bytes.Buffer
	if status := run(t.Context(), append(args, "--help"), nil, &out, &trouble); status != exitOK || trouble.Len() > 0 {
		t.Fatalf("%v: exit status %d: %s", args, status, trouble.String())
	}
	return out.String()
}

// All that help prints fits into 80 columns, but for the example of a finding.
func TestHelpFitsATerminal(t *testing.T) {
	t.Parallel()
	for _, name := range append(commandNames(newRoot()), "") {
		args := strings.Fields(name)
		for line := range strings.Lines(helpOf(t, args...)) {
			line = strings.TrimRight(line, "\n")
			if utf8.RuneCountInString(line) > 80 && !strings.HasPrefix(line, "    tasks.go:41:44: error") {
				t.Errorf("%s --help: %d columns: %s", name, len(line), line)
			}
		}
	}
}

// The manual names every command, and every command has its chapter.
func TestTheManualIsComplete(t *testing.T) {
	t.Parallel()
	text := helpOf(t)
	for _, c := range newRoot().Commands() {
		if !strings.Contains(text, "cloacina-gen "+c.Name()+" ") {
			t.Errorf("the manual does not name %s", c.Name())
		}
		if chapter(c.Name()) == "" {
			t.Errorf("%s has no chapter", c.Name())
		}
	}
}
