package check

import (
	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// checkConstants reports the conditions of a rule that are the same in every run,
// a shorthand as a whole.
func (o *outcomeCheck) checkConstants(t *task) {
	k := constants{o: o, t: t}
	k.rule(t.policy.TriggerRules.V)
}

// constants walks through a rule as it is written.
type constants struct {
	o *outcomeCheck
	t *task
	// next is the number of the next leaf.
	next int
}

func (k *constants) rule(r annotations.Rule) {
	switch r := r.(type) {
	case *annotations.All:
		k.rules(r.Rules)
	case *annotations.Any:
		k.rules(r.Rules)
	case *annotations.None:
		k.rules(r.Rules)
	case *annotations.Not:
		k.rule(r.Rule)
	case *annotations.Shorthand:
		k.shorthand(r)
	case *annotations.Outcome, *annotations.ContextValue:
		value := k.o.constant(k.t, r, k.next)
		k.next++
		if value == unknown || k.o.causeOfLeaf(k.t, r) != nil || k.o.steadyRule(r) {
			return // a consequence of what is said elsewhere
		}
		k.report(r, annotations.Format(r), value, k.o.why(k.t, r, value == yes))
	}
}

func (k *constants) rules(list []annotations.Rule) {
	for _, r := range list {
		k.rule(r)
	}
}

// shorthand judges a shorthand by the conditions it stands for.
func (k *constants) shorthand(s *annotations.Shorthand) {
	ids := make([]string, len(k.t.deps))
	for i, d := range k.t.deps {
		ids[i] = d.id
	}
	expanded := annotations.Expand(s, ids)
	values := make(map[annotations.Rule]truth)
	implied := false
	for _, leaf := range leavesOf(expanded) {
		values[leaf] = k.o.constant(k.t, leaf, k.next)
		k.next++
		implied = implied || values[leaf] != unknown && (k.o.causeOfLeaf(k.t, leaf) != nil || k.o.steadyRule(leaf))
	}
	if value := judge(expanded, values); value != unknown && len(values) > 0 && !implied {
		k.report(s, s.Kind.String(), value, k.whyShorthand(expanded, values))
	}
}

// whyShorthand gives the reason of the first condition that is always the same.
func (k *constants) whyShorthand(expanded annotations.Rule, values map[annotations.Rule]truth) string {
	for _, leaf := range leavesOf(expanded) {
		if v := values[leaf]; v != unknown {
			return k.o.why(k.t, leaf, v == yes)
		}
	}
	return ""
}

func (k *constants) report(r annotations.Rule, text string, value truth, why string) {
	word := "true"
	if value == no {
		word = "false"
	}
	f := found(annotations.CodeConstantLeaf, r.Span(), "%s in the rule of task %q is always %s: %s",
		short(text), k.t.id, word, why)
	f.Fixes = k.without(r, value)
	k.o.w.constant[r] = true
	k.o.c.report(k.o.w, f)
}

// constant says whether a leaf is the same in every run. Every task that runs may
// fail, so that its success and its failure never are, unless it is dead.
func (o *outcomeCheck) constant(t *task, leaf annotations.Rule, number int) truth {
	if of, ok := leaf.(*annotations.Outcome); ok {
		i := o.w.byID[of.ID.Text].index
		switch {
		case o.dead[i] && of.Want == annotations.Skipped, o.endless[i] && o.steady[i] && of.Want == annotations.Failed:
			return yes
		case o.dead[i], o.steady[i] && of.Want == annotations.Skipped, o.endless[i] && of.Want == annotations.Success:
			return no
		}
		return unknown
	}
	switch {
	case o.never(outcome.Leaf(t.index, number)):
		return no
	case o.never(outcome.Leaf(t.index, number).Not()):
		return yes
	}
	return unknown
}

// steadyRule reports whether a leaf asks for the skip of a task whose rule is
// reported to be always true.
func (o *outcomeCheck) steadyRule(leaf annotations.Rule) bool {
	of, ok := leaf.(*annotations.Outcome)
	if !ok || of.Want != annotations.Skipped {
		return false
	}
	t := o.w.byID[of.ID.Text]
	return o.steady[t.index] && t.rule.Tree != nil && !t.ruleInherited
}

// truth is a truth value that may be unknown.
type truth int8

const (
	unknown truth = iota
	yes
	no
)

func (v truth) not() truth {
	switch v {
	case yes:
		return no
	case no:
		return yes
	}
	return unknown
}

// judge returns the truth of a rule without shorthands for what is known of its leaves.
func judge(r annotations.Rule, leaves map[annotations.Rule]truth) truth {
	switch r := r.(type) {
	case *annotations.All:
		return judgeAll(r.Rules, leaves)
	case *annotations.Any:
		return judgeAny(r.Rules, leaves)
	case *annotations.None:
		return judgeAny(r.Rules, leaves).not()
	case *annotations.Not:
		return judge(r.Rule, leaves).not()
	case *annotations.Always:
		return yes
	}
	return leaves[r]
}

func judgeAll(rules []annotations.Rule, leaves map[annotations.Rule]truth) truth {
	verdict := yes
	for _, r := range rules {
		switch judge(r, leaves) {
		case no:
			return no
		case unknown:
			verdict = unknown
		}
	}
	return verdict
}

func judgeAny(rules []annotations.Rule, leaves map[annotations.Rule]truth) truth {
	verdict := no
	for _, r := range rules {
		switch judge(r, leaves) {
		case yes:
			return yes
		case unknown:
			verdict = unknown
		}
	}
	return verdict
}
