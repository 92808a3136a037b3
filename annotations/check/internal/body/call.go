package body

import (
	"go/ast"
	"go/types"
)

// call evaluates a call.
func (b *frame) call(e *ast.CallExpr, w world, wanted bool) []evaluated {
	if t := b.info().Types[e.Fun]; t.IsType() {
		if !types.IsInterface(t.Type) {
			return known(b.evalAll(e.Args, w), false) // a nil of another type is no nil error
		}
		return b.evalLast(e.Args, w)
	}
	if c := b.contextCall(e); c != nil {
		return b.contextUse(e, c, w, wanted)
	}
	fn := calleeOf(b.info(), e)
	if ended := b.endedContext(e); ended != nil {
		return []evaluated{{w, w.err(ended)}}
	}
	switch {
	case makesError(fn):
		return known(b.arguments(e, w), true)
	case isFunc(fn, "errors", "Join") && !e.Ellipsis.IsValid():
		return b.joinErrors(e.Args, []evaluated{{w, noErr}})
	case keepsNil(fn) && len(e.Args) == 1:
		return b.eval(e.Args[0], w, wanted)
	case b.all.decls[fn] != nil && b.worthFollowing(fn, e, w):
		return b.follow(fn, e, w, wanted)
	case b.all.decls[fn] != nil && b.takesResults(fn, e):
		return b.followResults(fn, e, w)
	case b.all.alwaysFails(fn), wrapsError(fn) && b.hasError(e, w):
		return known(b.arguments(e, w), true)
	}
	return known(b.arguments(e, w), false)
}

// arguments evaluates the function and the arguments of a call that is not
// followed.
func (b *frame) arguments(e *ast.CallExpr, w world) []evaluated {
	list := []ast.Expr{e.Fun}
	if lit, ok := ast.Unparen(e.Fun).(*ast.FuncLit); ok {
		b.handToLiteral(lit, e)
		return b.evalAll(append(list, b.besideContext(e.Args)...), w)
	}
	for _, arg := range e.Args {
		if b.isContext(arg) {
			b.openAt(arg, "the context is handed to "+b.describeCallee(e))
		} else {
			list = append(list, arg)
		}
	}
	return b.evalAll(list, w)
}

// handToLiteral looks at what a function literal takes the context as. As a
// parameter of its type it is a context within.
func (b *frame) handToLiteral(lit *ast.FuncLit, call *ast.CallExpr) {
	sig, ok := b.info().TypeOf(lit).(*types.Signature)
	for i, arg := range call.Args {
		switch takes := ok && takesContext(sig, i); {
		case takes == b.isContext(arg):
		case takes:
			b.openAt(arg, "a context that is not that of the task is handed to a function literal")
		default:
			b.openAt(arg, "the context is handed to a function literal as another type")
		}
	}
}

// takesContext reports whether the i-th argument becomes a parameter that is a
// context.
func takesContext(sig *types.Signature, i int) bool {
	if sig.Variadic() && i >= sig.Params().Len()-1 || i >= sig.Params().Len() {
		return false
	}
	return isContextPointer(sig.Params().At(i).Type())
}

func (b *frame) besideContext(args []ast.Expr) []ast.Expr {
	var list []ast.Expr
	for _, arg := range args {
		if !b.isContext(arg) {
			list = append(list, arg)
		}
	}
	return list
}

// describeCallee names what a call calls, for a reason.
func (b *frame) describeCallee(e *ast.CallExpr) string {
	fn := calleeOf(b.info(), e)
	switch {
	case fn == nil:
		return "a function that is not known before it runs"
	case fn.Pkg() != nil && fn.Pkg() != b.all.pkg:
		return fn.Pkg().Name() + "." + fn.Name() + " of another package"
	case fn.Signature().Recv() != nil && types.IsInterface(fn.Signature().Recv().Type()):
		return fn.Name() + " of an interface"
	case b.all.partial[fn]:
		return fn.Name() + ", whose file is not part of every build"
	case b.all.decls[fn] == nil:
		return fn.Name() + ", which has no body here"
	}
	return fn.Name()
}

// joinErrors evaluates the arguments of errors.Join, which is nil only if all
// of them are.
func (b *frame) joinErrors(args []ast.Expr, so []evaluated) []evaluated {
	for _, arg := range args {
		var next []evaluated
		for _, before := range so {
			for _, r := range b.eval(arg, before.world, true) {
				next = append(next, evaluated{r.world, bothErrs(before.err, r.err)})
			}
		}
		so = fewEvaluated(next)
	}
	return so
}

func bothErrs(a, b nilness) nilness {
	switch {
	case a == someErr || b == someErr:
		return someErr
	case a == noErr && b == noErr:
		return noErr
	}
	return perhapsErr
}

// fewEvaluated is few for worlds with a value.
func fewEvaluated(results []evaluated) []evaluated {
	var out []evaluated
	for _, err := range []nilness{noErr, perhapsErr, someErr} {
		var worlds []world
		for _, r := range results {
			if r.err == err {
				worlds = append(worlds, r.world)
			}
		}
		for _, w := range few(worlds) {
			out = append(out, evaluated{w, err})
		}
	}
	return out
}

// hasError reports whether an argument is known to be an error.
func (b *frame) hasError(e *ast.CallExpr, w world) bool {
	for _, arg := range e.Args {
		if v := b.errorVar(arg); v != nil && w.err(v) == someErr {
			return true
		}
	}
	return false
}

// contextUse evaluates a read or write of the context.
func (b *frame) contextUse(e *ast.CallExpr, c *contextCall, w world, wanted bool) []evaluated {
	worlds := []world{w}
	for _, arg := range b.besideContext(e.Args) {
		worlds = b.then(worlds, func(w world) []world { return worldsOf(b.eval(arg, w, false)) })
	}
	if c.key == nil {
		if c.method == "Keys" {
			b.sum.readsAny = true
		}
		return b.evalAll(nil, w)
	}
	u := b.use(e, c)
	if u == nil {
		return b.evalAll(nil, w)
	}
	var out []evaluated
	for _, w := range worlds {
		out = append(out, b.apply(u, w, wanted)...)
	}
	return out
}

// apply is what a use does. If nobody looks at the error of a Set or a Delete it
// counts as done: the runtime fails the attempt if it was not.
func (b *frame) apply(u *use, w world, wanted bool) []evaluated {
	before := w.key(u.key)
	if u.reads() && before.bits&asFound != 0 {
		b.sum.seen[u] = true
	}
	if u.reads() && before.bits&stored != 0 {
		b.sum.own[u] = true
	}
	switch {
	case u.method == "Lookup" && wanted:
		return []evaluated{{w, noErr}, {w, someErr}}
	case u.method == "Lookup" || u.method == "Has":
		return []evaluated{{world: w}}
	}
	done := w.with(before.done(u.method))
	if u.method == "Get" && b.all.watched[u.key] && before.seen(there).bits != 0 {
		done = w.with(before.seen(there).done(u.method))
	}
	switch {
	case before.refuses(u.method) && !b.all.unsettled[u.key]:
		return []evaluated{{w, someErr}}
	case wanted:
		return []evaluated{{done, noErr}, {w, someErr}}
	case u.method == "Set" || u.method == "Delete":
		return []evaluated{{world: done}}
	}
	return []evaluated{{world: done}, {world: w}}
}
