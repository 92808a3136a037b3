package body

import (
	"go/ast"
	"go/token"
	"go/types"
)

// outcome is a world after an expression, with what is known of its last value
// if that is an error.
type evaluated struct {
	world world
	err   nilness
}

// statement returns the worlds after a node of a block.
func (b *frame) statement(n ast.Node, w world) []world {
	switch n := n.(type) {
	case *ast.AssignStmt:
		return b.assign(n.Lhs, n.Rhs, w)
	case *ast.ValueSpec:
		return b.declare(n, w)
	case *ast.ReturnStmt:
		b.ret(n, w)
		return nil
	case *ast.ExprStmt:
		return worldsOf(b.eval(n.X, w, false))
	case *ast.DeferStmt:
		return b.later(n.Call, w)
	case *ast.GoStmt:
		return b.later(n.Call, w)
	case *ast.SendStmt:
		return worldsOf(b.evalAll([]ast.Expr{n.Chan, n.Value}, w))
	case *ast.IncDecStmt:
		return worldsOf(b.eval(n.X, w, false))
	case ast.Expr: // such as what a switch is about, whose cases look at it
		return worldsOf(b.eval(n, w, true))
	}
	return []world{w}
}

func worldsOf(results []evaluated) []world {
	var worlds []world
	for _, r := range results {
		worlds = append(worlds, r.world)
	}
	return few(worlds)
}

// then continues each of some worlds.
func (b *frame) then(worlds []world, next func(world) []world) []world {
	var out []world
	for _, w := range worlds {
		out = append(out, next(w)...)
	}
	return few(out)
}

// errorVar is the error variable that an expression is, if it can be followed.
func (b *frame) errorVar(e ast.Expr) *types.Var {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil
	}
	v, ok := b.info().ObjectOf(id).(*types.Var)
	if !ok || !b.src.follows(v) || !isError(v.Type()) {
		return nil
	}
	return v
}

// ret follows a return.
func (b *frame) ret(n *ast.ReturnStmt, w world) {
	var results []evaluated
	switch {
	case len(n.Results) > 0:
		results = b.evalLast(n.Results, w)
		if last := n.Results[len(n.Results)-1]; b.src.fails {
			for i := range results {
				results[i].err = asError(b.info().TypeOf(last), results[i].err)
			}
		}
	case b.src.result != nil:
		results = []evaluated{{w, w.err(b.src.result)}}
	default:
		results = []evaluated{{world: w}}
	}
	for _, r := range results {
		if b.src.result != nil && b.src.shared[b.src.result] || !b.src.fails {
			r.err = perhapsErr
		}
		b.exit(r.world, r.err)
	}
}

// evalLast evaluates expressions in order, with what is known of the last.
func (b *frame) evalLast(list []ast.Expr, w world) []evaluated {
	before := b.evalAll(list[:len(list)-1], w)
	var out []evaluated
	for _, r := range before {
		out = append(out, b.eval(list[len(list)-1], r.world, true)...)
	}
	return out
}

// evalAll evaluates expressions in order whose values are of no interest.
func (b *frame) evalAll(list []ast.Expr, w world) []evaluated {
	worlds := []world{w}
	for _, e := range list {
		if e != nil {
			worlds = b.then(worlds, func(w world) []world { return worldsOf(b.eval(e, w, false)) })
		}
	}
	var out []evaluated
	for _, w := range worlds {
		out = append(out, evaluated{world: w})
	}
	return out
}

// eval evaluates an expression. Wanted says that somebody looks at the error:
// else what can fail has only one world for both.
func (b *frame) eval(e ast.Expr, w world, wanted bool) []evaluated {
	if !b.spend(e) {
		return []evaluated{{world: w}}
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return b.eval(e.X, w, wanted)
	case *ast.Ident:
		return []evaluated{{w, b.identErr(e, w)}}
	case *ast.FuncLit:
		b.looseNode(e.Body)
		return []evaluated{{world: w}}
	case *ast.CallExpr:
		return b.call(e, w, wanted)
	case *ast.BinaryExpr:
		return b.binary(e, w)
	case *ast.UnaryExpr:
		results := b.eval(e.X, w, false)
		_, isNew := ast.Unparen(e.X).(*ast.CompositeLit)
		return known(results, e.Op == token.AND && isNew)
	case *ast.CompositeLit:
		return known(b.evalAll(b.elements(e), w), true)
	case *ast.SelectorExpr:
		return b.selector(e, w)
	case *ast.IndexExpr:
		return b.evalAll([]ast.Expr{e.X, e.Index}, w)
	case *ast.IndexListExpr:
		return b.eval(e.X, w, false)
	case *ast.SliceExpr:
		return b.evalAll([]ast.Expr{e.X, e.Low, e.High, e.Max}, w)
	case *ast.StarExpr:
		return known(b.eval(e.X, w, false), false)
	case *ast.TypeAssertExpr:
		return known(b.eval(e.X, w, false), false)
	}
	return []evaluated{{world: w}} // literals and types
}

// known sets what is known of the value: an error, or nothing.
func known(results []evaluated, isErr bool) []evaluated {
	for i := range results {
		results[i].err = perhapsErr
		if isErr {
			results[i].err = someErr
		}
	}
	return results
}

// elements are the expressions in a composite literal that are evaluated.
func (b *frame) elements(e *ast.CompositeLit) []ast.Expr {
	var list []ast.Expr
	isMap := false
	if t := b.info().TypeOf(e); t != nil {
		_, isMap = t.Underlying().(*types.Map)
	}
	for _, elem := range e.Elts {
		pair, ok := elem.(*ast.KeyValueExpr)
		switch {
		case !ok:
			list = append(list, elem)
		case isMap:
			list = append(list, pair.Key, pair.Value)
		default:
			list = append(list, pair.Value)
		}
	}
	return list
}

// identErr is what is known of a variable. A context that stands where nothing
// else has taken it is stored somewhere.
func (b *frame) identErr(e *ast.Ident, w world) nilness {
	obj := b.info().ObjectOf(e)
	if b.src.contexts[obj] && b.info().Uses[e] != nil {
		b.openAt(e, "the context is stored or handed on here")
		return perhapsErr
	}
	if _, ok := obj.(*types.Nil); ok {
		return noErr
	}
	if v := b.errorVar(e); v != nil {
		return w.err(v)
	}
	return b.sentinel(obj)
}

// selector evaluates x.y where it is no call.
func (b *frame) selector(e *ast.SelectorExpr, w world) []evaluated {
	if b.isContext(e.X) {
		b.openAt(e, "the method "+e.Sel.Name+" of the context is used as a value")
		return []evaluated{{world: w}}
	}
	if id, ok := e.X.(*ast.Ident); ok {
		if _, pkg := b.info().Uses[id].(*types.PkgName); pkg {
			return []evaluated{{w, b.sentinel(b.info().Uses[e.Sel])}}
		}
	}
	return known(b.eval(e.X, w, false), false)
}
