package check

import (
	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// model returns the possible runs of a workflow whose keys are connected and
// that has no error so far. It is made once.
func (w *workflow) model() *outcome.Model {
	if w.runs == nil {
		w.runs = outcome.New(w.planned(), w.valueTypes())
	}
	return w.runs
}

// valueTypes are the types of the values that tasks write and a run starts with.
func (w *workflow) valueTypes() outcome.Types {
	all := outcome.Types{Writes: make([][]*domain.Type, len(w.order))}
	for i, t := range w.order {
		all.Writes[i] = make([]*domain.Type, len(t.writes))
		for j := range t.writes {
			all.Writes[i][j] = w.domains.written(t, j)
		}
	}
	if w.input != nil {
		for _, f := range w.input.Fields {
			all.Input = append(all.Input, w.domains.input(f))
		}
	}
	return all
}

// outcomeCheck asks the possible runs of a workflow what can never happen.
type outcomeCheck struct {
	c *checker
	w *workflow
	m *outcome.Model
	// By index of the task: dead ones never run, endless ones run but never
	// complete, and steady ones are never skipped.
	dead, endless, steady []bool
	// followers are the tasks that die with another one that is dead or endless,
	// by the task where it begins.
	followers map[*task][]*task
}

// checkOutcomes reports tasks, rules and conditions that are the same in every
// run, and branches that do not divide the values they look at.
func (c *checker) checkOutcomes(w *workflow) {
	o := &outcomeCheck{
		c: c, w: w, m: w.model(),
		dead: make([]bool, len(w.order)), endless: make([]bool, len(w.order)), steady: make([]bool, len(w.order)),
		followers: make(map[*task][]*task),
	}
	w.inert, w.constant = make(map[*task]bool), make(map[annotations.Rule]bool)
	for i, t := range w.order {
		o.dead[i] = o.never(outcome.Ran(i))
		w.inert[t] = o.dead[i]
		o.endless[i] = !o.dead[i] && len(t.reads) > 0 && o.never(outcome.Completed(i))
		o.steady[i] = !o.dead[i] && o.never(outcome.Skipped(i))
	}
	o.gatherDead()
	for _, t := range w.order {
		switch {
		case o.dead[t.index]:
			o.reportDead(t)
		case !t.ruleInherited && t.rule.Tree != nil && !emptyOperands(t.policy.TriggerRules.V):
			o.checkRule(t)
		}
	}
	o.checkCompletion()
	o.checkBranches()
}

// never reports whether there is certainly no run in which all facts hold.
func (o *outcomeCheck) never(facts ...outcome.Fact) bool {
	return o.m.Verdict(facts...) == outcome.Impossible
}

// checkRule reports a rule that is always true, or the conditions of it that are
// always the same.
func (o *outcomeCheck) checkRule(t *task) {
	if o.steady[t.index] {
		o.reportAlwaysTrue(t)
		return
	}
	o.checkConstants(t)
	o.checkWholes(t)
}

// emptyOperands reports all(), any() or none() in a rule, which is reported by itself.
func emptyOperands(r annotations.Rule) bool {
	empty := false
	walk(r, func(n annotations.Rule) {
		switch n := n.(type) {
		case *annotations.All:
			empty = empty || len(n.Rules) == 0
		case *annotations.Any:
			empty = empty || len(n.Rules) == 0
		case *annotations.None:
			empty = empty || len(n.Rules) == 0
		}
	})
	return empty
}

// ruleSpan is the place of a task's rule, or the task where the rule is inherited.
func ruleSpan(t *task) annotations.Span {
	if own := t.decl.TriggerRules; own.Set {
		return own.Span
	}
	return t.decl.Target
}

// checkGivenUp says where the search for runs was given up. It is the last of all
// checks that ask the model.
func (c *checker) checkGivenUp(w *workflow) {
	var names []string
	var places []annotations.Related
	at := w.decl.Target
	for _, i := range w.model().GaveUp() {
		if i >= len(w.order) {
			continue // the run as a whole
		}
		t := w.order[i]
		if len(names) == 0 {
			at = t.decl.Target
		} else if len(places) < maxListed {
			places = append(places, related(t.decl.Target, "%s is declared here", t.id))
		}
		names = append(names, t.id)
	}
	switch {
	case len(w.model().GaveUp()) == 0:
		return
	case len(names) == 0:
		names = []string{"the run as a whole"}
	}
	f := found(annotations.CodeNotProved, at,
		"the rules of workflow %q allow too many runs to look at all of them; not everything was proved about %s",
		w.name, listed(names))
	f.Related = places
	c.report(w, f)
}
