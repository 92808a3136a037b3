package sqlite

import (
	"context"
	"database/sql/driver"

	"github.com/cloacina-go/cloacina/internal/store"
)

// replanArguments records that a run has another plan, renumbers the rows of
// its tasks, and returns the arguments of the statement that changes its row.
func (w *writer) replanArguments(o *op, c *store.RunReplanned) ([]driver.Value, error) {
	now, err := w.planID(c.Plan)
	if err != nil {
		return nil, err
	}
	sum, made, err := w.stored(&layoutRun, runMade, c.Run)
	if err != nil {
		return nil, err
	}
	first, end := c.Run<<runShift, (c.Run+1)<<runShift
	last, err := w.number("SELECT max(id) FROM replan WHERE id >= ? AND id < ?", first, end)
	if err != nil {
		return nil, err
	}
	if err := w.insert(stmtAddReplan, &layoutReplan, max(last, first)+1, c.At, made[1], now); err != nil {
		return nil, err
	}
	if moves(c.Tasks) {
		if err := w.renumberSteps(c); err != nil {
			return nil, err
		}
		if err := w.renumberCallbacks(c); err != nil {
			return nil, err
		}
	}
	after := w.sums.group(&layoutRun, runMade, c.Run, made[0], now, made[2], made[3])
	return []driver.Value{now, addend(after - sum), c.Run, int64(o.was)}, nil
}

// moves reports whether a task that may have rows gets another index. One that
// is gone has none.
func moves(tasks []int) bool {
	for old, now := range tasks {
		if now >= 0 && now != old {
			return true
		}
	}
	return false
}

// renumberSteps gives the rows of tasks that have another index another id.
// They are taken out first, because the new ids may be in use by each other.
// Damage stays what it was, because each sum is changed and not made anew.
func (w *writer) renumberSteps(c *store.RunReplanned) error {
	var moved [][]driver.Value
	err := query(background, w.conn, "SELECT "+layoutStep.columns()+" FROM step WHERE id >= ? AND id < ?",
		func(v []driver.Value) error {
			task := int(integer(v[0]) >> taskShift & taskMask)
			if err := (&step{run: c.Run, task: task}).check(len(c.Tasks)); err != nil {
				return err
			}
			if c.Tasks[task] != task {
				moved = append(moved, append([]driver.Value{}, v...))
			}
			return nil
		}, c.Run<<runShift, (c.Run+1)<<runShift)
	if err != nil {
		return err
	}
	for _, row := range moved {
		if _, err := w.run(stmtDropStep, row[0]); err != nil {
			return err
		}
	}
	for _, row := range moved {
		id := integer(row[0])
		now := stepID(c.Run, c.Tasks[id>>taskShift&taskMask], int32(id&stepMask))
		row[1] = signed(integer(row[1]) + w.sums.row(&layoutStep, now, row[2:]) - w.sums.row(&layoutStep, id, row[2:]))
		row[0] = now
		if _, err := w.run(stmtAddStep, row...); err != nil {
			return err
		}
	}
	return nil
}

// renumberCallbacks gives the pending callbacks of a run their new tasks.
func (w *writer) renumberCallbacks(c *store.RunReplanned) error {
	var pending []int
	err := query(background, w.conn, "SELECT task FROM callback WHERE run = ?", func(v []driver.Value) error {
		task := int(integer(v[0]))
		pending = append(pending, task)
		return (&step{run: c.Run, task: task}).check(len(c.Tasks))
	}, c.Run)
	if err != nil {
		return err
	}
	for _, task := range pending {
		if _, err := w.run(stmtDropCallback, c.Run, int64(task)); err != nil {
			return err
		}
	}
	for _, task := range pending {
		if _, err := w.run(stmtAddCallback, w.callbackArguments(c.Run, c.Tasks[task])...); err != nil {
			return err
		}
	}
	return nil
}

// selectChanges reads the changes of a run's plan.
var selectChanges = "SELECT " + layoutReplan.columns() + " FROM replan WHERE id >= ? AND id < ? ORDER BY id"

// replans reads the changes of a run's plan.
func (h *history) replans(ctx context.Context, c conn, num int64) (changes []store.Replan, err error) {
	var ids [][2]int64
	err = query(ctx, c, selectChanges,
		func(v []driver.Value) error {
			columns, err := h.sums.check(&layoutReplan, v)
			changes = append(changes, store.Replan{At: integer(columns[0])})
			ids = append(ids, [2]int64{integer(columns[1]), integer(columns[2])})
			return err
		}, num<<runShift, (num+1)<<runShift)
	if err != nil {
		return nil, err
	}
	for i := range changes {
		if changes[i].From, err = h.plans.get(ctx, c, ids[i][0]); err != nil {
			return nil, err
		}
		if changes[i].To, err = h.plans.get(ctx, c, ids[i][1]); err != nil {
			return nil, err
		}
	}
	return changes, nil
}
