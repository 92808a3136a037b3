package check

import (
	"slices"
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// checkUnread points at keys that no task and no rule reads. What a task writes
// that nobody depends on is a result of the run, and below a task that may read
// any key nothing is known.
func (c *checker) checkUnread(w *workflow) {
	read := w.keysRead()
	unwritten := w.keysUnwritten()
	below := w.readsAnyBelow()
	said := make(map[annotations.Span]bool)
	for _, t := range w.order {
		if len(w.ancestry.dependants[t.number]) == 0 || below[t.index] {
			continue
		}
		var keys []string
		var places []annotations.Span
		for i, write := range t.writes {
			at := t.writtenAt(i)
			if read[write.Key] || said[at] || write.OnlyDeletes() || isMeant(write.Key, unwritten) {
				continue
			}
			said[at] = true
			keys = append(keys, strconv.Quote(write.Key))
			places = append(places, at)
		}
		if len(keys) == 0 {
			continue
		}
		f := found(annotations.CodeUnreadWrite, places[0],
			"task %q writes %s, which no task and no rule reads; what nobody reads still takes room in every run",
			t.id, enumerate(keys, "and"))
		f.Related = []annotations.Related{related(t.decl.Target, "%s is declared here", t.id)}
		for i, at := range places[1:] {
			f.Related = append(f.Related, related(at, "%s is written here", keys[i+1]))
		}
		c.report(w, f)
	}
}

// keysRead are the keys that some task or rule of the workflow reads.
func (w *workflow) keysRead() map[string]bool {
	read := make(map[string]bool)
	for _, t := range w.order {
		for _, r := range slices.Concat(t.reads, t.rule.Reads) {
			read[plan.BaseKey(r.Key)] = true
		}
	}
	return read
}

// maxSpelt is how many keys that nothing writes are compared with one that
// nobody reads.
const maxSpelt = 64

// keysUnwritten are the keys that tasks read and rules test, that no task writes
// and that are no input. They are reported, with what was probably meant.
func (w *workflow) keysUnwritten() []string {
	seen := make(map[string]bool)
	var keys []string
	for _, t := range w.order {
		for _, r := range slices.Concat(t.reads, t.rule.Reads) {
			key := plan.BaseKey(r.Key)
			tested := r.Shape == "" // of a rule
			if path := (annotations.Key{Text: r.Key}).Path(); tested && len(path) > 0 && len(w.writers[key]) == 0 {
				keys = append(keys, path[len(path)-1]) // which may be the key
			}
			if seen[key] || len(w.writers[key]) > 0 || len(w.startOf(key)) > 0 {
				continue
			}
			seen[key] = true
			if keys = append(keys, key); len(keys) == maxSpelt {
				return keys
			}
		}
	}
	return keys
}

// isMeant reports whether a key is probably what one of others was meant to be.
func isMeant(key string, others []string) bool {
	return slices.ContainsFunc(others, func(o string) bool { return annotations.Suggest(o, []string{key}) != "" })
}

// readsAnyBelow says, by index, whether a task behind may read any key.
func (w *workflow) readsAnyBelow() []bool {
	below := make([]bool, len(w.order))
	for i, t := range slices.Backward(w.order) {
		for _, d := range w.ancestry.dependants[t.number] {
			below[i] = below[i] || below[d.index] || d.readsAny()
		}
	}
	return below
}
