package check

import (
	"fmt"
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
)

// mistyped finds what is read as another type than it is written.
type mistyped struct {
	c       *checker
	w       *workflow
	matcher *matcher
	// broken says that the workflow has other errors, so that its runs are not known.
	broken bool
	// said is the finding about a field and a giver, by their places.
	said map[[2]annotations.Span]int
}

// checkMistyped reports reads that fail whenever the value of some writer
// arrives. Where all writers are wrong it is enough that one can arrive; where
// others are right it must be certain that it does.
func (c *checker) checkMistyped(w *workflow) {
	m := mistyped{c: c, w: w, matcher: newMatcher(), broken: w.broken, said: make(map[[2]annotations.Span]int)}
	for _, t := range w.order {
		for i, r := range t.reads {
			for _, field := range t.code.readPlaces(i) {
				m.read(t, field, w.giversOf(r))
			}
		}
	}
}

// read looks at one key that a task reads.
func (m *mistyped) read(t *task, field Field, givers []giver) {
	wrong := make([]*mismatch, len(givers))
	right := 0
	for i, g := range givers {
		if wrong[i] = m.matcher.compare(g.typ, field.Type); wrong[i] == nil {
			right++
		}
	}
	if right == len(givers) {
		return
	}
	for i, g := range givers {
		if wrong[i] == nil {
			continue
		}
		if right == 0 && (m.broken || m.w.mayArrive(t, givers, i)) ||
			right > 0 && !m.broken && m.w.arrives(t, givers, i) {
			m.report(t, field, g, wrong[i])
		}
	}
}

func (m *mistyped) report(t *task, field Field, g giver, wrong *mismatch) {
	places := [2]annotations.Span{field.Span, g.span}
	if i, again := m.said[places]; again {
		f := &m.c.findings[i]
		if slices.ContainsFunc(f.Related, func(r annotations.Related) bool { return r.Span == t.decl.Target }) {
			return // of another task that writes it by the same field
		}
		f.Related = append(f.Related, related(t.decl.Target, "task %q reads it, too", t.id))
		return
	}
	m.said[places] = len(m.c.findings)
	verb := "writes"
	if g.task == nil {
		verb = "has"
	}
	f := found(annotations.CodeTypeMismatch, field.Span, "task %q reads %q as %s, but %s %s it as %s, %s",
		t.id, field.Key, short(m.c.typeName(field.Type)), g.name(), verb, short(m.c.typeName(g.typ)),
		m.describe(field.Key, wrong))
	f.Related = []annotations.Related{g.place(field.Key), related(t.decl.Target, "%s is declared here", t.id)}
	m.c.report(m.w, f)
}

// describe says what of a value cannot be read.
func (m *mistyped) describe(key string, wrong *mismatch) string {
	written := short(m.c.typeName(wrong.written))
	if wrong.quoted {
		written += " in quotes (,string)"
	}
	if wrong.path == "" {
		return "which can never be read so; give both the same type"
	}
	return fmt.Sprintf("where %s is %s and is read as %s; give both the same type",
		key+wrong.path, written, short(m.c.typeName(wrong.read)))
}
