package body

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/cfg"
)

// endedContext returns the context.Context whose end an expression asks for:
// ctx.Err() or context.Cause(ctx) of a variable. Once either is an error, both
// stay errors, which the worlds keep as what is known of ctx until it gets another
// value.
func (b *frame) endedContext(e ast.Expr) *types.Var {
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

// contextVar is the context.Context that an expression is, if it is a variable
// that can be followed.
func (b *frame) contextVar(e ast.Expr) *types.Var {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil
	}
	v, ok := b.info().ObjectOf(id).(*types.Var)
	if !ok || !b.src.follows(v) || !isNamed(v.Type(), "context", "Context") {
		return nil
	}
	return v
}

// followedVar is the variable that an expression is, if something is known of it.
func (b *frame) followedVar(e ast.Expr) *types.Var {
	if v := b.errorVar(e); v != nil {
		return v
	}
	if v := b.boolVar(e); v != nil {
		return v
	}
	return b.contextVar(e)
}

// entering is the world at the start of a block: in the case of a select that
// waits for the end of a context, that has come, and in the body of a range loop
// its variables have got new values, which are none yet before the loop.
func (b *frame) entering(block *cfg.Block, w world) world {
	if loop, ok := block.Stmt.(*ast.RangeStmt); ok && block.Kind != cfg.KindRangeLoop {
		for _, e := range []ast.Expr{loop.Key, loop.Value} {
			if v := b.followedVar(e); v != nil {
				w = w.knowing(v, perhapsErr)
			}
		}
		return w
	}
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
