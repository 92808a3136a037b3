package memory

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/internal/ledger"
)

// run is all that is kept of a run. Its plan is never changed, so that it is
// handed out without a copy.
type run struct {
	info    store.RunInfo
	plan    *plan.Plan
	initial []engine.Entry
	tasks   []task
	replans []store.Replan
}

// task is a task with the ledger's view of it.
type task struct {
	state  ledger.Task
	detail store.TaskDetail
}

// newRun returns the run that a creation asks for.
func newRun(c *store.RunCreated, p *plan.Plan) *run {
	return &run{
		info: store.RunInfo{
			Num: c.Num, ID: c.ID, Workflow: c.Plan.Name, Fingerprint: c.Plan.Fingerprint,
			Status: engine.RunRunning, Created: c.At, Deadline: c.Deadline,
		},
		plan:    p,
		initial: clone(c.Initial),
		tasks:   newTasks(len(c.Plan.Tasks)),
	}
}

// newTasks returns tasks that wait.
func newTasks(n int) []task {
	tasks := make([]task, n)
	for i := range tasks {
		tasks[i].state.Status = engine.TaskWaiting
		tasks[i].detail.Status = engine.TaskWaiting
	}
	return tasks
}

// start begins an attempt, or begins it again.
func (t *task) start(before ledger.Task, c *store.AttemptStarted) {
	a := store.Attempt{Number: c.Attempt, Started: c.At, Host: c.Host, Version: c.Version}
	n := len(t.detail.Attempts)
	if int(before.Attempt) == c.Attempt {
		a.Interruptions = t.detail.Attempts[n-1].Interruptions
		t.detail.Attempts[n-1] = a
		return
	}
	t.detail.Attempts = append(t.detail.Attempts, a)
}

// end ends the attempt that goes on.
func (t *task) end(c store.AttemptEnd, at, due int64) {
	a := &t.detail.Attempts[len(t.detail.Attempts)-1]
	a.Outcome = c.Outcome
	a.Error = c.Error
	a.Ended = at
	a.Due = due
	if c.Outcome == store.AttemptInterrupted {
		a.Interruptions = c.Interruptions
	}
}

// saved is what a change may alter in a task.
type saved struct {
	task     task
	attempts int
	last     store.Attempt
}

// save copies what a change may alter: the task and its last attempt.
func (t *task) save() saved {
	s := saved{task: *t, attempts: len(t.detail.Attempts)}
	if s.attempts > 0 {
		s.last = t.detail.Attempts[s.attempts-1]
	}
	return s
}

// restore puts a saved state back.
func (t *task) restore(s saved) {
	*t = s.task
	if s.attempts > 0 {
		t.detail.Attempts[s.attempts-1] = s.last
	}
}

// detail returns a copy of the run.
func (r *run) detail() *store.RunDetail {
	d := &store.RunDetail{RunInfo: r.info, Plan: r.plan, Initial: clone(r.initial), Replans: slices.Clone(r.replans)}
	d.Tasks = make([]store.TaskDetail, len(r.tasks))
	for i := range r.tasks {
		d.Tasks[i] = r.tasks[i].detail
		d.Tasks[i].Writes = clone(d.Tasks[i].Writes)
		d.Tasks[i].Attempts = slices.Clone(d.Tasks[i].Attempts)
	}
	return d
}

// callback returns the callback about the end of a task.
func (r *run) callback(task int) store.Callback {
	t := &r.tasks[task].detail
	last := t.Attempts[len(t.Attempts)-1]
	c := store.Callback{
		Run: r.info.Num, ID: r.info.ID, Workflow: r.info.Workflow, Task: task, TaskID: r.plan.Tasks[task].ID,
		Status: t.Status, Attempts: last.Number,
	}
	c.Failure, _ = last.Failure()
	return c
}

// open returns what is needed to go on with the run.
func (r *run) open() *store.OpenRun {
	o := &store.OpenRun{
		Num: r.info.Num, Created: r.info.Created, Workflow: r.info.Workflow, Plan: r.plan,
		State: &engine.Run{
			ID: r.info.ID, Status: r.info.Status, Deadline: r.info.Deadline,
			Initial: clone(r.initial), Tasks: make([]engine.Task, len(r.tasks)),
		},
		Failures: map[int]store.Failure{}, Delayed: map[int]int64{},
	}
	if r.info.Status == engine.RunBlocked {
		o.Cause, o.Reason = r.info.Cause, r.info.Error
	}
	for i := range r.tasks {
		t := &r.tasks[i]
		o.State.Tasks[i] = t.engineTask()
		if t.state.Status == engine.TaskRetrying {
			last := t.detail.Attempts[len(t.detail.Attempts)-1]
			o.Delayed[i] = last.Due - last.Ended
		}
		for _, a := range t.detail.Attempts {
			if f, ok := a.Failure(); ok {
				o.Failures[i] = f
			}
		}
	}
	return o
}

// engineTask returns the state as the engine keeps it.
func (t *task) engineTask() engine.Task {
	e := engine.Task{
		Status: t.state.Status, Attempt: int(t.state.Attempt), Again: t.state.Again(),
		Leaves: t.detail.Leaves, Writes: clone(t.detail.Writes),
	}
	if n := len(t.detail.Attempts); n > 0 {
		last := t.detail.Attempts[n-1]
		e.Interruptions = last.Interruptions
		if e.Status == engine.TaskRetrying {
			e.Due = last.Due
		}
	}
	return e
}

// clone copies entries with their values.
func clone(entries []engine.Entry) []engine.Entry {
	if len(entries) == 0 {
		return nil
	}
	c := make([]engine.Entry, len(entries))
	for i, e := range entries {
		c[i] = engine.Entry{Key: e.Key, Value: slices.Clone(e.Value)}
	}
	return c
}
