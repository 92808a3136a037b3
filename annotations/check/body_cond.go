package check

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
)

// refine evaluates a condition and returns the worlds in which it is true, and
// those in which it is false.
func (b *bodyFrame) refine(cond ast.Expr, w bodyWorld) (yes, no []bodyWorld) {
	if v := b.info().Types[cond].Value; v != nil && v.Kind() == constant.Bool && b.all.portable(cond) {
		if constant.BoolVal(v) {
			return []bodyWorld{w}, nil
		}
		return nil, []bodyWorld{w}
	}
	switch e := cond.(type) {
	case *ast.ParenExpr:
		return b.refine(e.X, w)
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

func (b *bodyFrame) refineAll(cond ast.Expr, worlds []bodyWorld) (yes, no []bodyWorld) {
	for _, w := range worlds {
		then, otherwise := b.refine(cond, w)
		yes, no = append(yes, then...), append(no, otherwise...)
	}
	return few(yes), few(no)
}

// compare evaluates an equality. One of an error with nil tells the worlds apart.
func (b *bodyFrame) compare(e *ast.BinaryExpr, w bodyWorld) (same, other []bodyWorld) {
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
		return nil, []bodyWorld{w} // the runtime never hands out nil
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

func (b *bodyFrame) learn(w bodyWorld, v *types.Var, err nilness) bodyWorld {
	if v == nil {
		return w
	}
	return w.knowing(v, err)
}

func (b *bodyFrame) isNil(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return false
	}
	_, isNil := b.info().Uses[id].(*types.Nil)
	return isNil
}

// refineCall knows that errors.Is and errors.As are true of errors only.
func (b *bodyFrame) refineCall(e *ast.CallExpr, w bodyWorld) (yes, no []bodyWorld) {
	worlds := worldsOf(b.eval(e, w, false))
	if !isFunc(calleeOf(b.info(), e), "errors", "Is", "As") || len(e.Args) != 2 || b.isNil(e.Args[1]) {
		return worlds, worlds
	}
	v := b.errorVar(e.Args[0])
	for _, w := range worlds {
		if v == nil || w.err(v) != noErr {
			yes = append(yes, b.learn(w, v, someErr))
		}
	}
	return yes, worlds
}

// binary evaluates an operation whose value is of no interest. The right side of
// && and || may be left out.
func (b *bodyFrame) binary(e *ast.BinaryExpr, w bodyWorld) []evaluated {
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
