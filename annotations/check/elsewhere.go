package check

import (
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// writersOutside lists the tasks other than t that give a key a value.
func (w *workflow) writersOutside(key string, t *task) []*task {
	var list []*task
	for _, other := range w.writers[key] {
		if other != t && other.givesValue(key) {
			list = append(list, other)
		}
	}
	return list
}

// blameOrder says of tasks that write a key, none of them before t, whether they
// run after it or beside it. Where some run beside it the others do not matter.
// Which of several is meant only the author knows, so that there is a repair for a
// single one only.
func (w *workflow) blameOrder(f *annotations.Finding, t *task, writers []*task) {
	where := ", but runs beside it"
	list := writersBeside(t, writers)
	if len(list) == 0 {
		where, list = ", but runs after it", writers
	}
	if len(list) > 1 {
		where = strings.Replace(where, "runs", "run", 1)
	}
	f.Message += "; " + doing(list, "does", "do") + where
	for _, writer := range list[:min(len(list), maxListed)] {
		f.Related = append(f.Related, related(writer.decl.Target, "%s is declared here", writer.id))
	}
	switch {
	case strings.HasSuffix(where, "after it"):
	case len(list) == 1:
		f.Fixes = append(f.Fixes, addDependency(t, list[0]))
	default:
		f.Message += "; add to the dependencies of " + quoted(t) + " what it is to wait for"
	}
}

// writersBeside are those of the tasks that do not wait for t.
func writersBeside(t *task, writers []*task) []*task {
	var list []*task
	for _, writer := range writers {
		if !t.flow.ancestry.before(t, writer) {
			list = append(list, writer)
		}
	}
	return list
}

// doing names tasks and says with the verb for one or for several what they do.
func doing(tasks []*task, one, several string) string {
	if len(tasks) == 1 {
		return "task " + quoted(tasks[0]) + " " + one
	}
	names := make([]string, 0, maxListed)
	for _, t := range tasks[:min(len(tasks), maxListed)] {
		names = append(names, quoted(t))
	}
	if len(tasks) > maxListed {
		return "tasks " + strings.Join(names, ", ") + " and others " + several
	}
	return "tasks " + enumerate(names, "and") + " " + several
}
