package engine

import (
	"maps"
	"slices"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// markWalks lets those reads walk whose writers in the new plan are not all
// that may have written: an ancestor that has ended wrote by its old entry, or
// one that the new plan has comes too late for the reader.
//
// It goes by the plans alone, not by what was written. Stores and drivers keep
// one plan for each fingerprint, so it has to serve every run that has it.
func (a *adopter) markWalks() {
	every := func(string) bool { return true }
	var open []int
	byKey := map[string][]int{}
	for i := range a.now.Tasks {
		now, merged := &a.now.Tasks[i], &a.plan.Tasks[i]
		ended := a.run.Tasks[i].Status.Ended()
		switch {
		case !ended && len(a.lost[i]) > 0:
			a.walk(i, every)
		case !ended:
		case merged.Open:
			open = append(open, i)
		default:
			for _, w := range merged.Writes {
				if listedWrite(now, w.Key) == nil {
					byKey[w.Key] = append(byKey[w.Key], i)
				}
			}
		}
	}
	a.walkBehind(open, every)
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		a.walkBehind(byKey[key], func(read string) bool { return read == key })
	}
}

// walkBehind lets the reads that match walk, of the tasks and all that depend on
// them. A match is asked with the context key of the read.
func (a *adopter) walkBehind(tasks []int, match func(key string) bool) {
	if len(tasks) == 0 {
		return
	}
	reached := newMarks(len(a.plan.Tasks))
	todo := slices.Clone(tasks)
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !reached.add(t) {
			continue
		}
		if !a.run.Tasks[t].Status.Ended() {
			a.walk(t, match)
		}
		todo = append(todo, a.after.dependants(t)...)
	}
}

func (a *adopter) walk(task int, match func(key string) bool) {
	t := &a.plan.Tasks[task]
	for n := range t.Reads {
		if rd := &t.Reads[n]; !rd.Walk && match(rd.Key) {
			rd = &a.ownReads(task)[n]
			rd.Walk, rd.Writers = true, nil
		}
	}
	for n := range t.Rule.Reads {
		if rd := &t.Rule.Reads[n]; !rd.Walk && match(plan.BaseKey(rd.Key)) {
			a.ownReads(task)
			rd = &t.Rule.Reads[n]
			rd.Walk, rd.Writers = true, nil
		}
	}
}

// ownReads returns the reads of a task, which may be changed from then on, as
// those of its rule may.
func (a *adopter) ownReads(task int) []plan.Read {
	t := &a.plan.Tasks[task]
	if !a.owned[task] {
		a.owned[task] = true
		t.Reads, t.Rule.Reads = slices.Clone(t.Reads), slices.Clone(t.Rule.Reads)
	}
	return t.Reads
}

// compareContexts reports tasks that go on and would see other values than the
// decision about them did. Their ancestors have ended, so that both are known.
func (a *adopter) compareContexts() {
	if !a.moved && !a.other {
		return
	}
	before := link(a.old)
	for i := range a.now.Tasks {
		status := a.run.Tasks[i].Status
		if status == TaskWaiting || status.Ended() {
			continue
		}
		key, differ := differing(before.Context(a.original, a.from[i]), a.after.Context(a.run, i))
		if differ {
			a.obstruct(Obstacle{
				Kind: OtherValue, Task: a.now.Tasks[i].ID, Status: status, Key: key, Acceptable: true,
			})
		}
	}
}

// differing returns the first key that two contexts do not have in common.
func differing(a, b []Entry) (key string, differ bool) {
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			return b[i].Key, true
		case i >= len(b):
			return a[i].Key, true
		case a[i].Key != b[i].Key:
			return min(a[i].Key, b[i].Key), true
		case string(a[i].Value) != string(b[i].Value):
			return a[i].Key, true
		}
	}
	return "", false
}

// mayDelete reports whether the plan lets a task delete a key.
func mayDelete(t *plan.Task, key string) bool {
	w := listedWrite(t, key)
	return t.Open || w != nil && w.Deletes
}

// listedWrite returns the entry of a key among the writes of a task, or nil.
func listedWrite(t *plan.Task, key string) *plan.Write {
	for i := range t.Writes {
		if t.Writes[i].Key == key {
			return &t.Writes[i]
		}
	}
	return nil
}
