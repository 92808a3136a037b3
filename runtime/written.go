package cloacina

import (
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// mostListed is how many keys are looked for one by one.
const mostListed = 8

// written are the writes of an attempt, or an initial context, by key. Most
// attempts write few keys, for which a map would be the greater part of all that
// the attempt allocates. The value of a deleted key is nil.
type written struct {
	list  []engine.Entry // each key once
	index map[string]int // of list; nil while that is short
}

// expect makes room for as many keys, within reason, if none was written yet.
func (w *written) expect(keys int) {
	if w.list == nil {
		w.list = make([]engine.Entry, 0, min(keys, mostListed))
	}
}

// get returns the value of a key and whether it was written.
func (w *written) get(key string) (raw []byte, ok bool) {
	i := w.find(key)
	if i < 0 {
		return nil, false
	}
	return w.list[i].Value, true
}

func (w *written) find(key string) int {
	if w.index == nil {
		return slices.IndexFunc(w.list, func(e engine.Entry) bool { return e.Key == key })
	}
	if i, ok := w.index[key]; ok {
		return i
	}
	return -1
}

// set sets the value of a key; nil deletes it.
func (w *written) set(key string, raw []byte) {
	if i := w.find(key); i >= 0 {
		w.list[i].Value = raw
		return
	}
	w.list = append(w.list, engine.Entry{Key: key, Value: raw})
	switch n := len(w.list); {
	case w.index != nil:
		w.index[key] = n - 1
	case n > mostListed:
		w.makeIndex()
	}
}

// sort sorts the list by key.
func (w *written) sort() {
	byKey := func(a, b engine.Entry) int { return strings.Compare(a.Key, b.Key) }
	w.list = slices.Clip(w.list)
	if slices.IsSortedFunc(w.list, byKey) {
		return
	}
	slices.SortFunc(w.list, byKey)
	if w.index != nil {
		w.makeIndex()
	}
}

func (w *written) makeIndex() {
	w.index = make(map[string]int, 2*len(w.list))
	for i := range w.list {
		w.index[w.list[i].Key] = i
	}
}
