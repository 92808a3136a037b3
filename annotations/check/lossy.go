package check

import (
	"go/types"

	"github.com/cloacina-go/cloacina/annotations"
)

// newLossyMatcher returns a matcher that looks for numbers that are written with
// a fraction and read without.
func newLossyMatcher() *matcher {
	m := newMatcher()
	m.wrong = func(written, read types.Type, form, wanted jsonForm) bool {
		return form&wanted&numberForm != 0 &&
			isPlain(written, types.IsFloat, writing) && isPlain(read, types.IsInteger, reading)
	}
	return m
}

// isPlain reports whether a type is a number of that kind without JSON of its own.
func isPlain(t types.Type, info types.BasicInfo, dir direction) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&info != 0 && formByMethod(t, dir) == 0
}

// checkLossy warns of floats that are read as integers: 80.0 fits, 80.5 fails
// the task that reads it.
func (c *checker) checkLossy(w *workflow) {
	m := newLossyMatcher()
	said := make(map[[2]annotations.Span]int)
	for _, t := range w.order {
		for i, r := range t.reads {
			field, givers := t.code.readField(i), w.giversOf(r)
			for nth, g := range givers {
				lost := m.compare(g.typ, field.Type)
				if lost == nil || !w.mayArrive(t, givers, nth) {
					continue
				}
				places := [2]annotations.Span{field.Span, g.span}
				if i, again := said[places]; again {
					also := related(t.decl.Target, "task %q reads it, too", t.id)
					c.findings[i].Related = append(c.findings[i].Related, also)
					continue
				}
				said[places] = len(c.findings)
				c.reportLossy(t, field, g, lost)
			}
		}
	}
}

func (c *checker) reportLossy(t *task, field Field, g giver, lost *mismatch) {
	read, written := short(c.typeName(lost.read)), short(c.typeName(lost.written))
	f := found(annotations.CodeFloatAsInteger, field.Span,
		"task %q reads %q as %s, but %s gives it as %s: 80.0 can be read so, 80.5 fails the task; "+
			"read it as %s, or round it where it is written",
		t.id, field.Key+lost.path, read, g.name(), written, written)
	f.Related = []annotations.Related{g.place(field.Key), related(t.decl.Target, "%s is declared here", t.id)}
	c.report(t.flow, f)
}
