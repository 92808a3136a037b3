package oracle

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// project is a Go module in a temporary directory that uses this repository's
// packages, like a user's module would.
type project struct {
	tb  testing.TB
	dir string
}

// newProject writes the files of a module that requires this repository.
func newProject(tb testing.TB, files map[string]string) *project {
	tb.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		tb.Fatal(err)
	}
	p := &project{tb: tb, dir: tb.TempDir()}
	p.write("go.mod", moduleFile(tb, root))
	p.write("go.sum", read(tb, filepath.Join(root, "go.sum")))
	for name, content := range files {
		p.write(name, content)
	}
	return p
}

// moduleFile returns the repository's own requirements under another module
// name, with the repository itself replaced by its directory.
func moduleFile(tb testing.TB, root string) string {
	tb.Helper()
	const module = "github.com/cloacina-go/cloacina"
	own := read(tb, filepath.Join(root, "go.mod"))
	own = strings.Replace(own, "module "+module, "module example.com/project", 1)
	own = own[:strings.Index(own, "\ntool ")]
	return own + "\nrequire " + module + " v0.0.0\n\nreplace " + module + " => " + root + "\n"
}

func read(tb testing.TB, name string) string {
	tb.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

func (p *project) write(name, content string) {
	p.tb.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(content), 0o600); err != nil {
		p.tb.Fatal(err)
	}
}

// generate runs the real generator on the project.
func (p *project) generate() {
	p.tb.Helper()
	p.run("go", "run", "github.com/cloacina-go/cloacina/cmd/cloacina-gen")
}

// build compiles the project and returns the path of its binary.
func (p *project) build() string {
	p.tb.Helper()
	bin := filepath.Join(p.dir, "program")
	p.run("go", "build", "-o", bin, ".")
	return bin
}

// run executes a command in the project and returns its standard output.
func (p *project) run(name string, args ...string) []byte {
	p.tb.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(p.tb.Context(), name, args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		p.tb.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, &stdout, &stderr)
	}
	return stdout.Bytes()
}
