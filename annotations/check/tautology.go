package check

import (
	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// reportAlwaysTrue reports a rule that is true in every run, unless that follows
// from a task that is dead or never completes.
func (o *outcomeCheck) reportAlwaysTrue(t *task) {
	if o.follows(t) == yes {
		return
	}
	own := t.decl.TriggerRules
	f := found(annotations.CodeAlwaysTrue, own.Span,
		"the trigger rule of task %q is always true: %s", t.id, o.whyAlways(t))
	f.Related = []annotations.Related{related(t.decl.Target, "%s is declared here", t.id)}
	if inherited := o.w.decl.Defaults.TriggerRules; inherited.Set {
		f.Fixes = []annotations.Fix{replace(own.Span, "always", "change it to always")}
	} else {
		f.Fixes = []annotations.Fix{o.c.removeArgument(own.Key, own.Span, "remove the rule")}
	}
	for _, leaf := range leavesOf(own.V) {
		o.w.constant[leaf] = true
	}
	o.c.report(o.w, f)
}

// whyAlways says which conditions of a rule leave no run without one of them.
func (o *outcomeCheck) whyAlways(t *task) string {
	rule := t.expanded()
	leaves := leavesOf(rule)
	switch {
	case judge(rule, nil) == yes:
		return "it contains always"
	case len(leaves) > maxConflict:
		return alternatives
	}
	values := make(map[annotations.Rule]truth)
	var first annotations.Rule
	for i, leaf := range leaves {
		if values[leaf] = o.constant(t, leaf, i); values[leaf] != unknown && first == nil {
			first = leaf
		}
	}
	for _, leaf := range leaves {
		if v := values[leaf]; v != unknown && judge(rule, map[annotations.Rule]truth{leaf: v}) == yes {
			return o.why(t, leaf, v == yes)
		}
	}
	if first != nil && judge(rule, values) == yes {
		return o.why(t, first, values[first] == yes)
	}
	return o.covering(t, rule)
}

const alternatives = "in every run one of its alternatives holds"

// covering looks for alternatives of which one always holds.
func (o *outcomeCheck) covering(t *task, rule annotations.Rule) string {
	var opposite clauseSplitter
	opposite.split(rule, true)
	var facts []outcome.Fact
	var list []clause
	for _, c := range opposite.list {
		if f, ok := c.fact(t); ok {
			facts, list = append(facts, f), append(list, c)
		}
	}
	if len(facts) == 0 || !o.never(facts...) {
		return alternatives
	}
	list = minimal(o, facts, list)
	texts := make([]string, len(list))
	for i, c := range list {
		c.negated = !c.negated
		texts[i] = short(c.text())
	}
	return "one of " + enumerate(texts, "and") + " holds in every run"
}
