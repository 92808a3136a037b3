package sqlite

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/store"
)

// stepsAtOnce bounds how many rows of steps a transaction of a purge deletes,
// provided that they are not all of one run. Between two transactions, commits
// that wait get their turn.
const stepsAtOnce = 5_000

// endedRun is a run that may be deleted.
type endedRun struct{ num, plan, ended int64 }

// Purge deletes ended runs, those first that ended first.
func (s *Store) Purge(ctx context.Context, f store.PurgeFilter) (deleted int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	// What is chosen stays eligible, because an ended run does not change and
	// gets no more callbacks, so that commits do not have to wait meanwhile.
	var old []endedRun
	s.mu.Lock()
	err = s.inPlace() // or what is read may be another file
	s.mu.Unlock()
	if err != nil && !s.closed.Load() {
		return 0, err
	}
	if err := s.read(ctx, func(c conn) (err error) {
		old, err = selectOld(ctx, c, f)
		return err
	}); err != nil {
		return 0, unavailable(err)
	}
	for len(old) > 0 && ctx.Err() == nil {
		runs, done, err := s.purgeSome(old)
		deleted += runs
		if err != nil {
			return deleted, err
		}
		old = old[done:]
	}
	return deleted, ctx.Err()
}

// selectOld returns the runs that a filter selects, those first that ended first.
func selectOld(ctx context.Context, c conn, f store.PurgeFilter) ([]endedRun, error) {
	plans, err := plansOf(ctx, c, f.Workflow)
	if err != nil {
		return nil, err
	}
	text, args := selectEnded(f)
	var old []endedRun
	for _, id := range plans {
		args[0] = id
		err := query(ctx, c, text, func(v []driver.Value) error {
			old = append(old, endedRun{num: integer(v[0]), plan: id, ended: integer(v[1])})
			return nil
		}, args...)
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(old, func(a, b endedRun) int {
		return cmp.Or(cmp.Compare(a.ended, b.ended), cmp.Compare(a.num, b.num))
	})
	return old[:min(len(old), f.Most())], nil
}

// plansOf returns the numbers of the plans of a workflow, of all if it is empty.
func plansOf(ctx context.Context, c conn, workflow string) (ids []int64, err error) {
	err = query(ctx, c, "SELECT id FROM plan WHERE ?1 = '' OR name = ?1", func(v []driver.Value) error {
		ids = append(ids, integer(v[0]))
		return nil
	}, workflow)
	return ids, err
}

// selectEnded returns the query for the runs of one plan that a filter selects.
// Its first argument is left to be set to the plan.
func selectEnded(f store.PurgeFilter) (text string, args []driver.Value) {
	args = []driver.Value{nil}
	var more string
	if f.EndedBefore != 0 {
		more += " AND ended < ?"
		args = append(args, f.EndedBefore)
	}
	if len(f.Statuses) > 0 {
		more += " AND status IN (?" + strings.Repeat(", ?", len(f.Statuses)-1) + ")"
		for _, status := range f.Statuses {
			args = append(args, int64(status))
		}
	}
	text = `SELECT num, ended FROM run INDEXED BY run_ended WHERE plan = ? AND ended IS NOT NULL` + more + `
		AND NOT EXISTS (SELECT 1 FROM callback WHERE callback.run = run.num) ORDER BY ended, num LIMIT ?`
	return text, append(args, int64(f.Most()))
}

// purgeSome deletes the first of some runs in one transaction, and returns how
// many it deleted of how many it looked at.
func (s *Store) purgeSome(old []endedRun) (deleted, done int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed.Load():
		return 0, 0, store.ErrClosed
	case s.broken != nil:
		return 0, 0, s.broken
	}
	// No index leads from a run to its steps, because their numbers do; so the
	// check that no step is left behind would read all of them.
	s.w.leaveView()
	if err := s.w.exec("PRAGMA foreign_keys = 0"); err != nil {
		return 0, 0, explain("purge", s.path, unavailable(err))
	}
	var unused []int64
	err = s.transaction(stepsAtOnce, func() (err error) {
		if deleted, done, err = s.w.deleteRuns(old); err == nil {
			unused, err = s.w.deletePlans()
		}
		return err
	})
	if err == nil {
		s.w.plans.drop(unused)
	} else {
		deleted, done = 0, 0
	}
	// Without the checks a later commit might store what refers to nothing.
	if failed := s.w.exec("PRAGMA foreign_keys = 1"); failed != nil {
		s.broken = explain("check references after a purge of", s.path, failed)
		err = errors.Join(err, s.broken)
	}
	return deleted, done, err
}

// deleteRuns deletes runs until enough of their steps are.
func (w *writer) deleteRuns(old []endedRun) (deleted, done int, err error) {
	steps, last := int64(0), int64(0)
	for ; done < len(old) && steps < stepsAtOnce; done++ {
		num := old[done].num
		for _, statement := range []int{stmtDeleteSteps, stmtDeleteReplans} {
			n, err := w.run(statement, num<<runShift, (num+1)<<runShift)
			if err != nil {
				return 0, 0, err
			}
			steps += n
		}
		n, err := w.run(stmtDeleteRun, num)
		if err != nil {
			return 0, 0, err
		}
		deleted += int(n) // none if another purge was faster
		last = max(last, num)
	}
	return deleted, done, w.notePurged(last)
}

// notePurged keeps the greatest number of a deleted run.
func (w *writer) notePurged(num int64) error {
	const row = 1
	sum := int64(0)
	err := query(background, w.conn, "SELECT "+layoutPurged.columns()+" FROM purged", func(v []driver.Value) error {
		before := integer(v[2])
		sum = integer(v[1]) - w.sums.group(&layoutPurged, 0, row, before)
		num = max(num, before)
		return nil
	})
	if err == nil {
		_, err = w.run(stmtNotePurged, signed(sum+w.sums.group(&layoutPurged, 0, row, num)), num)
	}
	return err
}

// deletePlans deletes the plans that no run has or had, and returns their numbers.
func (w *writer) deletePlans() (unused []int64, err error) {
	var idle []int64 // plans that no ended run has; there are few
	err = query(background, w.conn, selectIdlePlans, func(v []driver.Value) error {
		idle = append(idle, integer(v[0]))
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, id := range idle {
		used, err := w.number(selectPlanInUse, id)
		if err != nil {
			return nil, err
		}
		if used == 1 {
			continue
		}
		if _, err := w.run(stmtDeletePlan, id); err != nil {
			return nil, err
		}
		unused = append(unused, id)
	}
	return unused, nil
}

// OldestEnd returns when that run of a workflow ended which ended first.
func (s *Store) OldestEnd(ctx context.Context, workflow string) (oldest int64, err error) {
	err = s.read(ctx, func(c conn) error {
		return query(ctx, c, selectOldestEnd, func(v []driver.Value) error {
			oldest = integer(v[0])
			return nil
		}, workflow)
	})
	return oldest, err
}

const (
	// selectIdlePlans finds the plans that no ended run has.
	selectIdlePlans = `SELECT id FROM plan WHERE NOT EXISTS
		(SELECT 1 FROM run INDEXED BY run_ended WHERE run.plan = plan.id AND run.ended IS NOT NULL)`
	// selectPlanInUse says whether an open run has a plan, or any run had it.
	selectPlanInUse = `SELECT EXISTS (SELECT 1 FROM run INDEXED BY run_open WHERE ended IS NULL AND plan = ?1)
		OR EXISTS (SELECT 1 FROM replan WHERE old = ?1 OR new = ?1)`
	// selectOldestEnd reads the first end of a run of a workflow.
	selectOldestEnd = `SELECT min((SELECT min(ended) FROM run INDEXED BY run_ended
		WHERE run.plan = plan.id AND ended IS NOT NULL)) FROM plan WHERE ?1 = '' OR name = ?1`
)
