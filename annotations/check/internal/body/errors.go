package body

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
	"unicode"
)

// sentinel knows that the error variables of packages are errors, those of this
// package if they are made as such and never changed.
func (b *frame) sentinel(obj types.Object) nilness {
	v, ok := obj.(*types.Var)
	if !ok || v.IsField() || v.Pkg() == nil || v.Parent() != v.Pkg().Scope() || !isError(v.Type()) {
		return perhapsErr
	}
	if v.Pkg() != b.all.pkg && namesError(v.Name()) || b.all.sentinels()[v] {
		return someErr
	}
	return perhapsErr
}

// namesError reports whether a variable of another package is by its name one
// that is always an error, such as ErrClosed or EOF, and not the last one that
// came up.
func namesError(name string) bool {
	rest, ok := strings.CutPrefix(name, "Err")
	return ok && rest != "" && unicode.IsUpper([]rune(rest)[0]) || slices.Contains(wellKnownErrors, name)
}

// wellKnownErrors are those of the standard library that have other names.
var wellKnownErrors = []string{"EOF", "Canceled", "DeadlineExceeded", "SkipDir", "SkipAll"}

// sentinels are the error variables of the package that are made as errors and
// never changed.
func (a *Package) sentinels() map[types.Object]bool {
	if a.errs != nil {
		return a.errs
	}
	a.errs = make(map[types.Object]bool)
	info := a.info
	for _, file := range a.files {
		for _, decl := range file.Decls {
			a.takeSentinels(decl)
		}
	}
	for _, file := range a.files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					if id := nameOf(left); id != nil {
						delete(a.errs, info.Uses[id])
					}
				}
			case *ast.UnaryExpr:
				if id := nameOf(n.X); id != nil {
					delete(a.errs, info.Uses[id])
				}
			}
			return true
		})
	}
	return a.errs
}

func (a *Package) takeSentinels(decl ast.Decl) {
	gen, ok := decl.(*ast.GenDecl)
	if !ok {
		return
	}
	for _, spec := range gen.Specs {
		spec, ok := spec.(*ast.ValueSpec)
		if !ok || len(spec.Names) != len(spec.Values) {
			continue
		}
		for i, value := range spec.Values {
			call, ok := ast.Unparen(value).(*ast.CallExpr)
			if v := a.info.Defs[spec.Names[i]]; v != nil && ok && makesError(calleeOf(a.info, call)) {
				a.errs[v] = true
			}
		}
	}
}

// alwaysFails reports whether a function of the package returns nothing but
// errors, such as one that puts a text before them.
func (a *Package) alwaysFails(fn *types.Func) bool {
	if fails, ok := a.failing[fn]; ok {
		return fails
	}
	decl := a.decls[fn]
	if decl == nil {
		return false
	}
	a.failing[fn] = false // in a call of itself
	results := fn.Signature().Results()
	if results.Len() != 1 || !isError(results.At(0).Type()) || results.At(0).Name() != "" ||
		a.recovers(decl.Body) {
		return false
	}
	fails, any := true, false
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			any = true
			fails = fails && len(n.Results) == 1 && a.alwaysError(n.Results[0])
		}
		return fails
	})
	a.failing[fn] = fails && any
	return fails && any
}

// alwaysError reports whether an expression is an error whatever comes before it.
func (a *Package) alwaysError(e ast.Expr) bool {
	e = ast.Unparen(e)
	if call, ok := e.(*ast.CallExpr); ok {
		if fn := calleeOf(a.info, call); fn != nil && (makesError(fn) || a.alwaysFails(fn)) {
			return true
		}
	}
	return asError(a.info.TypeOf(e), perhapsErr) == someErr
}

// asError is what is known of an error that a value of a type becomes: one of a
// type that is no interface is never nil as an error.
func asError(t types.Type, err nilness) nilness {
	if t == nil || t == types.Typ[types.UntypedNil] || isInvalid(t) || types.IsInterface(t) {
		return err
	}
	switch types.Unalias(t).(type) {
	case *types.Tuple, *types.TypeParam:
		return err
	}
	return someErr
}
