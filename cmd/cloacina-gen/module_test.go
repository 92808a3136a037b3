package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// repository returns the root of this module.
func repository() (string, error) { return filepath.Abs(filepath.Join("..", "..")) }

// writeModule makes a directory a module that uses this one, with the versions
// that this one uses, so that nothing has to be fetched.
func writeModule(dir, path string) error {
	root, err := repository()
	if err != nil {
		return err
	}
	own, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	_, requirements, _ := strings.Cut(string(own), "\nrequire")
	text := fmt.Sprintf("module %s\n\ngo 1.26.0\n\nrequire github.com/cloacina-go/cloacina v0.0.0\n\n"+
		"replace github.com/cloacina-go/cloacina => %s\n\nrequire%s", path, root, requirements)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o644); err != nil {
		return err
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644)
}

// writeFiles writes files below a directory. The names use slashes.
func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
