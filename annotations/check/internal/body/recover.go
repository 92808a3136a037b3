package body

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

// recovers reports whether a function may go on after a panic: it calls recover,
// or may defer something that does.
func (a *Package) recovers(body ast.Node) bool {
	if a.callsRecover(body) {
		return true
	}
	found := false
	called := make(map[*ast.Ident]bool)
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.DeferStmt:
			found = found || a.defersRecover(n.Call)
		case *ast.CallExpr:
			called[nameOf(n.Fun)] = true
		case *ast.Ident:
			found = found || a.handsOutRecover(n, called[n])
		}
		return !found
	})
	return found
}

// defersRecover judges what is deferred. Functions of other packages are judged by
// their names, and of a variable of the package nothing is known.
func (a *Package) defersRecover(call *ast.CallExpr) bool {
	fn := calleeOf(a.info, call)
	switch {
	case fn == nil:
		v, ok := a.info.Uses[nameOf(call.Fun)].(*types.Var)
		return ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope()
	case a.decls[fn] != nil:
		return a.callsRecover(a.decls[fn].Body)
	case a.partial[fn]:
		return true
	}
	name := strings.ToLower(fn.Name())
	return strings.Contains(name, "recover") || strings.Contains(name, "rescue") || strings.Contains(name, "catch")
}

// handsOutRecover reports whether a name gives a function that calls recover: as
// the value of one of the package, or as the result of one that is called.
func (a *Package) handsOutRecover(id *ast.Ident, called bool) bool {
	fn, ok := a.info.Uses[id].(*types.Func)
	if !ok || a.decls[fn.Origin()] == nil {
		return false
	}
	hands := !called
	for v := range fn.Signature().Results().Variables() {
		_, isFunc := v.Type().Underlying().(*types.Signature)
		hands = hands || isFunc
	}
	return hands && a.callsRecover(a.decls[fn.Origin()].Body)
}

func (a *Package) callsRecover(body ast.Node) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if n, ok := n.(*ast.CallExpr); ok {
			b, ok := typeutil.Callee(a.info, n).(*types.Builtin)
			found = found || ok && b.Name() == "recover"
		}
		return !found
	})
	return found
}
