package cloacina

import (
	"slices"
	"sync"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// writers says which tasks of a run have written a key. It spares the reads
// whose writers the plan does not know from walking over all ancestors, of
// which most have written other keys: a chain of dynamic tasks would take time
// in proportion to the square of its length. It is safe for concurrent use.
type writers struct {
	mu    sync.RWMutex
	byKey map[string][]int
}

// newWriters returns the index of a run, or nil if its plan has no task whose
// keys are open: every read then knows its writers.
func newWriters(p *plan.Plan, state *engine.Run) *writers {
	if !slices.ContainsFunc(p.Tasks, func(t plan.Task) bool { return t.Open }) {
		return nil
	}
	return indexWriters(state)
}

// indexWriters returns the index of what a run has written so far.
func indexWriters(state *engine.Run) *writers {
	w := &writers{byKey: map[string][]int{}}
	for task := range state.Tasks {
		w.add(task, state.Tasks[task].Writes)
	}
	return w
}

// add records what a completed task has written.
func (w *writers) add(task int, writes []engine.Entry) {
	if w == nil || len(writes) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range writes {
		w.byKey[e.Key] = append(w.byKey[e.Key], task)
	}
}

// of returns the tasks that have written a key, which need not be ancestors of
// the one who asks.
func (w *writers) of(key string) []int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.byKey[key]
}

// lookup is [engine.Graph.Lookup] by the index.
func (w *writers) lookup(g *engine.Graph, r *engine.Run, task int, key string) ([]byte, bool) {
	if w == nil {
		return g.Lookup(r, task, key)
	}
	switch candidates := w.of(key); {
	case len(candidates) > 1:
		return g.Lookup(r, task, key) // the order decides
	case len(candidates) == 1 && g.IsAncestor(candidates[0], task):
		return g.LookupIn(r, candidates, key)
	default:
		return g.LookupIn(r, nil, key)
	}
}
