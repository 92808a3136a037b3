package check

import (
	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// fixDead lets a task that waits for the success of several others, of which never
// all complete in one run, run after any of them: that is what is mostly meant where
// branches or a source and its fallback come together.
func (o *outcomeCheck) fixDead(t *task) []annotations.Fix {
	s, ok := t.policy.TriggerRules.V.(*annotations.Shorthand)
	if !ok || s.Kind != annotations.AllSuccess || len(t.deps) < 2 {
		return nil
	}
	for _, d := range t.deps {
		if o.never(outcome.Completed(d.index)) {
			return nil // that one is to be repaired first
		}
	}
	const message = "run after any of them: trigger_rules=one_success"
	if own := t.decl.TriggerRules; own.Set {
		return []annotations.Fix{replace(own.Span, "one_success", message)}
	}
	fix := addLine(t.decl.Span, "//cloacina:task trigger_rules=one_success", "")
	fix.Message = message
	return []annotations.Fix{fix}
}
