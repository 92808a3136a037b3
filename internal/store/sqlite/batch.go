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
	// late says that an earlier op of the batch may be about the same row.
	late bool
	// Of a run: its number and its state before.
	run int64
	was engine.RunStatus

	// change is what the statement stores, and also what it stores besides:
	// the start that follows a decision, or the end of the task that follows
	// the end of an attempt.
	change, also store.Change
}

// batch turns changes into as few statements as possible: a decision and the
// start that follows it are one row, the end of an attempt and that of its
// task are one update.
type batch struct {
	ops  []op
	last map[int64]int // the last op of a step's row
	// of is when the run was created that the next ops are about.
	of int64
}

// prepare has the ledger check the changes and turns them into statements.
func (s *Store) prepare(changes []store.Change) error {
	b := &s.w.ops
	b.reset()
	for _, change := range changes {
		switch c := change.(type) {
		case store.RunCreated:
			if _, err := s.ledger.Create(c); err != nil {
				return err
			}
			b.ops = append(b.ops, op{kind: stmtCreateRun, run: c.Num, change: change})
		case store.RunBlocked, store.RunUnblocked, store.RunReplanned, store.RunEnded:
			r, before, err := s.ledger.Run(c)
			if err != nil {
				return err
			}
			b.whole(r, before, c)
		case store.CallbackDone:
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
	clear(b.last)
}

// add appends an op about a row.
func (b *batch) add(o op) {
	if b.last == nil {
		b.last = map[int64]int{}
	}
	_, o.late = b.last[o.id]
	o.created = b.of
	b.last[o.id] = len(b.ops)
	b.ops = append(b.ops, o)
}

// previous returns the last op about a row if it has the kind, else nil.
func (b *batch) previous(id int64, kind int) *op {
	if i, ok := b.last[id]; ok && b.ops[i].kind == kind {
		return &b.ops[i]
	}
	return nil
}

// whole adds a change of a run as a whole, which the ledger has accepted.
func (b *batch) whole(r *ledger.Run, before engine.RunStatus, c store.Change) {
	o := op{kind: stmtMoveRun, run: r.Num, was: before, change: c}
	switch c := c.(type) {
	case store.RunReplanned:
		o.kind = stmtReplan
		clear(b.last) // what follows is about rows with other numbers
	case store.RunEnded:
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
	case store.TaskDecided:
		kind, number := stmtSkip, int32(0)
		if c.Ready {
			kind, number = stmtDecide, 1
		}
		b.add(op{kind: kind, id: stepID(r.Num, c.Task, number), state: after.Status, change: change})
	case store.AttemptStarted:
		b.startAttempt(before, change, stepID(r.Num, c.Task, int32(c.Attempt)))
	case store.AttemptEnded:
		id := stepID(r.Num, c.Task, row)
		if c.Outcome == store.AttemptInterrupted {
			b.add(op{kind: stmtCountInterruption, id: id, change: change})
		}
		b.add(op{kind: stmtEnd, id: id, from: before.Status, state: after.Status, change: change})
	case store.TaskRequeued:
		id := stepID(r.Num, c.Task, row)
		b.add(op{kind: stmtRequeue, id: id, from: before.Status, state: after.Status, change: change})
	case store.TaskEnded:
		if before.Status == engine.TaskWaiting {
			b.add(op{kind: stmtFinishWaiting, id: stepID(r.Num, c.Task, 0), state: c.Status, change: change})
		} else {
			b.finishTask(before, change, stepID(r.Num, c.Task, row))
		}
		if c.Callback {
			b.ops = append(b.ops, op{kind: stmtAddCallback, change: change})
		}
	}
}

// startAttempt adds the start of an attempt, whose row has the id. Changes are
// passed on as they came in, because another copy is another allocation.
func (b *batch) startAttempt(before ledger.Task, change store.Change, id int64) {
	if o := b.previous(id, stmtDecide); o != nil {
		o.kind, o.state, o.also = stmtDecideAndStart, engine.TaskRunning, change
		return
	}
	o := op{kind: stmtStart, id: id, from: before.Status, state: engine.TaskRunning, change: change}
	switch {
	case before.Again():
		o.kind = stmtRestart
	case before.Attempt == 0:
		o.kind = stmtStartDecided
	}
	b.add(o)
}

// finishTask adds the end of a task that was decided; its last row has the id.
func (b *batch) finishTask(before ledger.Task, change store.Change, id int64) {
	c := change.(store.TaskEnded)
	if o := b.previous(id, stmtEnd); o != nil {
		o.state, o.also = c.Status, change
		if plain(o.change.(store.AttemptEnded), c) {
			o.kind = stmtComplete
		}
		return
	}
	b.add(op{kind: stmtFinish, id: id, from: before.Status, state: c.Status, change: change})
}

// plain reports whether a task completed with its attempt, and nothing more is
// to be said about it.
func plain(end store.AttemptEnded, c store.TaskEnded) bool {
	return c.Status == engine.TaskCompleted && c.At == end.At && end.Due == 0 && end.Error == ""
}
