package docs

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// commands are the indented lines of a text.
func commands(text string) []string {
	var found []string
	for _, line := range indented.FindAllString(text, -1) {
		found = append(found, strings.TrimSpace(line))
	}
	return found
}

// The way from nothing to a run uses the commands of the README and those that init
// prints. Tests of cloacina-gen execute these, in the order that they stand in there.
func TestStartUsesTestedCommands(t *testing.T) {
	t.Parallel()
	tested := append(commands(read(t, "README.md")),
		commands(read(t, "cmd/cloacina-gen/testdata/readme/init.txt"))...)
	used := commands(block.ReplaceAllString(read(t, "docs/start.md"), ""))
	if len(used) < 8 {
		t.Fatalf("found the commands %q", used)
	}
	for _, command := range used {
		if !slices.Contains(tested, command) {
			t.Errorf("docs/start.md has the command %q, which no test executes", command)
		}
	}
}

// CONTRIBUTING.md and the Makefile know the same targets.
func TestContributingNamesTheTargets(t *testing.T) {
	t.Parallel()
	text := read(t, "CONTRIBUTING.md")
	targets := regexp.MustCompile(`(?m)^([a-z-]+):.*## `).FindAllStringSubmatch(read(t, "Makefile"), -1)
	var known []string
	for _, m := range targets {
		known = append(known, m[1])
		if !strings.Contains(text, "| `make "+m[1]+"` |") {
			t.Errorf("CONTRIBUTING.md does not say what make %s does", m[1])
		}
	}
	for _, name := range []string{"CONTRIBUTING.md", "docs/faq.md", "docs/reliability.md", "README.md"} {
		for _, m := range regexp.MustCompile("[` ]make ([a-z]+)(?:`|\\s+#|$)").FindAllStringSubmatch(read(t, name), -1) {
			if !slices.Contains(known, m[1]) {
				t.Errorf("%s: there is no target %s", name, m[1])
			}
		}
	}
}
