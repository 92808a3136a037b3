package sqlite

import (
	"context"
	"database/sql/driver"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// selectCallbacks reads the pending callbacks with the last step of each task.
const selectCallbacks = `SELECT callback.run, run.id, plan.name, run.plan, callback.task,
	step.state, step.id, step.outcome, step.error
	FROM callback JOIN run ON run.num = callback.run JOIN plan ON plan.id = run.plan
	JOIN step ON step.id = (SELECT max(id) FROM step AS last
		WHERE last.id >= (callback.run << 28) + (callback.task << 10)
			AND last.id < (callback.run << 28) + (callback.task + 1 << 10))
	ORDER BY callback.run, callback.task`

// Callbacks returns the callbacks that are pending, ordered by run and task.
func (s *Store) Callbacks(ctx context.Context) ([]store.Callback, error) {
	var pending []store.Callback
	err := s.read(ctx, func(c conn) error {
		var planIDs []int64
		err := query(ctx, c, selectCallbacks, func(v []driver.Value) error {
			planIDs = append(planIDs, integer(v[3]))
			pending = append(pending, scanCallback(v))
			return nil
		})
		if err != nil {
			return err
		}
		return nameTasks(ctx, c, pending, planIDs)
	})
	return pending, err
}

// scanCallback reads a row of selectCallbacks.
func scanCallback(v []driver.Value) store.Callback {
	last := store.Attempt{Outcome: store.AttemptOutcome(integer(v[7])), Error: text(v[8])}
	c := store.Callback{
		Run: integer(v[0]), ID: text(v[1]), Workflow: text(v[2]), Task: int(integer(v[4])),
		Status: engine.TaskStatus(integer(v[5])), Attempts: int(integer(v[6]) & stepMask),
	}
	c.Failure, _ = last.Failure()
	return c
}

// nameTasks fills in the ids of the tasks. Each plan is read once, however
// many callbacks it has.
func nameTasks(ctx context.Context, c conn, pending []store.Callback, planIDs []int64) error {
	plans := page{plans: map[int64]*plan.Plan{}}
	for i := range pending {
		p, err := plans.plan(ctx, c, planIDs[i])
		if err != nil {
			return err
		}
		st := step{run: pending[i].Run, task: pending[i].Task}
		if err := st.check(len(p.Tasks)); err != nil {
			return err
		}
		pending[i].TaskID = p.Tasks[pending[i].Task].ID
	}
	return nil
}
