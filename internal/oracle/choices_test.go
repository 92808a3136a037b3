package oracle

import (
	"fmt"
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// clause is a part of a rule without which the rule is false.
type clause struct {
	rule annotations.Rule
	// negated says that it has to be false.
	negated bool
	// first is the number of its first leaf.
	first int
}

// clausesOf takes a rule apart. The number of its first leaf is that of the whole.
func clausesOf(r annotations.Rule, negated bool, first int) []clause {
	var rules []annotations.Rule
	inner := negated
	switch r := r.(type) {
	case *annotations.Not:
		return clausesOf(r.Rule, !negated, first)
	case *annotations.All:
		if !negated {
			rules = r.Rules
		}
	case *annotations.Any:
		if negated {
			rules = r.Rules
		}
	case *annotations.None:
		if !negated {
			rules, inner = r.Rules, true
		}
	}
	if rules == nil {
		return []clause{{r, negated, first}}
	}
	var list []clause
	for _, part := range rules {
		list = append(list, clausesOf(part, inner, first)...)
		first += len(leavesOf(part))
	}
	return list
}

// tests returns the key that all conditions of a clause compare; empty if there is no
// such key, or it is asked what a value contains.
func (c clause) tests() string {
	key := ""
	for i, leaf := range leavesOf(c.rule) {
		v, ok := leaf.(*annotations.ContextValue)
		if !ok || i > 0 && v.Key.Text != key || v.Op == annotations.Contains || v.Op == annotations.NotContains {
			return ""
		}
		key = v.Key.Text
	}
	return key
}

// clauseIs claims that a clause that is a single condition is as its rule needs it,
// or is not.
func (l *look) clauseIs(task int, c clause, asNeeded bool) (claim, bool) {
	switch c.rule.(type) {
	case *annotations.Outcome, *annotations.ContextValue:
		at := l.runs.number[outcome.Leaf(task, c.first)]
		return claim{number: at, not: asNeeded == c.negated}, true
	}
	return claim{}, false
}

// branch is a task whose rule, among others, compares a key.
type branch struct {
	task int
	key  string
	// tests are the clauses about the key, rest the others.
	tests, rest []clause
}

// takes reports whether the conditions on the key hold for the JSON of its value.
func (b *branch) takes(value string) bool {
	for _, c := range b.tests {
		if annotations.Eval(c.rule, alone{[]byte(value)}) == c.negated {
			return false
		}
	}
	return true
}

// choices lists the tasks whose rules agree but for the conditions on one key, those
// of each choice together: they have the same dependencies but for those that test
// the key themselves and that count for nothing else, and the same writers of the
// key before them. That the only writer has completed is no difference.
func (l *look) choices() map[string][]*branch {
	groups := make(map[string][]*branch)
	for i := range l.plan.Tasks {
		source := &l.program.tasks[l.sourceOf(i)]
		if source.rule == nil || l.dead(i) {
			continue
		}
		clauses := clausesOf(annotations.Expand(source.rule, source.deps), false, 0)
		var keys []string
		for _, c := range clauses {
			if key := c.tests(); key != "" && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
		for _, key := range keys {
			b := &branch{task: i, key: key}
			for _, c := range clauses {
				if c.tests() == key {
					b.tests = append(b.tests, c)
				} else {
					b.rest = append(b.rest, c)
				}
			}
			name := l.choiceOf(b)
			groups[name] = append(groups[name], b)
		}
	}
	return groups
}

// choiceOf is the same for branches of one choice.
func (l *look) choiceOf(b *branch) string {
	t := &l.plan.Tasks[b.task]
	tests := func(rd plan.Read) bool { return rd.Key == b.key }
	writers := t.Rule.Reads[slices.IndexFunc(t.Rule.Reads, tests)].Writers
	var deps, rest []string
	for _, d := range t.DependsOn {
		other := slices.ContainsFunc(l.plan.Tasks[d].Rule.Reads, tests)
		if !other || l.names(b.task, d) || l.readsFrom(b.task, d) {
			deps = append(deps, l.plan.Tasks[d].ID)
		}
	}
	only := len(writers) == 1 && !l.isInput(annotations.Key{Text: b.key}.Base())
	for _, c := range b.rest {
		o, ok := c.rule.(*annotations.Outcome)
		if ok && only && !c.negated && o.Want == annotations.Success && o.ID.Text == l.plan.Tasks[writers[0]].ID {
			continue
		}
		rest = append(rest, fmt.Sprint(c.negated, annotations.Format(c.rule)))
	}
	slices.Sort(deps)
	slices.Sort(rest)
	return fmt.Sprint(b.key, deps, writers, slices.Compact(rest))
}

// valuesOf are values that the key of a choice can have, of which its conditions
// tell any two apart that differ in what branch they take; false if not all are known.
func (l *look) valuesOf(group []*branch) ([]string, bool) {
	key := annotations.Key{Text: group[0].key}
	exists := comparison{path: key.Path(), cmp: plan.CmpExists}
	var all []comparison
	for _, b := range group {
		for _, c := range b.tests {
			for _, leaf := range leavesOf(c.rule) {
				all = append(all, comparisonOf(leaf.(*annotations.ContextValue)))
			}
		}
	}
	values, known := l.valuesSeen(group[0].task, key.Base(), append(all, exists))
	return slices.DeleteFunc(values, func(v string) bool { return !exists.holds(v) }), known
}

// end is a number below or above all others, where a branch looks for its value.
func (b *branch) end(number string) string {
	tokens := annotations.Key{Text: b.key}.Path()
	for _, token := range slices.Backward(tokens) {
		number = "{" + quoted(token) + ":" + number + "}"
	}
	return number
}

const lowest, highest = "-1e400", "1e400"

// readsFrom reports whether a task reads a key that another one may write.
func (l *look) readsFrom(task, from int) bool {
	return slices.ContainsFunc(l.plan.Tasks[task].Reads, func(rd plan.Read) bool {
		return l.write(from, rd.Key).Key != ""
	})
}
