package sqlite

import (
	"database/sql/driver"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/store"
	lib "modernc.org/sqlite/lib"
)

// apply executes one statement, which has to affect one row, unless it drops a
// callback.
func (w *writer) apply(o *op) error {
	args, err := w.arguments(o)
	if err != nil {
		return err
	}
	affected, err := w.run(o.kind, args...)
	switch {
	case err == nil && (affected == 1 || o.kind == stmtDropCallback):
		return nil
	case err == nil:
		return fmt.Errorf("%s: %w: its row is not as this program left it", store.Describe(o.change), ErrDamaged)
	case o.kind == stmtCreateRun && extendedCode(err) == lib.SQLITE_CONSTRAINT_UNIQUE:
		return &store.ExistsError{Change: o.change.(store.RunCreated)}
	default:
		return fmt.Errorf("%s: %w", store.Describe(o.change), err)
	}
}

// arguments returns the arguments of a statement.
func (w *writer) arguments(o *op) ([]driver.Value, error) {
	switch c := o.change.(type) {
	case store.RunCreated:
		return w.createArguments(&c)
	case store.RunEnded:
		var ended driver.Value
		if c.Status.Ended() {
			ended = c.At
		}
		return []driver.Value{int64(c.Status), ended, orNull(c.Error), c.Run}, nil
	case store.TaskDecided:
		return w.decideArguments(o, &c)
	case store.AttemptStarted:
		return w.startArguments(o, &c)
	case store.AttemptEnded:
		return endArguments(o, &c), nil
	case store.TaskEnded:
		return finishArguments(o, &c), nil
	case store.CallbackDone:
		return []driver.Value{c.Run, int64(c.Task)}, nil
	default: // store.TaskRequeued
		return []driver.Value{o.id}, nil
	}
}

func (w *writer) createArguments(c *store.RunCreated) ([]driver.Value, error) {
	id, err := w.planID(c.Plan)
	keys, vals := pack(c.Initial)
	return []driver.Value{c.Num, c.ID, id, c.At, orNull(c.Deadline), keys, vals}, err
}

// decideArguments covers the start that may be part of the decision.
func (w *writer) decideArguments(o *op, c *store.TaskDecided) ([]driver.Value, error) {
	args := []driver.Value{o.id, o.run, int64(o.state), c.At, nil, nil, nil}
	if leaves := c.Leaves.AppendBytes(nil); len(leaves) > 0 {
		args[4] = leaves
	}
	if start, ok := o.also.(store.AttemptStarted); ok {
		worker, err := w.workerID(workerKey{start.Host, start.Version})
		if err != nil {
			return nil, err
		}
		args[5], args[6] = worker, start.At
	}
	return args, nil
}

func (w *writer) startArguments(o *op, c *store.AttemptStarted) ([]driver.Value, error) {
	worker, err := w.workerID(workerKey{c.Host, c.Version})
	if o.kind == stmtStart {
		return []driver.Value{o.id, o.run, worker, c.At}, err
	}
	return []driver.Value{worker, c.At, o.id}, err
}

// endArguments covers the end of the task that may be part of the attempt's.
func endArguments(o *op, c *store.AttemptEnded) []driver.Value {
	var closed, interruptions, keys, vals driver.Value
	if c.Outcome == store.AttemptInterrupted {
		interruptions = int64(c.Interruptions)
	}
	if finish, ok := o.also.(store.TaskEnded); ok {
		keys, vals = pack(finish.Writes)
		if finish.At != c.At {
			closed = finish.At
		}
	}
	return []driver.Value{
		int64(o.state), int64(c.Outcome), c.At, closed, orNull(c.Due), orNull(c.Error),
		interruptions, keys, vals, o.id,
	}
}

func finishArguments(o *op, c *store.TaskEnded) []driver.Value {
	switch o.kind {
	case stmtFinishWaiting:
		return []driver.Value{o.id, o.run, int64(o.state), c.At}
	case stmtAddCallback:
		return []driver.Value{c.Run, int64(c.Task)}
	}
	keys, vals := pack(c.Writes)
	return []driver.Value{int64(o.state), c.At, keys, vals, o.id}
}
