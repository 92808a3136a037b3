package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// branch is a task whose rule, among others, tests one key.
type branch struct {
	task *task
	// tests are the clauses on the key; rest are the others.
	tests, rest []clause
}

// choice are branches with the same dependencies, whose rules agree but for the
// conditions on one key.
type choice struct {
	key      string
	branches []branch
}

// maxChoice is how many branches of a choice are compared. A choice has as many
// cases as its conditions have literals, and each is looked at in each branch.
const maxChoice = 1000

// checkBranches reports branches that overlap and branches that leave a gap.
func (o *outcomeCheck) checkBranches() {
	for _, c := range o.choices() {
		if len(c.branches) < 2 || len(c.branches) > maxChoice {
			continue
		}
		if all := o.casesOf(c); all != nil {
			o.checkOverlaps(c, all)
			o.checkGap(c, all)
		}
	}
}

// choices gathers the branches of a workflow, in the order of the plan.
func (o *outcomeCheck) choices() []*choice {
	byName := make(map[string]*choice)
	var list []*choice
	for _, t := range o.w.order {
		if o.dead[t.index] || t.ruleInherited {
			continue
		}
		clauses := t.clauses()
		for _, key := range testedKeys(clauses) {
			b := branch{task: t}
			for _, c := range clauses {
				if k, ok := c.key(); ok && k == key {
					b.tests = append(b.tests, c)
				} else {
					b.rest = append(b.rest, c)
				}
			}
			name := b.name(key)
			if byName[name] == nil {
				byName[name] = &choice{key: key}
				list = append(list, byName[name])
			}
			byName[name].branches = append(byName[name].branches, b)
		}
	}
	return list
}

// testedKeys lists the keys that clauses are about, each once.
func testedKeys(clauses []clause) []string {
	var keys []string
	for _, c := range clauses {
		if key, ok := c.key(); ok && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// key is the key that all leaves of a clause test; false if there is no such key
// or if what a value contains is asked, of which not enough is known.
func (c clause) key() (string, bool) {
	key := ""
	for i, leaf := range leavesOf(c.rule) {
		v, ok := leaf.(*annotations.ContextValue)
		if !ok || i > 0 && v.Key.Text != key {
			return "", false
		}
		if op, _ := positive(v.Op); op == annotations.Contains {
			return "", false
		}
		key = v.Key.Text
	}
	return key, key != ""
}

// name is the same for branches of one choice.
func (b branch) name(key string) string {
	var deps, rest []string
	for _, d := range b.task.deps {
		deps = append(deps, d.id)
	}
	for _, c := range b.rest {
		rest = append(rest, strconv.FormatBool(c.negated)+" "+annotations.Format(c.rule))
	}
	slices.Sort(deps)
	slices.Sort(rest)
	return strconv.Quote(key) + strings.Join(deps, " ") + "\n" + strings.Join(slices.Compact(rest), "\n")
}

// span is the place of the first condition on the key.
func (b branch) span() annotations.Span { return spanWithin(b.task, b.tests[0].rule.Span()) }
