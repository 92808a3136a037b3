package load

import (
	"context"
	"go/format"
	"go/importer"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/emit"
	"github.com/cloacina-go/cloacina/internal/testmodule"
)

// fuzzLoader loads one package of one file again and again, without the go
// command: it is asked once, for the export data of what a file may import.
type fuzzLoader struct {
	dir     string
	deps    map[string]*listed
	exports map[string]string

	fset     *token.FileSet
	compiled types.Importer
	uses     int
}

func newFuzzLoader(f *testing.F) *fuzzLoader {
	f.Helper()
	z := &fuzzLoader{dir: f.TempDir()}
	if err := testmodule.Init(z.dir, "example.com/m"); err != nil {
		f.Fatal(err)
	}
	testmodule.Write(f, z.dir, map[string]string{
		"a.go": "package a\n",
		"b/b.go": "package b\nimport (\n\t_ \"context\"\n\t_ \"encoding/json\"\n\t_ \"errors\"\n\t_ \"math/big\"\n\t_ \"time\"\n" +
			"\t_ \"" + Runtime + "\"\n)\n",
	})
	l := newLoader(Config{Dir: z.dir, Patterns: []string{"./b"}, Env: append(os.Environ(), "GOWORK=off", "GOPROXY=off", "GOFLAGS=-mod=mod")})
	ctx := context.Background()
	imports := map[string]bool{"context": true, "encoding/json": true, "errors": true, "math/big": true, "time": true, Runtime: true}
	if err := l.findEnv(ctx); err != nil {
		f.Fatal(err)
	}
	order, err := l.listDeps(ctx, []string{"context", "encoding/json", "errors", "math/big", "time", Runtime})
	if err != nil {
		f.Fatal(err)
	}
	if err := l.listExports(ctx, imports, order); err != nil {
		f.Fatal(err)
	}
	z.deps, z.exports = l.deps, l.exports
	return z
}

// load runs a text of a.go through everything but the go command.
func (z *fuzzLoader) load(t *testing.T, text []byte, generate func(*check.Source) (*Generated, []annotations.Finding, error)) *Package {
	t.Helper()
	l := newLoader(Config{
		Dir: z.dir, Patterns: []string{"."}, Generate: generate,
		Overlay: map[string][]byte{filepath.Join(z.dir, "a.go"): text},
	})
	// Reading export data costs more than all the rest. File sets grow, though.
	if z.uses++; z.fset == nil || z.uses%1000 == 0 {
		z.fset = token.NewFileSet()
		z.compiled = importer.ForCompiler(z.fset, "gc", l.openExport)
	}
	l.fset, l.compiled, l.deps, l.exports = z.fset, z.compiled, z.deps, z.exports
	l.sizes = types.SizesFor("gc", "amd64")
	target, err := l.newTarget(&listed{Dir: z.dir, ImportPath: "example.com/m", Name: "a", GoFiles: []string{"a.go"}})
	if err != nil {
		t.Fatal(err)
	}
	if target == nil {
		return nil
	}
	l.fromSource["example.com/m"] = true
	p, err := l.compile(target)
	if err != nil && !strings.Contains(err.Error(), "generated") && !strings.Contains(err.Error(), "rename it") {
		t.Fatal(err)
	}
	return p
}

// generateReal is what the tool does with a package.
func generateReal(src *check.Source) (*Generated, []annotations.Finding, error) {
	pkg, found := check.Check(src)
	if failed(found) || len(pkg.Workflows) == 0 {
		return nil, found, nil
	}
	content, tree, err := emit.Parsed(src.Fset, pkg, src.Test)
	if err != nil {
		return nil, found, err
	}
	return &Generated{Content: content, Tree: tree}, found, nil
}

// FuzzLoader takes any text of a Go file through loading, checking and writing:
// nothing panics, every finding has a place within the file, and what is written
// is Go as gofmt has it, in a package without errors.
func FuzzLoader(f *testing.F) {
	z := newFuzzLoader(f)
	for _, text := range fuzzSeeds(f) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p := z.load(t, text, generateReal)
		if p == nil {
			return
		}
		for _, found := range p.Findings {
			checkSpan(t, found.Span, text)
			for _, r := range found.Related {
				checkSpan(t, r.Span, text)
			}
			for _, fix := range found.Fixes {
				for _, e := range fix.Edits {
					checkSpan(t, e.Span, text)
				}
			}
		}
		for _, o := range p.Outputs {
			if p.Failed() {
				t.Errorf("a file is written in spite of %v", p.Findings)
			}
			want, err := format.Source(o.Content)
			if err != nil || string(want) != string(o.Content) {
				t.Errorf("the generated file is not as gofmt has it: %v\n%s", err, o.Content)
			}
		}
	})
}

// checkSpan holds a place against the text it is in.
func checkSpan(t *testing.T, s annotations.Span, text []byte) {
	t.Helper()
	if filepath.Base(s.File) != "a.go" {
		t.Errorf("the place is in %q", s.File)
		return
	}
	if s.Start.Line < 1 || s.Start.Column < 1 || s.End.Line < s.Start.Line ||
		s.Start.Offset < 0 || s.End.Offset < s.Start.Offset || s.End.Offset > len(text) {
		t.Errorf("the place is %+v of %d bytes", s, len(text))
		return
	}
	if s.Start.Offset == len(text) {
		return // for the parser the end belongs to the line before it
	}
	before := string(text[:s.Start.Offset])
	if line := 1 + strings.Count(before, "\n"); line != s.Start.Line {
		t.Errorf("the place %+v is in line %d", s, line)
	}
	if column := s.Start.Offset - strings.LastIndex(before, "\n"); column != s.Start.Column {
		t.Errorf("the place %+v is in column %d", s, column)
	}
}

// fuzzSeeds are packages with and without mistakes: small ones of every kind, and
// the first file of each case of the checker.
func fuzzSeeds(f *testing.F) []string {
	f.Helper()
	head := "//cloacina:workflow name=a\npackage a\n\nimport \"context\"\n\n"
	seeds := []string{
		"", "package a", "//cloacina:workflow name=a\npackage a\n", "//cloacina:workflow\n//cloacina:task\npackage b\n\x00",
		head + "//cloacina:task\nfunc T(context.Context) error { return nil }\n",
		head + "//cloacina:task id=x dependencies=y\nfunc (r *R) T(context.Context) error { return nil }\n",
		head + "type In struct{ A, B *int; C string `json:\"c,omitempty\"` }\n\n//cloacina:task trigger_rules=all(task_success(t),context_value(\"a\",in,1,2.5))\n" +
			"func T(_ context.Context, in In) (In, error) { return in, nil }\n",
		head + "func f() { r, _ := Run(context.Background(), nil, nil); _ = r.X }\n//cloacina:task\nfunc T(context.Context) error { return nil }\n",
		"package a\n\n//cloacina:workflow name=w input=In\ntype W struct{}\n\ntype In struct{ X int }\n\n/*cloacina:task*/\n//cloacina:tsk id\n",
	}
	root, err := testmodule.Root()
	if err != nil {
		f.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "annotations", "check", "testdata", "*.txtar"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		_, source, ok := strings.Cut(string(text), ".go --\n")
		source, _, _ = strings.Cut(source, "\n-- ")
		if ok {
			seeds = append(seeds, source+"\n")
		}
	}
	return seeds
}
