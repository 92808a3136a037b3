package body

import (
	"go/ast"
	"go/types"
	"slices"
)

// worthFollowing reports whether a call of a function of the package matters: it
// gets the context, or what is known to be an error.
func (b *frame) worthFollowing(fn *types.Func, e *ast.CallExpr, w world) bool {
	for _, arg := range e.Args {
		if b.isContext(arg) {
			return true
		}
	}
	return b.hasError(e, w)
}

// takesResults reports whether a function of the package takes the results of
// another call, of which the last one is an error.
func (b *frame) takesResults(fn *types.Func, e *ast.CallExpr) bool {
	params := fn.Signature().Params()
	if len(e.Args) != 1 || fn.Signature().Variadic() || params.Len() < 2 || !isError(params.At(params.Len()-1).Type()) {
		return false
	}
	tuple, ok := b.info().TypeOf(e.Args[0]).(*types.Tuple)
	return ok && tuple.Len() == params.Len()
}

// followResults evaluates such a call. It need not come back with an error.
func (b *frame) followResults(fn *types.Func, e *ast.CallExpr, w world) []evaluated {
	params := fn.Signature().Params()
	env := callEnv{
		params: map[types.Object]binding{params.At(params.Len() - 1): {err: someErr}},
		typs:   make(map[*types.TypeParam]types.Type),
	}
	b.bindTypes(fn, e, env)
	var out []evaluated
	for _, w := range worldsOf(b.eval(e.Fun, w, false)) {
		for _, r := range b.eval(e.Args[0], w, true) {
			if r.err == someErr {
				if sum := b.summary(fn, e, env); sum != nil && len(sum.exits) == 0 {
					continue
				}
			}
			out = append(out, evaluated{world: r.world})
		}
	}
	return fewEvaluated(out)
}

// follow evaluates a call of a function of the package.
func (b *frame) follow(fn *types.Func, e *ast.CallExpr, w world, wanted bool) []evaluated {
	worlds := worldsOf(b.evalAll(append([]ast.Expr{e.Fun}, b.besideContext(e.Args)...), w))
	var out []evaluated
	for _, w := range worlds {
		sum := b.called(fn, e, w)
		if sum == nil {
			out = append(out, evaluated{world: w})
			continue
		}
		b.takeReads(sum, w)
		for _, exit := range sum.exits {
			next, ok := w.behind(exit.keys)
			if !ok {
				continue
			}
			if !wanted {
				exit.err = perhapsErr
			}
			out = append(out, evaluated{next, exit.err})
		}
	}
	return fewEvaluated(out)
}

// takeReads takes over which reads of a call may find what was there before, or
// what was written in this function.
func (b *frame) takeReads(sum *summary, w world) {
	for u := range sum.own {
		b.sum.own[u] = true
	}
	for u := range sum.seen {
		bits := w.key(u.key).bits
		if bits&asFound != 0 {
			b.sum.seen[u] = true
		}
		if bits&stored != 0 {
			b.sum.own[u] = true
		}
	}
}

// called is the summary of a call in a world; nil if there is none.
func (b *frame) called(fn *types.Func, e *ast.CallExpr, w world) *summary {
	env, ok := b.bind(fn, e, w)
	if !ok {
		return nil
	}
	return b.summary(fn, e, env)
}

// summary returns what a call does, and takes over what it uses; nil if the
// function is being followed already, so that nothing new comes from it here.
func (b *frame) summary(fn *types.Func, e *ast.CallExpr, env callEnv) *summary {
	name := b.all.prefix + env.instance(fn, b.all.number)
	for _, busy := range b.all.busy {
		if busy.name == name {
			busy.recursive = true
			b.sum.lowest = min(b.sum.lowest, busy.depth)
			return nil
		}
	}
	sum := b.all.done[name]
	if sum == nil {
		if len(b.all.busy) == maxDepth {
			b.openAt(e, "the calls that hand the context on go too deep")
			return nil
		}
		sum = b.all.follow(fn, env, name)
	}
	b.sum.lowest = min(b.sum.lowest, sum.lowest)
	b.sum.use(sum.uses...)
	b.sum.loose = append(b.sum.loose, sum.loose...)
	b.sum.open = append(b.sum.open, sum.open...)
	b.sum.readsAny = b.sum.readsAny || sum.readsAny
	return sum
}

// follow follows one call of a function from its start to its ends.
func (a *Package) follow(fn *types.Func, env callEnv, name string) *summary {
	src := a.sources[fn]
	if src == nil {
		src = newSource(a, fn)
		a.sources[fn] = src
	}
	b := newFrame(a, src, env, name)
	a.busy = append(a.busy, b)
	b.run()
	a.busy = a.busy[:len(a.busy)-1]
	b.sum.tidy()
	if b.recursive {
		// What a call of itself does may happen at any time.
		b.sum.loose = b.sum.uses
		for _, u := range b.sum.uses {
			b.sum.seen[u] = b.sum.seen[u] || u.reads()
		}
	}
	if b.sum.lowest >= b.depth {
		b.sum.lowest = maxDepth
		if a.steps < maxSteps { // else it is not complete
			a.done[name] = b.sum
		}
	}
	return b.sum
}

// bind returns what is known of the parameters of a function in a call; false
// if the context is handed over in another place than a parameter of its type.
func (b *frame) bind(fn *types.Func, e *ast.CallExpr, w world) (callEnv, bool) {
	env := callEnv{params: make(map[types.Object]binding), typs: make(map[*types.TypeParam]types.Type)}
	params, args := fn.Signature().Params(), e.Args
	if sel, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr); ok && b.info().Selections[sel] != nil &&
		b.info().Selections[sel].Kind() == types.MethodExpr {
		args = args[1:] // the first one is the receiver
	}
	handed := slices.ContainsFunc(args, b.isContext)
	for i, arg := range args {
		if i >= params.Len() {
			break
		}
		p := params.At(i)
		switch {
		case fn.Signature().Variadic() && i >= params.Len()-1:
			if b.isContext(arg) {
				b.openAt(arg, "the context is handed to a variadic parameter of "+fn.Name())
				return env, false
			}
		case b.isContext(arg):
			if !isContextPointer(p.Type()) {
				b.openAt(arg, "the context is handed to "+fn.Name()+" as another type")
				return env, false
			}
		case isContextPointer(p.Type()):
			b.openAt(arg, "a context that is not that of the task is handed to "+fn.Name())
			return env, false
		default:
			// Without the context nothing but an error matters.
			if bound, ok := b.binding(arg, p.Type(), w); ok && (handed || bound.err != perhapsErr) {
				env.params[p] = bound
			}
		}
	}
	b.bindTypes(fn, e, env)
	return env, true
}

func (b *frame) binding(arg ast.Expr, param types.Type, w world) (bound binding, ok bool) {
	if _, ok := types.Unalias(param).(*types.TypeParam); ok {
		if text, at, ok := b.constant(arg); ok {
			bound.text, bound.at = &text, at
		}
	}
	switch u := param.Underlying().(type) {
	case *types.Basic:
		if u.Info()&types.IsString == 0 {
			return bound, false
		}
		text, at, ok := b.constant(arg)
		return binding{text: &text, at: at}, ok
	case *types.Interface:
		if isError(param) {
			if v := b.errorVar(arg); v != nil {
				bound.err = w.err(v)
			}
			return bound, bound.err != perhapsErr
		}
		bound.typ = b.valueType(arg)
		return bound, true
	}
	return bound, false
}

// bindTypes binds the type parameters of a generic function, or of the receiver
// of a method.
func (b *frame) bindTypes(fn *types.Func, e *ast.CallExpr, env callEnv) {
	sig := fn.Signature()
	if id := nameOf(e.Fun); id != nil && sig.TypeParams().Len() > 0 {
		args := b.info().Instances[id].TypeArgs
		for i := range min(args.Len(), sig.TypeParams().Len()) {
			env.typs[sig.TypeParams().At(i)] = b.env.typed(args.At(i))
		}
	}
	sel, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr)
	if !ok || sig.RecvTypeParams().Len() == 0 {
		return
	}
	recv := b.info().Selections[sel]
	if recv == nil {
		return
	}
	t := recv.Recv()
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if named, ok := types.Unalias(t).(*types.Named); ok {
		for i := range min(named.TypeArgs().Len(), sig.RecvTypeParams().Len()) {
			env.typs[sig.RecvTypeParams().At(i)] = b.env.typed(named.TypeArgs().At(i))
		}
	}
}
