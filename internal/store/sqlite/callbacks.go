package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/cloacina-go/cloacina/internal/store"
)

// selectCallbacks reads the pending callbacks with the last step of each task.
var selectCallbacks = "SELECT " + layoutCallback.columns() + ", " + layoutRun.columns() + ", " + stepColumns + `
	FROM callback JOIN run ON run.num = callback.run
	JOIN step ON step.id = (SELECT max(id) FROM step AS last
		WHERE last.id >= (callback.run << 28) + (callback.task << 10)
			AND last.id < (callback.run << 28) + (callback.task + 1 << 10))
	LEFT JOIN worker ON worker.id = step.worker
	ORDER BY callback.run, callback.task`

// Callbacks returns the callbacks that are pending, ordered by run and task.
// It leaves out those about a task whose rows are damaged, because what would
// be told may not be true; they stay pending.
func (r *reader) Callbacks(ctx context.Context) ([]store.Callback, error) {
	return callbacksFrom(ctx, r.read)
}

// Callbacks is that of a reader, early.
func (s *Store) Callbacks(ctx context.Context) ([]store.Callback, error) {
	if none, err := s.stillWithout(ctx, s.first.callbacks); none || err != nil {
		return nil, err
	}
	return callbacksFrom(ctx, s.readEarly)
}

func callbacksFrom(
	ctx context.Context, read func(context.Context, func(c conn) error) error,
) (pending []store.Callback, err error) {
	err = read(ctx, func(c conn) error {
		pending, err = selectPending(ctx, c)
		return err
	})
	return pending, err
}

func selectPending(ctx context.Context, c conn) (pending []store.Callback, err error) {
	var sums summer
	var planIDs []int64
	err = query(ctx, c, selectCallbacks, func(v []driver.Value) error {
		if callback, planID, ok := scanCallback(&sums, v); ok {
			planIDs = append(planIDs, planID)
			pending = append(pending, callback)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return nameTasks(ctx, c, pending, planIDs)
}

// scanCallback reads a row of selectCallbacks; ok is false if it is damaged.
func scanCallback(sums *summer, v []driver.Value) (c store.Callback, planID int64, ok bool) {
	callback, wrong := sums.check(&layoutCallback, v)
	run, wrongRun := sums.check(&layoutRun, v[4:])
	st, wrongStep := scanStep(sums, v[16:], integer(run[2]))
	c = store.Callback{
		Run: integer(callback[0]), ID: text(run[0]), Task: int(integer(callback[1])),
		Status: st.state, Attempts: st.number,
	}
	c.Failure, _ = st.attempt.Failure()
	return c, integer(run[1]), errors.Join(wrong, wrongRun, wrongStep) == nil
}

// nameTasks fills in the names of workflows and tasks, and leaves out callbacks whose plan
// is damaged.
func nameTasks(ctx context.Context, c conn, pending []store.Callback, planIDs []int64) ([]store.Callback, error) {
	var read plans
	var named []store.Callback
	for i, callback := range pending {
		p, err := read.get(ctx, c, planIDs[i])
		switch {
		case errors.Is(err, ErrDamaged):
		case err != nil:
			return nil, err
		case callback.Task < len(p.Tasks):
			callback.Workflow, callback.TaskID = p.Name, p.Tasks[callback.Task].ID
			named = append(named, callback)
		}
	}
	return named, nil
}
