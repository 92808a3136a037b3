package check

import (
	"go/ast"
	"go/types"
)

// worthFollowing reports whether a call of a function of the package matters: it
// gets the context, or an error about which something is known.
func (b *bodyFrame) worthFollowing(fn *types.Func, e *ast.CallExpr, w bodyWorld) bool {
	for _, arg := range e.Args {
		if b.isContext(arg) {
			return true
		}
	}
	return fn.Signature().Results().Len() == 1 && isError(fn.Signature().Results().At(0).Type()) && b.hasError(e, w)
}

// follow evaluates a call of a function of the package.
func (b *bodyFrame) follow(fn *types.Func, e *ast.CallExpr, w bodyWorld, wanted bool) []evaluated {
	worlds := worldsOf(b.evalAll(append([]ast.Expr{e.Fun}, b.besideContext(e.Args)...), w))
	var out []evaluated
	for _, w := range worlds {
		sum := b.summary(fn, e, w)
		if sum == nil {
			out = append(out, evaluated{world: w})
			continue
		}
		b.takeReads(sum, w)
		for _, exit := range sum.exits {
			next := w
			for _, s := range exit.keys {
				next = next.with(w.key(s.key).after(s))
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
func (b *bodyFrame) takeReads(sum *bodySummary, w bodyWorld) {
	for u := range sum.own {
		b.sum.own[u] = true
	}
	for u := range sum.seen {
		bits := w.key(u.key).bits
		if bits&untouched != 0 {
			b.sum.seen[u] = true
		}
		if bits&stored != 0 {
			b.sum.own[u] = true
		}
	}
}

// summary returns what a call does, and takes over what it uses; nil if the
// function is being followed already, so that nothing new comes from it here.
func (b *bodyFrame) summary(fn *types.Func, e *ast.CallExpr, w bodyWorld) *bodySummary {
	env, ok := b.bind(fn, e, w)
	if !ok {
		return nil
	}
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
		if len(b.all.busy) == maxBodyDepth {
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
func (a *bodies) follow(fn *types.Func, env bodyEnv, name string) *bodySummary {
	src := a.sources[fn]
	if src == nil {
		src = newBodySource(a.c.src.Info, a.decls, fn)
		a.sources[fn] = src
	}
	b := newBodyFrame(a, src, env, name)
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
		b.sum.lowest = maxBodyDepth
		if a.steps < maxBodySteps { // else it is not complete
			a.done[name] = b.sum
		}
	}
	return b.sum
}

// bind returns what is known of the parameters of a function in a call; false
// if the context is handed over in another place than a parameter of its type.
func (b *bodyFrame) bind(fn *types.Func, e *ast.CallExpr, w bodyWorld) (bodyEnv, bool) {
	env := bodyEnv{params: make(map[types.Object]binding), typs: make(map[*types.TypeParam]types.Type)}
	params, args := fn.Signature().Params(), e.Args
	if sel, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr); ok && b.info().Selections[sel] != nil &&
		b.info().Selections[sel].Kind() == types.MethodExpr {
		args = args[1:] // the first one is the receiver
	}
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
		default:
			if bound, ok := b.binding(arg, p.Type(), w); ok {
				env.params[p] = bound
			}
		}
	}
	b.bindTypes(fn, e, env)
	return env, true
}

func (b *bodyFrame) binding(arg ast.Expr, param types.Type, w bodyWorld) (bound binding, ok bool) {
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
func (b *bodyFrame) bindTypes(fn *types.Func, e *ast.CallExpr, env bodyEnv) {
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
