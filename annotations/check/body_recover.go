package check

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

// recovers reports whether a function may go on after a panic: it calls recover,
// or defers a function that does.
func recovers(info *types.Info, decls map[*types.Func]*ast.FuncDecl, body ast.Node) bool {
	if callsRecover(info, body) {
		return true
	}
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if n, ok := n.(*ast.DeferStmt); ok && !found {
			found = recoversAsDeferred(info, decls, n.Call)
		}
		return !found
	})
	return found
}

// recoversAsDeferred judges functions of other packages by their names, as far
// as they are known; of a variable of the package nothing is known.
func recoversAsDeferred(info *types.Info, decls map[*types.Func]*ast.FuncDecl, call *ast.CallExpr) bool {
	fn := calleeOf(info, call)
	switch {
	case fn == nil:
		v, ok := info.Uses[nameOf(call.Fun)].(*types.Var)
		return ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope()
	case decls[fn] != nil:
		return callsRecover(info, decls[fn].Body)
	}
	name := strings.ToLower(fn.Name())
	return strings.Contains(name, "recover") || strings.Contains(name, "rescue") || strings.Contains(name, "catch")
}

func callsRecover(info *types.Info, body ast.Node) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if n, ok := n.(*ast.CallExpr); ok {
			b, ok := typeutil.Callee(info, n).(*types.Builtin)
			found = found || ok && b.Name() == "recover"
		}
		return !found
	})
	return found
}
