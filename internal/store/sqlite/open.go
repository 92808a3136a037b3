package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"iter"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/internal/ledger"
)

// pageOfRuns is how many runs OpenRuns reads at once. Between two pages it
// holds no connection and no snapshot, however long the caller takes.
const pageOfRuns = 512

// OpenRuns yields every run that has not ended, oldest first.
func (s *Store) OpenRuns(ctx context.Context) iter.Seq2[*store.OpenRun, error] {
	return func(yield func(*store.OpenRun, error) bool) {
		p := page{plans: map[int64]*plan.Plan{}}
		for after := int64(0); ; {
			if err := s.readPage(ctx, &p, after); err != nil {
				yield(nil, err)
				return
			}
			for _, r := range p.runs {
				if !yield(r, nil) {
					return
				}
				after = r.Num
			}
			if len(p.runs) < pageOfRuns {
				return
			}
		}
	}
}

// page is a page of open runs in the making.
type page struct {
	plans  map[int64]*plan.Plan // by number, kept over pages
	runs   []*store.OpenRun
	ledger []*ledger.Run // parallel to runs
}

// readPage reads the open runs that follow a number. The ledger learns them
// too, which saves it a query per run, provided that nothing was committed
// meanwhile.
func (s *Store) readPage(ctx context.Context, p *page, after int64) error {
	s.mu.Lock()
	commits := s.commits
	s.mu.Unlock()
	p.runs, p.ledger = nil, nil
	err := s.read(ctx, func(c conn) error {
		if err := p.readRuns(ctx, c, after); err != nil || len(p.runs) == 0 {
			return err
		}
		return p.readSteps(ctx, c, after)
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.commits == commits {
		for _, r := range p.ledger {
			s.ledger.Put(r)
		}
	}
	return nil
}

// readRuns reads the headers, initial contexts and plans.
func (p *page) readRuns(ctx context.Context, c conn, after int64) error {
	var planIDs []int64
	err := query(ctx, c, selectOpenRuns, func(v []driver.Value) error {
		initial, err := unpack(v[6], v[7])
		if err != nil {
			return fmt.Errorf("run %d: %w", integer(v[0]), err)
		}
		planIDs = append(planIDs, integer(v[2]))
		p.runs = append(p.runs, &store.OpenRun{
			Num: integer(v[0]), Created: integer(v[4]), Failures: map[int]store.Failure{},
			State: &engine.Run{
				ID: text(v[1]), Status: engine.RunStatus(integer(v[3])),
				Deadline: integer(v[5]), Initial: initial,
			},
		})
		return nil
	}, after, int64(pageOfRuns))
	if err != nil {
		return err
	}
	for i, r := range p.runs {
		if r.Plan, err = p.plan(ctx, c, planIDs[i]); err != nil {
			return err
		}
		r.State.Tasks = make([]engine.Task, len(r.Plan.Tasks))
		for t := range r.State.Tasks {
			r.State.Tasks[t].Status = engine.TaskWaiting
		}
		led := ledger.NewRun(r.Num, len(r.Plan.Tasks))
		led.Status = r.State.Status
		p.ledger = append(p.ledger, led)
	}
	return nil
}

// plan returns a plan, shared by all its runs.
func (p *page) plan(ctx context.Context, c conn, id int64) (*plan.Plan, error) {
	if known, ok := p.plans[id]; ok {
		return known, nil
	}
	read, err := loadPlan(ctx, c, id)
	if err == nil {
		p.plans[id] = read
	}
	return read, err
}

// readSteps reads the histories of all runs of the page in one query.
func (p *page) readSteps(ctx context.Context, c conn, after int64) error {
	last := p.runs[len(p.runs)-1].Num
	i := 0
	return query(ctx, c, selectOpenSteps, func(v []driver.Value) error {
		st, err := scanStep(v)
		if err != nil {
			return err
		}
		for p.runs[i].Num < st.run {
			i++
		}
		r := p.runs[i]
		if err := st.check(len(r.State.Tasks)); err != nil {
			return err
		}
		st.restore(&r.State.Tasks[st.task])
		p.ledger[i].Tasks[st.task] = st.ledgerTask()
		if f, ok := st.attempt.Failure(); ok {
			r.Failures[st.task] = f
		}
		return nil
	}, after, last)
}

// selectOpenRuns reads a page of open runs.
const selectOpenRuns = `SELECT num, id, plan, status, created, deadline, keys, vals
	FROM run INDEXED BY run_open WHERE ended IS NULL AND num > ? ORDER BY num LIMIT ?`

// selectOpenSteps reads the steps of a range of open runs, in their order. The
// join is crossed so that SQLite goes from run to run instead of reading the
// steps of ended ones.
const selectOpenSteps = `SELECT step.id, step.state, step.outcome, step.interruptions, step.decided, step.leaves,
	step.started, step.ended, step.closed, step.due, step.error, step.keys, step.vals,
	worker.host, worker.version
	FROM run INDEXED BY run_open CROSS JOIN step ON step.id >= (run.num << 28) AND step.id < (run.num + 1) << 28
	LEFT JOIN worker ON worker.id = step.worker
	WHERE run.ended IS NULL AND run.num > ? AND run.num <= ? ORDER BY run.num, step.id`

// load reads what the ledger needs to know of a run that it does not hold.
func (w *writer) load(num int64) (*ledger.Run, error) {
	var r *ledger.Run
	err := query(background, w.conn, `SELECT run.status, json_array_length(plan.body, '$.Tasks')
		FROM run JOIN plan ON plan.id = run.plan WHERE run.num = ?`, func(v []driver.Value) error {
		r = ledger.NewRun(num, int(integer(v[1])))
		r.Status = engine.RunStatus(integer(v[0]))
		return nil
	}, num)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, store.ErrNotFound
	}
	if r.Status.Ended() {
		return r, nil
	}
	return r, w.loadSteps(r)
}

// loadSteps reads the states of a run's tasks.
func (w *writer) loadSteps(r *ledger.Run) error {
	return query(background, w.conn, selectSteps+" WHERE step.id >= ? AND step.id < ? ORDER BY step.id",
		func(v []driver.Value) error {
			st, err := scanStep(v)
			if err == nil {
				err = st.check(len(r.Tasks))
			}
			if err == nil {
				r.Tasks[st.task] = st.ledgerTask()
			}
			return err
		}, r.Num<<runShift, (r.Num+1)<<runShift)
}
