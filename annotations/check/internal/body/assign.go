package body

import (
	"go/ast"
	"go/types"
)

// assign follows an assignment or a short declaration.
func (b *frame) assign(left, right []ast.Expr, w world) []world {
	worlds := []world{w}
	for _, l := range left {
		if _, ok := ast.Unparen(l).(*ast.Ident); !ok {
			worlds = b.then(worlds, func(w world) []world { return worldsOf(b.eval(l, w, false)) })
		} else if b.isContext(l) {
			b.openAt(l, "the context is assigned here")
		}
	}
	if len(right) == 1 {
		return b.then(worlds, func(w world) []world { return b.assignResults(left, right[0], w) })
	}
	return b.then(worlds, func(w world) []world { return b.assignAll(left, right, w) })
}

// assignAll evaluates all values before it assigns the first one.
func (b *frame) assignAll(left, right []ast.Expr, w world) []world {
	worlds, held := []world{w}, make([]*types.Var, len(left)) // nil for what is no error
	for i, value := range right {
		if blank(left[i]) && b.isContext(value) {
			continue
		}
		v := b.errorVar(left[i])
		if v != nil {
			held[i] = types.NewVar(value.Pos(), nil, "=", v.Type())
		}
		worlds = b.then(worlds, func(w world) []world { return b.hold(held[i], value, w) })
	}
	for n := range worlds {
		for i, h := range held {
			if h != nil {
				worlds[n] = worlds[n].knowing(b.errorVar(left[i]), worlds[n].err(h)).knowing(h, perhapsErr)
			} else if v := b.followedVar(left[i]); v != nil {
				worlds[n] = worlds[n].knowing(v, perhapsErr)
			}
		}
	}
	return few(worlds)
}

// hold evaluates a value into a variable; nil if it is no error.
func (b *frame) hold(v *types.Var, value ast.Expr, w world) []world {
	var worlds []world
	for _, r := range b.eval(value, w, v != nil) {
		if v != nil {
			r.world = r.world.knowing(v, asError(b.info().TypeOf(value), r.err))
		}
		worlds = append(worlds, r.world)
	}
	return few(worlds)
}

// assignResults evaluates a value into a variable, or the results of a call, of which
// the last may be an error, into several.
func (b *frame) assignResults(left []ast.Expr, value ast.Expr, w world) []world {
	last := left[len(left)-1]
	if blank(last) && b.isContext(value) {
		return []world{w} // _ = c
	}
	if worlds, ok := b.assignLook(left, value, w); ok {
		return worlds
	}
	v := b.errorVar(last)
	var worlds []world
	for _, r := range b.eval(value, w, v != nil) {
		next := b.forget(left, r.world)
		if v != nil {
			next = next.knowing(v, asError(b.info().TypeOf(value), r.err))
		}
		worlds = append(worlds, next)
	}
	return few(worlds)
}

// forget is the world after variables have got other values.
func (b *frame) forget(left []ast.Expr, w world) world {
	for _, target := range left {
		w = b.learn(w, b.followedVar(target), perhapsErr)
	}
	return w
}

func blank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// declare follows var declarations. An error without a value is nil.
func (b *frame) declare(n *ast.ValueSpec, w world) []world {
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
		} else if v := b.followedVar(id); v != nil {
			w = w.knowing(v, perhapsErr)
		}
	}
	return []world{w}
}
