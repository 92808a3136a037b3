// Package testmodule makes throwaway Go modules that use this repository like a
// user's module would, for tests that generate, build and run whole programs.
// Nothing is downloaded: a module has this repository's own requirements.
package testmodule

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const repository = "github.com/cloacina-go/cloacina"

// Module is a module in a temporary directory that the test removes.
type Module struct {
	// Dir is the module's directory.
	Dir string

	tb testing.TB
}

// New writes a module with the given path and files; their names use slashes.
func New(tb testing.TB, path string, files map[string]string) *Module {
	tb.Helper()
	root := Root(tb)
	m := &Module{Dir: tb.TempDir(), tb: tb}
	_, requirements, _ := strings.Cut(read(tb, filepath.Join(root, "go.mod")), "\nrequire")
	m.Write("go.mod", "module "+path+"\n\ngo 1.26.0\n\nrequire "+repository+" v0.0.0\n\n"+
		"replace "+repository+" => "+root+"\n\nrequire"+requirements)
	m.Write("go.sum", read(tb, filepath.Join(root, "go.sum")))
	for name, content := range files {
		m.Write(name, content)
	}
	return m
}

// Root returns the root directory of this repository.
func Root(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for ; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(b), "module "+repository+"\n") {
			return dir
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			tb.Fatal(err)
		}
	}
	tb.Fatal("the test does not run inside the repository")
	return ""
}

// Write writes one file.
func (m *Module) Write(name, content string) {
	m.tb.Helper()
	path := filepath.Join(m.Dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		m.tb.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		m.tb.Fatal(err)
	}
}

// Generate runs the real generator on packages of the module, "." without any.
func (m *Module) Generate(packages ...string) {
	m.tb.Helper()
	m.Run("go", append([]string{"run", repository + "/cmd/cloacina-gen"}, packages...)...)
}

// Run executes a command in the module's directory and returns its standard
// output. It fails the test, with all output, if the command fails.
func (m *Module) Run(name string, args ...string) []byte {
	m.tb.Helper()
	stdout, stderr, err := m.execute(name, args)
	if err != nil {
		m.tb.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, stdout, stderr)
	}
	return stdout
}

// Fail executes a command that has to end with the given exit code, and returns
// what it wrote to standard error.
func (m *Module) Fail(code int, name string, args ...string) []byte {
	m.tb.Helper()
	stdout, stderr, err := m.execute(name, args)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != code {
		m.tb.Fatalf("%s %s: got %v, want exit code %d\n%s%s", name, strings.Join(args, " "), err, code, stdout, stderr)
	}
	return stderr
}

func (m *Module) execute(name string, args []string) (stdout, stderr []byte, err error) {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(m.tb.Context(), name, args...)
	cmd.Dir = m.Dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.Bytes(), errs.Bytes(), err
}

func read(tb testing.TB, name string) string {
	tb.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}
