package ledger

import (
	"fmt"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/teeth"
)

// Task applies a change of a task and returns its state before and after.
func (l *Ledger) Task(c store.Change) (r *Run, before, after Task, err error) {
	num, index := Subject(c)
	if index < 0 {
		return nil, before, after, invalid(c, "it is no change of a task")
	}
	if r, err = l.open(c, num); err != nil {
		return nil, before, after, err
	}
	if r.Status == engine.RunBlocked && !cancels(c) {
		return nil, before, after, fenced(c, "the run is blocked")
	}
	if index >= len(r.Tasks) {
		return nil, before, after, invalid(c, "the run has %d tasks", len(r.Tasks))
	}
	before = r.Tasks[index]
	if after, err = next(before, c); err != nil {
		return nil, before, after, err
	}
	l.journal = append(l.journal, entry{run: r, task: index, before: before})
	r.Tasks[index] = after
	return r, before, after, nil
}

// cancels reports whether a change cancels a task, which is all that becomes of the
// tasks of a blocked run.
func cancels(c store.Change) bool {
	end, ok := c.(*store.TaskEnded)
	return ok && end.Status == engine.TaskCancelled
}

// Subject returns the run and the task a change is about; the task is -1 if it
// is none of a task.
func Subject(c store.Change) (run int64, task int) {
	switch c := c.(type) {
	case *store.TaskDecided:
		return c.Run, c.Task
	case *store.AttemptStarted:
		return c.Run, c.Task
	case *store.AttemptEnded:
		return c.Run, c.Task
	case *store.TaskRequeued:
		return c.Run, c.Task
	case *store.TaskEnded:
		return c.Run, c.Task
	default:
		return 0, -1
	}
}

// next returns the state of a task after a change.
func next(t Task, c store.Change) (Task, error) {
	if t.Status.Ended() {
		return t, fenced(c, "the task has ended")
	}
	switch c := c.(type) {
	case *store.TaskDecided:
		return decided(t, c)
	case *store.AttemptStarted:
		return started(t, c)
	case *store.AttemptEnded:
		return ended(t, c)
	case *store.TaskRequeued:
		if t.Status != engine.TaskRetrying {
			return t, fenced(c, "the task is not retrying")
		}
		t.Status = engine.TaskReady
		return t, nil
	case *store.TaskEnded:
		return finished(t, c)
	default:
		return t, invalid(c, "the store does not know it")
	}
}

func decided(t Task, c *store.TaskDecided) (Task, error) {
	if t.Status != engine.TaskWaiting && !teeth.Has(teeth.DecisionNotFenced) {
		return t, fenced(c, "the task has been decided")
	}
	t.Status = engine.TaskSkipped
	if c.Ready {
		t.Status = engine.TaskReady
	}
	return t, nil
}

func started(t Task, c *store.AttemptStarted) (Task, error) {
	if t.Status != engine.TaskReady && t.Status != engine.TaskRetrying {
		return t, fenced(c, "the task is neither ready nor retrying")
	}
	want := int(t.Attempt)
	if !t.Again() {
		want++
	}
	if c.Attempt != want {
		return t, fenced(c, "attempt %d is next", want)
	}
	if c.Attempt > MaxAttempt {
		return t, invalid(c, "a task has at most %d attempts", MaxAttempt)
	}
	return Task{Status: engine.TaskRunning, Attempt: int32(c.Attempt)}, nil
}

func ended(t Task, c *store.AttemptEnded) (Task, error) {
	if !t.runs(c.Attempt) {
		return t, fenced(c, "this attempt does not run")
	}
	if err := validAttemptEnd(c); err != nil {
		return t, err
	}
	t.Status, t.Outcome = engine.TaskReady, c.Outcome
	if c.Outcome == store.AttemptFailed {
		t.Status = engine.TaskRetrying
	}
	return t, nil
}

func finished(t Task, c *store.TaskEnded) (Task, error) {
	if err := validEnd(c); err != nil {
		return t, err
	}
	switch {
	case c.Last.Attempt != 0 && !t.runs(c.Last.Attempt):
		return t, fenced(c, "attempt %d does not run", c.Last.Attempt)
	case c.Last.Attempt == 0 && t.Status == engine.TaskRunning:
		return t, fenced(c, "attempt %d goes on, and its end is missing", t.Attempt)
	}
	t.Status = c.Status
	if c.Last.Attempt != 0 {
		t.Outcome = c.Last.Outcome
	}
	return t, nil
}

// runs reports whether this is the attempt that goes on.
func (t Task) runs(attempt int) bool {
	return t.Status == engine.TaskRunning && int(t.Attempt) == attempt
}

// fenced builds a FencedError.
func fenced(c store.Change, format string, args ...any) error {
	return &store.FencedError{Change: c, Reason: fmt.Sprintf(format, args...)}
}

// invalid builds an InvalidError.
func invalid(c store.Change, format string, args ...any) error {
	return &store.InvalidError{Change: c, Reason: fmt.Sprintf(format, args...)}
}
