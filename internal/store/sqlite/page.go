package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/internal/ledger"
)

// page is a page of open runs in the making.
type page struct {
	sums   summer
	plans  plans // kept over pages
	runs   []*store.OpenRun
	ledger []*ledger.Run // parallel to runs; without tasks if the plan is damaged
}

// read reads the open runs that follow a number.
func (p *page) read(ctx context.Context, c conn, after int64) error {
	p.runs, p.ledger = nil, nil
	if err := p.readRuns(ctx, c, after); err != nil || len(p.runs) == 0 {
		return err
	}
	return p.readSteps(ctx, c, after)
}

// readRuns reads the headers, initial contexts and plans.
func (p *page) readRuns(ctx context.Context, c conn, after int64) error {
	var planIDs []int64
	err := query(ctx, c, selectOpenRuns, func(v []driver.Value) error {
		r, planID, err := p.scanOpenRun(v)
		r.Damage = err
		planIDs = append(planIDs, planID)
		p.runs = append(p.runs, r)
		return nil
	}, after, int64(pageOfRuns))
	if err != nil {
		return err
	}
	for i, r := range p.runs {
		read, err := p.plans.get(ctx, c, planIDs[i])
		switch {
		case errors.Is(err, ErrDamaged):
			r.Damage = firstOf(r.Damage, fmt.Errorf("run %q: %w", r.State.ID, err))
			p.ledger = append(p.ledger, ledger.NewRun(r.Num, "", 0))
			continue
		case err != nil:
			return err
		}
		r.Plan, r.Workflow = read, read.Name
		r.State.Tasks = make([]engine.Task, len(read.Tasks))
		for t := range r.State.Tasks {
			r.State.Tasks[t].Status = engine.TaskWaiting
		}
		led := ledger.NewRun(r.Num, read.Name, len(read.Tasks))
		led.Created, led.Status = r.Created, r.State.Status
		p.ledger = append(p.ledger, led)
	}
	return nil
}

// firstOf returns the first of two errors that is not nil.
func firstOf(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// scanOpenRun reads a row of selectOpenRuns. The run is not nil even if the
// row is damaged.
func (p *page) scanOpenRun(v []driver.Value) (r *store.OpenRun, planID int64, err error) {
	columns, err := p.sums.check(&layoutRun, v)
	r = &store.OpenRun{
		Num: integer(v[0]), Created: integer(columns[2]),
		Cause: store.BlockCause(integer(columns[5])), Reason: text(columns[7]),
		Failures: map[int]store.Failure{}, Delayed: map[int]int64{},
		State: &engine.Run{
			ID: text(columns[0]), Status: engine.RunStatus(integer(columns[4])), Deadline: integer(columns[3]),
		},
	}
	if err == nil {
		r.State.Initial, err = unpack(columns[8], columns[9])
	}
	if err == nil && r.State.Status.Ended() { // nothing would ever happen to it
		err = fmt.Errorf("%w: an index lists it as open, and it has ended", ErrDamaged)
	}
	if err != nil {
		err = fmt.Errorf("run %d: %w", r.Num, err)
	}
	return r, integer(columns[1]), err
}

// readSteps reads the histories of all runs of the page in one query. If the
// file is damaged where they are, it reads them run by run, so that those are
// found which can be read.
func (p *page) readSteps(ctx context.Context, c conn, after int64) error {
	err := p.readRange(ctx, c, 0, after, p.runs[len(p.runs)-1].Num)
	if !errors.Is(kind(err), ErrDamaged) {
		return err
	}
	for i, r := range p.runs {
		err := p.readRange(ctx, c, i, r.Num-1, r.Num)
		if errors.Is(kind(err), ErrDamaged) {
			r.Damage = firstOf(r.Damage, fmt.Errorf("run %q: %w: %w", r.State.ID, ErrDamaged, err))
		} else if err != nil {
			return err
		}
	}
	return nil
}

// readRange reads the histories of the runs behind one number and up to
// another. The first of them has the index i in the page.
func (p *page) readRange(ctx context.Context, c conn, i int, after, last int64) error {
	return query(ctx, c, selectOpenSteps, func(v []driver.Value) error {
		for p.runs[i].Num < integer(v[0])>>runShift {
			i++
		}
		r := p.runs[i]
		st, err := scanStep(&p.sums, v, r.Created)
		if err == nil && r.Plan != nil {
			err = st.check(len(r.Plan.Tasks))
		}
		switch {
		case err != nil:
			r.Damage = firstOf(r.Damage, fmt.Errorf("run %q: %w", r.State.ID, st.at(r.Plan, err)))
		case r.Plan != nil:
			p.add(i, &st)
		}
		return nil
	}, after, last)
}

// add adds a step to the run with an index.
func (p *page) add(i int, st *step) {
	r := p.runs[i]
	st.restore(&r.State.Tasks[st.task])
	p.ledger[i].Tasks[st.task] = st.ledgerTask()
	delete(r.Delayed, st.task)
	if st.state == engine.TaskRetrying {
		r.Delayed[st.task] = st.attempt.Due - st.attempt.Ended
	}
	if f, ok := st.attempt.Failure(); ok {
		r.Failures[st.task] = f
	}
}

// selectOpenRuns reads a page of open runs.
var selectOpenRuns = "SELECT " + layoutRun.columns() + `
	FROM run INDEXED BY run_open WHERE ended IS NULL AND num > ? ORDER BY num LIMIT ?`

// selectOpenSteps reads the steps of a range of open runs, in their order. The
// join is crossed so that SQLite goes from run to run instead of reading the
// steps of ended ones.
var selectOpenSteps = "SELECT " + stepColumns + `
	FROM run INDEXED BY run_open CROSS JOIN step ON step.id >= (run.num << 28) AND step.id < (run.num + 1) << 28
	LEFT JOIN worker ON worker.id = step.worker
	WHERE run.ended IS NULL AND run.num > ? AND run.num <= ? ORDER BY run.num, step.id`
