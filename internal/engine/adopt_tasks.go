package engine

import (
	"slices"
	"time"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// mergeTasks makes the entries of the merged plan, in the order of their numbers.
func (a *adopter) mergeTasks() {
	a.plan.Tasks = a.plan.Tasks[:len(a.from)]
	a.lost = make([][]int, len(a.now.Tasks))
	for i, j := range a.from {
		switch {
		case i >= len(a.now.Tasks):
			a.plan.Tasks[i] = a.history(j)
		case a.run.Tasks[i].Status == TaskWaiting:
			a.plan.Tasks[i] = a.now.Tasks[i]
			a.wait(i)
		case a.run.Tasks[i].Status.Ended():
			a.plan.Tasks[i] = a.renumber(j)
			a.keep(i, j)
		default:
			a.plan.Tasks[i] = a.now.Tasks[i]
			a.goOn(i, j)
		}
	}
}

// history is the entry of a task that is gone from the plan, by its old number.
func (a *adopter) history(j int) plan.Task {
	t := a.renumber(j)
	t.DependsOn = a.renumberList(a.old.Tasks[j].DependsOn)
	t.Kept = &plan.Kept{Gone: true}
	return t
}

// goOn completes the entry of a task that was decided and has not ended.
func (a *adopter) goOn(i, j int) {
	t, old := &a.plan.Tasks[i], &a.old.Tasks[j]
	t.Rule = a.renumberRule(old.Rule)
	t.Retry = retryFor(t.Retry, old.Retry, &a.run.Tasks[i])
	a.keep(i, j)
}

// retryFor is the new policy with as many retries as the task was promised. A
// policy that has none has no delays either, which are the old ones then.
func retryFor(now, old plan.Retry, t *Task) plan.Retry {
	promised := t.Next() - 1
	if t.Status == TaskRunning || t.Status == TaskDeferred {
		promised = t.Attempt - 1
	}
	if promised <= now.Attempts {
		return now
	}
	if now.Delay < time.Millisecond || now.MaxDelay < now.Delay {
		now.Delay, now.MaxDelay = old.Delay, old.MaxDelay
	}
	now.Attempts = promised
	return now
}

// renumber copies an entry of the old plan, all but its dependencies.
func (a *adopter) renumber(j int) plan.Task {
	t := a.old.Tasks[j]
	t.Rule = a.renumberRule(t.Rule)
	t.Reads = a.renumberReads(t.Reads)
	t.Kept = nil
	return t
}

func (a *adopter) renumberRule(r plan.Rule) plan.Rule {
	r.Tree = a.renumberNode(r.Tree)
	r.Reads = a.renumberReads(r.Reads)
	return r
}

func (a *adopter) renumberNode(n *plan.Node) *plan.Node {
	if n == nil || n.Op == plan.OpValue {
		return n
	}
	c := *n
	if n.Op.Leaf() {
		c.Task = a.tasks[n.Task]
		return &c
	}
	c.Args = make([]*plan.Node, len(n.Args))
	for i, arg := range n.Args {
		c.Args[i] = a.renumberNode(arg)
	}
	return &c
}

func (a *adopter) renumberReads(reads []plan.Read) []plan.Read {
	reads = slices.Clone(reads)
	for i := range reads {
		reads[i].Writers = a.renumberList(reads[i].Writers)
	}
	return reads
}

func (a *adopter) renumberList(tasks []int) []int {
	tasks = slices.Clone(tasks)
	for i, j := range tasks {
		tasks[i] = a.tasks[j]
	}
	return tasks
}

// markHistory marks the tasks that were decided by a rule, or have ended after
// reads, that name tasks which are no ancestors of theirs any more.
func (a *adopter) markHistory() {
	if !a.other {
		return
	}
	for i := range a.now.Tasks {
		t := &a.plan.Tasks[i]
		if t.Kept != nil || a.run.Tasks[i].Status == TaskWaiting {
			continue
		}
		if slices.ContainsFunc(t.Named(), func(n int) bool { return !a.after.IsAncestor(n, i) }) {
			t.Kept = &plan.Kept{}
		}
	}
}
