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
	kind  int   // a prepared statement
	id    int64 // the row of a step
	run   int64
	state engine.TaskStatus
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

// task adds a change of a task, which the ledger has accepted.
func (b *batch) task(r *ledger.Run, before, after ledger.Task, c store.Change) {
	row := max(before.Attempt, 1)
	switch c := c.(type) {
	case store.TaskDecided:
		number := int32(0)
		if c.Ready {
			number = 1
		}
		b.add(op{kind: stmtDecide, id: stepID(r.Num, c.Task, number), run: r.Num, state: after.Status, change: c})
	case store.AttemptStarted:
		b.startAttempt(r, before, c)
	case store.AttemptEnded:
		b.add(op{kind: stmtEnd, id: stepID(r.Num, c.Task, row), state: after.Status, change: c})
	case store.TaskRequeued:
		b.add(op{kind: stmtRequeue, id: stepID(r.Num, c.Task, row), change: c})
	case store.TaskEnded:
		b.finishTask(r, before, c)
		if c.Callback {
			b.ops = append(b.ops, op{kind: stmtAddCallback, change: c})
		}
	}
}

func (b *batch) startAttempt(r *ledger.Run, before ledger.Task, c store.AttemptStarted) {
	id := stepID(r.Num, c.Task, int32(c.Attempt))
	if o := b.previous(id, stmtDecide); o != nil && o.also == nil {
		o.state, o.also = engine.TaskRunning, c
		return
	}
	kind := stmtRestart
	if before.Attempt > 0 && !before.Again() {
		kind = stmtStart
	}
	b.add(op{kind: kind, id: id, run: r.Num, change: c})
}

func (b *batch) finishTask(r *ledger.Run, before ledger.Task, c store.TaskEnded) {
	if before.Status == engine.TaskWaiting {
		b.add(op{kind: stmtFinishWaiting, id: stepID(r.Num, c.Task, 0), run: r.Num, state: c.Status, change: c})
		return
	}
	id := stepID(r.Num, c.Task, max(before.Attempt, 1))
	if o := b.previous(id, stmtEnd); o != nil {
		o.state, o.also = c.Status, c
		return
	}
	b.add(op{kind: stmtFinish, id: id, state: c.Status, change: c})
}
