package cloacina

import (
	"strings"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// skipReason says in words why a task was skipped: the conditions that made
// its rule false, with their truth at the decision.
func skipReason(p *plan.Plan, task int, leaves plan.Leaves) string {
	const reason = "trigger rule not satisfied"
	facts := p.Explain(task, leaves)
	if len(facts) == 0 {
		return reason
	}
	texts := make([]string, len(facts))
	for i, f := range facts {
		texts[i] = f.String()
	}
	return reason + ": " + strings.Join(texts, "; ")
}
