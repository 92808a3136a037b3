package jsonvalue

import (
	"strconv"
	"strings"
)

// walk is one pass over a value.
type walk struct {
	depth, maxDepth int
	nesting         int          // of pointers, maps and slices
	seen            map[any]bool // those on the way from the root, once nesting is suspicious
}

// suspicious is the nesting from which a walk looks for cycles.
const suspicious = 100

// deeper visits what is inside an array or object.
func (w *walk) deeper(visit func() error) error {
	if w.depth == w.maxDepth {
		return &LimitError{What: Levels, Limit: w.maxDepth}
	}
	w.depth++
	defer func() { w.depth-- }()
	return visit()
}

// follow visits what a pointer, map or slice refers to, unless it is on the
// way there already.
func (w *walk) follow(id any, visit func() error) error {
	if w.nesting++; w.nesting > suspicious {
		if w.seen == nil {
			w.seen = make(map[any]bool)
		}
		if w.seen[id] {
			return &StoreError{Reason: "the value contains itself"}
		}
		w.seen[id] = true
		defer delete(w.seen, id)
	}
	defer func() { w.nesting-- }()
	return visit()
}

// step is the part of a path that leads into a member.
func step(name string) string {
	odd := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`."[]\`, r) }
	if name == "" || strings.ContainsFunc(name, odd) {
		return "[" + strconv.Quote(name) + "]"
	}
	return "." + name
}
