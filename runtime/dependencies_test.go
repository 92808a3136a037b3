package cloacina

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A program that runs workflows carries nothing of the tool that compiles them.
func TestDependencies(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps",
		"-f", "{{with .Module}}{{.Path}}{{else}}std{{end}} {{.ImportPath}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	var modules []string
	for line := range strings.Lines(string(out)) {
		module, path, _ := strings.Cut(strings.TrimSpace(line), " ")
		if module == "std" {
			continue
		}
		modules = append(modules, module)
		for _, forbidden := range []string{"/annotations", "golang.org/x/tools", "jennifer", "cobra"} {
			if strings.Contains(path, forbidden) {
				t.Errorf("the runtime imports %s", path)
			}
		}
	}
	slices.Sort(modules)
	if modules = slices.Compact(modules); len(modules) > 12 {
		t.Errorf("%d modules: %s", len(modules), strings.Join(modules, " "))
	}
}
