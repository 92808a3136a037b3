package engine

import (
	"github.com/cloacina-go/cloacina/internal/plan"

	"github.com/cloacina-go/cloacina/internal/teeth"
)

// Step applies an event to a run and returns what follows from it, in the
// order in which it follows: a task ends before the tasks that this decides,
// and the run ends last. An event that does not fit the state changes nothing
// and has no decisions.
//
// The work is proportional to the dependants of the tasks that changed. An
// error is a [*Violation]; the run is then unchanged.
func (g *Graph) Step(r *Run, e Event) ([]Decision, error) { return g.AppendStep(nil, r, e) }

// AppendStep is [Graph.Step] for drivers that use a slice again: it appends the
// decisions to it. After an error the slice is nil.
func (g *Graph) AppendStep(to []Decision, r *Run, e Event) ([]Decision, error) {
	c := newChange(g, r, e)
	defer c.giveBack()
	c.decisions = to
	if err := c.apply(); err != nil {
		c.rollBack()
		err.Run, err.Event, err.Dump = r.ID, e, g.dump(r)
		return nil, err
	}
	return c.decisions, nil
}

// apply dispatches the event. What it may assume is checked first.
func (c *change) apply() *Violation {
	blocked := c.r.Status == RunBlocked
	switch {
	case c.e.Kind == Block:
		return c.block()
	case blocked && c.e.Kind == Cancel:
		return c.abandon()
	case blocked && c.e.Kind == Unblock:
		return c.unblock()
	case len(c.r.Tasks) != len(c.g.plan.Tasks):
		return violation("the run has %d tasks, its plan %d", len(c.r.Tasks), len(c.g.plan.Tasks))
	case !c.r.Status.known():
		return violation("the run is in no known state: %v", c.r.Status)
	case c.r.Status.Ended() || blocked:
		return nil
	}
	switch c.e.Kind {
	case Begin, Replan:
		return c.begin()
	case Unblock:
		return nil // it is not blocked
	case Cancel:
		return c.endAll(RunCancelled)
	case TimedOut:
		return c.endAll(RunFailed)
	case Start, Succeeded, Failed, Stopped, Interrupted, RetryDue:
		return c.applyToTask()
	default:
		return violation("unknown kind of event")
	}
}

func (c *change) applyToTask() *Violation {
	if c.e.Task < 0 || c.e.Task >= len(c.r.Tasks) {
		return violation("there is no such task")
	}
	t := c.r.Tasks[c.e.Task]
	switch {
	case c.e.Kind == Start:
		if c.r.Status == RunRunning && t.Status == TaskReady {
			return c.start(t)
		}
	case t.Attempt != c.e.Attempt && !teeth.Has(teeth.LateNotFenced):
	case c.e.Kind == RetryDue:
		if t.Status == TaskRetrying {
			return c.retry(t)
		}
	case t.Status == TaskRunning:
		return c.endAttempt(t)
	}
	return nil
}

// endAttempt applies an event that ends the running attempt.
func (c *change) endAttempt(t Task) *Violation {
	switch c.e.Kind {
	case Succeeded:
		return c.succeed(t)
	case Failed:
		return c.fail(t)
	case Interrupted:
		t.Interruptions++
		if limit := c.e.MaxInterruptions; limit >= 0 && t.Interruptions > limit {
			t.Status = TaskFailed
			return c.endTask(t, Decision{Kind: FailedForGood, Interrupted: true})
		}
		return c.runAgain(t)
	default: // Stopped
		return c.runAgain(t)
	}
}

// begin decides the tasks that wait for nothing, and ends a run without a task
// that has not ended.
func (c *change) begin() *Violation {
	for i := range c.r.Tasks {
		if c.r.Tasks[i].Status == TaskWaiting && c.r.Tasks[i].Pending == 0 {
			c.undecided = append(c.undecided, i)
		}
	}
	return c.settle()
}

func (c *change) start(t Task) *Violation {
	next := t.Next()
	if teeth.Has(teeth.AttemptNotCounted) {
		next = max(1, t.Attempt)
	}
	if next != t.Attempt {
		t.Attempt, t.Interruptions = next, 0
	}
	t.Status, t.Again = TaskRunning, false
	return c.move(c.e.Task, t, Decision{Kind: Started, Attempt: t.Attempt})
}

func (c *change) succeed(t Task) *Violation {
	if !sorted(c.e.Writes) {
		return violation("the writes are not sorted by key, each once: %q", keysOf(c.e.Writes))
	}
	t.Status, t.Writes = TaskCompleted, c.e.Writes
	return c.endTask(t, Decision{Kind: Completed})
}

func (c *change) fail(t Task) *Violation {
	policy := &c.g.plan.Tasks[c.e.Task].Retry
	retries := policy.Attempts
	if teeth.Has(teeth.OneRetryTooFew) {
		retries--
	}
	if !c.e.Retryable || policy.Condition == plan.RetryNever || t.Attempt > retries {
		t.Status = TaskFailed
		return c.endTask(t, Decision{Kind: FailedForGood})
	}
	t.Status = TaskRetrying
	t.Due = dueAfter(c.e.Now, RetryDelay(*policy, c.r.ID, c.e.Task, t.Attempt))
	return c.move(c.e.Task, t, Decision{Kind: WillRetry, Attempt: t.Attempt, Due: t.Due})
}

// runAgain makes a task ready whose attempt was cut off.
func (c *change) runAgain(t Task) *Violation {
	t.Status, t.Again = TaskReady, true
	return c.move(c.e.Task, t, Decision{Kind: BecameReady, Attempt: t.Attempt})
}

// retry makes a task ready whose delay has passed.
func (c *change) retry(t Task) *Violation {
	t.Status, t.Due = TaskReady, 0
	return c.move(c.e.Task, t, Decision{Kind: BecameReady, Attempt: t.Attempt + 1})
}

// endTask ends the task of the event, decides what waited for it, and ends the
// run if it was the last.
func (c *change) endTask(t Task, d Decision) *Violation {
	d.Attempt = t.Attempt
	if v := c.move(c.e.Task, t, d); v != nil {
		return v
	}
	c.undecided = c.g.appendUndecided(c.undecided, c.r, c.e.Task)
	return c.settle()
}

// settle decides the tasks on the list and what follows from their being
// skipped. The list grows while it is worked off; a long chain of skips is a
// loop here and no recursion.
func (c *change) settle() *Violation {
	for next := 0; next < len(c.undecided); next++ {
		if v := c.decide(c.undecided[next]); v != nil {
			return v
		}
	}
	if c.r.Open > 0 {
		return nil
	}
	return c.moveRun(c.g.outcome(c.r))
}

// decide takes the one decision about a task.
func (c *change) decide(task int) *Violation {
	t := c.r.Tasks[task]
	verdict, leaves, v := c.evaluate(task)
	if v != nil {
		return v
	}
	t.Leaves = leaves
	d := Decision{Verdict: true, Leaves: leaves}
	if verdict {
		t.Status, d.Kind, d.Attempt = TaskReady, BecameReady, 1
		return c.move(task, t, d)
	}
	t.Status, d.Kind = TaskSkipped, WasSkipped
	if v := c.move(task, t, d); v != nil {
		return v
	}
	c.undecided = c.g.appendUndecided(c.undecided, c.r, task)
	return nil
}

// endAll ends every task that has not ended, and the run.
func (c *change) endAll(status RunStatus) *Violation {
	for i := range c.r.Tasks {
		t := c.r.Tasks[i]
		if t.Status.Ended() {
			continue
		}
		d := t.cancel()
		if v := c.move(i, t, d); v != nil {
			return v
		}
	}
	return c.moveRun(status)
}

// abandon cancels a blocked run. That is the only way out of a state which may
// contradict itself, so nothing is checked and the counts are set.
func (c *change) abandon() *Violation {
	for i := range c.r.Tasks {
		t := &c.r.Tasks[i]
		if t.Status.known() && t.Status.Ended() {
			continue
		}
		d := t.cancel()
		d.Task, t.Pending = i, 0
		c.decisions = append(c.decisions, d)
	}
	c.r.Open, c.r.Status = 0, RunCancelled
	c.decisions = append(c.decisions, Decision{Kind: RunEnded, Status: RunCancelled})
	return nil
}

func (t *Task) cancel() Decision {
	d := Decision{Kind: WasCancelled}
	if t.Status == TaskRunning {
		d.Attempt = t.Attempt
	}
	t.Status, t.Due, t.Again = TaskCancelled, 0, false
	return d
}

func (c *change) block() *Violation {
	if c.r.Status.Ended() || c.r.Status == RunBlocked {
		return nil
	}
	c.r.Status = RunBlocked
	c.decisions = append(c.decisions, Decision{Kind: RunEnded, Status: RunBlocked})
	return nil
}

// appendUndecided appends the dependants of an ended task that wait for
// nothing else.
func (g *Graph) appendUndecided(to []int, r *Run, ended int) []int {
	for _, d := range g.dependants(ended) {
		if r.Tasks[d].Pending == 0 {
			to = append(to, d)
		}
	}
	return to
}

// outcome returns how a run ends all of whose tasks have ended.
func (g *Graph) outcome(r *Run) RunStatus {
	failed := func(i int) bool {
		return r.Tasks[i].Status == TaskFailed &&
			(!g.plan.Tasks[i].AllowFailure || teeth.Has(teeth.AllowFailureIgnored))
	}
	for i := range r.Tasks {
		if failed(i) {
			return RunFailed
		}
	}
	return RunCompleted
}
