package body

import (
	"cmp"
	"encoding/binary"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// keyBits say what a function may have done last to a key.
type keyBits uint8

const (
	// untouched: the key is as the task found it.
	untouched keyBits = 1 << iota
	// there: it is so, and the task has seen that it has a value. This and the next
	// are told apart from untouched for keys only for which it matters.
	there
	// absent: it is so, and the task has seen that it has none.
	absent
	// stored: it has a value of the task's own.
	stored
	// deleted: the task has deleted it.
	deleted

	// asFound: nothing was done to the key.
	asFound = untouched | there | absent
)

// keyState is what is known of one key at a point of a function.
type keyState struct {
	key  string
	bits keyBits
	// found says that the key is known to have been there when the task began.
	found bool
}

// isAsFound says that nothing was done to the key for certain.
func (s keyState) isAsFound() bool { return s.bits&^asFound == 0 }

// after is the state of a key after something that leads to next from untouched. It
// has no bits if what has been seen of the key in next cannot be.
func (s keyState) after(next keyState) keyState {
	out := keyState{key: s.key, bits: next.bits &^ asFound, found: s.found}
	if next.bits&untouched != 0 {
		out.bits |= s.bits
	}
	if next.bits&there != 0 {
		out.bits |= s.seen(there).bits
	}
	if next.bits&absent != 0 {
		out.bits |= s.seen(absent).bits
	}
	out.found = out.found || next.found && s.isAsFound()
	return out
}

// seen is the state of a key of which the task has seen that it is there, or absent,
// where nothing was done to it. It has no bits if that cannot be. What the task has
// done itself is left alone, as nobody may have looked at the error of that.
func (s keyState) seen(bit keyBits) keyState {
	if s.bits&(untouched|bit) != 0 {
		s.bits |= bit
	}
	s.bits &^= asFound &^ bit
	return s
}

// done is the state of a key after a method has done its work.
func (s keyState) done(method string) keyState {
	if method == "Get" || method == "Update" {
		s.found = s.found || s.isAsFound()
	}
	switch method {
	case "Set", "Insert", "Update":
		s.bits = stored
	case "Delete":
		s.bits = deleted
	}
	return s
}

// refuses reports whether a method is known to fail on the key: there is nothing
// to read or to update, or something where a new key is to be inserted.
func (s keyState) refuses(method string) bool {
	switch method {
	case "Get", "Update":
		return s.bits&^(deleted|absent) == 0
	case "Insert":
		return s.bits&^(stored|there) == 0 || s.isAsFound() && s.found
	}
	return false
}

// nilness says whether an error is nil; of a bool, whether it is false.
type nilness uint8

const (
	perhapsErr nilness = iota
	noErr
	someErr

	isFalse = noErr
	isTrue  = someErr
)

// errState is what is known of one error variable, or of a bool that says whether a
// key was found.
type errState struct {
	v   *types.Var
	err nilness
}

// world is one way in which a function may have come to a point: what it has
// done to keys, and which errors it has got. Worlds are values: nothing changes
// the lists of one that is there. A key that is not listed is untouched.
type world struct {
	keys []keyState
	errs []errState
}

func (w world) key(key string) keyState {
	i, ok := slices.BinarySearchFunc(w.keys, key, compareKeys)
	if !ok {
		return keyState{key: key, bits: untouched}
	}
	return w.keys[i]
}

func compareKeys(s keyState, key string) int { return strings.Compare(s.key, key) }

// with returns the world with another state of a key.
func (w world) with(s keyState) world {
	i, ok := slices.BinarySearchFunc(w.keys, s.key, compareKeys)
	if ok && w.keys[i] == s {
		return w
	}
	w.keys = slices.Clone(w.keys)
	if ok {
		w.keys[i] = s
	} else {
		w.keys = slices.Insert(w.keys, i, s)
	}
	return w
}

// behind is the world after a call that does something to keys; false if what the
// call has seen of one cannot be.
func (w world) behind(keys []keyState) (world, bool) {
	next := w
	for _, s := range keys {
		after := w.key(s.key).after(s)
		if after.bits == 0 {
			return w, false
		}
		next = next.with(after)
	}
	return next, true
}

func (w world) err(v *types.Var) nilness {
	i, ok := slices.BinarySearchFunc(w.errs, v, compareVars)
	if !ok {
		return perhapsErr
	}
	return w.errs[i].err
}

// compareVars sorts variables by their declaration.
func compareVars(s errState, v *types.Var) int {
	return cmp.Or(cmp.Compare(s.v.Pos(), v.Pos()), strings.Compare(s.v.Name(), v.Name()))
}

// knowing returns the world in which a variable is known to be so.
func (w world) knowing(v *types.Var, err nilness) world {
	i, ok := slices.BinarySearchFunc(w.errs, v, compareVars)
	switch {
	case ok && w.errs[i].err == err, !ok && err == perhapsErr:
		return w
	case err == perhapsErr:
		w.errs = slices.Delete(slices.Clone(w.errs), i, i+1)
	case ok:
		w.errs = slices.Clone(w.errs)
		w.errs[i].err = err
	default:
		w.errs = slices.Insert(slices.Clone(w.errs), i, errState{v, err})
	}
	return w
}

// inScope returns the world without what is known of variables that there are no
// more at a place, which would keep worlds apart for nothing.
func (w world) inScope(at token.Pos) world {
	gone := func(s errState) bool { return s.v.Parent() != nil && !s.v.Parent().Contains(at) }
	if at.IsValid() && slices.ContainsFunc(w.errs, gone) {
		w.errs = slices.DeleteFunc(slices.Clone(w.errs), gone)
	}
	return w
}

// join returns a world that stands for both.
func join(a, b world) world {
	var out world
	for _, s := range a.keys {
		o := b.key(s.key)
		out.keys = append(out.keys, keyState{s.key, s.bits | o.bits, s.found && o.found})
	}
	for _, s := range b.keys {
		if _, ok := slices.BinarySearchFunc(a.keys, s.key, compareKeys); !ok {
			out.keys = append(out.keys, keyState{key: s.key, bits: s.bits | untouched})
		}
	}
	slices.SortFunc(out.keys, func(x, y keyState) int { return strings.Compare(x.key, y.key) })
	for _, s := range a.errs {
		if b.err(s.v) == s.err {
			out.errs = append(out.errs, s)
		}
	}
	return out
}

func joinAll(worlds []world) world {
	out := worlds[0]
	for _, w := range worlds[1:] {
		out = join(out, w)
	}
	return out
}

// id is a text that two worlds have in common only if they are the same.
func (w world) id() string {
	b := binary.AppendUvarint(make([]byte, 0, 16*(1+len(w.keys)+len(w.errs))), uint64(len(w.keys)))
	for _, s := range w.keys {
		state := uint64(s.bits) << 1
		if s.found {
			state |= 1
		}
		b = binary.AppendUvarint(append(binary.AppendUvarint(b, uint64(len(s.key))), s.key...), state)
	}
	for _, s := range w.errs {
		b = binary.AppendUvarint(b, uint64(len(s.v.Name())))
		b = binary.AppendUvarint(append(b, s.v.Name()...), uint64(s.v.Pos()))
		b = append(b, byte(s.err))
	}
	return string(b)
}

// maxWorlds bounds the worlds that are kept apart at one point.
const maxWorlds = 16

// crowded are worlds of which there are too many, so that those with the same
// errors are one; or all, if there are still too many.
type crowded struct {
	byErrs map[string]world
	single bool
}

// add takes a world in.
func (c *crowded) add(w world) {
	id := ""
	if !c.single {
		id = world{errs: w.errs}.id()
	}
	if old, ok := c.byErrs[id]; ok {
		w = join(old, w)
	} else if len(c.byErrs) == maxWorlds {
		for _, other := range c.byErrs {
			w = join(other, w)
		}
		c.single, c.byErrs, id = true, make(map[string]world), ""
	}
	c.byErrs[id] = w
}

// worlds returns the worlds, sorted.
func (c *crowded) worlds() []world {
	var out []world
	for _, id := range slices.Sorted(maps.Keys(c.byErrs)) {
		out = append(out, c.byErrs[id])
	}
	return out
}

// few returns the worlds without repetitions, and fewer that stand for them if
// there are too many. It leaves the list alone, which others may have, too.
func few(worlds []world) []world {
	if len(worlds) < 2 {
		return worlds
	}
	seen := make(map[string]bool, len(worlds))
	var out []world
	for _, w := range worlds {
		if id := w.id(); !seen[id] {
			seen[id] = true
			out = append(out, w)
		}
	}
	if len(out) <= maxWorlds {
		return out
	}
	c := crowded{byErrs: make(map[string]world)}
	for _, w := range out {
		c.add(w)
	}
	return c.worlds()
}
