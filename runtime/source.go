package cloacina

import (
	"slices"
	"sync/atomic"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// source is where [Keys] finds inherited values. It is safe for concurrent use.
type source interface {
	// lookup returns the JSON of a key, which is not to be changed.
	lookup(key string) ([]byte, bool)
	// context returns all keys, sorted.
	context() []engine.Entry
	// omittedBy returns the id of the last task that completed without writing
	// a missing key although it might have; empty if there is none.
	omittedBy(key string) string
}

// noSource is the source of an initial context: nothing is inherited.
type noSource struct{}

func (noSource) lookup(string) ([]byte, bool) { return nil, false }
func (noSource) context() []engine.Entry      { return nil }
func (noSource) omittedBy(string) string      { return "" }

// ancestors is the source of a task: the initial context and the writes of
// its completed ancestors.
type ancestors struct {
	g    *engine.Graph
	r    *engine.Run
	task int
	// writers serves the reads that the plan has no writers for; may be nil.
	writers *writers
	// next is where in its reads the last read was found; generated code reads in
	// the plan's order, which makes each search one comparison.
	next atomic.Int64
}

func (a *ancestors) lookup(key string) ([]byte, bool) {
	if rd := a.read(key); rd != nil && !rd.Walk {
		// Not LookupRead: for a task a leading slash is part of the name, and
		// not the start of a JSON Pointer as it is in a rule.
		return a.g.LookupIn(a.r, rd.Writers, key)
	}
	return a.writers.lookup(a.g, a.r, a.task, key)
}

// read returns the plan's entry for the key, or nil.
func (a *ancestors) read(key string) *plan.Read {
	reads := a.reads()
	start := int(a.next.Load())
	for i := range reads {
		j := (start + i) % len(reads)
		if reads[j].Key == key {
			a.next.Store(int64(j + 1))
			return &reads[j]
		}
	}
	return nil
}

// reads are the plan's entries; none for the final context.
func (a *ancestors) reads() []plan.Read {
	if tasks := a.g.Plan().Tasks; a.task < len(tasks) {
		return tasks[a.task].Reads
	}
	return nil
}

func (a *ancestors) context() []engine.Entry { return a.g.Context(a.r, a.task) }

func (a *ancestors) omittedBy(key string) string {
	for i, t := range slices.Backward(a.g.Plan().Tasks[:a.task]) {
		mayOmit := slices.ContainsFunc(t.Writes, func(w plan.Write) bool { return w.Key == key && w.Optional })
		// Only ancestors may be looked at: the state of others may be changing.
		if !mayOmit || !a.g.IsAncestor(i, a.task) || a.r.Tasks[i].Status != engine.TaskCompleted {
			continue
		}
		deleted := slices.ContainsFunc(a.r.Tasks[i].Writes, func(e engine.Entry) bool { return e.Key == key })
		if !deleted {
			return t.ID
		}
	}
	return ""
}
