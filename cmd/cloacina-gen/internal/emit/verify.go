package emit

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations/check"
)

// verify parses the rendered source and compares it with what was meant: its
// declarations, its imports, every identifier and every string literal. So a
// mistake in quoting anywhere is an error here and never reaches a disk.
func (f *file) verify(fset *token.FileSet, name string, pkg *check.Package, src []byte) (*ast.File, error) {
	parsed, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("rendered source does not parse: %w", err)
	}
	return parsed, errors.Join(
		f.verifyImports(parsed),
		f.verifyDeclarations(pkg, parsed),
		verifyComments(parsed),
		f.verifyTokens(parsed),
	)
}

func (f *file) verifyImports(parsed *ast.File) error {
	want := f.imports.sorted()
	if len(parsed.Imports) != len(want) {
		return fmt.Errorf("rendered source has %d imports instead of %d", len(parsed.Imports), len(want))
	}
	for i, spec := range parsed.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil || importPath != want[i].path {
			return fmt.Errorf("rendered source imports %s instead of %q", spec.Path.Value, want[i].path)
		}
		name := ""
		if want[i].explicit() {
			name = want[i].name
		}
		if (spec.Name != nil) != (name != "") || spec.Name != nil && spec.Name.Name != name {
			return fmt.Errorf("rendered source imports %s under another name than %s", spec.Path.Value, want[i].name)
		}
	}
	return nil
}

// verifyDeclarations compares the declarations, in their order.
func (f *file) verifyDeclarations(pkg *check.Package, parsed *ast.File) error {
	want := []string{"import", "const _"}
	for _, w := range pkg.Workflows {
		n := namesOf(w)
		build := "func " + n.Workflow
		if w.Receiver != nil {
			build = "func (*" + w.Receiver.Obj().Name() + ") " + n.Workflow
		}
		want = append(want, build, "type "+n.Result, "func "+n.Run, "func "+n.Start)
	}
	if len(f.guarded) > 0 {
		want = append(want, "func _"+strings.Repeat(" guard", len(f.guarded)))
	}
	var got []string
	for _, d := range parsed.Decls {
		got = append(got, describe(d))
	}
	if g, w := strings.Join(got, "; "), strings.Join(want, "; "); g != w || parsed.Name.Name != pkg.Types.Name() {
		return fmt.Errorf("rendered source of package %s declares %s instead of %s", parsed.Name.Name, g, w)
	}
	return nil
}

// describe names a declaration by its kind and identifiers.
func describe(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil && d.Name.Name == "_" {
			return describeGuards(d)
		}
		if d.Recv == nil {
			return "func " + d.Name.Name
		}
		if star, ok := d.Recv.List[0].Type.(*ast.StarExpr); ok {
			if id, ok := star.X.(*ast.Ident); ok {
				return "func (*" + id.Name + ") " + d.Name.Name
			}
		}
	case *ast.GenDecl:
		out := d.Tok.String()
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					out += " " + name.Name
				}
			case *ast.TypeSpec:
				out += " " + spec.Name.Name
			}
		}
		return out
	}
	return "something else"
}

// verifyComments allows only comments that mean nothing to the go command.
func verifyComments(parsed *ast.File) error {
	for _, group := range parsed.Comments {
		for _, c := range group.List {
			text, spaced := strings.CutPrefix(c.Text, "// ")
			if c.Text != "//" && !spaced || strings.HasPrefix(text, "+build") || !printable(text) {
				return fmt.Errorf("rendered source has the comment %q", c.Text)
			}
			if group.Pos() < parsed.Package && c.Text != header {
				return fmt.Errorf("rendered source has the comment %q before its package clause", c.Text)
			}
		}
	}
	return nil
}

// verifyTokens compares identifiers and string literals with those that were
// given out.
func (f *file) verifyTokens(parsed *ast.File) error {
	t := &tokens{idents: f.idents, texts: map[string]int{}}
	for _, d := range parsed.Decls {
		if g, ok := d.(*ast.GenDecl); !ok || g.Tok != token.IMPORT {
			ast.Inspect(d, t.visit)
		}
	}
	for s, n := range f.texts {
		if t.texts[s] != n {
			return fmt.Errorf("rendered source has the text %q %d times instead of %d", s, t.texts[s], n)
		}
	}
	if len(t.texts) != len(f.texts) {
		t.err = errors.Join(t.err, errors.New("rendered source has text that was not meant"))
	}
	return t.err
}

// tokens collects the string literals of a tree and checks its identifiers.
type tokens struct {
	idents map[string]bool
	texts  map[string]int
	err    error
}

func (t *tokens) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.Ident:
		if !t.idents[n.Name] && t.err == nil {
			t.err = fmt.Errorf("rendered source has the identifier %q that was not meant", n.Name)
		}
	case *ast.BinaryExpr:
		if n.Op == token.ADD {
			return t.text(n)
		}
	case *ast.BasicLit:
		if n.Kind == token.STRING {
			return t.text(n)
		}
	}
	return true
}

// text collects a string literal that may have been broken into several.
func (t *tokens) text(e ast.Expr) bool {
	s, ok := stringOf(e)
	if !ok && t.err == nil {
		t.err = errors.New("rendered source adds what is not text")
	}
	t.texts[s]++
	return false
}

// stringOf evaluates string literals joined by +.
func stringOf(e ast.Expr) (string, bool) {
	var parts []string
	for {
		b, ok := e.(*ast.BinaryExpr)
		if !ok {
			break
		}
		last, ok := unquote(b.Y)
		if !ok || b.Op != token.ADD {
			return "", false
		}
		parts = append(parts, last)
		e = b.X
	}
	first, ok := unquote(e)
	parts = append(parts, first)
	slices.Reverse(parts)
	return strings.Join(parts, ""), ok
}

func unquote(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}
