package check

import (
	"cmp"
	"go/ast"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/cfg"
)

func newBodyFrame(a *bodies, src *bodySource, env bodyEnv, name string) *bodyFrame {
	depth := len(a.busy)
	return &bodyFrame{
		all: a, src: src, env: env, name: name, depth: depth,
		sum: &bodySummary{
			used: make(map[*bodyUse]bool), seen: make(map[*bodyUse]bool), own: make(map[*bodyUse]bool),
			lowest: maxBodyDepth,
		},
		reached: make(map[*cfg.Block]*reachedBlock),
	}
}

// tidy takes out repetitions.
func (s *bodySummary) tidy() {
	s.loose, s.open = once(s.loose), once(s.open)
}

func once[T comparable](list []T) []T {
	seen := make(map[T]bool, len(list))
	return slices.DeleteFunc(list, func(v T) bool {
		again := seen[v]
		seen[v] = true
		return again
	})
}

// findBodies looks at the bodies of the dynamic tasks of a workflow.
func (c *checker) findBodies(w *workflow) {
	for _, t := range w.tasks {
		if t.code == nil || t.code.Form != Dynamic || c.src.Info.Uses == nil {
			continue
		}
		a := c.bodies()
		t.code.Body = a.body(a.followTask(t.fn))
	}
	c.reportOpen(w)
}

// followTask follows the function of a task. Keys that turn out to be written at
// any time, by a goroutine for one, are not settled by what was done to them
// before, so that the function is followed again with that in mind.
func (a *bodies) followTask(fn *types.Func) *bodySummary {
	a.steps, a.unsettled, a.prefix = 0, make(map[string]bool), ""
	var env bodyEnv
	for {
		sum := a.follow(fn, env, a.prefix+env.instance(fn, a.number))
		before := len(a.unsettled)
		for _, u := range sum.loose {
			if u.writes() {
				a.unsettled[u.key] = true
			}
		}
		if len(a.unsettled) == before || len(sum.open) > 0 {
			return sum
		}
		a.prefix = strings.Join(slices.Sorted(maps.Keys(a.unsettled)), "\n") + "\n"
	}
}

// bodies returns the follower of the package's functions.
func (c *checker) bodies() *bodies {
	if c.followed != nil {
		return c.followed
	}
	c.followed = &bodies{
		c: c, decls: make(map[*types.Func]*ast.FuncDecl),
		sources: make(map[*types.Func]*bodySource), done: make(map[string]*bodySummary),
		asked: make(map[*types.Func]*asks), uses: make(map[bodyUse]*bodyUse),
		partial: make(map[types.Object]bool), constants: make(map[types.Object]ast.Expr),
	}
	for _, file := range c.src.Files {
		partial := ConstrainedBy(c.src.Fset.Position(file.Package).Filename, file) != ""
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				c.followed.declare(decl, partial)
			case *ast.GenDecl:
				c.followed.declareConstants(decl, partial)
			}
		}
	}
	return c.followed
}

// declare notes a function. Where its file is not part of every build, another
// one may be in its place.
func (a *bodies) declare(decl *ast.FuncDecl, partial bool) {
	fn, ok := a.c.src.Info.Defs[decl.Name].(*types.Func)
	switch {
	case !ok:
	case partial:
		a.partial[fn] = true
	case decl.Body != nil:
		a.decls[fn] = decl
	}
}

// number names a type.
func (a *bodies) number(t types.Type) string {
	n, ok := a.numbers.At(t).(int)
	if !ok {
		n = a.numbers.Len()
		a.numbers.Set(t, n)
	}
	return strconv.Itoa(n)
}

// body turns what a call of a task's function does into what is known of it.
func (a *bodies) body(sum *bodySummary) *Body {
	out := &Body{ReadsAny: sum.readsAny}
	for _, o := range sum.open {
		out.Open = append(out.Open, o.place(a.c))
	}
	slices.SortFunc(out.Open, func(x, y OpenPlace) int {
		return cmp.Or(compareSpans(x.Span, y.Span), strings.Compare(x.Reason, y.Reason))
	})
	out.Open = slices.Compact(out.Open)
	if len(out.Open) > 0 {
		return out
	}
	final := sum.final()
	byKey := make(map[string][]*bodyUse)
	for _, u := range sum.uses {
		byKey[u.key] = append(byKey[u.key], u)
	}
	for key, uses := range byKey {
		state := final[key]
		if r, ok := a.bodyRead(key, uses, state, sum); ok {
			out.Reads = append(out.Reads, r)
		}
		if w, ok := a.bodyWrite(key, uses, state); ok {
			out.Writes = append(out.Writes, w)
		}
	}
	slices.SortFunc(out.Reads, func(x, y BodyRead) int { return strings.Compare(x.Key, y.Key) })
	slices.SortFunc(out.Writes, func(x, y BodyWrite) int { return strings.Compare(x.Key, y.Key) })
	return out
}

// finalState is what is known of a key when an attempt has succeeded.
type finalState struct {
	bits keyBits
	// found says that the key was there in each attempt that succeeds.
	found bool
}

// final joins the ends without an error, and what may happen at any time. If
// there is no such end, anything that is done may be done.
func (s *bodySummary) final() map[string]finalState {
	var ends []bodyWorld
	for _, e := range s.exits {
		if e.err != someErr {
			ends = append(ends, bodyWorld{keys: e.keys})
		}
	}
	final := make(map[string]finalState)
	loose := s.loose
	if len(ends) > 0 {
		for _, k := range joinAll(ends).keys {
			final[k.key] = finalState{k.bits, k.found}
		}
	} else {
		loose = s.uses
	}
	for _, u := range loose {
		state, ok := final[u.key]
		if !ok {
			state.bits = untouched
		}
		switch {
		case u.method == "Delete":
			state.bits |= deleted
		case u.writes():
			state.bits |= stored
			state.found = false // it may have been found there
		}
		final[u.key] = state
	}
	return final
}

func (a *bodies) bodyRead(key string, uses []*bodyUse, state finalState, sum *bodySummary) (BodyRead, bool) {
	r := BodyRead{Key: key, Required: state.found}
	var demands []BodyPlace
	visible, written := false, slices.ContainsFunc(uses, (*bodyUse).writes)
	for _, u := range uses {
		if !u.reads() {
			continue
		}
		visible = visible || sum.seen[u]
		r.Own = r.Own || sum.own[u] || a.unsettled[key] || written && slices.Contains(sum.loose, u)
		p := u.place(a.c, true)
		r.Places = append(r.Places, p)
		if u.method == "Get" || u.method == "Update" {
			demands = append(demands, p)
		}
	}
	if !visible {
		return r, false
	}
	slices.SortStableFunc(r.Places, compareBodyPlaces)
	slices.SortStableFunc(demands, compareBodyPlaces)
	first := r.Places[0]
	if r.Required && len(demands) > 0 {
		first = demands[0]
	}
	r.Span, r.Call = first.Span, first.Call
	r.Type = commonType(r.Places)
	return r, true
}

// commonType is the type that all places agree on that have one.
func commonType(places []BodyPlace) types.Type {
	var t types.Type
	for _, p := range places {
		switch {
		case p.Type == nil:
		case t == nil:
			t = p.Type
		case !types.Identical(t, p.Type):
			return anyType
		}
	}
	return t
}

func (a *bodies) bodyWrite(key string, uses []*bodyUse, state finalState) (BodyWrite, bool) {
	if state.bits&(stored|deleted) == 0 {
		return BodyWrite{}, false
	}
	w := BodyWrite{Key: key, Definite: state.bits == stored, Deletes: state.bits&deleted != 0}
	for _, u := range uses {
		if u.writes() {
			w.Places = append(w.Places, u.place(a.c, false))
		}
	}
	slices.SortStableFunc(w.Places, compareBodyPlaces)
	w.Span, w.Call = w.Places[0].Span, w.Places[0].Call
	if state.bits&stored != 0 {
		w.Type = orAny(commonType(w.Places))
	}
	return w, true
}
