package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// selectRun reads the header of runs.
const selectRun = `SELECT run.num, run.id, plan.name, plan.fingerprint, run.status, run.error,
	run.created, run.ended, run.deadline, plan.id, run.cause FROM run LEFT JOIN plan ON plan.id = run.plan`

// scanRun reads a row of selectRun.
func scanRun(v []driver.Value) store.RunInfo {
	return store.RunInfo{
		Num: integer(v[0]), ID: text(v[1]), Workflow: text(v[2]), Fingerprint: text(v[3]),
		Status: engine.RunStatus(integer(v[4])), Error: text(v[5]),
		Created: integer(v[6]), Ended: integer(v[7]), Deadline: integer(v[8]),
		Cause: store.BlockCause(integer(v[10])),
	}
}

// integer and text return the value of a column, the zero value for NULL.
func integer(v driver.Value) int64 {
	n, _ := v.(int64)
	return n
}

func text(v driver.Value) string {
	s, _ := v.(string)
	return s
}

// LastNum returns the greatest run number in use, 0 if there is none.
func (s *Store) LastNum(ctx context.Context) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Load() {
		return 0, store.ErrClosed
	}
	return s.ledger.Last(), nil
}

// Find returns a run's header by its ID.
func (r *reader) Find(ctx context.Context, id string) (*store.RunInfo, error) {
	var info *store.RunInfo
	err := r.read(ctx, func(c conn) (err error) {
		info, _, err = findRun(ctx, c, id)
		return err
	})
	return info, err
}

// findRun returns the header of a run and the number of its plan.
func findRun(ctx context.Context, c conn, id string) (info *store.RunInfo, planID int64, err error) {
	err = query(ctx, c, selectRun+" WHERE run.id = ?", func(v []driver.Value) error {
		found := scanRun(v)
		info, planID = &found, integer(v[9])
		return nil
	}, id)
	if err == nil && info == nil {
		err = fmt.Errorf("run %q: %w", id, store.ErrNotFound)
	}
	return info, planID, err
}

// Run returns a run with its tasks and attempts.
func (r *reader) Run(ctx context.Context, id string) (*store.RunDetail, error) {
	var detail *store.RunDetail
	err := r.read(ctx, func(c conn) error {
		info, planID, err := findRun(ctx, c, id)
		if err != nil {
			return err
		}
		detail = &store.RunDetail{RunInfo: *info}
		if err := new(history).load(ctx, c, planID, detail); err != nil {
			return fmt.Errorf("run %q: %w", id, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return detail, nil
}

// history reads what belongs to the header of a run.
type history struct {
	sums  summer
	plans plans
}

// load fills in everything but the header.
func (h *history) load(ctx context.Context, c conn, planID int64, d *store.RunDetail) (err error) {
	if d.Plan, err = h.plans.get(ctx, c, planID); err != nil {
		return err
	}
	if d.Initial, err = h.initial(ctx, c, d.Num); err != nil {
		return err
	}
	if d.Tasks, err = h.tasks(ctx, c, d.Num, len(d.Plan.Tasks)); err != nil {
		return err
	}
	d.Replans, err = h.replans(ctx, c, d.Num)
	return err
}

// initial reads the initial context of a run.
func (h *history) initial(ctx context.Context, c conn, num int64) (initial []engine.Entry, err error) {
	err = query(ctx, c, "SELECT "+layoutRun.columns()+" FROM run WHERE num = ?", func(v []driver.Value) error {
		columns, err := h.sums.check(&layoutRun, v)
		if err == nil {
			initial, err = unpack(columns[8], columns[9])
		}
		return err
	}, num)
	return initial, err
}

// tasks reads the history of a run's tasks.
func (h *history) tasks(ctx context.Context, c conn, num int64, count int) ([]store.TaskDetail, error) {
	tasks := make([]store.TaskDetail, count)
	for i := range tasks {
		tasks[i].Status = engine.TaskWaiting
	}
	err := query(ctx, c, selectSteps, func(v []driver.Value) error {
		st, err := scanStep(&h.sums, v)
		if err == nil {
			err = st.check(count)
		}
		if err == nil {
			st.describe(&tasks[st.task])
		}
		return err
	}, num<<runShift, (num+1)<<runShift)
	return tasks, err
}

// Runs returns a page of runs, newest first.
func (r *reader) Runs(ctx context.Context, f store.Filter) ([]store.RunInfo, error) {
	where, args := conditions(f)
	var page []store.RunInfo
	err := r.read(ctx, func(c conn) error {
		page = nil
		return query(ctx, c, selectRun+where+" ORDER BY run.num DESC LIMIT ?", func(v []driver.Value) error {
			page = append(page, scanRun(v))
			return nil
		}, append(args, int64(f.PageSize()))...)
	})
	return page, err
}

// conditions returns the WHERE clause of a filter with its arguments.
func conditions(f store.Filter) (where string, args []driver.Value) {
	var terms []string
	if f.Workflow != "" {
		terms = append(terms, "plan.name = ?")
		args = append(args, f.Workflow)
	}
	if len(f.Statuses) > 0 {
		terms = append(terms, "run.status IN (?"+strings.Repeat(", ?", len(f.Statuses)-1)+")")
		for _, status := range f.Statuses {
			args = append(args, int64(status))
		}
	}
	if f.Before > 0 {
		terms = append(terms, "run.num < ?")
		args = append(args, f.Before)
	}
	if len(terms) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(terms, " AND "), args
}
