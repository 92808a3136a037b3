package check

import (
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// maxTried bounds the size of all models that are made to try other rules: repairs
// beyond that are not offered.
const maxTried = 1_000_000

// withRules is the model of the workflow if some tasks had other rules.
func (w *workflow) withRules(rules map[*task]annotations.Rule) *outcome.Model {
	changed := *w.planned()
	changed.Tasks = slices.Clone(changed.Tasks)
	for t, rule := range rules {
		other := *t
		other.policy.TriggerRules.V = rule
		changed.Tasks[t.index].Rule.Tree = other.planRule().Tree
	}
	return w.model().With(&changed)
}

// allStillRun reports whether each task that can run or complete still can if some
// tasks had other rules. A repair that lets a task die is none.
func (f *flow) allStillRun(rules map[*task]annotations.Rule) bool {
	if f.tried += f.m.Size(); f.tried > maxTried {
		return false
	}
	m := f.w.withRules(rules)
	for i := range f.w.order {
		fact := outcome.Completed(i)
		if !f.can(fact) {
			fact = outcome.Ran(i)
		}
		if m.Verdict(fact) == outcome.Impossible && f.can(fact) {
			return false
		}
	}
	return true
}

// alsoAsking returns a rule in which some parts ask for another condition as well.
func alsoAsking(rule annotations.Rule, parts map[annotations.Rule]bool, condition annotations.Rule) annotations.Rule {
	each := func(rules []annotations.Rule) []annotations.Rule {
		out := make([]annotations.Rule, len(rules))
		for i, r := range rules {
			out[i] = alsoAsking(r, parts, condition)
		}
		return out
	}
	out := rule
	switch r := rule.(type) {
	case *annotations.All:
		out = &annotations.All{Rules: each(r.Rules)}
	case *annotations.Any:
		out = &annotations.Any{Rules: each(r.Rules)}
	case *annotations.None:
		out = &annotations.None{Rules: each(r.Rules)}
	case *annotations.Not:
		out = &annotations.Not{Rule: alsoAsking(r.Rule, parts, condition)}
	}
	if parts[rule] {
		out = &annotations.All{Rules: []annotations.Rule{condition, out}}
	}
	return out
}

// probes is the model of a workflow whose rules also look whether parts of values
// are there, without asking for it, so that it can be asked.
type probes struct {
	m *outcome.Model
	// leaf finds the number of the condition in the rule of its task.
	leaf map[probe]int
}

// probe is a part of a value that the rule of a task may look at.
type probe struct {
	t   *task
	key string
}

// probed makes the model of some probes.
func (w *workflow) probed(list []probe) *probes {
	p := &probes{leaf: make(map[probe]int)}
	rules := make(map[*task]annotations.Rule)
	next := make(map[*task]int)
	for _, one := range list {
		t := one.t
		if rules[t] == nil {
			rules[t], next[t] = t.policy.TriggerRules.V, len(leavesOf(t.expanded()))
		}
		exists := existsOf(one.key)
		either := &annotations.Any{Rules: []annotations.Rule{exists, &annotations.Not{Rule: exists}}}
		rules[t] = &annotations.All{Rules: []annotations.Rule{rules[t], either}}
		p.leaf[one] = next[t]
		next[t] += 2
	}
	p.m = w.withRules(rules)
	return p
}

// existsOf is the condition that a key, or a part of its value, is there.
func existsOf(key string) *annotations.ContextValue {
	return &annotations.ContextValue{Key: annotations.Key{Text: key}, Op: annotations.Exists}
}
