// Package examples_test holds the READMEs to what programs really print.
package examples_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/testmodule"
)

var update = flag.Bool("update", false, "copy the recorded outputs into the READMEs")

// recorded is a fenced block that has to equal the file named above it.
var recorded = regexp.MustCompile("(?s)<!-- recorded: (\\S+) -->\n```\n(.*?)```\n")

func TestReadmesShowRecordedOutput(t *testing.T) {
	t.Parallel()
	for readme, blocks := range map[string]int{"../README.md": 2} {
		b, err := os.ReadFile(readme)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		got := recorded.ReplaceAllStringFunc(string(b), func(block string) string {
			found++
			name := recorded.FindStringSubmatch(block)[1]
			output, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(name)))
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("<!-- recorded: %s -->\n```\n%s\n```\n", name, strings.TrimSuffix(string(output), "\n"))
		})
		if found != blocks {
			t.Errorf("%s has %d recorded blocks, want %d", readme, found, blocks)
		}
		if *update {
			if err := os.WriteFile(readme, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		} else if got != string(b) {
			t.Errorf("%s does not show the recorded output; if the output is right: make golden", readme)
		}
	}
}

// program is the complete program that the README shows.
var program = regexp.MustCompile("(?s)```go\n(// Command .*?)```\n")

func TestReadmeProgramRuns(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	match := program.FindStringSubmatch(string(b))
	if match == nil {
		t.Fatal("README.md shows no program that begins with: // Command")
	}
	m := testmodule.New(t, "example.com/hello", map[string]string{"main.go": match[1]})
	m.Generate()
	if got, want := string(m.Run("go", "run", ".")), "hello, Cloacina\n"; got != want {
		t.Errorf("the README's program printed %q, want %q", got, want)
	}
}
