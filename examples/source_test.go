package examples_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// declarations returns declarations of a file with their comments, in the order
// of their names: "Greet", "Reminder.Send" for a method, or "package" for the
// package clause.
func declarations(t *testing.T, path, source string, names []string) string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	text := func(doc *ast.CommentGroup, from, to token.Pos) string {
		if doc != nil {
			from = doc.Pos()
		}
		return source[fset.Position(from).Offset:fset.Position(to).Offset]
	}
	all := map[string]string{"package": text(file.Doc, file.Package, file.Name.End())}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			all[functionName(d)] = text(d.Doc, d.Pos(), d.End())
		case *ast.GenDecl:
			if spec, ok := d.Specs[0].(*ast.TypeSpec); ok {
				all[spec.Name.Name] = text(d.Doc, d.Pos(), d.End())
			}
		}
	}
	var found []string
	for _, name := range names {
		declaration, ok := all[name]
		if !ok {
			t.Errorf("%s has no declaration %s", path, name)
		}
		found = append(found, declaration)
	}
	return strings.Join(found, "\n\n")
}

// functionName is "Name", or "Type.Name" for a method.
func functionName(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return d.Name.Name
	}
	receiver := d.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	if id, ok := receiver.(*ast.Ident); ok {
		return id.Name + "." + d.Name.Name
	}
	return d.Name.Name
}

func TestDeclarations(t *testing.T) {
	t.Parallel()
	const source = "// Package p is.\npackage p\n\n// T is.\ntype T struct{}\n\n// M does.\nfunc (t *T) M() {}\n\nfunc f() {}\n"
	got := declarations(t, "p.go", source, []string{"f", "package", "T.M", "T"})
	want := "func f() {}\n\n// Package p is.\npackage p\n\n// M does.\nfunc (t *T) M() {}\n\n// T is.\ntype T struct{}"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
