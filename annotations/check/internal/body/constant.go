package body

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
)

// declareConstants notes what the constants of a declaration are made of.
func (a *Package) declareConstants(decl *ast.GenDecl, partial bool) {
	if decl.Tok != token.CONST {
		return
	}
	var values []ast.Expr
	for _, spec := range decl.Specs {
		spec, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		if len(spec.Values) > 0 {
			values = spec.Values // else those before are repeated
		}
		for i, name := range spec.Names {
			obj := a.info.Defs[name]
			switch {
			case obj == nil:
			case partial:
				a.partial[obj] = true
			case i < len(values):
				a.constants[obj] = values[i]
			}
		}
	}
}

// systemPackages have constants that are others on other systems.
var systemPackages = []string{"runtime", "os", "path/filepath", "syscall", "strconv", "math", "math/bits", "unsafe"}

// sameEverywhere reports whether a constant is the same in all builds of the
// package, as far as that is known: those of other packages are taken to be so.
func (a *Package) sameEverywhere(e ast.Expr) bool { return a.constantOf(e, false) }

// portable reports whether a constant is known to be the same in all builds.
func (a *Package) portable(e ast.Expr) bool { return a.constantOf(e, true) }

func (a *Package) constantOf(e ast.Expr, certain bool) bool {
	same := true
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && same {
			same = a.constantName(a.info.Uses[id], certain)
		}
		return same
	})
	return same
}

func (a *Package) constantName(obj types.Object, certain bool) bool {
	switch obj := obj.(type) {
	case *types.Const:
		switch {
		case obj.Pkg() == nil: // true, false and iota
			return true
		case obj.Pkg() != a.pkg:
			return !certain && !slices.Contains(systemPackages, obj.Pkg().Path())
		case a.partial[obj]:
			return false
		}
		value := a.constants[obj]
		return value == nil || a.constantOf(value, certain)
	case *types.Builtin: // len and its like, and the sizes of unsafe
		return obj.Pkg() != types.Unsafe
	case *types.TypeName:
		b, ok := obj.Type().Underlying().(*types.Basic)
		return !ok || !certain || b.Kind() != types.Int && b.Kind() != types.Uint && b.Kind() != types.Uintptr
	}
	return true
}

// maxMadeKey bounds keys that are put together, in bytes: with calls of calls they
// could grow beyond all measure.
const maxMadeKey = 4096

// constant returns the value of a constant string, and where it stands: for a
// parameter that is one in this call, at the call.
func (b *frame) constant(e ast.Expr) (text string, at ast.Expr, ok bool) {
	e = ast.Unparen(e)
	if v := b.info().Types[e].Value; v != nil && v.Kind() == constant.String {
		return constant.StringVal(v), e, b.all.sameEverywhere(e)
	}
	switch e := e.(type) {
	case *ast.Ident:
		if bound, ok := b.bound(e); ok && bound.text != nil {
			return *bound.text, bound.at, true
		}
	case *ast.CallExpr:
		if b.info().Types[e.Fun].IsType() && len(e.Args) == 1 {
			return b.constant(e.Args[0]) // only strings and their like come from there
		}
	case *ast.BinaryExpr:
		left, _, ok := b.constant(e.X)
		right, _, also := b.constant(e.Y)
		if ok && also && e.Op == token.ADD && len(left)+len(right) <= maxMadeKey {
			return left + right, e, true
		}
	}
	return "", nil, false
}

// bound returns what is known of a parameter in this call.
func (b *frame) bound(id *ast.Ident) (binding, bool) {
	v := b.info().Uses[id]
	if v == nil || b.src.changed[v] {
		return binding{}, false
	}
	bound, ok := b.env.params[v]
	return bound, ok
}
