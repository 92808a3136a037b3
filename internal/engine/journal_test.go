package engine_test

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// journal is a store in miniature. It knows nothing but the decisions it is
// given, with the events that led to them, and rebuilds a run from them: that
// it can is the proof that decisions suffice. It refuses a decision that does
// not fit what is on disk.
type journal struct {
	plan     *plan.Plan
	id       string
	deadline int64
	initial  []engine.Entry
	ended    engine.RunStatus // 0 while the run goes on
	rows     []row
}

// row is what is stored of a task.
type row struct {
	decided, ready bool
	leaves         plan.Leaves
	end            engine.TaskStatus // 0 before the end
	writes         []engine.Entry
	// The rest is the last attempt.
	attempt       int
	cut           engine.EventKind // what ended it other than success; 0 while it goes on
	interruptions int
	due           int64
	requeued      bool
}

// begin makes the journal that of a new run, and takes the space of the last one.
func (j *journal) begin(p *plan.Plan, r *engine.Run) {
	rows := slices.Grow(j.rows[:0], len(p.Tasks))[:len(p.Tasks)]
	clear(rows)
	*j = journal{plan: p, id: r.ID, deadline: r.Deadline, initial: r.Initial, rows: rows}
}

// commit stores what followed from an event.
func (j *journal) commit(e engine.Event, decisions []engine.Decision) error {
	for i := range decisions {
		d := &decisions[i]
		if err := j.store(&e, d); err != nil {
			return fmt.Errorf("decision %d, %v of task %d: %w", i, d.Kind, d.Task, err)
		}
		if d.Kind == engine.RunEnded && i != len(decisions)-1 {
			return fmt.Errorf("decision %d ends the run, but %d more follow", i, len(decisions)-1-i)
		}
	}
	return nil
}

func (j *journal) store(e *engine.Event, d *engine.Decision) error {
	if j.ended != 0 && j.ended != engine.RunBlocked {
		return fmt.Errorf("the run has ended as %v", j.ended)
	}
	switch d.Kind {
	case engine.RunEnded:
		return j.endRun(d.Status)
	case engine.RunUnblocked:
		if j.ended != engine.RunBlocked {
			return fmt.Errorf("the run is not blocked")
		}
		j.ended = 0
		return nil
	}
	row := &j.rows[d.Task]
	if row.end != 0 {
		return fmt.Errorf("the task has ended as %v", row.end)
	}
	switch d.Kind {
	case engine.BecameReady, engine.WasSkipped:
		if d.Verdict {
			return j.decide(d)
		}
		return row.makeReady(e, d)
	case engine.Started:
		return j.start(d)
	case engine.WasCancelled:
		row.end = engine.TaskCancelled
		return nil
	default:
		return j.endAttempt(e, d)
	}
}

// decide stores a verdict. Everything it rests on has to be stored before.
func (j *journal) decide(d *engine.Decision) error {
	row := &j.rows[d.Task]
	if row.decided {
		return fmt.Errorf("it was decided before")
	}
	for _, dep := range j.plan.Tasks[d.Task].DependsOn {
		if j.rows[dep].end == 0 {
			return fmt.Errorf("its dependency %d has not ended", dep)
		}
	}
	row.decided, row.leaves = true, d.Leaves
	row.ready = d.Kind == engine.BecameReady
	if !row.ready {
		row.end = engine.TaskSkipped
	}
	return nil
}

// makeReady stores that an attempt was cut off, or that a retry is due.
func (r *row) makeReady(e *engine.Event, d *engine.Decision) error {
	switch {
	case d.Kind != engine.BecameReady || !r.ready:
		return fmt.Errorf("it was never decided")
	case e.Kind == engine.RetryDue && r.cut == engine.Failed && !r.requeued && d.Attempt == r.attempt+1:
		r.requeued = true
	case e.Kind == engine.Interrupted && r.cut == 0 && d.Attempt == r.attempt:
		r.cut, r.interruptions = e.Kind, r.interruptions+1
	case e.Kind == engine.Stopped && r.cut == 0 && d.Attempt == r.attempt:
		r.cut = e.Kind
	default:
		return fmt.Errorf("attempt %d cannot become ready by %v after attempt %d (%v)", d.Attempt, e.Kind, r.attempt, r.cut)
	}
	return nil
}

func (j *journal) start(d *engine.Decision) error {
	row, retries := &j.rows[d.Task], j.plan.Tasks[d.Task].Retry.Attempts
	again := row.cut == engine.Stopped || row.cut == engine.Interrupted
	next := row.attempt + 1
	if again {
		next = row.attempt
	}
	switch {
	case !row.ready:
		return fmt.Errorf("its verdict was not true")
	case row.attempt > 0 && !again && !row.requeued:
		return fmt.Errorf("its attempt %d goes on or waits", row.attempt)
	case d.Attempt != next || next > retries+1:
		return fmt.Errorf("attempt %d starts after %d with %d retries", d.Attempt, row.attempt, retries)
	}
	if !again {
		row.attempt, row.interruptions = next, 0
	}
	row.cut, row.due, row.requeued = 0, 0, false
	return nil
}

// endAttempt stores the end of the attempt that goes on.
func (j *journal) endAttempt(e *engine.Event, d *engine.Decision) error {
	row := &j.rows[d.Task]
	if row.attempt == 0 || row.cut != 0 || d.Attempt != row.attempt {
		return fmt.Errorf("attempt %d does not go on", d.Attempt)
	}
	switch d.Kind {
	case engine.Completed:
		row.end, row.writes = engine.TaskCompleted, e.Writes
	case engine.FailedForGood:
		row.end = engine.TaskFailed
		if d.Interrupted {
			row.interruptions++
		}
	case engine.WillRetry:
		row.cut, row.due = engine.Failed, d.Due
	default:
		return fmt.Errorf("the journal does not know it")
	}
	return nil
}

func (j *journal) endRun(status engine.RunStatus) error {
	if status != engine.RunBlocked {
		for i := range j.rows {
			if j.rows[i].end == 0 {
				return fmt.Errorf("task %d has not ended", i)
			}
		}
	}
	j.ended = status
	return nil
}

// rebuild returns the run as far as it is stored; Pending and Open are left
// to Restore.
func (j *journal) rebuild() *engine.Run {
	r := &engine.Run{}
	j.rebuildInto(r)
	return r
}

// rebuildInto is rebuild that takes the space of another run.
func (j *journal) rebuildInto(r *engine.Run) {
	tasks := slices.Grow(r.Tasks[:0], len(j.rows))[:len(j.rows)]
	*r = engine.Run{ID: j.id, Status: engine.RunRunning, Deadline: j.deadline, Initial: j.initial, Tasks: tasks}
	if j.ended != 0 {
		r.Status = j.ended
	}
	for i := range j.rows {
		j.rows[i].rebuildInto(&r.Tasks[i])
	}
}

// rebuildInto makes a task of what is stored of it.
func (r *row) rebuildInto(t *engine.Task) {
	*t = engine.Task{
		Status: r.status(), Attempt: r.attempt, Interruptions: r.interruptions, Leaves: r.leaves, Writes: r.writes,
	}
	t.Again = t.Status == engine.TaskReady && (r.cut == engine.Stopped || r.cut == engine.Interrupted)
	if t.Status == engine.TaskRetrying {
		t.Due = r.due
	}
}

func (r *row) status() engine.TaskStatus {
	switch {
	case r.end != 0:
		return r.end
	case !r.decided:
		return engine.TaskWaiting
	case r.attempt > 0 && r.cut == 0:
		return engine.TaskRunning
	case r.cut == engine.Failed && !r.requeued:
		return engine.TaskRetrying
	default:
		return engine.TaskReady
	}
}

// difference returns how two runs differ, or "". Times of equal runs are equal
// to the millisecond, contexts to the byte.
func difference(a, b *engine.Run) string {
	if a.ID != b.ID || a.Status != b.Status || a.Deadline != b.Deadline || a.Open != b.Open || len(a.Tasks) != len(b.Tasks) {
		return fmt.Sprintf("run %s %v %d %d and %s %v %d %d", a.ID, a.Status, a.Deadline, a.Open, b.ID, b.Status, b.Deadline, b.Open)
	}
	if !equalEntries(a.Initial, b.Initial) {
		return "the initial contexts"
	}
	for i := range a.Tasks {
		x, y := &a.Tasks[i], &b.Tasks[i]
		if x.Pending != y.Pending || !sameTask(x, y) {
			return fmt.Sprintf("task %d: %+v and %+v", i, *x, *y)
		}
	}
	return ""
}

// sameTask compares all of two tasks but Pending.
func sameTask(x, y *engine.Task) bool {
	return x.Status == y.Status && x.Attempt == y.Attempt && x.Again == y.Again && x.Due == y.Due &&
		x.Interruptions == y.Interruptions && x.Leaves.Equal(y.Leaves) && equalEntries(x.Writes, y.Writes)
}

func equalEntries(a, b []engine.Entry) bool {
	if len(a) != len(b) {
		return false
	}
	if len(a) == 0 || &a[0] == &b[0] {
		return true
	}
	return slices.EqualFunc(a, b, func(x, y engine.Entry) bool {
		return x.Key == y.Key && bytes.Equal(x.Value, y.Value) && (x.Value == nil) == (y.Value == nil)
	})
}

// clone copies a run as deeply as Step can change it.
func clone(r *engine.Run) *engine.Run {
	c := &engine.Run{}
	cloneInto(c, r)
	return c
}

// cloneInto is clone that takes the space of another run.
func cloneInto(c, r *engine.Run) {
	tasks := slices.Grow(c.Tasks[:0], len(r.Tasks))[:len(r.Tasks)]
	copy(tasks, r.Tasks)
	*c = *r
	c.Tasks = tasks
}

// replan gives the journal another plan; tasks has the new number of each old
// one. It refuses to lose a task that was decided.
func (j *journal) replan(p *plan.Plan, tasks []int) error {
	rows := make([]row, len(p.Tasks))
	for old, i := range tasks {
		if i >= 0 {
			rows[i] = j.rows[old]
		} else if j.rows[old].decided {
			return fmt.Errorf("task %d was decided and is gone", old)
		}
	}
	j.plan, j.rows = p, rows
	return nil
}
