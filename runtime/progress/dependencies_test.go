package progress

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A program that shows its runs, and logs for people, links no more modules than
// one that runs workflows: twelve, ours among them.
func TestDependencies(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps",
		"-f", "{{with .Module}}{{.Path}}{{end}}", ".", "../console", "..").Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := strings.Fields(string(out))
	slices.Sort(modules)
	if modules = slices.Compact(modules); len(modules) > 12 {
		t.Errorf("%d modules: %s", len(modules), strings.Join(modules, " "))
	}
}
