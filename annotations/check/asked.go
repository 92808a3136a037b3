package check

import "github.com/cloacina-go/cloacina/annotations"

// askedFor calls visit for each leaf of a rule without shorthands, and says
// whether the rule asks for it or, under an odd number of negations, for its
// opposite. around is the outermost negation that the leaf stands in; nil without.
func askedFor(r annotations.Rule, visit func(leaf annotations.Rule, positive bool, around annotations.Rule)) {
	a := asking{visit: visit}
	a.rule(r, true, nil)
}

type asking struct {
	visit func(leaf annotations.Rule, positive bool, around annotations.Rule)
}

func (a *asking) rule(r annotations.Rule, positive bool, around annotations.Rule) {
	negation := around
	if negation == nil {
		negation = r
	}
	switch r := r.(type) {
	case *annotations.All:
		a.rules(r.Rules, positive, around)
	case *annotations.Any:
		a.rules(r.Rules, positive, around)
	case *annotations.None:
		a.rules(r.Rules, !positive, negation)
	case *annotations.Not:
		a.rule(r.Rule, !positive, negation)
	case *annotations.Outcome, *annotations.ContextValue:
		a.visit(r, positive, around)
	}
}

func (a *asking) rules(list []annotations.Rule, positive bool, around annotations.Rule) {
	for _, r := range list {
		a.rule(r, positive, around)
	}
}

// failureAsked is a place where a rule asks for the failure of a task.
type failureAsked struct {
	// by is the task with the rule, of the failed one.
	by, of *task
	span   annotations.Span
	// shorthand is the shorthand that asks; nil for a leaf of its own.
	shorthand *annotations.Shorthand
}

// failuresAsked lists, each pair of tasks once and in the order of the plan, the
// places where rules ask whether a task has failed, or has not succeeded.
func (w *workflow) failuresAsked() []failureAsked {
	var list []failureAsked
	for _, t := range w.order {
		written := make(map[annotations.Span]*annotations.Shorthand)
		for _, s := range shorthands(t.policy.TriggerRules.V) {
			written[s.Span()] = s
		}
		seen := make(map[*task]bool)
		askedFor(t.expanded(), func(leaf annotations.Rule, positive bool, _ annotations.Rule) {
			o, ok := leaf.(*annotations.Outcome)
			if !ok || positive != (o.Want == annotations.Failed) || !positive && o.Want != annotations.Success {
				return
			}
			of := w.byID[o.ID.Text]
			if !seen[of] {
				seen[of] = true
				list = append(list, failureAsked{by: t, of: of, span: o.Span(), shorthand: written[o.Span()]})
			}
		})
	}
	return list
}
