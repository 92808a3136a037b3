package engine

import (
	"fmt"
	"slices"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// Adoption is how a run goes on under another plan.
type Adoption struct {
	// Plan is the plan that the run has from now on; it is not to be changed. If
	// nothing sets the run apart it is the new plan itself.
	Plan *plan.Plan
	// Tasks has the index in Plan of each task of the old plan; -1 for one that
	// is gone, which was not decided.
	Tasks []int
	// Run is the renumbered copy of the run, for [Graph.RestoreAdopted] of a
	// graph of Plan. A [Replan] comes next, also if nothing changed.
	Run *Run
	// Changed says that there is something to store: the fingerprint of Plan is
	// not that of the old plan. The numbers of the tasks are part of it.
	Changed bool
}

// Adopt decides, task by task, how a run that was started under an old plan goes
// on under the one of today. It changes neither plans nor run, and it needs no
// restored run.
//
//   - A task that has ended keeps its outcome, its writes, and its entry in the
//     old plan: the rule it was decided by, its policies and keys.
//   - A task that was decided and has not ended keeps its rule and the attempts
//     it has used. Its policies and keys are the new ones. An attempt that was
//     promised before is made, also if the new policy has fewer retries.
//   - Any other task is the new plan's, as if it had never been another.
//
// Tasks have the numbers of the new plan, because compiled code asks by them.
// Name, timeout and input stay what the run was started with: its deadline and
// its initial context follow from them.
//
// Obstacles say why this would not be sound; they come in the order of the
// tasks. What they promise: if there are none, no task that runs after the
// adoption misses a key that it requires and the new plan promises it, or finds
// a value of another type than the new plan promises, unless a task has failed
// that fails the run anyway. What open tasks do beyond their listed keys, and
// whether a rule is false because a key is missing, is not judged.
//
// The adoption is nil if there are obstacles, unless all of them are acceptable
// and accept is set. Then
//
//   - an ended task that is gone stays behind the others as history: no task
//     depends on it, no context has its writes, but its failure fails the run;
//   - an ended task with other dependencies has those of the new ones that have
//     ended; tasks behind it that were decided do not wait for the others
//     either, and those that were not, do;
//   - a read of a missing key finds it missing.
//
// What was accepted is part of the plan and no obstacle again. Adopting the same
// plan again, whatever happened to the run in between, changes nothing.
func Adopt(old *plan.Plan, r *Run, now *plan.Plan, accept bool) (*Adoption, []Obstacle) {
	if r.Status.Ended() {
		return unchanged(old, r), nil
	}
	if err := fits(old, r); err != nil {
		return nil, []Obstacle{{Kind: StateBroken, Detail: err.Error()}}
	}
	if old.Fingerprint == now.Fingerprint {
		return unchanged(now, r), nil
	}
	a := newAdopter(old, r, now)
	a.mergeTasks()
	if slices.ContainsFunc(a.obstacles, func(o Obstacle) bool { return !o.Acceptable }) {
		return nil, a.obstacles // there is no sound plan to look for more with
	}
	return a.finish(accept)
}

// unchanged is the adoption of the plan that a run has.
func unchanged(p *plan.Plan, r *Run) *Adoption {
	tasks := make([]int, len(r.Tasks))
	for i := range tasks {
		tasks[i] = i
	}
	return &Adoption{Plan: p, Tasks: tasks, Run: renumbered(r, tasks)}
}

// renumbered copies a run; from has the old index of each task, -1 for a new one.
func renumbered(r *Run, from []int) *Run {
	c := *r
	c.Tasks = make([]Task, len(from))
	for i, j := range from {
		c.Tasks[i] = Task{Status: TaskWaiting}
		if j >= 0 {
			c.Tasks[i] = r.Tasks[j]
		}
	}
	return &c
}

// fits reports whether a run can be one of a plan.
func fits(p *plan.Plan, r *Run) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if len(r.Tasks) != len(p.Tasks) {
		return fmt.Errorf("it has %d tasks, its plan %d", len(r.Tasks), len(p.Tasks))
	}
	for i := range r.Tasks {
		if s := r.Tasks[i].Status; !s.known() {
			return fmt.Errorf("task %q is in no known state: %v", p.Tasks[i].ID, s)
		}
	}
	return nil
}

// adopter makes one adoption. Tasks have their new numbers, unless said otherwise.
type adopter struct {
	old, now *plan.Plan
	// plan is what the run goes on under.
	plan plan.Plan
	// tasks has the new number of each old one, from the old of each new one;
	// -1 stands for none.
	tasks, from []int
	// index has the number of each id of the new plan.
	index map[string]int
	// run is the renumbered run.
	run *Run
	// original is the run as it was.
	original *Run
	// after is the graph of the merged plan; registered that of the new one, if
	// it was asked for.
	after, registered *Graph
	// moved says that a decided task has its dependencies in another order; other
	// that a task has others than the new plan lists, or had under the old one.
	moved, other bool
	// lost is what has to come before a decided task, for whoever follows it, to
	// give back the ancestors of the new plan in their order; nil if they are there.
	lost [][]int
	// owned are the tasks whose reads are a copy that may be changed.
	owned map[int]bool
	// candidates are the tasks that may have written a key, by key.
	candidates map[string][]int
	obstacles  []Obstacle
}

func newAdopter(old *plan.Plan, r *Run, now *plan.Plan) *adopter {
	a := &adopter{
		old: old, now: now, original: r,
		index: make(map[string]int, len(now.Tasks)),
		tasks: make([]int, len(old.Tasks)),
		from:  make([]int, len(now.Tasks)),
		owned: make(map[int]bool),
	}
	a.plan = *old
	a.plan.Description, a.plan.Retention = now.Description, now.Retention
	a.plan.Tasks = make([]plan.Task, len(now.Tasks), len(now.Tasks)+len(old.Tasks))
	for i := range now.Tasks {
		a.index[now.Tasks[i].ID] = i
		a.from[i] = -1
	}
	a.number()
	a.run = renumbered(r, a.from)
	return a
}

// number gives every task that is left its number. Those that are gone and
// have ended come last.
func (a *adopter) number() {
	for j := range a.old.Tasks {
		t := &a.old.Tasks[j]
		status := a.original.Tasks[j].Status
		i, ok := a.index[t.ID]
		a.other = a.other || t.Kept != nil
		switch {
		case ok:
			a.from[i] = j
		case status.Ended():
			i = len(a.from)
			a.from = append(a.from, j)
			if !t.IsGone() {
				a.obstruct(Obstacle{Kind: TaskGone, Task: t.ID, Status: status, Acceptable: true})
			}
		default:
			i = -1
			if status != TaskWaiting {
				a.obstruct(Obstacle{Kind: TaskGone, Task: t.ID, Status: status})
			}
		}
		a.tasks[j] = i
	}
}

func (a *adopter) obstruct(o Obstacle) { a.obstacles = append(a.obstacles, o) }

// finish looks for what the merged tasks lack, and returns the adoption.
func (a *adopter) finish(accept bool) (*Adoption, []Obstacle) {
	a.after = link(&a.plan)
	a.markWalks()
	a.markHistory()
	if err := a.plan.Validate(); err != nil {
		return nil, append(a.obstacles, Obstacle{Kind: StateBroken, Detail: err.Error()})
	}
	a.compareContexts()
	a.checkKeys()
	if len(a.obstacles) > 0 && !accept {
		return nil, a.obstacles
	}
	adoption := &Adoption{Plan: &a.plan, Tasks: a.tasks, Run: a.run}
	a.plan.Fingerprint = a.plan.ComputeFingerprint()
	if a.plan.Fingerprint == a.now.Fingerprint {
		adoption.Plan = a.now
	}
	adoption.Changed = a.plan.Fingerprint != a.old.Fingerprint
	return adoption, a.obstacles
}
