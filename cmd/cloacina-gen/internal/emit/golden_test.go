package emit

import (
	"flag"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// root is the import path of the packages of the archives.
const root = "example.com/app"

// TestGolden generates the file of each archive of testdata. The files without
// a directory are the package, those below a directory are packages that it
// imports, and "want" is the generated file.
func TestGolden(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) < 12 {
		t.Fatalf("found %d cases: %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			if last := len(archive.Files) - 1; archive.Files[last].Name == "want" {
				want = string(archive.Files[last].Data)
				archive.Files = archive.Files[:last]
			}
			got := generateArchive(t, archive)
			if *update {
				archive.Files = append(archive.Files, txtar.File{Name: "want", Data: got})
				if err := os.WriteFile(name, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Errorf("-want +got; go test -update rewrites it\n%s", diff)
			}
		})
	}
}

// generateArchive generates the file of an archive and checks what holds for
// every generated file.
func generateArchive(t *testing.T, archive *txtar.Archive) []byte {
	t.Helper()
	w := newWorld(t)
	var files []string
	for _, f := range archive.Files {
		if dir := path.Dir(f.Name); dir != "." {
			w.add(root+"/"+dir, f.Name, string(f.Data))
		} else {
			files = append(files, f.Name, string(f.Data))
		}
	}
	got := w.generate(files...)
	if again := w.generate(files...); string(again) != string(got) {
		t.Error("generated twice, the files differ")
	}
	w.compiles(append(files, "cloacina_gen.go", string(got))...)
	checkStyle(t, got)
	return got
}

// generate takes a package through the checker and the generator.
func (w *world) generate(files ...string) []byte {
	w.t.Helper()
	src := &check.Source{Fset: w.fset, Bytes: map[string][]byte{}}
	for i := 0; i < len(files); i += 2 {
		src.Bytes[files[i]] = []byte(files[i+1])
	}
	src.Types, src.Files, src.Info, _ = w.check(root, files...)
	pkg, findings := check.Check(src)
	for _, f := range findings {
		if f.Code.Severity() == annotations.SeverityError {
			w.t.Errorf("%s: %s: %s", f.Span, f.Code, f.Message)
		}
	}
	got, err := File(pkg, false)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

// compiles fails the test unless the files type-check as one package.
func (w *world) compiles(files ...string) {
	w.t.Helper()
	if _, _, _, errs := w.check(root, files...); len(errs) > 0 {
		w.t.Errorf("generated file does not compile: %v\n%s", errs, files[len(files)-1])
	}
}

// checkStyle checks what holds for every generated file.
func checkStyle(t *testing.T, src []byte) {
	t.Helper()
	for line := range strings.Lines(string(src)) {
		line = strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", "    ")
		if n := utf8.RuneCountInString(line); n > 120 {
			t.Fatalf("line of %d columns: %s", n, line)
		}
	}
	if formatted, err := format.Source(src); err != nil || string(formatted) != string(src) {
		t.Errorf("gofmt changes the file: %v\n%s", err, cmp.Diff(string(src), string(formatted)))
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	if !ast.IsGenerated(file) {
		t.Error("file is not marked as generated")
	}
	for _, d := range file.Decls {
		if doc := docOf(d); strings.TrimSpace(doc.Text()) == "" {
			t.Errorf("%s has no doc comment", describe(d))
		}
	}
}

// docOf returns the doc comment of a declaration; imports need none.
func docOf(d ast.Decl) *ast.CommentGroup {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Doc
	case *ast.GenDecl:
		if d.Tok == token.IMPORT {
			return &ast.CommentGroup{List: []*ast.Comment{{Text: "// none needed"}}}
		}
		for _, spec := range d.Specs {
			if s, ok := spec.(*ast.TypeSpec); ok {
				if undocumented := undocumentedField(s); undocumented != "" {
					return nil
				}
			}
		}
		return d.Doc
	}
	return nil
}

// undocumentedField returns the name of a struct's first field without a doc comment.
func undocumentedField(s *ast.TypeSpec) string {
	st, ok := s.Type.(*ast.StructType)
	if !ok {
		return ""
	}
	for _, f := range st.Fields.List {
		if f.Doc == nil {
			return f.Names[0].Name
		}
	}
	return ""
}
