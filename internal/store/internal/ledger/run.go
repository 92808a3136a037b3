package ledger

import (
	"fmt"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// Create applies the creation of a run. That its ID is new is for the store to
// check. Undo takes the number back.
func (l *Ledger) Create(c *store.RunCreated) (*Run, error) {
	if err := validCreation(c); err != nil {
		return nil, err
	}
	if c.Num <= l.last {
		return nil, fenced(c, "number %d is in use or was passed over; the last one is %d", c.Num, l.last)
	}
	r := NewRun(c.Num, c.Plan.Name, len(c.Plan.Tasks))
	r.Created = c.At
	l.runs[c.Num] = r
	l.journal = append(l.journal, entry{run: r, task: created, last: l.last})
	l.last = c.Num
	return r, nil
}

// Run applies a change of the state of a run as a whole: that it is blocked, is
// so no more, has another plan, or ends. It returns the state before.
func (l *Ledger) Run(c store.Change) (r *Run, before engine.RunStatus, err error) {
	num, err := runOf(c)
	if err != nil {
		return nil, 0, err
	}
	if r, err = l.open(c, num); err != nil {
		return nil, 0, err
	}
	saved := entry{run: r, task: whole, status: r.Status, tasks: r.Tasks}
	if err := r.change(c); err != nil {
		return nil, 0, err
	}
	l.journal = append(l.journal, saved)
	return r, saved.status, nil
}

// runOf returns the run that a change of a run is about, if the change could
// fit at all.
func runOf(c store.Change) (num int64, err error) {
	switch c := c.(type) {
	case *store.RunBlocked:
		return c.Run, validBlock(c)
	case *store.RunUnblocked:
		return c.Run, nil
	case *store.RunReplanned:
		return c.Run, validReplan(c)
	case *store.RunEnded:
		if c.Status < engine.RunCompleted || c.Status > engine.RunCancelled {
			return 0, invalid(c, "status %d is not an end", c.Status)
		}
		return c.Run, nil
	default:
		return 0, invalid(c, "it is no change of a run")
	}
}

// change applies a change of the run that has not ended, or leaves it as it is.
func (r *Run) change(c store.Change) error {
	switch c := c.(type) {
	case *store.RunBlocked:
		r.Status = engine.RunBlocked
	case *store.RunUnblocked:
		if r.Status != engine.RunBlocked {
			return fenced(c, "the run is not blocked")
		}
		r.Status = engine.RunRunning
	case *store.RunReplanned:
		return r.replan(c)
	case *store.RunEnded:
		r.Status = c.Status
	}
	return nil
}

// replan renumbers the tasks. The slice is a new one, so that the old one can
// be put back.
func (r *Run) replan(c *store.RunReplanned) error {
	switch {
	case c.Plan.Name != r.Workflow:
		return fenced(c, "its plan is one of workflow %q, the run one of %q", c.Plan.Name, r.Workflow)
	case len(c.Tasks) != len(r.Tasks):
		return fenced(c, "it renumbers %d tasks, the run has %d", len(c.Tasks), len(r.Tasks))
	}
	tasks := NewRun(r.Num, r.Workflow, len(c.Plan.Tasks)).Tasks
	for old, now := range c.Tasks {
		switch {
		case now >= 0:
			tasks[now] = r.Tasks[old]
		case r.Tasks[old].Status != engine.TaskWaiting:
			return fenced(c, "task %d is gone, but has been decided", old)
		}
	}
	r.Tasks = tasks
	return nil
}

// open returns the run that a change is about, which must not have ended.
func (l *Ledger) open(c store.Change, num int64) (*Run, error) {
	r, err := l.run(num)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", store.Describe(c), err)
	}
	if r.Status.Ended() {
		return nil, fenced(c, "the run has ended")
	}
	return r, nil
}
