package check

import (
	"go/ast"
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check/internal/body"
)

// checkAsked reports tasks that ask for the outcome of one that is not their
// ancestor, by themselves or in functions of the package that they call.
func (c *checker) checkAsked(w *workflow) {
	if c.src.Info.Uses == nil {
		return
	}
	for _, t := range w.order {
		for _, ask := range c.bodies().Asks(t.fn) {
			c.checkOutcome(t, ask)
		}
	}
}

func (c *checker) checkOutcome(t *task, o body.Ask) {
	w := t.flow
	other := w.byID[o.ID]
	switch {
	case other == nil:
		f := found(annotations.CodeOutcomeAncestor, c.node(o.At),
			"task %q asks for the outcome of the unknown task %q", t.id, o.ID)
		if meant := annotations.Suggest(o.ID, w.ancestorIDs(t)); meant != "" {
			f.Message += "; did you mean " + strconv.Quote(meant) + "?"
			if _, literal := ast.Unparen(o.At).(*ast.BasicLit); literal {
				f.Fixes = append(f.Fixes, replace(c.node(o.At), strconv.Quote(meant), "change to %s", meant))
			}
		}
		c.report(w, f)
	case other == t:
		c.report(w, found(annotations.CodeOutcomeAncestor, c.node(o.At),
			"task %q asks for its own outcome, which is not known before it ends", t.id))
	case !w.ancestry.before(other, t):
		f := found(annotations.CodeOutcomeAncestor, c.node(o.At),
			"task %q asks for the outcome of %q, which need not have ended: it is not among the tasks that %q "+
				"depends on",
			t.id, o.ID, t.id)
		f.Related = []annotations.Related{related(other.decl.Target, "%s is declared here", other.id)}
		if !w.ancestry.before(t, other) {
			f.Fixes = append(f.Fixes, addDependency(t, other))
		}
		c.report(w, f)
	}
}

// ancestorIDs are the ids of the tasks that a task depends on, directly or not.
func (w *workflow) ancestorIDs(t *task) []string {
	var ids []string
	for _, other := range w.order[:t.index] {
		if w.ancestry.before(other, t) {
			ids = append(ids, other.id)
		}
	}
	return ids
}
