package check

import (
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// missing are the keys that a task requires and nothing gives it, for one reason.
type missing struct {
	reader *task
	fields []Field
	// writers are the tasks that write them, but not before the reader.
	writers []*task
}

// checkUndeclared reports required keys that are neither declared nor written
// by an ancestor: the read fails in every run.
func (c *checker) checkUndeclared(w *workflow) {
	declared := make(map[string]bool)
	for _, f := range w.input.Fields {
		declared[f.Key] = true
	}
	spelling := newSpelling(w)
	for _, t := range w.order {
		for _, m := range w.missingIn(t, declared, spelling) {
			c.reportUndeclared(m, spelling)
		}
	}
}

// missingIn lists what is missing in a task. Keys with the same reason stand
// together; one that seems misspelt stands alone.
func (w *workflow) missingIn(t *task, declared map[string]bool, spelling *spelling) []*missing {
	var all []*missing
	byWriters := make(map[string]*missing)
	for i, r := range t.reads {
		if r.Optional || r.Walk || declared[r.Key] || len(w.giversOf(r)) > 0 {
			continue
		}
		field, writers := t.code.readField(i), w.writersOutside(r.Key, t)
		reason := strings.Join(idsOf(writers), " ")
		m := byWriters[reason]
		alone := len(writers) == 0 && spelling.meant(t, field) != ""
		if m == nil || alone {
			m = &missing{reader: t, writers: writers}
			all = append(all, m)
		}
		if !alone {
			byWriters[reason] = m
		}
		m.fields = append(m.fields, field)
	}
	return all
}

func (c *checker) reportUndeclared(m *missing, spelling *spelling) {
	t, w := m.reader, m.reader.flow
	var names []string
	for _, f := range m.fields {
		names = append(names, strconv.Quote(f.Key))
	}
	what, are, them := "the key ", "is no field", "it"
	if len(names) > 1 {
		what, are, them = "the keys ", "are no fields", "them"
	}
	f := found(annotations.CodeUndeclaredKey, t.decl.Target,
		"task %q requires %s%s, which %s of %s, and no task before it writes %s",
		t.id, what, enumerate(names, "and"), are, w.decl.Input.V, them)
	for _, field := range m.fields {
		f.Related = append(f.Related, related(field.Span, "%q is read here", field.Key))
	}
	f.Related = append(f.Related, related(w.decl.Input.Span, "the input is declared here"))
	switch {
	case len(m.writers) > 0:
		w.blameOrder(&f, t, m.writers)
	case len(m.fields) == 1:
		c.suggestKey(&f, t, m.fields[0], spelling)
	}
	c.report(w, f)
}

// idsOf are the ids of tasks.
func idsOf(tasks []*task) []string {
	ids := make([]string, len(tasks))
	for i, t := range tasks {
		ids[i] = t.id
	}
	return ids
}
