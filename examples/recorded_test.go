// Package examples_test holds the READMEs to the sources and to what programs
// really print.
package examples_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/examples/internal/golden"
)

var (
	// recorded is a fenced block that has to equal the file named above it.
	recorded = regexp.MustCompile("(?s)<!-- recorded: (\\S+) -->\n```\n(.*?)```\n")
	// quoted is a block of Go that has to equal declarations of the file named
	// above it, or the file if none are named.
	quoted = regexp.MustCompile("(?s)<!-- source: (\\S+)((?: \\S+)*) -->\n```go\n(.*?)```\n")
	// fence is the beginning or the end of a block.
	fence = regexp.MustCompile("(?m)^```")
	// picture is a block that is no source and no output.
	picture = regexp.MustCompile("(?s)```mermaid\n.*?```\n")
	// command is a line that runs an example.
	command = regexp.MustCompile(`(?m)^ {4}go run (?:-C (\S+) )?(\.\S*)`)
)

// Every block of a README shows what a file has; under -update it is made to.
func TestReadmes(t *testing.T) {
	t.Parallel()
	for _, readme := range readmes(t) {
		t.Run(readme, func(t *testing.T) {
			t.Parallel()
			text := read(t, readme)
			got, found := shown(t, filepath.Dir(readme), text)
			if golden.Update() {
				if err := os.WriteFile(readme, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			} else if got != text {
				t.Errorf("%s does not show what the files have; if they are right: make golden", readme)
			}
			all := len(fence.FindAllString(picture.ReplaceAllString(text, ""), -1)) / 2
			if readme == "../README.md" {
				all = max(found, 1) // it has tests of its own for its other blocks
			}
			if found != all {
				t.Errorf("%d of %d blocks are held against a file", found, all)
			}
		})
	}
}

// readmes are the READMEs of all examples and of the repository, and its documentation.
func readmes(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	// That page is written as a whole by a test of its own.
	found = slices.DeleteFunc(found, func(name string) bool { return name == "../docs/findings.md" })
	found = append(found, "../README.md", "README.md")
	for _, name := range examples(t) {
		found = append(found, filepath.Join(name, "README.md"))
	}
	return found
}

// examples are the directories of the examples.
func examples(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && e.Name() != "internal" {
			names = append(names, e.Name())
		}
	}
	return names
}

// shown returns a README with its blocks as the files have them, and how many
// blocks there are.
func shown(t *testing.T, dir, text string) (got string, blocks int) {
	t.Helper()
	got = recorded.ReplaceAllStringFunc(text, func(block string) string {
		blocks++
		name := recorded.FindStringSubmatch(block)[1]
		output := strings.TrimSuffix(read(t, filepath.Join(dir, filepath.FromSlash(name))), "\n")
		return fmt.Sprintf("<!-- recorded: %s -->\n```\n%s\n```\n", name, output)
	})
	got = quoted.ReplaceAllStringFunc(got, func(block string) string {
		blocks++
		m := quoted.FindStringSubmatch(block)
		source := read(t, filepath.Join(dir, filepath.FromSlash(m[1])))
		if names := strings.Fields(m[2]); len(names) > 0 {
			source = declarations(t, m[1], source, names)
		}
		return fmt.Sprintf("<!-- source: %s%s -->\n```go\n%s\n```\n", m[1], m[2], strings.TrimSuffix(source, "\n"))
	})
	return got, blocks
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Every example is in the list of all, and the commands name what there is.
func TestExamplesAreListed(t *testing.T) {
	t.Parallel()
	list := read(t, "README.md")
	for _, name := range examples(t) {
		if !strings.Contains(list, "]("+name+"/README.md)") {
			t.Errorf("README.md has no link to %s/README.md", name)
		}
		for _, m := range command.FindAllStringSubmatch(read(t, filepath.Join(name, "README.md")), -1) {
			// Commands are given from the root of the repository.
			main := filepath.Join("..", filepath.FromSlash(m[1]), filepath.FromSlash(m[2]), "main.go")
			if _, err := os.Stat(main); err != nil {
				t.Errorf("%s/README.md says %q: %v", name, strings.TrimSpace(m[0]), err)
			}
		}
	}
}

// The generated files are what the generator makes of the sources, and it has
// nothing to say about them.
func TestGeneratedFilesAreUpToDate(t *testing.T) {
	t.Parallel()
	if printed, code := golden.Generator(t, ".", "check", "--werror", "--diff", "./..."); code != 0 || printed != "" {
		t.Errorf("exit code %d; to generate: make generate\n%s", code, printed)
	}
}
