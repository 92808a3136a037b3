package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode"
)

const tokenEql = token.EQL

// outcome is a world after an expression, with what is known of its last value
// if that is an error.
type evaluated struct {
	world bodyWorld
	err   nilness
}

// statement returns the worlds after a node of a block.
func (b *bodyFrame) statement(n ast.Node, w bodyWorld) []bodyWorld {
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
	return []bodyWorld{w}
}

func worldsOf(results []evaluated) []bodyWorld {
	var worlds []bodyWorld
	for _, r := range results {
		worlds = append(worlds, r.world)
	}
	return few(worlds)
}

// assign follows an assignment or a short declaration.
func (b *bodyFrame) assign(left, right []ast.Expr, w bodyWorld) []bodyWorld {
	worlds := []bodyWorld{w}
	for _, l := range left {
		if _, ok := ast.Unparen(l).(*ast.Ident); !ok {
			worlds = b.then(worlds, func(w bodyWorld) []bodyWorld { return worldsOf(b.eval(l, w, false)) })
		} else if b.isContext(l) {
			b.openAt(l, "the context is assigned here")
		}
	}
	if len(left) != len(right) {
		last := left[len(left)-1]
		return b.then(worlds, func(w bodyWorld) []bodyWorld { return b.assignLast(left, last, right[0], w) })
	}
	if len(left) == 1 {
		return b.then(worlds, func(w bodyWorld) []bodyWorld { return b.assignLast(nil, left[0], right[0], w) })
	}
	return b.then(worlds, func(w bodyWorld) []bodyWorld { return b.assignAll(left, right, w) })
}

// assignAll evaluates all values before it assigns the first one.
func (b *bodyFrame) assignAll(left, right []ast.Expr, w bodyWorld) []bodyWorld {
	worlds, held := []bodyWorld{w}, make([]*types.Var, len(left))
	for i, value := range right {
		if blank(left[i]) && b.isContext(value) {
			continue
		}
		v := b.errorVar(left[i])
		if v != nil {
			held[i] = types.NewVar(value.Pos(), nil, "=", v.Type())
		}
		worlds = b.then(worlds, func(w bodyWorld) []bodyWorld { return b.hold(held[i], value, w) })
	}
	for n := range worlds {
		for i, h := range held {
			if h != nil {
				worlds[n] = worlds[n].knowing(b.errorVar(left[i]), worlds[n].err(h)).knowing(h, perhapsErr)
			}
		}
	}
	return few(worlds)
}

// hold evaluates a value into a variable; nil if it is no error.
func (b *bodyFrame) hold(v *types.Var, value ast.Expr, w bodyWorld) []bodyWorld {
	var worlds []bodyWorld
	for _, r := range b.eval(value, w, v != nil) {
		if v != nil {
			r.world = r.world.knowing(v, r.err)
		}
		worlds = append(worlds, r.world)
	}
	return few(worlds)
}

// assignLast evaluates a value into a variable; before are the variables that
// get other results of the same call.
func (b *bodyFrame) assignLast(before []ast.Expr, last, value ast.Expr, w bodyWorld) []bodyWorld {
	v := b.errorVar(last)
	if blank(last) && b.isContext(value) {
		return []bodyWorld{w} // _ = c
	}
	var worlds []bodyWorld
	for _, r := range b.eval(value, w, v != nil) {
		next := r.world
		for _, other := range before {
			if o := b.errorVar(other); o != nil {
				next = next.knowing(o, perhapsErr)
			}
		}
		if v != nil {
			next = next.knowing(v, r.err)
		}
		worlds = append(worlds, next)
	}
	return few(worlds)
}

func blank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// then continues each of some worlds.
func (b *bodyFrame) then(worlds []bodyWorld, next func(bodyWorld) []bodyWorld) []bodyWorld {
	var out []bodyWorld
	for _, w := range worlds {
		out = append(out, next(w)...)
	}
	return few(out)
}

// errorVar is the error variable that an expression is, if it can be followed.
func (b *bodyFrame) errorVar(e ast.Expr) *types.Var {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil
	}
	v, ok := b.info().ObjectOf(id).(*types.Var)
	if !ok || v.IsField() || !isError(v.Type()) || b.src.shared[v] || v.Pkg() == nil || v.Parent() == v.Pkg().Scope() {
		return nil
	}
	return v
}

// declare follows var declarations. An error without a value is nil.
func (b *bodyFrame) declare(n *ast.ValueSpec, w bodyWorld) []bodyWorld {
	var names []ast.Expr
	for _, id := range n.Names {
		names = append(names, id)
	}
	if len(n.Values) > 0 {
		return b.assign(names, n.Values, w)
	}
	for _, id := range names {
		if v := b.errorVar(id); v != nil {
			w = w.knowing(v, noErr)
		}
	}
	return []bodyWorld{w}
}

// ret follows a return.
func (b *bodyFrame) ret(n *ast.ReturnStmt, w bodyWorld) {
	var results []evaluated
	switch {
	case len(n.Results) > 0:
		results = b.evalLast(n.Results, w)
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
func (b *bodyFrame) evalLast(list []ast.Expr, w bodyWorld) []evaluated {
	before := b.evalAll(list[:len(list)-1], w)
	var out []evaluated
	for _, r := range before {
		out = append(out, b.eval(list[len(list)-1], r.world, true)...)
	}
	return out
}

// evalAll evaluates expressions in order whose values are of no interest.
func (b *bodyFrame) evalAll(list []ast.Expr, w bodyWorld) []evaluated {
	worlds := []bodyWorld{w}
	for _, e := range list {
		if e != nil {
			worlds = b.then(worlds, func(w bodyWorld) []bodyWorld { return worldsOf(b.eval(e, w, false)) })
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
func (b *bodyFrame) eval(e ast.Expr, w bodyWorld, wanted bool) []evaluated {
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
func (b *bodyFrame) elements(e *ast.CompositeLit) []ast.Expr {
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
func (b *bodyFrame) identErr(e *ast.Ident, w bodyWorld) nilness {
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

// sentinel knows that the error variables of packages are errors, those of this
// package if they are made as such and never changed.
func (b *bodyFrame) sentinel(obj types.Object) nilness {
	v, ok := obj.(*types.Var)
	if !ok || v.IsField() || v.Pkg() == nil || v.Parent() != v.Pkg().Scope() || !isError(v.Type()) {
		return perhapsErr
	}
	if v.Pkg() != b.all.c.src.Types && namesError(v.Name()) || b.all.sentinels()[v] {
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

// selector evaluates x.y where it is no call.
func (b *bodyFrame) selector(e *ast.SelectorExpr, w bodyWorld) []evaluated {
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
