// Package testmodule writes Go modules for tests that generate, build and run
// whole programs. A module uses this repository like a user's module would, in
// the versions that the repository uses, and needs nothing from the network.
package testmodule

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Root returns the root directory of this repository.
func Root() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/cloacina-go/cloacina").Output()
	if err != nil {
		return "", fmt.Errorf("find the root of the module: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// Init makes a directory a module of the given path. It requires this module,
// from its directory, in the versions that this one uses.
func Init(dir, path string) error {
	root, err := Root()
	if err != nil {
		return err
	}
	own, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return fmt.Errorf("read the module's requirements: %w", err)
	}
	_, requirements, _ := strings.Cut(string(own), "\nrequire")
	text := fmt.Sprintf("module %s\n\ngo 1.26.0\n\nrequire github.com/cloacina-go/cloacina v0.0.0\n\n"+
		"replace github.com/cloacina-go/cloacina => %s\n\nrequire%s", path, root, requirements)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o644); err != nil {
		return fmt.Errorf("write the test module: %w", err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return fmt.Errorf("read the module's checksums: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644); err != nil {
		return fmt.Errorf("write the test module: %w", err)
	}
	return nil
}

// Write writes files below a directory. Their names use slashes.
func Write(tb testing.TB, dir string, files map[string]string) {
	tb.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
}
