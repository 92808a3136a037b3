package analyzer

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
)

func TestFindingsAndFixes(t *testing.T) {
	t.Parallel()
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), Analyzer, "faulty", "plain")
}

func TestAnalyzerIsValid(t *testing.T) {
	t.Parallel()
	if err := analysis.Validate([]*analysis.Analyzer{Analyzer}); err != nil {
		t.Error(err)
	}
}

// pass is over one file, without reading or types.
func pass(t *testing.T, text string, ignored ...string) *analysis.Pass {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "/src/p/p.go", text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return &analysis.Pass{
		Analyzer: Analyzer, Fset: fset, Files: []*ast.File{f}, IgnoredFiles: ignored,
		Pkg: types.NewPackage("example.com/p", "p"), TypesInfo: &types.Info{},
		ReadFile: func(string) ([]byte, error) { return nil, errors.New("no disk") },
		Report:   func(d analysis.Diagnostic) { t.Errorf("reported: %s", d.Message) },
	}
}

// A package that mentions nothing is not even read.
func TestPackagesWithoutAnnotationsCostNothing(t *testing.T) {
	t.Parallel()
	if _, err := Analyzer.Run(pass(t, "// Package p is.\npackage p\n\nfunc F() {}\n", "/src/p/p.s", "/src/p/_x.go")); err != nil {
		t.Error(err)
	}
}

// What cannot be read is an error of the analysis, not silence.
func TestUnreadableFiles(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*analysis.Pass{
		"annotated": pass(t, "//cloacina:workflow\npackage p\n"),
		"ignored":   pass(t, "package p\n", "/src/p/p_windows.go"),
	} {
		if _, err := Analyzer.Run(p); err == nil || !strings.Contains(err.Error(), "no disk") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
