package check

import (
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
)

// blameID says that the id of a task is misspelt rather than a name that is
// similar to it, where all places that name either agree on the name, and offers
// to change the id.
func (c *checker) blameID(f *annotations.Finding, w *workflow, meant *task, name string) {
	id := meant.decl.ID
	uses := w.uses()
	agreed := uses[name] > 1 || uses[name] > 0 && snakeCase(meant.fn.Name()) == name
	if !id.Set || uses[meant.id] > 0 || !agreed || !annotations.ValidID(name) {
		return
	}
	f.Message += " Nothing else names it, so its id may be what is misspelt"
	text := name
	if src := c.src.Bytes[id.Span.File]; src[id.Span.Start.Offset] == '"' || src[id.Span.Start.Offset] == '`' {
		text = strconv.Quote(name)
	}
	f.Fixes = append(f.Fixes, replace(id.Span, text, "change the id of %s to %s", meant.id, name))
}

// uses counts how often tasks are named in lists of dependencies and in rules, by
// the name.
func (w *workflow) uses() map[string]int {
	if w.named == nil {
		w.named = make(map[string]int)
		for _, t := range w.tasks {
			for _, n := range t.decl.Dependencies.V {
				w.named[n.Text]++
			}
			if !t.ruleInherited {
				w.usesIn(t.policy.TriggerRules.V)
			}
		}
		w.usesIn(w.decl.Defaults.TriggerRules.V)
	}
	return w.named
}

func (w *workflow) usesIn(rule annotations.Rule) {
	for _, o := range outcomes(rule) {
		w.named[o.ID.Text]++
	}
}
