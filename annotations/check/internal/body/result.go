package body

import (
	"cmp"
	"go/types"
	"slices"
	"strings"
)

// body turns what a call of a task's function does into what is known of it.
func (a *Package) body(sum *summary) *Body {
	out := &Body{ReadsAny: sum.readsAny}
	for _, o := range sum.open {
		out.Open = append(out.Open, o.place(a.span))
	}
	slices.SortFunc(out.Open, func(x, y OpenPlace) int {
		return cmp.Or(compareSpans(x.Span, y.Span), strings.Compare(x.Reason, y.Reason))
	})
	out.Open = slices.Compact(out.Open)
	if len(out.Open) > 0 {
		return out
	}
	final := sum.final()
	byKey := make(map[string][]*use)
	for _, u := range sum.uses {
		byKey[u.key] = append(byKey[u.key], u)
	}
	for key, uses := range byKey {
		state := final[key]
		if r, ok := a.read(key, uses, state, sum); ok {
			out.Reads = append(out.Reads, r)
		}
		if w, ok := a.write(key, uses, state); ok {
			out.Writes = append(out.Writes, w)
		}
	}
	slices.SortFunc(out.Reads, func(x, y Read) int { return strings.Compare(x.Key, y.Key) })
	slices.SortFunc(out.Writes, func(x, y Write) int { return strings.Compare(x.Key, y.Key) })
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
func (s *summary) final() map[string]finalState {
	var ends []world
	for _, e := range s.exits {
		if e.err != someErr {
			ends = append(ends, world{keys: e.keys})
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

func (a *Package) read(key string, uses []*use, state finalState, sum *summary) (Read, bool) {
	r := Read{Key: key, Required: state.found}
	var demands []Place
	visible, written := false, slices.ContainsFunc(uses, (*use).writes)
	for _, u := range uses {
		if !u.reads() {
			continue
		}
		visible = visible || sum.seen[u]
		r.Own = r.Own || sum.own[u] || a.unsettled[key] || written && slices.Contains(sum.loose, u)
		p := u.place(a.span, true)
		r.Places = append(r.Places, p)
		if u.method == "Get" || u.method == "Update" {
			demands = append(demands, p)
		}
	}
	if !visible {
		return r, false
	}
	slices.SortStableFunc(r.Places, comparePlaces)
	slices.SortStableFunc(demands, comparePlaces)
	first := r.Places[0]
	if r.Required && len(demands) > 0 {
		first = demands[0]
	}
	r.Span, r.Call = first.Span, first.Call
	r.Type = commonType(r.Places)
	return r, true
}

// commonType is the type that all places agree on that have one.
func commonType(places []Place) types.Type {
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

func (a *Package) write(key string, uses []*use, state finalState) (Write, bool) {
	if state.bits&(stored|deleted) == 0 {
		return Write{}, false
	}
	w := Write{
		Key: key, Definite: state.bits == stored, Deletes: state.bits&deleted != 0, Fills: state.bits == stored|there,
	}
	for _, u := range uses {
		if u.writes() {
			w.Places = append(w.Places, u.place(a.span, false))
		}
	}
	slices.SortStableFunc(w.Places, comparePlaces)
	w.Span, w.Call = w.Places[0].Span, w.Places[0].Call
	if state.bits&stored != 0 {
		w.Type = orAny(commonType(w.Places))
	}
	return w, true
}
