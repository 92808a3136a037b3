// Package load turns package patterns into type-checked source with its
// annotations, also when the files that the tool generates are missing, stale,
// empty or full of conflict markers, and when user code already names what they
// will declare.
//
// It works in this order:
//
//  1. go list resolves the patterns. The text of every .go file there, whatever
//     its build constraints, is scanned for directives; packages without any
//     are never loaded.
//  2. go list names what the annotated packages import. Those imports that
//     hold workflows themselves, that import one which does, or that do not
//     compile, are type-checked from source like the annotated packages;
//     everything else comes from export data.
//  3. From source, a package is type-checked in dependency order, without the
//     generated file but beside a stub that declares its names. The result is
//     handed to the generator, and the package is type-checked again with what
//     that returns. So only the names that will exist are forgiven, and a file
//     that does not compile is never written.
package load

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/cache"
)

// Runtime is the import path of the package that generated code uses.
const Runtime = "github.com/cloacina-go/cloacina/runtime"

// Config says what to load.
type Config struct {
	// Dir is the directory that patterns are relative to. It is absolute.
	Dir string
	// Env is the environment of the go command. Defaults to that of the process.
	Env []string
	// Patterns name packages as for go list. Defaults to the package in Dir.
	Patterns []string
	// Generate checks a package and returns its generated file, nil if there
	// is nothing to generate or an error among the findings.
	Generate func(*check.Source) (*Generated, []annotations.Finding, error)
	// Overlay are texts of files, by their path, that stand for those on the
	// disk. The go command does not see them. Defaults to none.
	Overlay map[string][]byte
	// Memory keeps what the go command says for the next Load. Defaults to none.
	Memory *cache.Memory
	// Rests receives what the result rests on, if that is known. Defaults to
	// nothing.
	Rests func(*cache.Evidence)
}

// Generated is a generated file.
type Generated struct {
	// Content is its text.
	Content []byte
	// Tree is its syntax tree, with positions in the file set of the source.
	// Defaults to that of the content, which is then parsed.
	Tree *ast.File
}

// Package is a package that the patterns name, and that holds directives or
// files of ours.
type Package struct {
	// Path is the import path; Dir the directory.
	Path, Dir string
	// Findings are sorted by position.
	Findings []annotations.Finding
	// Outputs are the files of ours as they should be. It is empty when a
	// finding is an error.
	Outputs []Output
	// Texts are the contents of the .go files by their path.
	Texts map[string][]byte
}

// Output is a file of ours as it should be.
type Output struct {
	// Path is the file's path.
	Path string
	// Content is what it should hold; nil if it should not exist.
	Content []byte
	// Declared is the place of the first declaration it is generated for.
	Declared annotations.Span
}

// Failed reports whether one of the findings is an error.
func (p *Package) Failed() bool { return failed(p.Findings) }

func failed(findings []annotations.Finding) bool {
	return slices.ContainsFunc(findings, func(f annotations.Finding) bool {
		return f.Code.Severity() == annotations.SeverityError
	})
}

// loader is the state of one Load.
type loader struct {
	config Config
	view   *cache.View
	fset   *token.FileSet
	sizes  types.Sizes
	env    *goEnv // nil as long as it is not known

	// recalled are the answers of the go command to an earlier Load that still
	// hold; nil without.
	recalled *answers
	// asked says that go list was run.
	asked bool
	// walked are the directories that were looked at below patterns.
	walked []string

	directories map[string]*directory
	files       map[string]*file
	deps        map[string]*listed    // the closure of the imports, by import path
	exports     map[string]string     // files of export data, by import path
	fromSource  map[string]bool       // by import path
	units       map[string]*unit      // type-checked from source, by import path
	compiled    types.Importer        // of export data
	opaque      map[types.Object]bool // result types whose fields are not known yet
}

// Load loads the packages that the patterns name. The error says why the work
// could not be done; what is wrong with a package is among its findings.
func Load(ctx context.Context, config Config) ([]*Package, error) {
	if len(config.Patterns) == 0 {
		config.Patterns = []string{"."}
	}
	if len(config.Overlay) > 0 {
		config.Memory = nil // what is remembered is about the disk
	}
	l := newLoader(config)
	l.recall()
	named, err := l.named(ctx)
	if err != nil {
		return nil, err
	}
	targets, err := l.targets(named)
	if err != nil {
		return nil, err
	}
	order, err := l.resolve(ctx, targets)
	if err != nil {
		return nil, err
	}
	l.remember(named, order)
	var packages []*Package
	for _, t := range targets {
		p, err := l.compile(t)
		if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
	if config.Rests != nil {
		if e := l.evidence(named); e != nil {
			config.Rests(e)
		}
	}
	return packages, nil
}

// newLoader returns the state of a Load that has not begun.
func newLoader(config Config) *loader {
	l := &loader{
		config:      config,
		view:        config.view(),
		fset:        token.NewFileSet(),
		directories: map[string]*directory{},
		files:       map[string]*file{},
		deps:        map[string]*listed{},
		exports:     map[string]string{},
		fromSource:  map[string]bool{},
		units:       map[string]*unit{},
		opaque:      map[types.Object]bool{},
	}
	l.compiled = importer.ForCompiler(l.fset, "gc", l.openExport)
	return l
}

// targets returns the named packages that hold directives or files of ours,
// sorted by directory.
func (l *loader) targets(named []*listed) ([]*target, error) {
	var targets []*target
	for _, p := range named {
		t, err := l.newTarget(p)
		if err != nil {
			return nil, err
		}
		if t == nil {
			continue
		}
		if p.Standard || p.Module != nil && !p.Module.local() {
			return nil, fmt.Errorf("package %s is not in a module of yours; generate it where its source is",
				p.ImportPath)
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// named resolves the patterns. Below a pattern with "..." it adds directories
// that go list leaves out because a build constraint excludes all their files.
func (l *loader) named(ctx context.Context) ([]*listed, error) {
	named, err := l.listNamed(ctx)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, p := range named {
		seen[p.Dir] = true
	}
	for _, t := range trees(l.config.Dir, l.config.Patterns) {
		walked, err := t.walk(func(dir string) {
			if !seen[dir] {
				seen[dir] = true
				named = append(named, &listed{Dir: dir, ImportPath: dir})
			}
		})
		if err != nil {
			return nil, fmt.Errorf("look for packages: %w", err)
		}
		l.walked = append(l.walked, walked...)
	}
	slices.SortFunc(named, func(a, b *listed) int { return strings.Compare(a.Dir, b.Dir) })
	return slices.CompactFunc(named, func(a, b *listed) bool { return a.Dir == b.Dir }), nil
}

// listNamed asks the go command for the packages that the patterns name.
func (l *loader) listNamed(ctx context.Context) ([]*listed, error) {
	if l.recalled != nil {
		return l.recalled.Named, nil
	}
	args := append([]string{"-find", "-json=" + namedFields, "--"}, l.config.Patterns...)
	named, err := l.goList(ctx, args...)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, p := range named {
		if p.ImportPath == "command-line-arguments" {
			errs = append(errs, errFilesNamed)
		}
		if p.Error != nil && !p.hasFiles() {
			errs = append(errs, l.patternError(p))
		}
	}
	return named, errors.Join(errs...)
}

// errFilesNamed refuses files where packages belong.
var errFilesNamed = errors.New("a generated file belongs to a whole package; name its directory instead of its files")

// PatternError says that a pattern names no package.
type PatternError struct {
	// Pattern is the pattern.
	Pattern string
	// Reason is what go list says about it.
	Reason string
}

// Error returns the reason.
func (e *PatternError) Error() string { return e.Reason }

func (l *loader) patternError(p *listed) error {
	return &PatternError{Pattern: p.ImportPath, Reason: p.Error.Err}
}

// directory returns the scan of a directory, which is made once.
func (l *loader) directory(path string) (*directory, error) {
	if d, ok := l.directories[path]; ok {
		return d, nil
	}
	d, err := scanDirectory(l.view, path)
	if err != nil {
		return nil, err
	}
	l.directories[path] = d
	return d, nil
}
