package engine

import (
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/teeth"
)

// judgeDependencies compares what a decided task depended on with what it is to
// depend on, and reports whether that is the same, the order aside. What counts
// is what the last plan listed; to list what it waited for in fact is no
// obstacle either.
func (a *adopter) judgeDependencies(i, j int) bool {
	want := a.idsOf(a.now.Tasks[i].DependsOn)
	had := a.hadDependencies(j)
	listed := had
	if k := a.old.Tasks[j].Kept; k != nil && k.Listed != nil {
		listed = k.Listed
	}
	if sameSet(want, listed) || teeth.Has(teeth.DependenciesAccepted) {
		a.moved = a.moved || !slices.Equal(want, had)
		return true
	}
	a.other = true
	status := a.run.Tasks[i].Status
	id := a.now.Tasks[i].ID
	var ended []string
	for _, d := range a.now.Tasks[i].DependsOn {
		if other := a.now.Tasks[d].ID; a.run.Tasks[d].Status.Ended() {
			ended = append(ended, other)
		} else {
			a.obstruct(Obstacle{Kind: TaskBefore, Task: id, Status: status, Other: other, Acceptable: status.Ended()})
		}
	}
	if !sameSet(ended, had) {
		a.obstruct(Obstacle{
			Kind: OtherDependencies, Task: id, Status: status, Acceptable: status.Ended(),
			Detail: wordsOf(had) + ", now " + wordsOf(want),
		})
	}
	return false
}

// keep gives a decided task its dependencies: the new ones if they are what it
// had, else as many of them as it waited for.
func (a *adopter) keep(i, j int) {
	t := &a.plan.Tasks[i]
	want := a.now.Tasks[i].DependsOn
	same := a.judgeDependencies(i, j)
	t.DependsOn = want
	switch kept := a.old.Tasks[j].Kept; {
	case !same:
		t.DependsOn = slices.DeleteFunc(slices.Clone(want), func(d int) bool { return !a.run.Tasks[d].Status.Ended() })
	case kept != nil && sameSet(a.idsOf(want), kept.Listed):
		t.DependsOn = a.ancestorsAmong(i, a.hadDependencies(j))
	}
	a.list(i)
	if ordered := a.ordered(i); !slices.Equal(t.DependsOn, ordered) {
		a.lost[i] = ordered
	}
}

// ancestorsAmong returns those of the named tasks that the new plan puts before
// a task, in the same order.
func (a *adopter) ancestorsAmong(i int, ids []string) []int {
	var found []int
	for _, id := range ids {
		if d, ok := a.index[id]; ok && a.registeredGraph().IsAncestor(d, i) {
			found = append(found, d)
		}
	}
	return found
}

// registeredGraph is the graph of the new plan, which few adoptions need.
func (a *adopter) registeredGraph() *Graph {
	if a.registered == nil {
		a.registered = link(a.now)
	}
	return a.registered
}

// list notes what the new plan lists as dependencies, if the task has others.
func (a *adopter) list(i int) {
	t, want := &a.plan.Tasks[i], a.now.Tasks[i].DependsOn
	if slices.Equal(t.DependsOn, want) {
		return
	}
	a.other = true
	t.Kept = &plan.Kept{Listed: a.idsOf(want)}
}

// ordered lists the dependencies of the new plan, each behind what it did not
// wait for itself. A task that depends on all of the list has the ancestors, and
// their order, that the new plan gives it.
func (a *adopter) ordered(i int) []int {
	want := a.now.Tasks[i].DependsOn
	if !slices.ContainsFunc(want, func(d int) bool { return len(a.lost[d]) > 0 }) {
		return want
	}
	var list []int
	seen := map[int]bool{}
	add := func(d int) {
		if !seen[d] {
			seen[d] = true
			list = append(list, d)
		}
	}
	for _, d := range want {
		for _, l := range a.lost[d] {
			add(l)
		}
		add(d)
	}
	return list
}

// wait gives an undecided task its dependencies.
func (a *adopter) wait(i int) {
	a.plan.Tasks[i].DependsOn = a.ordered(i)
	a.list(i)
}

// hadDependencies returns the ids of what a task of the old plan depended on.
func (a *adopter) hadDependencies(j int) []string {
	ids := make([]string, len(a.old.Tasks[j].DependsOn))
	for n, d := range a.old.Tasks[j].DependsOn {
		ids[n] = a.old.Tasks[d].ID
	}
	return ids
}

// idsOf returns the ids of tasks of the new plan.
func (a *adopter) idsOf(tasks []int) []string {
	ids := make([]string, len(tasks))
	for n, i := range tasks {
		ids[n] = a.now.Tasks[i].ID
	}
	return ids
}

// sameSet compares two lists without repetitions, their order aside.
func sameSet(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	if slices.Equal(a, b) {
		return true
	}
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func wordsOf(ids []string) string {
	if len(ids) == 0 {
		return "none"
	}
	return strings.Join(ids, ", ")
}
