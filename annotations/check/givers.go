package check

import (
	"go/types"
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// giver is a place that a key can come from: a task, or the start of a run.
type giver struct {
	// task is nil for the start of the run.
	task *task
	// typ is the type of the value.
	typ types.Type
	// span is the place of the field, or of the task that stores its result whole.
	span annotations.Span
	// always says that the key is there whenever the task has succeeded.
	always bool
}

// giversOf lists where the key of a read can come from, in the order in which
// the writes apply. It is empty if nothing certain is known.
func (w *workflow) giversOf(r plan.Read) []giver {
	if r.Walk {
		return nil
	}
	key := plan.BaseKey(r.Key)
	list := w.startOf(key)
	for _, i := range r.Writers {
		if w.order[i].givesValue(key) {
			list = append(list, w.order[i].gives(key))
		}
	}
	return list
}

// startOf returns the declared input with that key, if there is one. Without a
// declaration a run never starts with a key that a task writes.
func (w *workflow) startOf(key string) []giver {
	if w.input == nil {
		return nil
	}
	i := slices.IndexFunc(w.input.Fields, func(f Field) bool { return f.Key == key })
	if i < 0 {
		return nil
	}
	f := w.input.Fields[i]
	return []giver{{typ: f.Type, span: f.Span, always: f.Presence == Required || f.Default != ""}}
}

// givesValue reports whether a task may write a value under a key, and not only
// delete it.
func (t *task) givesValue(key string) bool {
	return slices.ContainsFunc(t.writes, func(write plan.Write) bool {
		return write.Key == key && !write.OnlyDeletes()
	})
}

// gives describes what a task writes under a key.
func (t *task) gives(key string) giver {
	i := slices.IndexFunc(t.writes, func(write plan.Write) bool { return write.Key == key })
	return giver{task: t, typ: t.code.writtenType(i), always: !t.writes[i].Optional, span: t.writtenAt(i)}
}

// name says in a message where a key comes from.
func (g giver) name() string {
	if g.task == nil {
		return "the input"
	}
	return "task \"" + g.task.id + "\""
}

// place points at where a key comes from.
func (g giver) place(key string) annotations.Related {
	if g.task == nil {
		return related(g.span, "%q is declared as input here", key)
	}
	return related(g.span, "%q is written here", key)
}
