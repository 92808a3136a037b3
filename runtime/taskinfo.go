package cloacina

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// TaskInfo tells a task about itself; see [TaskFrom].
type TaskInfo struct {
	// Run is the ID of the run.
	Run string
	// Workflow is the name of the workflow.
	Workflow string
	// Task is the id of the task.
	Task string
	// Attempt is the number of the attempt, from 1.
	Attempt int
	// IdempotencyKey is the same for all attempts of the task in its run, and
	// different from that of every other task: "RUN/TASK".
	IdempotencyKey string
	// Logger logs with the fields run, workflow, task and attempt.
	Logger *slog.Logger

	call *call
}

// Outcome is how an ancestor of a task ended.
type Outcome struct {
	// State is Completed, Failed or Skipped.
	State State
	// Attempts is how many attempts there were; 0 for a skipped task.
	Attempts int
	// Err is the error of the last failed attempt, also of a task that was
	// completed by a later one; nil if none failed. It is the very error if the
	// attempt ran in this process, else its text.
	Err error
	// Reason is why a skipped task was skipped, else empty.
	Reason string
}

type taskKey struct{}

// TaskFrom returns what the runner tells the task whose context ctx is, or is
// derived from. Outside a task, as in a test that calls a task's function, it
// returns a TaskInfo without names whose Logger is silent.
func TaskFrom(ctx context.Context) *TaskInfo {
	if c, ok := ctx.Value(taskKey{}).(*call); ok {
		return c.taskInfo()
	}
	return &TaskInfo{Logger: slog.New(slog.DiscardHandler)}
}

// taskInfo makes the information when it is first asked for: most tasks do not
// ask, and a logger with fields is not for free.
func (c *call) taskInfo() *TaskInfo {
	if info := c.info.Load(); info != nil {
		return info
	}
	c.info.CompareAndSwap(nil, newTaskInfo(c))
	return c.info.Load()
}

func newTaskInfo(c *call) *TaskInfo {
	info := &TaskInfo{
		Run: c.run.id, Workflow: c.run.plan.Name, Task: c.run.plan.Tasks[c.task].ID,
		Attempt: c.attempt, call: c,
	}
	info.IdempotencyKey = info.Run + "/" + info.Task
	info.Logger = c.l.r.log.With(
		fieldRun, info.Run, fieldWorkflow, info.Workflow, fieldTask, info.Task, fieldAttempt, info.Attempt)
	return info
}

// Outcome tells how an ancestor ended: a task that this one depends on,
// directly or through others. About any other task it returns
// [ErrNotAncestor], because that one need not have ended.
func (t *TaskInfo) Outcome(id string) (Outcome, error) {
	if t.call == nil {
		return Outcome{}, fmt.Errorf("outcome of %q: the context is not that of a task: %w", id, ErrNotAncestor)
	}
	run := t.call.run
	ancestor, ok := run.task(id)
	if !ok || !run.graph.IsAncestor(ancestor, t.call.task) {
		return Outcome{}, fmt.Errorf("run %s: task %s asks for the outcome of %q: %w; add it to the dependencies",
			t.Run, t.Task, id, ErrNotAncestor)
	}
	state := &run.state.Tasks[ancestor]
	o := Outcome{State: taskState(state.Status), Attempts: state.Attempt, Err: run.errs[ancestor]}
	if state.Status == engine.TaskSkipped {
		o.Reason = run.skipReason(ancestor, state.Leaves)
	}
	return o, nil
}
