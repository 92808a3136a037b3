package testmodule

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

const generator = "github.com/cloacina-go/cloacina/cmd/cloacina-gen"

// Module is a module in a temporary directory that the test removes.
type Module struct {
	// Dir is the module's directory.
	Dir string

	tb testing.TB
}

// New writes a module with the given path and files; their names use slashes.
func New(tb testing.TB, path string, files map[string]string) *Module {
	tb.Helper()
	m := &Module{Dir: tb.TempDir(), tb: tb}
	if err := Init(m.Dir, path); err != nil {
		tb.Fatal(err)
	}
	m.Write(files)
	return m
}

// Write writes files of the module.
func (m *Module) Write(files map[string]string) {
	m.tb.Helper()
	Write(m.tb, m.Dir, files)
}

// Generate runs the real generator on packages of the module, "." without any.
func (m *Module) Generate(packages ...string) {
	m.tb.Helper()
	m.Run("go", append([]string{"run", generator}, packages...)...)
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
