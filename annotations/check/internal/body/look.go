package body

import (
	"go/ast"
	"go/types"
	"slices"
)

// watch follows the function of a task again if it writes keys that it also looks
// for, but not always. It is then told apart in which worlds they were there. What
// was found out before stays if that is too much.
func (a *Package) watch(fn *types.Func, before *summary) *summary {
	a.watched = a.worthWatching(before)
	if len(a.watched) == 0 {
		return before
	}
	a.prefix += named("watched", a.watched)
	a.steps = 0
	var env callEnv
	sum := a.follow(fn, env, a.prefix+env.instance(fn, a.number))
	loose := func(u *use) bool { return u.writes() && a.watched[u.key] }
	if len(sum.open) > 0 || slices.ContainsFunc(sum.loose, loose) {
		return before
	}
	return sum
}

// worthWatching lists the keys that a task looks for and may store, neither always
// nor at any time, and does not delete.
func (a *Package) worthWatching(sum *summary) map[string]bool {
	final, worth := sum.final(), make(map[string]bool)
	for _, u := range sum.uses {
		looks := u.method == "Has" || u.method == "Lookup" || u.method == "Get"
		if looks && final[u.key].bits == stored|untouched && !a.unsettled[u.key] {
			worth[u.key] = true
		}
	}
	return worth
}

// looks evaluates a call that looks for a watched key, and returns the worlds in which
// it is there and those in which it is not; false for anything else.
func (b *frame) looks(e ast.Expr, w world) (yes, no []world, ok bool) {
	call, isCall := ast.Unparen(e).(*ast.CallExpr)
	if !isCall {
		return nil, nil, false
	}
	c := b.contextCall(call)
	if c == nil || c.method != "Has" && c.method != "Lookup" {
		return nil, nil, false
	}
	key, _, constant := b.constant(c.key)
	if !constant || !b.all.watched[key] {
		return nil, nil, false
	}
	for _, w := range worldsOf(b.contextUse(call, c, w, false)) {
		state := w.key(key)
		if s := state.seen(there); s.bits != 0 {
			yes = append(yes, w.with(s))
		}
		if s := state.seen(absent); s.bits != 0 {
			no = append(no, w.with(s))
		}
	}
	return few(yes), few(no), true
}

// assignLook follows an assignment of what comes back when a watched key is looked
// for; false for any other. A value of another type than the one asked for is an
// error, and the bool is false then, although the key is there.
func (b *frame) assignLook(left []ast.Expr, value ast.Expr, w world) ([]world, bool) {
	yes, no, ok := b.looks(value, w)
	if !ok {
		return nil, false
	}
	found, err := b.boolVar(left[0]), (*types.Var)(nil)
	if len(left) == 3 {
		found, err = b.boolVar(left[1]), b.errorVar(left[2])
	}
	var worlds []world
	add := func(list []world, is, failed nilness) {
		for _, w := range list {
			worlds = append(worlds, b.learn(b.learn(b.forget(left, w), found, is), err, failed))
		}
	}
	add(yes, isTrue, noErr)
	add(no, isFalse, noErr)
	if len(left) == 3 {
		add(yes, isFalse, someErr)
	}
	return few(worlds), true
}

// boolVar is the bool that an expression is, if it can be followed.
func (b *frame) boolVar(e ast.Expr) *types.Var {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok || len(b.all.watched) == 0 {
		return nil
	}
	v, ok := b.info().ObjectOf(id).(*types.Var)
	if !ok || !b.src.follows(v) || !types.Identical(v.Type(), types.Typ[types.Bool]) {
		return nil
	}
	return v
}

// refineBool tells the worlds apart by a variable, if it is known in them.
func (b *frame) refineBool(e *ast.Ident, w world) (yes, no []world) {
	if v := b.boolVar(e); v != nil {
		switch w.err(v) {
		case isTrue:
			return []world{w}, nil
		case isFalse:
			return nil, []world{w}
		}
	}
	worlds := worldsOf(b.eval(e, w, false))
	return worlds, worlds
}
