package check

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/cfg"
)

// endedContext returns the context.Context whose end an expression asks for:
// ctx.Err() or context.Cause(ctx) of a variable that never changes. Once either
// is an error, both stay errors, which the worlds keep as what is known of ctx.
func (b *bodyFrame) endedContext(e ast.Expr) *types.Var {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return nil
	}
	fn := calleeOf(b.info(), call)
	switch {
	case isFunc(fn, "context", "Cause") && len(call.Args) == 1:
		return b.contextVar(call.Args[0])
	case fn != nil && fn.Name() == "Err":
		if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
			return b.contextVar(sel.X)
		}
	}
	return nil
}

// contextVar is the context.Context that an expression is, if it never changes.
func (b *bodyFrame) contextVar(e ast.Expr) *types.Var {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil
	}
	v, ok := b.info().Uses[id].(*types.Var)
	if !ok || b.src.changed[v] || v.IsField() || !isNamed(v.Type(), "context", "Context") {
		return nil
	}
	return v
}

// entering is the world at the start of a block: in the case of a select that
// waits for the end of a context, that has come.
func (b *bodyFrame) entering(block *cfg.Block, w bodyWorld) bodyWorld {
	clause, ok := block.Stmt.(*ast.CommClause)
	if !ok || block.Kind != cfg.KindSelectCaseBody {
		return w
	}
	var received ast.Expr
	switch comm := clause.Comm.(type) {
	case *ast.ExprStmt:
		received = comm.X
	case *ast.AssignStmt:
		received = comm.Rhs[0]
	}
	wait, ok := ast.Unparen(received).(*ast.UnaryExpr)
	if !ok || wait.Op != token.ARROW {
		return w
	}
	call, ok := ast.Unparen(wait.X).(*ast.CallExpr)
	if !ok {
		return w
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Done" {
		return w
	}
	if v := b.contextVar(sel.X); v != nil {
		return w.knowing(v, someErr)
	}
	return w
}
