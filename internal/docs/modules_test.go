package docs

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// systems are those that programs are built for.
var systems = []string{"darwin", "linux", "windows"}

// docs/modules.txt has the modules that end up in a program which imports the
// runtime.
func TestModuleListing(t *testing.T) {
	t.Parallel()
	linked := make(map[string][]string)
	for _, system := range systems {
		for _, m := range modules(t, system) {
			linked[m] = append(linked[m], system)
		}
	}
	var list strings.Builder
	for _, m := range slices.Sorted(maps.Keys(linked)) {
		list.WriteString(m)
		if on := linked[m]; len(on) < len(systems) {
			fmt.Fprintf(&list, " (%s)", strings.Join(on, ", "))
		}
		list.WriteString("\n")
	}
	compare(t, "docs/modules.txt", list.String())
}

// modules are the modules that a program links which imports the runtime and all
// that belongs to it but for tests.
func modules(t *testing.T, system string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}",
		module+"/runtime", module+"/runtime/console", module+"/runtime/progress")
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	found := strings.Fields(string(out))
	slices.Sort(found)
	return slices.Compact(found)
}
