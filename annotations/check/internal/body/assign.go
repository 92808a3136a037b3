package body

import (
	"go/ast"
	"go/types"
	"slices"
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
	if len(left) != len(right) {
		last := left[len(left)-1]
		return b.then(worlds, func(w world) []world { return b.assignLast(left, last, right[0], w) })
	}
	if len(left) == 1 {
		return b.then(worlds, func(w world) []world { return b.assignLast(nil, left[0], right[0], w) })
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
			} else if v := b.contextVar(left[i]); v != nil {
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

// assignLast evaluates a value into a variable; before are the variables that
// get other results of the same call.
func (b *frame) assignLast(before []ast.Expr, last, value ast.Expr, w world) []world {
	if blank(last) && b.isContext(value) {
		return []world{w} // _ = c
	}
	v := b.errorVar(last)
	var worlds []world
	for _, r := range b.eval(value, w, v != nil) {
		next := r.world
		for _, other := range slices.Concat(before, []ast.Expr{last}) {
			if o := b.followedVar(other); o != nil {
				next = next.knowing(o, perhapsErr)
			}
		}
		if v != nil {
			next = next.knowing(v, asError(b.info().TypeOf(value), r.err))
		}
		worlds = append(worlds, next)
	}
	return few(worlds)
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
		} else if v := b.contextVar(id); v != nil {
			w = w.knowing(v, perhapsErr)
		}
	}
	return []world{w}
}
