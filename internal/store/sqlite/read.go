package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// selectRun reads runs, with the names of their plans.
var selectRun = "SELECT " + layoutRun.columns() + `, plan.name, plan.fingerprint
	FROM run LEFT JOIN plan ON plan.id = run.plan`

// header is a row of selectRun.
type header struct {
	store.RunInfo
	plan       int64 // its number
	keys, vals driver.Value
}

// scan reads a row of selectRun.
func (h *history) scan(v []driver.Value) (found header) {
	columns, err := h.sums.check(&layoutRun, v)
	found = header{plan: integer(columns[1]), keys: columns[8], vals: columns[9], RunInfo: store.RunInfo{
		Num: integer(v[0]), ID: text(columns[0]), Created: integer(columns[2]), Deadline: integer(columns[3]),
		Status: engine.RunStatus(integer(columns[4])), Cause: store.BlockCause(integer(columns[5])),
		Ended: integer(columns[6]), Error: text(columns[7]),
		Workflow: text(columns[10]), Fingerprint: text(columns[11]),
	}}
	if err != nil {
		found.Damage = fmt.Errorf("run %d: %w", found.Num, err)
	}
	return found
}

// headers reads the headers of the runs that a query with selectRun yields. Each
// plan is read as well, because the header has its name.
func (h *history) headers(
	ctx context.Context, c conn, selection string, args ...driver.Value,
) (all []header, err error) {
	err = query(ctx, c, selection, func(v []driver.Value) error {
		all = append(all, h.scan(v))
		return nil
	}, args...)
	for i := 0; i < len(all) && err == nil; i++ {
		_, err = h.plans.get(ctx, c, all[i].plan)
		if errors.Is(err, ErrDamaged) {
			all[i].Damage = firstOf(all[i].Damage, fmt.Errorf("run %d: %w", all[i].Num, err))
			err = nil
		}
	}
	return all, err
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
	err := r.read(ctx, func(c conn) error {
		found, err := r.history().find(ctx, c, id)
		if err == nil {
			info = &found.RunInfo
		}
		return err
	})
	return info, err
}

// selectRunByID reads the run with an ID.
var selectRunByID = selectRun + " WHERE run.id = ?"

// find returns the header of a run.
func (h *history) find(ctx context.Context, c conn, id string) (*header, error) {
	found, err := h.headers(ctx, c, selectRunByID, id)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, fmt.Errorf("run %q: %w", id, store.ErrNotFound)
	case found[0].Damage != nil:
		return nil, fmt.Errorf("run %q: %w", id, found[0].Damage)
	}
	return &found[0], nil
}

// Run returns a run with its tasks and attempts.
func (r *reader) Run(ctx context.Context, id string) (*store.RunDetail, error) {
	var detail *store.RunDetail
	err := r.read(ctx, func(c conn) error {
		h := r.history()
		found, err := h.find(ctx, c, id)
		if err != nil {
			return err
		}
		detail = &store.RunDetail{RunInfo: found.RunInfo}
		if err := h.load(ctx, c, found, detail); err != nil {
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

// history returns a history of what the reader reads.
func (r *reader) history() *history { return &history{plans: plans{cache: &r.plans}} }

// load fills in everything but the header.
func (h *history) load(ctx context.Context, c conn, found *header, d *store.RunDetail) (err error) {
	if d.Plan, err = h.plans.get(ctx, c, found.plan); err != nil {
		return err
	}
	if d.Initial, err = unpack(found.keys, found.vals); err != nil {
		return err
	}
	if d.Tasks, err = h.tasks(ctx, c, d); err != nil {
		return err
	}
	d.Replans, err = h.replans(ctx, c, d.Num)
	return err
}

// tasks reads the history of a run's tasks.
func (h *history) tasks(ctx context.Context, c conn, d *store.RunDetail) ([]store.TaskDetail, error) {
	tasks := make([]store.TaskDetail, len(d.Plan.Tasks))
	for i := range tasks {
		tasks[i].Status = engine.TaskWaiting
	}
	err := query(ctx, c, selectSteps, func(v []driver.Value) error {
		st, err := scanStep(&h.sums, v, d.Created)
		if err == nil {
			err = st.check(len(tasks))
		}
		if err == nil {
			st.describe(&tasks[st.task])
		}
		return st.at(d.Plan, err)
	}, d.Num<<runShift, (d.Num+1)<<runShift)
	return tasks, err
}

// Runs returns a page of runs, newest first.
func (r *reader) Runs(ctx context.Context, f store.Filter) ([]store.RunInfo, error) {
	where, args := conditions(f)
	var page []store.RunInfo
	args = append(args, int64(f.PageSize()))
	err := r.read(ctx, func(c conn) error {
		found, err := r.history().headers(ctx, c, selectRun+where+" ORDER BY run.num DESC LIMIT ?", args...)
		page = slices.Grow(page[:0], len(found))
		for i := range found {
			page = append(page, found[i].RunInfo)
		}
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
