package sqlite

import (
	"database/sql/driver"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	lib "modernc.org/sqlite/lib"
)

// apply executes one statement, which has to affect one row, unless it drops a
// callback.
func (w *writer) apply(o *op) error {
	args, err := w.arguments(o)
	if err == nil {
		err = w.execute(o, args)
	}
	if err != nil {
		return explainOp(o, err)
	}
	return nil
}

// execute executes the statement of an op.
func (w *writer) execute(o *op, args []driver.Value) error {
	affected, err := w.run(o.kind, args...)
	if err == nil && affected != 1 && o.kind != stmtDropCallback {
		err = fmt.Errorf("%w: its row is not as this program left it", ErrDamaged)
	}
	return err
}

// explainOp says which change an error is about.
func explainOp(o *op, err error) error {
	if o.kind == stmtCreateRun && extendedCode(err) == lib.SQLITE_CONSTRAINT_UNIQUE {
		return &store.ExistsError{Change: o.change.(*store.RunCreated)}
	}
	return fmt.Errorf("%s: %w", store.Describe(o.change), err)
}

// since returns a time as it is stored in a step.
func (o *op) since(at int64) driver.Value { return at - o.created }

// sinceOrNull is since for a time that may be missing.
func (o *op) sinceOrNull(at int64) driver.Value {
	if at == 0 {
		return nil
	}
	return o.since(at)
}

// arguments returns the arguments of a statement, and does before it what else
// a change needs. The slice is used again for the next op.
func (w *writer) arguments(o *op) ([]driver.Value, error) {
	switch c := o.change.(type) {
	case *store.RunCreated:
		return w.createArguments(c)
	case *store.RunBlocked:
		return w.moveArguments(o, engine.RunBlocked, int64(c.Cause), nil, orNull(c.Reason))
	case *store.RunUnblocked:
		return w.moveArguments(o, engine.RunRunning, nil, nil, nil)
	case *store.RunEnded:
		return w.moveArguments(o, c.Status, nil, c.At, orNull(c.Error))
	case *store.RunReplanned:
		return w.replanArguments(o, c)
	case *store.TaskDecided:
		return w.decideArguments(o, c)
	case *store.AttemptStarted:
		return w.startArguments(o, c)
	case *store.AttemptEnded:
		return w.endArguments(o, &c.AttemptEnd, c.At, c.Due)
	case *store.TaskEnded:
		return w.endTaskArguments(o, c)
	case *store.CallbackDone:
		return w.scratch(c.Run, int64(c.Task)), nil
	default: // *store.TaskRequeued
		return w.scratch(addend(w.moved(o)), o.id), nil
	}
}

func (w *writer) createArguments(c *store.RunCreated) ([]driver.Value, error) {
	id, err := w.planID(c.Plan)
	keys, vals := w.packer.pack(c.Initial)
	args := w.scratch(c.Num, nil, c.ID, id, c.At, orNull(c.Deadline), keys, vals)
	args[1] = signed(w.sums.group(&layoutRun, runMade, c.Num, args[2:6]...) +
		w.sums.group(&layoutRun, runState, c.Num, int64(engine.RunRunning), nil, nil, nil) +
		w.sums.group(&layoutRun, runInitial, c.Num, args[6:8]...))
	return args, err
}

// moveArguments covers all that changes the state of a run. Why a run is
// blocked is not known here, so its row is read.
func (w *writer) moveArguments(
	o *op, status engine.RunStatus, cause, ended, text driver.Value,
) ([]driver.Value, error) {
	before := w.sums.group(&layoutRun, runState, o.run, int64(o.was), nil, nil, nil)
	if o.was == engine.RunBlocked {
		var err error
		if before, _, err = w.stored(&layoutRun, runState, o.run); err != nil {
			return nil, err
		}
	}
	sum := addend(w.sums.group(&layoutRun, runState, o.run, int64(status), cause, ended, text) - before)
	if o.kind == stmtEndRun {
		return w.scratch(int64(status), ended, sum, o.run), nil
	}
	return w.scratch(int64(status), cause, ended, text, sum, o.run, int64(o.was)), nil
}

// moved returns how the sum of a step changes with its state.
func (w *writer) moved(o *op) int64 {
	return w.stateSum(o.id, o.state) - w.stateSum(o.id, o.from)
}

// stateSum returns what the state of a step adds to its sum.
func (w *writer) stateSum(id int64, state engine.TaskStatus) int64 {
	return w.sums.group(&layoutStep, stepState, id, int64(state))
}

// madeSum returns what a new row adds to its sum for having been made.
func (w *writer) madeSum(id int64, decided, leaves driver.Value) int64 {
	return w.sums.group(&layoutStep, stepMade, id, decided, leaves, int64(0))
}

// decideArguments covers the start that may be part of the decision.
func (w *writer) decideArguments(o *op, c *store.TaskDecided) ([]driver.Value, error) {
	args := w.scratch(o.id, nil, o.since(c.At), packLeaves(c.Leaves), nil, nil)
	sum := w.madeSum(o.id, args[2], args[3]) + w.stateSum(o.id, o.state)
	start := o.start
	if start == nil {
		args[1] = signed(sum)
		return args[:4], nil
	}
	worker, err := w.workerID(workerKey{start.Host, start.Version})
	args[4], args[5] = worker, args[2]
	if start.At != c.At {
		args[5] = o.since(start.At)
	}
	args[1] = signed(sum + w.sums.group(&layoutStep, stepStart, o.id, args[4:]...))
	return args, err
}

func (w *writer) startArguments(o *op, c *store.AttemptStarted) ([]driver.Value, error) {
	worker, err := w.workerID(workerKey{c.Host, c.Version})
	if err != nil {
		return nil, err
	}
	started := o.since(c.At)
	sum := w.sums.group(&layoutStep, stepStart, o.id, worker, started)
	switch o.kind {
	case stmtStart:
		sum += w.madeSum(o.id, nil, nil) + w.stateSum(o.id, engine.TaskRunning)
		return w.scratch(o.id, signed(sum), worker, started), nil
	case stmtRestart:
		for _, emptied := range []int{stepStart, stepAttempt} {
			before, _, err := w.stored(&layoutStep, emptied, o.id)
			if err != nil {
				return nil, err
			}
			sum -= before
		}
	}
	return w.scratch(worker, started, addend(sum+w.moved(o)), o.id), nil
}

// endArguments covers the end of a task that failed or was cancelled with its attempt.
func (w *writer) endArguments(o *op, c *store.AttemptEnd, at, due int64) ([]driver.Value, error) {
	if o.kind == stmtCountInterruption {
		return w.interruptArguments(o, c)
	}
	args := w.scratch(int64(c.Outcome), o.since(at), o.sinceOrNull(due), orNull(c.Error), int64(o.state), nil, o.id)
	args[5] = addend(w.sums.group(&layoutStep, stepAttempt, o.id, args[:4]...) + w.moved(o))
	return args, nil
}

func (w *writer) endTaskArguments(o *op, c *store.TaskEnded) ([]driver.Value, error) {
	switch o.kind {
	case stmtComplete:
		return w.completeArguments(o, c), nil
	case stmtCancel, stmtCancelWaiting:
		return w.cancelArguments(o, c.At), nil
	case stmtAddCallback:
		return w.callbackArguments(c.Run, c.Task), nil
	}
	return w.endArguments(o, &c.Last, c.At, 0)
}

func (w *writer) completeArguments(o *op, c *store.TaskEnded) []driver.Value {
	args := w.scratch(o.since(c.At), nil, nil, nil, o.id)
	args[1], args[2] = w.packer.pack(c.Writes)
	args[3] = addend(w.sums.group(&layoutStep, stepAttempt, o.id, int64(store.AttemptSucceeded), args[0], nil, nil) +
		w.sums.group(&layoutStep, stepEnd, o.id, nil, args[1], args[2]) + w.moved(o))
	return args
}

// cancelArguments covers the end of a task without an attempt that goes on.
func (w *writer) cancelArguments(o *op, at int64) []driver.Value {
	closed := o.since(at)
	sum := w.sums.group(&layoutStep, stepEnd, o.id, closed, nil, nil)
	if o.kind == stmtCancelWaiting {
		sum += w.madeSum(o.id, nil, nil) + w.stateSum(o.id, o.state)
		return w.scratch(o.id, signed(sum), closed)
	}
	return w.scratch(closed, addend(sum+w.moved(o)), o.id, int64(o.from))
}

// interruptArguments sets the count of interruptions, whose group is not known.
func (w *writer) interruptArguments(o *op, c *store.AttemptEnd) ([]driver.Value, error) {
	before, made, err := w.stored(&layoutStep, stepMade, o.id)
	if err != nil {
		return nil, err
	}
	count := driver.Value(int64(c.Interruptions))
	after := w.sums.group(&layoutStep, stepMade, o.id, made[0], made[1], count)
	return []driver.Value{count, addend(after - before), o.id}, nil
}

func (w *writer) callbackArguments(run int64, task int) []driver.Value {
	args := w.scratch(nil, run, int64(task))
	args[0] = signed(w.sums.group(&layoutCallback, 0, stepID(run, task, 0), args[1:]...))
	return args
}
