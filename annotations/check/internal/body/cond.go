package body

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
)

// refine evaluates a condition and returns the worlds in which it is true, and
// those in which it is false.
func (b *frame) refine(cond ast.Expr, w world) (yes, no []world) {
	if v := b.info().Types[cond].Value; v != nil && v.Kind() == constant.Bool && b.all.portable(cond) {
		if constant.BoolVal(v) {
			return []world{w}, nil
		}
		return nil, []world{w}
	}
	if yes, no, ok := b.looks(cond, w); ok {
		return yes, no
	}
	switch e := cond.(type) {
	case *ast.ParenExpr:
		return b.refine(e.X, w)
	case *ast.Ident:
		return b.refineBool(e, w)
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			no, yes = b.refine(e.X, w)
			return yes, no
		}
	case *ast.BinaryExpr:
		switch e.Op {
		case token.LAND:
			left, wrong := b.refine(e.X, w)
			right, alsoWrong := b.refineAll(e.Y, left)
			return right, slices.Concat(wrong, alsoWrong)
		case token.LOR:
			left, wrong := b.refine(e.X, w)
			right, bothWrong := b.refineAll(e.Y, wrong)
			return slices.Concat(left, right), bothWrong
		case token.EQL:
			return b.compare(e, w)
		case token.NEQ:
			no, yes = b.compare(e, w)
			return yes, no
		}
	case *ast.CallExpr:
		return b.refineCall(e, w)
	}
	worlds := worldsOf(b.eval(cond, w, false))
	return worlds, worlds
}

func (b *frame) refineAll(cond ast.Expr, worlds []world) (yes, no []world) {
	for _, w := range worlds {
		then, otherwise := b.refine(cond, w)
		yes, no = append(yes, then...), append(no, otherwise...)
	}
	return few(yes), few(no)
}

// compare evaluates an equality. One of an error with nil tells the worlds apart.
func (b *frame) compare(e *ast.BinaryExpr, w world) (same, other []world) {
	x := e.X
	switch {
	case b.isNil(e.Y):
	case b.isNil(e.X):
		x = e.Y
	default:
		worlds := worldsOf(b.evalAll([]ast.Expr{e.X, e.Y}, w))
		return worlds, worlds
	}
	if b.isContext(x) {
		return nil, []world{w} // the runtime never hands out nil
	}
	v, ended := b.errorVar(x), b.endedContext(x)
	for _, r := range b.eval(x, w, true) {
		if ended != nil {
			same, other = append(same, r.world), append(other, r.world.knowing(ended, someErr))
			continue
		}
		if r.err != someErr {
			same = append(same, b.learn(r.world, v, noErr))
		}
		if r.err != noErr {
			other = append(other, b.learn(r.world, v, someErr))
		}
	}
	return few(same), few(other)
}

func (b *frame) learn(w world, v *types.Var, err nilness) world {
	if v == nil {
		return w
	}
	return w.knowing(v, err)
}

func (b *frame) isNil(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return false
	}
	_, isNil := b.info().Uses[id].(*types.Nil)
	return isNil
}

// refineCall knows that errors.As is true of errors only, as errors.Is is if it is
// asked for an error.
func (b *frame) refineCall(e *ast.CallExpr, w world) (yes, no []world) {
	worlds := worldsOf(b.eval(e, w, false))
	fn := calleeOf(b.info(), e)
	if !isFunc(fn, "errors", "Is", "As") || len(e.Args) != 2 {
		return worlds, worlds
	}
	v, isAs := b.errorVar(e.Args[0]), fn.Name() == "As"
	for _, w := range worlds {
		if v == nil || !isAs && !b.isErr(e.Args[1], w) {
			yes = append(yes, w)
		} else if w.err(v) != noErr {
			yes = append(yes, b.learn(w, v, someErr))
		}
	}
	return yes, worlds
}

// isErr reports whether an expression without effect is known to be an error.
func (b *frame) isErr(e ast.Expr, w world) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return b.identErr(e, w) == someErr
	case *ast.SelectorExpr:
		return b.sentinel(b.info().Uses[e.Sel]) == someErr
	case *ast.CompositeLit:
		return true
	}
	return false
}

// binary evaluates an operation whose value is of no interest. The right side of
// && and || may be left out.
func (b *frame) binary(e *ast.BinaryExpr, w world) []evaluated {
	switch e.Op {
	case token.LAND, token.LOR, token.EQL, token.NEQ:
		yes, no := b.refine(e, w)
		var out []evaluated
		for _, w := range few(slices.Concat(yes, no)) {
			out = append(out, evaluated{world: w})
		}
		return out
	}
	return b.evalAll([]ast.Expr{e.X, e.Y}, w)
}
