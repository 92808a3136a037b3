package docs

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/testmodule"
)

var update = flag.Bool("update", false, "rewrite the listings and the generated tables in docs")

const module = "github.com/cloacina-go/cloacina"

// root is the root directory of the repository.
func root(t *testing.T) string {
	t.Helper()
	dir, err := testmodule.Root()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// read returns the text of a file, named from the root.
func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root(t), filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// compare compares a file, named from the root, with what it should be, or makes
// it so under -update.
func compare(t *testing.T, name, want string) {
	t.Helper()
	path := filepath.Join(root(t), filepath.FromSlash(name))
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with: make golden", err)
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("%s differs (-want +file); if it should: make golden, and look at the difference\n%s", name, diff)
	}
}

// documents are all Markdown files of the repository, named from its root.
func documents(t *testing.T) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(os.DirFS(root(t)), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(path, ".md") {
			found = append(found, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var (
	// block is a fenced block.
	block = regexp.MustCompile("(?ms)^(```|~~~).*?^(```|~~~)\n")
	// indented is a line of an indented block.
	indented = regexp.MustCompile(`(?m)^ {4}.*$`)
)

// prose returns a Markdown text without its blocks of code.
func prose(text string) string {
	return indented.ReplaceAllString(block.ReplaceAllString(text, ""), "")
}
