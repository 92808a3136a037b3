package cloacina

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// listing is what the loop knows of a run that somebody begins to watch.
type listing struct {
	num    int64 // of the run
	plan   *plan.Plan
	tasks  []engine.Task
	reason string // why nothing of it runs
}

func newListing(l *loop, run *openRun) *listing {
	list := &listing{num: run.num, plan: run.plan, tasks: slices.Clone(run.state.Tasks)}
	if l.workflows[run.workflow] == nil {
		list.reason = "its workflow is not registered with this runner"
	}
	return list
}

// storedTask is as much of a task's state as a list takes.
func storedTask(t *store.TaskDetail) engine.Task {
	state := engine.Task{Status: t.Status}
	if n := len(t.Attempts); n > 0 {
		last := &t.Attempts[n-1]
		state.Attempt = last.Number
		if t.Status == engine.TaskRetrying {
			state.Due = last.Due
		}
	}
	return state
}

// history tells what the store knows of the tasks of a run.
type history struct {
	record
	index map[string]int // of the tasks in the store, by id
}

func newHistory(d *store.RunDetail) *history {
	h := &history{record: record{RunDetail: d}, index: make(map[string]int, len(d.Tasks))}
	for i := range d.Plan.Tasks {
		h.index[d.Plan.Tasks[i].ID] = i
	}
	return h
}

// change says how a task is, given its state at some instant that the store has
// passed, under the plan of that instant.
func (h *history) change(p *plan.Plan, task int, t *engine.Task) Change {
	c := Change{
		Run: h.ID, Workflow: p.Name, Task: p.Tasks[task].ID, State: taskState(t.Status), Attempt: t.Attempt,
		DependsOn: make([]string, len(p.Tasks[task].DependsOn)),
	}
	for i, d := range p.Tasks[task].DependsOn {
		c.DependsOn[i] = p.Tasks[d].ID
	}
	if i, ok := h.index[c.Task]; ok {
		h.fill(&c, i, t)
	}
	return c
}

// fill adds what the state does not have: times, the error and the reason.
func (h *history) fill(c *Change, task int, t *engine.Task) {
	detail := &h.Tasks[task]
	a := pastAttempt(detail, t.Attempt)
	switch t.Status {
	case engine.TaskReady:
		c.At = instant(readySince(detail, a))
	case engine.TaskRunning:
		c.At = instant(a.Started)
	case engine.TaskRetrying:
		c.At, c.RetryAt, c.Err = instant(a.Ended), instant(t.Due), a.Error
	case engine.TaskSkipped:
		c.At, c.Reason = instant(detail.Decided), h.skipReason(task)
	case engine.TaskFailed:
		c.At, c.Err = instant(detail.Ended), a.Error
	case engine.TaskCompleted, engine.TaskCancelled:
		c.At = instant(detail.Ended)
	}
}

// readySince is when a task became ready whose last attempt, if it had one, is a.
func readySince(t *store.TaskDetail, a *store.Attempt) int64 {
	switch {
	case a.Number == 0:
		return t.Decided
	case a.Due > 0:
		return a.Due
	default:
		return a.Ended
	}
}

// pastAttempt returns an attempt of a task, or one without a number.
func pastAttempt(t *store.TaskDetail, number int) *store.Attempt {
	for i := range t.Attempts {
		if t.Attempts[i].Number == number {
			return &t.Attempts[i]
		}
	}
	return &store.Attempt{}
}
