package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/analyzer"
	"github.com/cloacina-go/cloacina/internal/printable"
	diff "github.com/google/go-cmp/cmp"
	"golang.org/x/tools/go/analysis"
)

func TestCalledByVet(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args string
		want bool
	}{
		{"-V=full", true}, {"-flags", true}, {"/tmp/vet.cfg", true}, {"-json -c=0 /tmp/vet.cfg", true},
		{"", false}, {"./...", false}, {"check --diff", false}, {"-V=full ./...", false}, {"--flags", false},
	} {
		if got := calledByVet(strings.Fields(tt.args)); got != tt.want {
			t.Errorf("%q: got %v", tt.args, got)
		}
	}
}

// All cases of the corpus that compile get from the analyzer, which sees them as
// go vet does, the words that check prints: errors and warnings, with their
// places, tables, related places and repairs.
func TestAnalyzerSaysWhatCheckSays(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	cases := readCorpus(t, root)
	loadCorpus(t, root, cases)
	said := map[string][]string{}
	for _, c := range cases {
		for _, p := range c.packages {
			for _, o := range p.Outputs {
				if err := write(o); err != nil {
					t.Fatal(err)
				}
			}
			said[p.Dir] = findingTexts(p.Findings)
		}
	}
	v := newCorpusVet(t, token.NewFileSet(), root)
	compared, findings := 0, 0
	for _, dir := range slices.Sorted(slices.Values(v.dirs())) {
		got, compiles := v.vet(dir)
		if !compiles {
			continue
		}
		compared++
		findings += len(got)
		if d := diff.Diff(said[dir], got); d != "" {
			t.Errorf("%s (-check +vet):\n%s", dir, d)
		}
	}
	t.Logf("%d packages compared, with %d findings", compared, findings)
	if compared < 150 || findings < 400 {
		t.Errorf("compared only %d packages, with %d findings", compared, findings)
	}
}

// findingTexts prints the findings that vet reports, too.
func findingTexts(findings []annotations.Finding) []string {
	place := func(s annotations.Span) string {
		return fmt.Sprintf("%s:%d-%d", s.File, s.Start.Offset, s.End.Offset)
	}
	var all []string
	for _, f := range findings {
		if f.Code.Severity() == annotations.SeverityHint || strings.HasPrefix(string(f.Code), "CL08") {
			continue
		}
		lines := []string{fmt.Sprintf("%s: %s %s: %s", place(f.Span), f.Code.Severity(), f.Code, printable.Escape(f.Message))}
		if f.Table != nil {
			lines = append(lines, printable.Table(f.Table.Head, f.Table.Rows)...)
		}
		for _, r := range f.Related {
			lines = append(lines, place(r.Span)+": "+printable.Escape(r.Message))
		}
		for _, fix := range f.Fixes {
			lines = append(lines, "fix: "+printable.Escape(fix.Message))
			for _, e := range fix.Edits {
				lines = append(lines, fmt.Sprintf("%s: %q", place(e.Span), e.New))
			}
		}
		all = append(all, strings.Join(lines, "\n"))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// corpusVet runs the analyzer on packages as go vet does: on a package with its
// tests, if it has any, and on the external tests.
type corpusVet struct {
	t      *testing.T
	fset   *token.FileSet
	listed map[string]*listedPackage // by directory
	byPath map[string]*listedPackage
	export types.Importer
}

// listedPackage is a package of go list.
type listedPackage struct {
	Dir, ImportPath, Name, Export                      string
	GoFiles, CgoFiles, TestGoFiles, XTestGoFiles       []string
	IgnoredGoFiles, Imports, TestImports, XTestImports []string

	types *types.Package
	err   error
}

func newCorpusVet(t *testing.T, fset *token.FileSet, root string) *corpusVet {
	t.Helper()
	v := &corpusVet{t: t, fset: fset, listed: map[string]*listedPackage{}, byPath: map[string]*listedPackage{}}
	outside := map[string]bool{}
	for _, p := range goList(t, root, "-e", "./...") {
		v.listed[p.Dir], v.byPath[p.ImportPath] = p, p
		for _, path := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if path != "C" && !strings.HasPrefix(path, "example.com/") {
				outside[path] = true
			}
		}
	}
	exports := map[string]string{}
	for _, p := range goList(t, root, append([]string{"-e", "-export", "-deps"}, sortedKeys(outside)...)...) {
		exports[p.ImportPath] = p.Export
	}
	v.export = importer.ForCompiler(v.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	return v
}

func sortedKeys(set map[string]bool) []string {
	var keys []string
	for key := range set {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func goList(t *testing.T, dir string, args ...string) []*listedPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json"}, args...)...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []*listedPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		p := &listedPackage{}
		if err := d.Decode(p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func (v *corpusVet) dirs() []string {
	var dirs []string
	for dir := range v.listed {
		dirs = append(dirs, dir)
	}
	return dirs
}

// Import is the importer of packages of the corpus and of others.
func (v *corpusVet) Import(path string) (*types.Package, error) {
	p := v.byPath[path]
	if p == nil {
		return v.export.Import(path)
	}
	if p.types == nil && p.err == nil {
		p.types, _, _, p.err = v.check(p, path, p.GoFiles)
	}
	return p.types, p.err
}

// check parses and type-checks files of a package.
func (v *corpusVet) check(p *listedPackage, path string, names []string) (*types.Package, *types.Info, []*ast.File, error) {
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(v.fset, filepath.Join(p.Dir, name), nil, parser.ParseComments)
		if err != nil {
			return nil, nil, nil, err
		}
		files = append(files, f)
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{},
		Instances: map[*ast.Ident]types.Instance{}, Scopes: map[ast.Node]*types.Scope{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, FileVersions: map[*ast.File]string{},
	}
	config := types.Config{Importer: v, Sizes: types.SizesFor("gc", "amd64")}
	pkg, err := config.Check(path, v.fset, files, info)
	return pkg, info, files, err
}

// vet returns what the analyzer reports about the packages of a directory, and
// whether they compile.
func (v *corpusVet) vet(dir string) (all []string, compiles bool) {
	p := v.listed[dir]
	compiles = len(p.GoFiles)+len(p.TestGoFiles)+len(p.XTestGoFiles) > 0 && len(p.CgoFiles) == 0
	if len(p.GoFiles)+len(p.TestGoFiles) > 0 {
		compiles = compiles && v.run(p, p.ImportPath, slices.Concat(p.GoFiles, p.TestGoFiles), p.IgnoredGoFiles, &all)
	}
	if len(p.XTestGoFiles) > 0 {
		compiles = compiles && v.run(p, p.ImportPath+"_test", p.XTestGoFiles, nil, &all)
	}
	slices.Sort(all)
	return slices.Compact(all), compiles
}

func (v *corpusVet) run(p *listedPackage, path string, names, ignored []string, all *[]string) bool {
	pkg, info, files, err := v.check(p, path, names)
	if err != nil {
		return false
	}
	var paths []string
	for _, name := range ignored {
		paths = append(paths, filepath.Join(p.Dir, name))
	}
	pass := &analysis.Pass{
		Analyzer: analyzer.Analyzer, Fset: v.fset, Files: files, Pkg: pkg, TypesInfo: info, IgnoredFiles: paths,
		TypesSizes: types.SizesFor("gc", "amd64"), ReadFile: os.ReadFile,
		Report: func(d analysis.Diagnostic) { *all = append(*all, v.text(d)) },
	}
	if _, err := analyzer.Analyzer.Run(pass); err != nil {
		v.t.Errorf("%s: %v", p.Dir, err)
	}
	return true
}

// text prints a diagnostic like a finding.
func (v *corpusVet) text(d analysis.Diagnostic) string {
	place := func(pos, end token.Pos) string {
		at, stop := v.fset.PositionFor(pos, false), v.fset.PositionFor(cmp.Or(end, pos), false)
		return fmt.Sprintf("%s:%d-%d", at.Filename, at.Offset, stop.Offset)
	}
	lines := []string{place(d.Pos, d.End) + ": " + d.Message}
	for _, r := range d.Related {
		lines = append(lines, place(r.Pos, r.End)+": "+r.Message)
	}
	for _, fix := range d.SuggestedFixes {
		lines = append(lines, "fix: "+fix.Message)
		for _, e := range fix.TextEdits {
			lines = append(lines, fmt.Sprintf("%s: %q", place(e.Pos, e.End), e.NewText))
		}
	}
	return strings.Join(lines, "\n")
}
