package load

import (
	"errors"
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/astutil"
)

// checked is a type-checked package.
type checked struct {
	types *types.Package
	info  *types.Info
	errs  []types.Error
}

// typeCheck type-checks the files of a unit and files that stand beside them,
// whose declarations come second when a name is declared twice.
func (l *loader) typeCheck(u *unit, beside []*ast.File, bodies bool) checked {
	return l.typeCheckFiles(u, slices.Concat(syntax(u.files), beside), bodies, newInfo())
}

// typeCheckHeads type-checks a unit again whose files are known to be right:
// of these only declarations are looked at, not the bodies of functions.
func (l *loader) typeCheckHeads(u *unit, beside []*ast.File) checked {
	var heads []*ast.File
	for _, f := range u.files {
		heads = append(heads, withoutBodies(f.ast))
	}
	c := l.typeCheckFiles(u, slices.Concat(heads, beside), true, nil)
	// What only bodies use seems unused now.
	c.errs = hard(c.errs)
	return c
}

// withoutBodies returns a copy of the file whose functions have no bodies.
func withoutBodies(f *ast.File) *ast.File {
	head := *f
	head.Decls = slices.Clone(f.Decls)
	for i, d := range head.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && !needsBody(fn) {
			bare := *fn
			bare.Body = nil
			head.Decls[i] = &bare
		}
	}
	return &head
}

// needsBody reports whether go/types refuses the function without its body.
func needsBody(fn *ast.FuncDecl) bool {
	generic := fn.Type.TypeParams != nil
	return generic || fn.Recv == nil && (fn.Name.Name == "init" || fn.Name.Name == "main")
}

func newInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
	}
}

// typeCheckFiles type-checks files. What is recorded about them costs a third of
// the time; nothing is if info is nil.
func (l *loader) typeCheckFiles(u *unit, files []*ast.File, bodies bool, info *types.Info) checked {
	c := checked{info: info}
	config := types.Config{
		Importer: l, Sizes: l.sizes, GoVersion: u.goVersion, FakeImportC: true, IgnoreFuncBodies: !bodies,
		Error: func(err error) {
			var e types.Error
			if errors.As(err, &e) {
				c.errs = append(c.errs, e)
			}
		},
	}
	c.types = types.NewPackage(u.path, u.name)
	// The error is the first of those collected.
	_ = types.NewChecker(&config, l.fset, c.types, c.info).Files(files)
	return c
}

// withoutOpaque returns the type errors but for those that follow from a result
// type whose fields are not known yet.
func (l *loader) withoutOpaque(u *unit, c checked) []types.Error {
	kept := slices.DeleteFunc(slices.Clone(c.errs), func(e types.Error) bool { return l.aboutOpaque(u, c.info, e) })
	if len(kept) < len(c.errs) {
		// What seems unused may be used with such a result.
		kept = hard(kept)
	}
	return kept
}

// hard returns the errors that do not say that something is unused.
func hard(errs []types.Error) []types.Error {
	return slices.DeleteFunc(slices.Clone(errs), func(e types.Error) bool { return e.Soft })
}

// aboutOpaque reports whether an error is about a field of an opaque result: a
// selector, or a literal.
func (l *loader) aboutOpaque(u *unit, info *types.Info, e types.Error) bool {
	name := l.position(e.Pos).Filename
	i := slices.IndexFunc(u.files, func(f *file) bool { return f.name == name })
	if i < 0 {
		return false
	}
	path, _ := astutil.PathEnclosingInterval(u.files[i].ast, e.Pos, e.Pos)
	for _, node := range path {
		switch n := node.(type) {
		case *ast.SelectorExpr:
			if l.opaqueType(info.TypeOf(n.X)) {
				return true
			}
		case *ast.CompositeLit:
			return l.opaqueType(info.TypeOf(n))
		case ast.Stmt:
			return false
		}
	}
	return false
}

func (l *loader) opaqueType(t types.Type) bool {
	if t == nil {
		return false
	}
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	return ok && l.opaque[named.Obj()]
}
