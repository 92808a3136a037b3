package oracle

import (
	"fmt"
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// constantWholes lists the parts of rules that compare one key several times, with
// the same result for each value that it can have.
func constantWholes(l *look) map[string]bool {
	is := make(map[string]bool)
	for i, t := range l.plan.Tasks {
		source := l.program.tasks[l.sourceOf(i)]
		if source.rule == nil || l.dead(i) || l.steady(i) {
			continue
		}
		l.eachWhole(i, source.rule, true, func(r annotations.Rule, leaves []annotations.Rule, value, must bool) bool {
			free := true
			l.eachLeaf(i, func(leaf annotations.Rule, number int, _ bool) {
				if slices.Contains(leaves, leaf) && (l.always(i, leaf, number, true) || l.always(i, leaf, number, false)) {
					free = false // it may be said of the condition
				}
			})
			is[fmt.Sprint(t.ID, " ", annotations.Format(r), " ", value)] = must && free
			return free
		})
	}
	return is
}

// wholeVisit is called with a part of a rule that is so, whose leaves compare one key.
// Must says that it is said of that part, if of any. Where it returns false it may be
// said of parts of that instead.
type wholeVisit func(r annotations.Rule, leaves []annotations.Rule, value, must bool) bool

// eachWhole visits the outermost parts of a rule that are so.
func (l *look) eachWhole(task int, r annotations.Rule, must bool, visit wholeVisit) {
	var parts []annotations.Rule
	switch r := r.(type) {
	case *annotations.Not:
		l.eachWhole(task, r.Rule, must, visit)
		return
	case *annotations.All:
		parts = r.Rules
	case *annotations.Any:
		parts = r.Rules
	case *annotations.None:
		parts = r.Rules
	}
	if leaves := comparedTogether(r); len(leaves) > 1 {
		if value, ok := l.sameForAll(task, r, leaves); ok {
			if visit(r, leaves, value, must) {
				return
			}
			must = false
		}
	}
	for _, part := range parts {
		l.eachWhole(task, part, must, visit)
	}
}

// comparedTogether lists the leaves of a part of a rule if they compare one key, and
// none asks whether it exists or what it contains.
func comparedTogether(r annotations.Rule) []annotations.Rule {
	if shape(r).Op == plan.OpTaskSuccess {
		return nil
	}
	leaves := leavesOf(r)
	if len(leaves) != len(shape(r).Leaves()) {
		return nil // it has a shorthand
	}
	key := ""
	for _, leaf := range leaves {
		v, ok := leaf.(*annotations.ContextValue)
		if !ok || key != "" && key != v.Key.Text {
			return nil
		}
		switch v.Op {
		case annotations.Exists, annotations.NotExists, annotations.Contains, annotations.NotContains:
			return nil
		}
		key = v.Key.Text
	}
	if hasAlways(r) {
		return nil
	}
	return leaves
}

// hasAlways reports whether always is a part of a rule.
func hasAlways(r annotations.Rule) bool {
	switch r := r.(type) {
	case *annotations.Always:
		return true
	case *annotations.All:
		return slices.ContainsFunc(r.Rules, hasAlways)
	case *annotations.Any:
		return slices.ContainsFunc(r.Rules, hasAlways)
	case *annotations.None:
		return slices.ContainsFunc(r.Rules, hasAlways)
	case *annotations.Not:
		return hasAlways(r.Rule)
	}
	return false
}

// sameForAll returns the truth of a part of a rule if it is the same for each value
// of its key.
func (l *look) sameForAll(task int, r annotations.Rule, leaves []annotations.Rule) (value, ok bool) {
	base := leaves[0].(*annotations.ContextValue).Key.Base()
	var all []comparison
	for _, leaf := range leaves {
		all = append(all, comparisonOf(leaf.(*annotations.ContextValue)))
	}
	values, known := l.valuesSeen(task, base, all)
	if !known {
		return false, false
	}
	exists := comparison{path: all[0].path, cmp: plan.CmpExists}
	tree := shape(r)
	for _, v := range values {
		if !exists.holds(v) {
			continue
		}
		bits := make([]bool, len(all))
		for n, c := range all {
			bits[n] = c.holds(v)
		}
		holds := tree.Eval(plan.LeavesOf(bits...))
		if ok && holds != value {
			return false, false
		}
		value, ok = holds, true
	}
	return value, ok
}

// missingGaps lists the pairs of tasks with a rule on a key of which neither runs,
// and the key is missing, though a task completes that may leave it out.
func missingGaps(l *look) map[string]bool {
	is := make(map[string]bool)
	for i := range l.plan.Tasks {
		for j := range i {
			for _, key := range randomKeysAndParts {
				base := annotations.Key{Text: key}.Base()
				if !slices.Contains(l.runs.list, outcome.Present(i, base)) {
					continue
				}
				for writer, t := range l.plan.Tasks[:j] {
					if l.write(writer, base).Optional && l.runs.ever(l.missing(i, base), l.completed(writer),
						l.runs.isNot(outcome.Ran(i)), l.runs.isNot(outcome.Ran(j))) {
						is[l.plan.Tasks[j].ID+" "+l.plan.Tasks[i].ID+" "+key+" "+t.ID] = false
					}
				}
			}
		}
	}
	return is
}
