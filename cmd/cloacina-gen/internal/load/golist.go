package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// listed is what go list says about a package.
type listed struct {
	Dir        string
	ImportPath string
	Name       string
	Export     string
	Standard   bool
	DepOnly    bool
	ImportMap  map[string]string
	Imports    []string
	Module     *module

	GoFiles        []string
	CgoFiles       []string
	IgnoredGoFiles []string
	TestGoFiles    []string
	XTestGoFiles   []string
	// InvalidGoFiles are those whose beginning the go command cannot read.
	InvalidGoFiles []string

	Error *listError

	// Plain says that the package is known to declare no workflow.
	Plain bool
}

// module is the module of a package.
type module struct {
	Path      string
	Main      bool
	Dir       string
	GoVersion string
	Replace   *module
	Version   string
}

// local reports whether the module lies in a directory of the user's: a main
// module, or one that a directory replaces.
func (m *module) local() bool {
	return m != nil && (m.Main || m.Replace != nil && m.Replace.Version == "")
}

// hasFiles reports whether there is any .go file.
func (p *listed) hasFiles() bool {
	return len(p.GoFiles)+len(p.CgoFiles)+len(p.IgnoredGoFiles)+len(p.TestGoFiles)+len(p.XTestGoFiles)+
		len(p.InvalidGoFiles) > 0
}

type listError struct {
	Pos string
	Err string
}

// The fields that the three calls of go list ask for; fewer fields cost less.
const (
	namedFields = "Dir,ImportPath,Name,Standard,Module," +
		"GoFiles,CgoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles,InvalidGoFiles,Error"
	depFields    = "Dir,ImportPath,Name,Standard,DepOnly,Module,ImportMap,Imports,GoFiles,CgoFiles,Error"
	exportFields = "ImportPath,Export,Error"
)

// goList runs go list in the configured directory.
func (l *loader) goList(ctx context.Context, args ...string) ([]*listed, error) {
	l.asked = true
	out, err := l.goCommand(ctx, append([]string{"list", "-e"}, args...)...)
	if err != nil {
		return nil, err
	}
	var packages []*listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		p := new(listed)
		if err := dec.Decode(p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("read the output of go list: %w", err)
		}
		packages = append(packages, p)
	}
}

// goCommand runs the go command and returns what it prints.
func (l *loader) goCommand(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = l.config.Dir
	cmd.Env = l.config.Env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("the go command is not in PATH; install Go from https://go.dev/dl")
	}
	if err != nil {
		if text := strings.TrimSpace(stderr.String()); text != "" {
			return nil, fmt.Errorf("go %s: %s", args[0], text)
		}
		return nil, fmt.Errorf("go %s: %w", args[0], err)
	}
	return stdout.Bytes(), nil
}
