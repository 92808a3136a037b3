package check

import (
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// negatives are the operators that are true of a missing key.
var negatives = map[annotations.Operator]bool{
	annotations.NotEquals: true, annotations.NotContains: true, annotations.NotIn: true,
}

// negated are comparisons of a key, or of a part of its value, in the rule of a
// task, that are true when it is missing.
type negated struct {
	t *task
	// key is what is compared as the rule has it, and missing what may be missing of it.
	key, missing string
	comparisons  []comparison
	// lacks says that it is missing when the task runs, and has that it is there.
	lacks, has []outcome.Fact
	// m is asked whether there are such runs.
	m *outcome.Model
}

// comparison is one that a missing key makes true.
type comparison struct {
	value *annotations.ContextValue
	// at is what is then true: the comparison, or the negation around it.
	at annotations.Rule
}

// checkNegated reports comparisons that are true because their key is missing,
// each key once in a rule. Where a rule asks whether the key exists, that is taken
// to be meant.
func (f *flow) checkNegated() {
	said := make(map[annotations.Span]bool)
	var parts []*negated
	for _, t := range f.w.order {
		if f.open[t.index] {
			continue
		}
		for _, n := range f.negatedIn(t) {
			n.comparisons = slices.DeleteFunc(n.comparisons, func(c comparison) bool { return said[c.value.Span()] })
			switch {
			case len(n.comparisons) == 0 || n.excused(f):
			case f.can(n.lacks...):
				for _, c := range n.comparisons {
					said[c.value.Span()] = true
				}
				f.reportNegated(n)
			default:
				parts = append(parts, f.partsOf(n)...)
			}
		}
	}
	f.checkParts(parts, said)
}

// negatedIn lists the comparisons of a task's rule that are true of a missing key,
// those of one key together.
func (f *flow) negatedIn(t *task) []*negated {
	var list []*negated
	rule := t.policy.TriggerRules.V
	asked := existenceAsked(rule)
	byKey := make(map[string]*negated)
	askedFor(rule, func(leaf annotations.Rule, positive bool, around annotations.Rule) {
		v, ok := leaf.(*annotations.ContextValue)
		if !ok || positive != negatives[v.Op] || asked[v.Key.Base()] || f.w.constant[v] {
			return
		}
		if v.Op == annotations.Exists || v.Op == annotations.NotExists {
			return
		}
		key := v.Key.Base()
		n := byKey[key]
		if n == nil {
			there, ran := outcome.Present(t.index, key), outcome.Ran(t.index)
			n = &negated{
				t: t, key: v.Key.Text, missing: key, m: f.m,
				lacks: []outcome.Fact{ran, there.Not()}, has: []outcome.Fact{ran, there},
			}
			byKey[key], list = n, append(list, n)
		}
		if around == nil {
			around = v
		}
		n.comparisons = append(n.comparisons, comparison{value: v, at: around})
	})
	return list
}

// excused reports whether something else is said of the missing key: that the task
// requires it, or that what should write it never does. Nothing is said of one that
// comes from nowhere, or of which nothing is known.
func (n *negated) excused(f *flow) bool {
	if n.t.requires(n.missing) {
		return true
	}
	if len(f.writersTested(n)) == 0 {
		return len(f.w.startOf(n.missing)) == 0
	}
	return slices.ContainsFunc(n.t.rule.Reads, func(r plan.Read) bool {
		return plan.BaseKey(r.Key) == n.missing && len(f.w.lostGivers(n.t, r)) > 0
	})
}

// requires reports whether a task fails without a key.
func (t *task) requires(key string) bool {
	return slices.ContainsFunc(t.reads, func(r plan.Read) bool { return r.Key == key && !r.Optional })
}

// writersTested are the tasks that may write a key before the rule that tests it.
func (f *flow) writersTested(n *negated) []*task {
	for _, r := range n.t.rule.Reads {
		if plan.BaseKey(r.Key) == n.missing {
			return f.w.writersOf(n.t, r)
		}
	}
	return nil
}

// existenceAsked are the keys of which a rule asks whether they exist.
func existenceAsked(rule annotations.Rule) map[string]bool {
	keys := make(map[string]bool)
	walk(rule, func(n annotations.Rule) {
		if v, ok := n.(*annotations.ContextValue); ok && (v.Op == annotations.Exists || v.Op == annotations.NotExists) {
			keys[v.Key.Base()] = true
		}
	})
	return keys
}

// partsOf lists the parts of a value that is always there that may be missing in it.
func (f *flow) partsOf(n *negated) []*negated {
	var list []*negated
	types := f.typesOf(n)
	byKey := make(map[string]*negated)
	for _, c := range n.comparisons {
		key := c.value.Key
		part, seen := byKey[key.Text]
		if !seen {
			may := func(t *domain.Type) bool { return mayLack(t, key.Path()) }
			if len(key.Path()) > 0 && slices.ContainsFunc(types, may) {
				part = &negated{t: n.t, key: key.Text, missing: key.Text}
				list = append(list, part)
			}
			byKey[key.Text] = part
		}
		if part != nil {
			part.comparisons = append(part.comparisons, c)
		}
	}
	return list
}

// typesOf are the types of the values that a key can have where a rule tests it.
func (f *flow) typesOf(n *negated) []*domain.Type {
	c := choice{key: n.missing, writers: f.writersTested(n)}
	var types []*domain.Type
	for _, v := range (&outcomeCheck{w: f.w}).valuesOf(&c) {
		types = append(types, v.typ)
	}
	return types
}

// mayLack reports whether values of a type are known that lack a part.
func mayLack(t *domain.Type, path []string) bool {
	p, places := domain.Split(t, []domain.Condition{{Path: path, Cmp: plan.CmpExists}})
	return slices.ContainsFunc(p.Parts[places[0].Part].Regions, func(r domain.Region) bool {
		return r.Missing && !r.Loose
	})
}

// checkParts reports comparisons of parts that may be missing.
func (f *flow) checkParts(parts []*negated, said map[annotations.Span]bool) {
	var asked []probe
	for _, n := range parts {
		asked = append(asked, probe{n.t, n.key})
	}
	if len(asked) == 0 {
		return
	}
	probes := f.w.probed(asked)
	for _, n := range parts {
		there, ran := outcome.Leaf(n.t.index, probes.leaf[probe{n.t, n.key}]), outcome.Ran(n.t.index)
		n.m, n.lacks, n.has = probes.m, []outcome.Fact{ran, there.Not()}, []outcome.Fact{ran, there}
		n.comparisons = slices.DeleteFunc(n.comparisons, func(c comparison) bool { return said[c.value.Span()] })
		if len(n.comparisons) == 0 || n.m.Verdict(n.lacks...) != outcome.Possible {
			continue
		}
		for _, c := range n.comparisons {
			said[c.value.Span()] = true
		}
		n.missing = plan.BaseKey(n.key)
		f.reportNegated(n)
	}
}
