package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/plan"
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
	key string
	// writers are those of the key that the branches see, in the order in which
	// their writes apply.
	writers  []*task
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
			o.checkMissing(c, all)
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
			writers, known := o.w.writersTested(t, key)
			if !known {
				continue
			}
			b := newBranch(t, clauses, key)
			name := o.nameOf(&b, key, writers)
			if byName[name] == nil {
				byName[name] = &choice{key: key, writers: writers}
				list = append(list, byName[name])
			}
			byName[name].branches = append(byName[name].branches, b)
		}
	}
	return list
}

// writersTested lists the writers of a key that the rule of a task tests; false if
// there are too many of them.
func (w *workflow) writersTested(t *task, key string) ([]*task, bool) {
	i := slices.IndexFunc(t.rule.Reads, func(r plan.Read) bool { return r.Key == key })
	if i < 0 || t.rule.Reads[i].Walk {
		return nil, false
	}
	return w.writersOf(t, t.rule.Reads[i]), true
}

// newBranch takes the rule of a task for one about a key.
func newBranch(t *task, clauses []clause, key string) branch {
	b := branch{task: t}
	for _, c := range clauses {
		if k, ok := c.key(); ok && k == key {
			b.tests = append(b.tests, c)
		} else {
			b.rest = append(b.rest, c)
		}
	}
	return b
}

// maxBranchKeys is how many keys the rule of a branch may test. One that tests more
// is no branch that anybody would compare with another.
const maxBranchKeys = 64

// testedKeys lists the keys that clauses are about, each once; none if they are
// too many.
func testedKeys(clauses []clause) []string {
	var keys []string
	for _, c := range clauses {
		if key, ok := c.key(); ok && !slices.Contains(keys, key) {
			if len(keys) == maxBranchKeys {
				return nil
			}
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

// nameOf is the same for branches of one choice: they have the same dependencies but
// for each other, see the same writers of the key in the same order, and agree in the rest of their
// rules. That the only writer has completed is no difference: the key is not there
// without that.
func (o *outcomeCheck) nameOf(b *branch, key string, writers []*task) string {
	var deps, from, rest []string
	for _, d := range b.task.deps {
		if !b.waitsFor(d, key) {
			deps = append(deps, d.id)
		}
	}
	for _, w := range writers {
		from = append(from, w.id)
	}
	only := len(writers) == 1 && len(o.w.startOf(plan.BaseKey(key))) == 0
	for _, c := range b.rest {
		if s, ok := c.rule.(*annotations.Outcome); ok && only && !c.negated &&
			s.Want == annotations.Success && s.ID.Text == writers[0].id {
			continue
		}
		rest = append(rest, strconv.FormatBool(c.negated)+" "+annotations.Format(c.rule))
	}
	slices.Sort(deps)
	slices.Sort(rest)
	return strings.Join([]string{
		strconv.Quote(key), strings.Join(deps, " "), strings.Join(from, " "), strings.Join(slices.Compact(rest), "\n"),
	}, "\n")
}

// waitsFor reports whether a dependency is another task that tests the key, and
// nothing else: neither its keys nor its outcome count.
func (b *branch) waitsFor(d *task, key string) bool {
	tests := slices.ContainsFunc(d.rule.Reads, func(r plan.Read) bool { return r.Key == key })
	asks := slices.ContainsFunc(outcomes(b.task.expanded()), func(o *annotations.Outcome) bool {
		return o.ID.Text == d.id
	})
	return tests && !asks && !b.task.readsFrom(d)
}

// span is the place of the first condition on the key.
func (b branch) span() annotations.Span { return spanWithin(b.task, b.tests[0].rule.Span()) }
