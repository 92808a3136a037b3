package engine

import (
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/teeth"
)

// Lookup returns the JSON that the context of a task has for a key: the last
// write of the key by a completed ancestor in [Graph.Order], else the initial
// context's. It is false if there is none or the last write was a delete. The
// index behind the last task asks for the final context. The result is not to
// be changed.
//
// It walks the ancestors; where the writers of a key are known,
// [Graph.LookupRead] and [Graph.LookupIn] are the fast ways.
func (g *Graph) Lookup(r *Run, task int, key string) ([]byte, bool) {
	// The only dependency of a task comes last in its order, so its own write wins.
	for deps := g.dependencies(task); len(deps) == 1; deps = g.dependencies(task) {
		task = deps[0]
		if e := r.wrote(task, key); e != nil {
			return e.Value, e.Value != nil
		}
	}
	var last *Entry
	g.walk(task, func(a int) {
		if e := r.wrote(a, key); e != nil {
			last = e
		}
	})
	return r.orInitial(last, key)
}

// LookupIn is [Graph.Lookup] among tasks that the caller knows: ancestors of
// one task in the order of [Graph.Order], among them every one that may have
// written the key.
func (g *Graph) LookupIn(r *Run, order []int, key string) ([]byte, bool) {
	return r.orInitial(r.lastWrite(order, key), key)
}

// LookupRead is [Graph.Lookup] for a read of the plan: of the key itself, or,
// for a JSON Pointer, of the context key it starts with.
func (g *Graph) LookupRead(r *Run, task int, rd *plan.Read) ([]byte, bool) {
	key := plan.BaseKey(rd.Key)
	if rd.Walk {
		return g.Lookup(r, task, key)
	}
	return r.orInitial(r.lastWrite(rd.Writers, key), key)
}

// Context returns the whole context of a task, sorted by key and without
// deleted keys; the index behind the last task asks for the final context.
func (g *Graph) Context(r *Run, task int) []Entry {
	all := slices.Clone(r.Initial)
	g.walk(task, func(a int) {
		if r.Tasks[a].Status == TaskCompleted {
			all = append(all, r.Tasks[a].Writes...)
		}
	})
	slices.SortStableFunc(all, compareEntries) // keeps the order of writes of one key
	context := all[:0]
	for i, e := range all {
		overwritten := i+1 < len(all) && all[i+1].Key == e.Key
		if !overwritten && e.Value != nil {
			context = append(context, e)
		}
	}
	return context
}

// lastWrite returns the entry of the last completed task of the list that
// wrote the key, or nil.
func (r *Run) lastWrite(tasks []int, key string) *Entry {
	if teeth.Has(teeth.FirstWriteWins) {
		tasks = slices.Clone(tasks)
		slices.Reverse(tasks)
	}
	for _, t := range slices.Backward(tasks) {
		if e := r.wrote(t, key); e != nil {
			return e
		}
	}
	return nil
}

// wrote returns what a task wrote to a key; nil if it wrote nothing or did not
// complete.
func (r *Run) wrote(task int, key string) *Entry {
	if r.Tasks[task].Status != TaskCompleted {
		return nil
	}
	return find(r.Tasks[task].Writes, key)
}

// orInitial returns the value of a write, or without one the initial context's.
func (r *Run) orInitial(write *Entry, key string) ([]byte, bool) {
	if write == nil {
		write = find(r.Initial, key)
	}
	if write == nil {
		return nil, false
	}
	return write.Value, write.Value != nil || teeth.Has(teeth.TombstoneAsValue)
}

// fewEntries are compared one by one in less time than a search takes.
const fewEntries = 8

// find returns the entry of a key in a list sorted by key, or nil.
func find(entries []Entry, key string) *Entry {
	if len(entries) <= fewEntries {
		for i := range entries {
			if entries[i].Key == key {
				return &entries[i]
			}
		}
		return nil
	}
	i, ok := slices.BinarySearchFunc(entries, key, func(e Entry, key string) int {
		return strings.Compare(e.Key, key)
	})
	if !ok {
		return nil
	}
	return &entries[i]
}
