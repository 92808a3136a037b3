package sqlite

import (
	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/internal/ledger"
)

// The bits of a step's number: run << runShift | task << taskShift | number.
const (
	taskShift = 10
	runShift  = 28
	stepMask  = 1<<taskShift - 1
	taskMask  = 1<<(runShift-taskShift) - 1
)

// stepID returns the number of the row of an attempt.
func stepID(run int64, task int, number int32) int64 {
	return run<<runShift | int64(task)<<taskShift | int64(number)
}

// op is one statement to execute.
type op struct {
	kind int // a prepared statement

	// Of a task: the id of the step's row, and the state of the task before,
	// if the row is there, and afterwards.
	id          int64
	from, state engine.TaskStatus
	// When the run was created, which its times are counted from.
	created int64
	// late says that an earlier op of the batch inserts the row.
	late bool
	// Of a run: its number and its state before.
	run int64
	was engine.RunStatus

	// change is what the statement stores, and start the start that is one with a
	// decision, or nil.
	change store.Change
	start  *store.AttemptStarted
}

// batch turns changes into as few statements as possible: a decision and the
// start that follows it are one row.
type batch struct {
	ops      []op
	inserted map[int64]int // the ops that insert the rows of steps, by the ids of these
	// of is when the run was created that the next ops are about.
	of int64
}

// prepare has the ledger check the changes and turns them into statements.
func (s *Store) prepare(changes []store.Change) error {
	b := &s.w.ops
	for _, change := range changes {
		switch c := change.(type) {
		case *store.RunCreated:
			if _, err := s.ledger.Create(c); err != nil {
				return err
			}
			b.ops = append(b.ops, op{kind: stmtCreateRun, run: c.Num, change: change})
		case *store.RunBlocked, *store.RunUnblocked, *store.RunReplanned, *store.RunEnded:
			r, before, err := s.ledger.Run(c)
			if err != nil {
				return err
			}
			b.whole(r, before, c)
		case *store.CallbackDone:
			b.ops = append(b.ops, op{kind: stmtDropCallback, change: change})
		default:
			r, before, after, err := s.ledger.Task(c)
			if err != nil {
				return err
			}
			b.task(r, before, after, c)
		}
	}
	return nil
}

// reset empties the batch.
func (b *batch) reset() {
	clear(b.ops)
	b.ops = b.ops[:0]
	clear(b.inserted)
}

// insert appends an op that inserts a row.
func (b *batch) insert(o op) {
	if b.inserted == nil {
		b.inserted = map[int64]int{}
	}
	b.inserted[o.id] = len(b.ops)
	o.created = b.of
	b.ops = append(b.ops, o)
}

// update appends an op about a row that is there.
func (b *batch) update(o op) {
	_, o.late = b.inserted[o.id]
	o.created = b.of
	b.ops = append(b.ops, o)
}

// whole adds a change of a run as a whole, which the ledger has accepted.
func (b *batch) whole(r *ledger.Run, before engine.RunStatus, c store.Change) {
	o := op{kind: stmtMoveRun, run: r.Num, was: before, change: c}
	switch c := c.(type) {
	case *store.RunReplanned:
		o.kind = stmtReplan
		clear(b.inserted) // what follows is about rows with other numbers
	case *store.RunEnded:
		if before == engine.RunRunning && c.Error == "" {
			o.kind = stmtEndRun
		}
	}
	b.ops = append(b.ops, o)
}

// task adds a change of a task, which the ledger has accepted.
func (b *batch) task(r *ledger.Run, before, after ledger.Task, change store.Change) {
	row := max(before.Attempt, 1)
	b.of = r.Created
	switch c := change.(type) {
	case *store.TaskDecided:
		kind, number := stmtSkip, int32(0)
		if c.Ready {
			kind, number = stmtDecide, 1
		}
		b.insert(op{kind: kind, id: stepID(r.Num, c.Task, number), state: after.Status, change: change})
	case *store.AttemptStarted:
		b.startAttempt(before, c, stepID(r.Num, c.Task, int32(c.Attempt)))
	case *store.AttemptEnded:
		b.endAttempt(op{
			kind: stmtEnd, id: stepID(r.Num, c.Task, row), from: before.Status, state: after.Status, change: change,
		}, c.Outcome)
	case *store.TaskRequeued:
		id := stepID(r.Num, c.Task, row)
		b.update(op{kind: stmtRequeue, id: id, from: before.Status, state: after.Status, change: change})
	case *store.TaskEnded:
		b.endTask(op{id: stepID(r.Num, c.Task, row), from: before.Status, state: after.Status, change: change}, c)
	}
}

// startAttempt adds the start of an attempt, whose row has the id.
func (b *batch) startAttempt(before ledger.Task, c *store.AttemptStarted, id int64) {
	if i, ok := b.inserted[id]; ok && b.ops[i].kind == stmtDecide {
		o := &b.ops[i]
		o.kind, o.state, o.start = stmtDecideAndStart, engine.TaskRunning, c
		return
	}
	o := op{kind: stmtStartDecided, id: id, from: before.Status, state: engine.TaskRunning, change: c}
	switch {
	case before.Again():
		o.kind = stmtRestart
	case before.Attempt > 0:
		o.kind = stmtStart
		b.insert(o)
		return
	}
	b.update(o)
}

// endAttempt adds the end of an attempt, in which an interruption is to be counted.
func (b *batch) endAttempt(o op, outcome store.AttemptOutcome) {
	if outcome == store.AttemptInterrupted {
		b.update(op{kind: stmtCountInterruption, id: o.id, change: o.change})
	}
	b.update(o)
}

// endTask adds the end of a task with that of its attempt, if one goes on.
func (b *batch) endTask(o op, c *store.TaskEnded) {
	switch {
	case o.from == engine.TaskWaiting:
		o.kind, o.id = stmtCancelWaiting, o.id&^stepMask
		b.insert(o)
	case c.Last.Attempt == 0:
		o.kind = stmtCancel
		b.update(o)
	case c.Status == engine.TaskCompleted:
		o.kind = stmtComplete
		b.update(o)
	default:
		o.kind = stmtEnd
		b.endAttempt(o, c.Last.Outcome)
	}
	if c.Callback {
		b.ops = append(b.ops, op{kind: stmtAddCallback, change: o.change})
	}
}
