package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// selectRun reads runs, with the names of their plans.
var selectRun = "SELECT " + layoutRun.columns() + `, plan.name, plan.fingerprint
	FROM run LEFT JOIN plan ON plan.id = run.plan`

// scan reads a row of selectRun.
func (h *history) scan(v []driver.Value) (info store.RunInfo, planID int64) {
	columns, err := h.sums.check(&layoutRun, v)
	info = store.RunInfo{
		Num: integer(v[0]), ID: text(columns[0]), Created: integer(columns[2]), Deadline: integer(columns[3]),
		Status: engine.RunStatus(integer(columns[4])), Cause: store.BlockCause(integer(columns[5])),
		Ended: integer(columns[6]), Error: text(columns[7]),
		Workflow: text(columns[10]), Fingerprint: text(columns[11]),
	}
	if err != nil {
		info.Damage = fmt.Errorf("run %d: %w", info.Num, err)
	}
	return info, integer(columns[1])
}

// headers reads the headers of the runs that a query with selectRun yields, and
// the numbers of their plans. Each plan is read as well, because the header has
// its name.
func (h *history) headers(
	ctx context.Context, c conn, selection string, args ...driver.Value,
) (infos []store.RunInfo, planIDs []int64, err error) {
	err = query(ctx, c, selection, func(v []driver.Value) error {
		info, planID := h.scan(v)
		infos, planIDs = append(infos, info), append(planIDs, planID)
		return nil
	}, args...)
	for i := 0; i < len(infos) && err == nil; i++ {
		_, err = h.plans.get(ctx, c, planIDs[i])
		if errors.Is(err, ErrDamaged) {
			infos[i].Damage = firstOf(infos[i].Damage, fmt.Errorf("run %d: %w", infos[i].Num, err))
			err = nil
		}
	}
	return infos, planIDs, err
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
		info, _, err = new(history).find(ctx, c, id)
		return err
	})
	return info, err
}

// find returns the header of a run and the number of its plan.
func (h *history) find(ctx context.Context, c conn, id string) (*store.RunInfo, int64, error) {
	infos, planIDs, err := h.headers(ctx, c, selectRun+" WHERE run.id = ?", id)
	switch {
	case err != nil:
		return nil, 0, err
	case len(infos) == 0:
		return nil, 0, fmt.Errorf("run %q: %w", id, store.ErrNotFound)
	case infos[0].Damage != nil:
		return nil, 0, fmt.Errorf("run %q: %w", id, infos[0].Damage)
	}
	return &infos[0], planIDs[0], nil
}

// Run returns a run with its tasks and attempts.
func (r *reader) Run(ctx context.Context, id string) (*store.RunDetail, error) {
	var detail *store.RunDetail
	err := r.read(ctx, func(c conn) error {
		h := new(history)
		info, planID, err := h.find(ctx, c, id)
		if err != nil {
			return err
		}
		detail = &store.RunDetail{RunInfo: *info}
		if err := h.load(ctx, c, planID, detail); err != nil {
			return fmt.Errorf("run %q: %w", id, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return detail, nil
}

// history reads runs, and compares all that it reads with its sums.
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
	if d.Tasks, err = h.tasks(ctx, c, d.Num, d.Plan); err != nil {
		return err
	}
	d.Replans, err = h.replans(ctx, c, d.Num)
	return err
}

// initial reads the initial context of a run whose row was compared with its sum.
func (h *history) initial(ctx context.Context, c conn, num int64) (initial []engine.Entry, err error) {
	err = query(ctx, c, "SELECT keys, vals FROM run WHERE num = ?", func(v []driver.Value) (err error) {
		initial, err = unpack(v[0], v[1])
		return err
	}, num)
	return initial, err
}

// tasks reads the history of a run's tasks.
func (h *history) tasks(ctx context.Context, c conn, num int64, p *plan.Plan) ([]store.TaskDetail, error) {
	tasks := make([]store.TaskDetail, len(p.Tasks))
	for i := range tasks {
		tasks[i].Status = engine.TaskWaiting
	}
	err := query(ctx, c, selectSteps, func(v []driver.Value) error {
		st, err := scanStep(&h.sums, v)
		if err == nil {
			err = st.check(len(tasks))
		}
		if err == nil {
			st.describe(&tasks[st.task])
		}
		return st.at(p, err)
	}, num<<runShift, (num+1)<<runShift)
	return tasks, err
}

// Runs returns a page of runs, newest first.
func (r *reader) Runs(ctx context.Context, f store.Filter) ([]store.RunInfo, error) {
	where, args := conditions(f)
	var page []store.RunInfo
	args = append(args, int64(f.PageSize()))
	err := r.read(ctx, func(c conn) (err error) {
		page, _, err = new(history).headers(ctx, c, selectRun+where+" ORDER BY run.num DESC LIMIT ?", args...)
		return err
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
