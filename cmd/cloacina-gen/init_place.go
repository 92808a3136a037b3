package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	goversion "go/version"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"
)

const (
	modulePath  = "github.com/cloacina-go/cloacina"
	toolPackage = modulePath + "/cmd/cloacina-gen"
	// leastGo is the Go version that a module needs to require this one.
	leastGo = "1.26.0"
)

// place is where a project is to be written.
type place struct {
	// name is the directory as it was named, dir its absolute path.
	name, dir string
	// newModule is the path of the module to make; empty if there is one.
	newModule string
	// goMod is the file of the module that dir belongs to, module what it says;
	// empty if newModule is set.
	goMod  string
	module goModule
	// workspace says that a go.work file is in use.
	workspace bool
}

// goModule is what is needed of go mod edit -json.
type goModule struct {
	Module struct{ Path string }
	Go     string
	Tool   []struct{ Path string }
}

// findPlace looks at the directory and at what module it belongs to. The path
// of a new module is the one given or, if that is empty, made of the name of
// the directory.
func findPlace(ctx context.Context, name, module string) (*place, error) {
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return nil, fmt.Errorf("the directory name %q has characters that cannot be shown; choose another name", name)
	}
	dir, err := filepath.Abs(name)
	if err != nil {
		return nil, fmt.Errorf("find the directory: %w", err)
	}
	p := &place{name: name, dir: dir}
	existing, err := existingPart(dir)
	if err != nil {
		return nil, err
	}
	if err := p.findModule(ctx, existing); err != nil {
		return nil, err
	}
	switch {
	case p.goMod != "" && filepath.Dir(p.goMod) == dir && module != "" && module != p.module.Module.Path:
		return nil, fmt.Errorf("%s says module %s already; leave --module out", p.goMod, p.module.Module.Path)
	case p.goMod != "" && (module == "" || filepath.Dir(p.goMod) == dir):
		return p, p.checkImportPath(ctx)
	}
	p.goMod, p.module = "", goModule{}
	if p.newModule = module; module == "" {
		p.newModule = filepath.Base(dir)
	}
	err = checkModulePath(ctx, p.newModule)
	switch {
	case err != nil && module == "":
		return nil, fmt.Errorf("the directory's name makes no module path (%w); "+
			"give one: --module example.com/forecast", err)
	case err != nil:
		return nil, fmt.Errorf("--module: %w", err)
	}
	return p, nil
}

// existingPart returns the deepest directory on the way to dir that exists.
func existingPart(dir string) (string, error) {
	for {
		info, err := os.Stat(dir)
		switch {
		case err == nil && info.IsDir():
			return dir, nil
		case err == nil:
			return "", fmt.Errorf("%q is no directory; choose another name", dir)
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) || filepath.Dir(dir) == dir:
			return "", fmt.Errorf("look at the directory: %w", err)
		}
		if _, err := os.Lstat(dir); err == nil {
			return "", fmt.Errorf("%q is a symbolic link to nothing; remove it or choose another name", dir)
		}
		dir = filepath.Dir(dir)
	}
}

// findModule asks the go command for the module that a directory belongs to.
func (p *place) findModule(ctx context.Context, dir string) error {
	out, err := goCommand(ctx, dir, nil, "env", "-json", "GOMOD", "GOWORK")
	if err != nil {
		return err
	}
	var env struct{ GOMOD, GOWORK string }
	if err := json.Unmarshal(out, &env); err != nil {
		return fmt.Errorf("read the output of go env: %w", err)
	}
	p.workspace = env.GOWORK != "" && env.GOWORK != "off"
	if env.GOMOD == "" || env.GOMOD == os.DevNull {
		return nil
	}
	if out, err = goCommand(ctx, dir, nil, "mod", "edit", "-json", env.GOMOD); err != nil {
		return err
	}
	if err := json.Unmarshal(out, &p.module); err != nil {
		return fmt.Errorf("read the output of go mod edit: %w", err)
	}
	p.goMod = env.GOMOD
	return nil
}

// checkImportPath checks that the go command takes a package in the directory.
func (p *place) checkImportPath(ctx context.Context) error {
	below, err := filepath.Rel(filepath.Dir(p.goMod), p.dir)
	if err != nil || below == "." {
		return nil
	}
	// An element behind keeps the last one from being read as a version.
	if err := checkModulePath(ctx, path.Join("example.com", filepath.ToSlash(below), "x")); err != nil {
		return fmt.Errorf("no package of the module %s can be in %q; use letters, digits, - and _",
			p.module.Module.Path, below)
	}
	return nil
}

// hasTool reports whether the module has the generator as a tool already.
func (p *place) hasTool() bool {
	return slices.ContainsFunc(p.module.Tool, func(t struct{ Path string }) bool { return t.Path == toolPackage })
}

// oldGo reports whether the module's Go version has to be raised.
func (p *place) oldGo() bool {
	return p.goMod != "" && goversion.Compare("go"+p.module.Go, "go"+leastGo) < 0 && !p.hasTool()
}

// shown is how the directory is called in messages.
func (p *place) shown() string {
	if clean := filepath.Clean(p.name); clean != "." {
		return clean
	}
	return "the current directory"
}

// reserved are paths that go mod init takes, and other commands not: patterns for
// several packages, and names of packages that nobody can import.
var reserved = []string{"all", "tool", "work", "main", "C", "command-line-arguments"}

// checkModulePath lets the go command judge a module path, in a directory of
// its own. It also refuses the paths of packages that the module would hide.
func checkModulePath(ctx context.Context, module string) (err error) {
	dir, err := os.MkdirTemp("", "cloacina-gen-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	alone := []string{"GOWORK=off", "GO111MODULE=on", "GOFLAGS="}
	switch {
	case strings.HasPrefix(module, "-"):
		return fmt.Errorf("malformed module path %q: leading dash", module)
	case slices.Contains(reserved, module):
		return fmt.Errorf("%q means something else to the go command", module)
	case module == modulePath:
		return fmt.Errorf("%q is the module that the project needs", module)
	}
	if _, err := goCommand(ctx, dir, alone, "mod", "init", module); err != nil {
		return err
	}
	// It fails for what the standard library does not have.
	out, err := goCommand(ctx, dir, alone, "list", "-find", "-f", "{{.Standard}}", module)
	if err == nil && strings.HasPrefix(string(out), "true") {
		return fmt.Errorf("%q is a package of the standard library", module)
	}
	return nil
}

// goCommand runs the go command and returns its standard output. Its error is
// what it says.
func goCommand(ctx context.Context, dir string, env []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	var stderr bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &stderr
	cmd.Env = append(cmd.Environ(), env...)
	out, err := cmd.Output()
	if err == nil {
		return out, nil
	}
	if said := strings.TrimPrefix(strings.TrimSpace(stderr.String()), "go: "); said != "" {
		return nil, errors.New(said)
	}
	return nil, fmt.Errorf("go %s: %w", args[0], err)
}

// quoteForShell returns a file name as an argument of a command line.
func quoteForShell(name string) string {
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	plain := func(r rune) bool {
		return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) || strings.ContainsRune("-_./", r)
	}
	if strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) < 0 {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
