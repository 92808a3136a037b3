package oracle

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// eachLeaf visits the conditions of the own rule of a task, with their number in
// the plan and whether the rule asks for them or for their opposite. Shorthands
// are visited as a whole, with the number of their first condition.
func (l *look) eachLeaf(task int, visit func(leaf annotations.Rule, number int, positive bool)) {
	source := &l.program.tasks[l.sourceOf(task)]
	next := 0
	var walk func(r annotations.Rule, positive bool)
	all := func(rules []annotations.Rule, positive bool) {
		for _, r := range rules {
			walk(r, positive)
		}
	}
	walk = func(r annotations.Rule, positive bool) {
		switch r := r.(type) {
		case *annotations.All:
			all(r.Rules, positive)
		case *annotations.Any:
			all(r.Rules, positive)
		case *annotations.None:
			all(r.Rules, !positive)
		case *annotations.Not:
			walk(r.Rule, !positive)
		case *annotations.Outcome, *annotations.ContextValue:
			visit(r, next, positive)
			next++
		case *annotations.Shorthand:
			visit(r, next, positive)
			next += len(leavesOf(annotations.Expand(r, source.deps)))
		}
	}
	if source.rule != nil {
		walk(source.rule, true)
	}
}

func negatedMissing(l *look) map[string]bool {
	is := make(map[string]bool)
	wholes := slices.Collect(maps.Keys(constantWholes(l)))
	for i := range l.plan.Tasks {
		if l.openAbove(i) {
			continue
		}
		asked := make(map[string]bool)
		l.eachLeaf(i, func(leaf annotations.Rule, _ int, _ bool) {
			if v, ok := leaf.(*annotations.ContextValue); ok && (v.Op == annotations.Exists || v.Op == annotations.NotExists) {
				asked[v.Key.Base()] = true
			}
		})
		l.eachLeaf(i, func(leaf annotations.Rule, number int, positive bool) {
			v, ok := leaf.(*annotations.ContextValue)
			if !ok || asked[v.Key.Base()] {
				return
			}
			negative := v.Op == annotations.NotEquals || v.Op == annotations.NotContains || v.Op == annotations.NotIn
			if negative != positive {
				return
			}
			// A rule or a condition that is always the same is said instead.
			id, base := l.plan.Tasks[i].ID, v.Key.Base()
			constant := l.steady(i) || l.always(i, leaf, number, true) || l.always(i, leaf, number, false) ||
				slices.ContainsFunc(wholes, func(name string) bool { return strings.HasPrefix(name, id+" ") })
			if l.runs.ever(l.ran(i), l.missing(i, base)) {
				name := pair(id, base)
				is[name] = is[name] || l.givesAbove(i, base) && !constant && !l.saidOf(i, base)
				return
			}
			there, ok := l.runs.parts[part{i, v.Key.Text}]
			if ok && l.runs.ever(l.ran(i), claim{number: there, not: true}) {
				name := pair(id, v.Key.Text)
				is[name] = is[name] || !constant && !l.saidOf(i, base)
			}
		})
	}
	return is
}

// saidOf reports whether something else is said of a key that may be missing: the
// task requires it, or those that should give it never complete.
func (l *look) saidOf(task int, key string) bool {
	t := &l.plan.Tasks[task]
	return slices.ContainsFunc(t.Reads, func(rd plan.Read) bool { return rd.Key == key && !rd.Optional }) ||
		slices.ContainsFunc(t.Rule.Reads, func(rd plan.Read) bool { return plan.BaseKey(rd.Key) == key && l.lost(rd) })
}

// givesAbove reports whether a task above or the input gives a key.
func (l *look) givesAbove(task int, key string) bool {
	for i := range task {
		gives := slices.ContainsFunc(l.plan.Tasks[i].Writes, func(w plan.Write) bool { return w.Key == key })
		if gives && l.runs.before(l.plan, i, task) {
			return true
		}
	}
	return slices.ContainsFunc(l.plan.Input, func(in plan.Input) bool { return in.Name == key })
}

func constantLeaves(l *look) map[string]bool {
	is := make(map[string]bool)
	for i, t := range l.plan.Tasks {
		if l.dead(i) || l.steady(i) {
			continue
		}
		l.eachLeaf(i, func(leaf annotations.Rule, number int, _ bool) {
			for _, value := range []bool{true, false} {
				if l.always(i, leaf, number, value) {
					_, whole := leaf.(*annotations.Shorthand)
					is[fmt.Sprint(t.ID, " ", annotations.Format(leaf), " ", value)] = !whole && !l.implied(leaf)
				}
			}
		})
	}
	return is
}

// always reports whether a condition has a truth in every run.
func (l *look) always(task int, leaf annotations.Rule, number int, value bool) bool {
	tree := plan.Node{Op: plan.OpAll, Args: []*plan.Node{{Op: plan.OpTaskSuccess}}}
	if s, ok := leaf.(*annotations.Shorthand); ok {
		tree = *shape(annotations.Expand(s, l.program.tasks[l.sourceOf(task)].deps))
	}
	leaves := len(tree.Leaves())
	for _, v := range l.runs.vectors {
		bits := make([]bool, leaves)
		for n := range bits {
			bits[n] = v.has(l.runs.number[outcome.Leaf(task, number+n)])
		}
		if tree.Eval(plan.LeavesOf(bits...)) != value {
			return false
		}
	}
	return true
}

// shape is a rule as a tree whose leaves are only counted.
func shape(r annotations.Rule) *plan.Node {
	var op plan.Op
	var rules []annotations.Rule
	switch r := r.(type) {
	case *annotations.All:
		op, rules = plan.OpAll, r.Rules
	case *annotations.Any:
		op, rules = plan.OpAny, r.Rules
	case *annotations.None:
		op, rules = plan.OpNone, r.Rules
	case *annotations.Not:
		op, rules = plan.OpNot, []annotations.Rule{r.Rule}
	case *annotations.Always:
		return &plan.Node{Op: plan.OpAll}
	default:
		return &plan.Node{Op: plan.OpTaskSuccess}
	}
	n := &plan.Node{Op: op}
	for _, r := range rules {
		n.Args = append(n.Args, shape(r))
	}
	return n
}

// implied reports whether that a condition is constant may follow from what is
// said of another task: one that never completes, or whose rule is always true.
func (l *look) implied(leaf annotations.Rule) bool {
	o, ok := leaf.(*annotations.Outcome)
	if !ok {
		return l.anyLost()
	}
	of := l.indexOf(o.ID.Text)
	return !l.runs.ever(l.completed(of)) || l.steady(of) && l.plan.Tasks[of].Rule.Tree != nil
}
