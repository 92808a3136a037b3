package check

import (
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// checkNeverSet reports optional reads that find nothing in any run in which the
// task runs. Keys that a run may start with are left alone.
func (f *flow) checkNeverSet() {
	for _, t := range f.w.order {
		if f.open[t.index] {
			continue
		}
		for i, r := range t.reads {
			if !r.Optional || t.code.readsOwn(i) {
				continue
			}
			if f.cannot(outcome.Ran(t.index), outcome.Present(t.index, r.Key)) && !f.cannot(outcome.Ran(t.index)) {
				f.reportNeverSet(t, t.code.readField(i), f.w.writersOf(t, r))
			}
		}
	}
}

func (f *flow) reportNeverSet(t *task, field Field, writers []*task) {
	fd := found(annotations.CodeNeverSet, field.Span,
		"task %q reads %q, which is never there when it runs", t.id, field.Key)
	fd.Message += f.whyNever(t, field.Key, writers, &fd)
	fd.Related = append([]annotations.Related{related(t.decl.Target, "%s is declared here", t.id)}, fd.Related...)
	f.c.report(f.w, fd)
}

// whyNever says why no run gives a task a key, and adds the places and the
// repair that go with that.
func (f *flow) whyNever(t *task, key string, writers []*task, fd *annotations.Finding) string {
	if len(writers) > 0 {
		fd.Related = append(fd.Related, writePlaces(writers, key)...)
		return "; " + writes(writers) + ", but not in a run in which " + quoted(t) + " runs"
	}
	writer := f.w.writerOf(key, t)
	switch {
	case writer == nil && t.write(key).Key != "":
		return "; the task itself writes it, when it has read it"
	case writer == nil:
		return "; no task writes it" + f.notInput()
	}
	fd.Related = append(fd.Related, writePlaces([]*task{writer}, key)...)
	if f.w.ancestry.before(t, writer) {
		return "; " + quoted(writer) + " writes it, but runs after it"
	}
	if f.cannot(outcome.Ran(t.index), outcome.Completed(writer.index)) {
		return "; " + quoted(writer) + " writes it, but not in a run in which " + quoted(t) + " runs"
	}
	fd.Fixes = append(fd.Fixes, addDependency(t, writer))
	return "; " + quoted(writer) + " writes it, but runs beside it"
}

func (f *flow) notInput() string {
	if f.w.input == nil {
		return ""
	}
	return ", and it is no field of " + f.w.decl.Input.V
}

func quoted(t *task) string { return `"` + t.id + `"` }

// writes names the tasks that write a key, and says so.
func writes(writers []*task) string {
	if len(writers) == 1 {
		return quoted(writers[0]) + " writes it"
	}
	names := make([]string, 0, maxListed)
	for _, t := range writers[:min(len(writers), maxListed)] {
		names = append(names, quoted(t))
	}
	if len(writers) > maxListed {
		return strings.Join(names, ", ") + " and others write it"
	}
	return enumerate(names, "and") + " write it"
}
