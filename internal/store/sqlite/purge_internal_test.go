package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/internal/ledger"
)

// endedRuns commits runs that have ended, with a number of attempts each and
// with a plan before the last.
func endedRuns(t *testing.T, s *Store, runs int64, attempts int) {
	t.Helper()
	for num := int64(1); num <= runs; num++ {
		changes := []store.Change{created(num), &store.TaskDecided{Run: num, Ready: true, At: 1}}
		for n := 1; n <= attempts; n++ {
			changes = append(changes,
				&store.AttemptStarted{Run: num, Attempt: n, At: 2},
				&store.AttemptEnded{
					Run: num, AttemptEnd: store.AttemptEnd{Attempt: n, Outcome: store.AttemptFailed, Error: "x"}, At: 3, Due: 4,
				})
		}
		now := &plan.Plan{Name: "one", Fingerprint: "later", Tasks: []plan.Task{{ID: "only"}}}
		mustCommit(t, s, append(changes, &store.RunReplanned{Run: num, Plan: now, Tasks: []int{0}, At: 5},
			&store.TaskEnded{Run: num, Status: engine.TaskCancelled, At: 6},
			&store.RunEnded{Run: num, Status: engine.RunCancelled, At: 6})...)
	}
}

func TestBigPurgesAreCutIntoTransactions(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	const runs, attempts = 12, 1000
	endedRuns(t, s, runs, attempts)
	var old []endedRun
	for num := int64(1); num <= runs; num++ {
		old = append(old, endedRun{num: num})
	}
	deleted, done, err := s.purgeSome(old)
	if want := stepsAtOnce / attempts; deleted != want || done != want || err != nil {
		t.Errorf("one transaction deleted %d of %d runs (%v), want %d", deleted, done, err, want)
	}
	// The first ones are gone already, which is what another purge may do.
	if deleted, done, err = s.purgeSome(old); deleted >= done || deleted == 0 || err != nil {
		t.Errorf("the next one deleted %d of %d runs (%v)", deleted, done, err)
	}
	n, err := s.Purge(context.Background(), store.PurgeFilter{})
	if err != nil || n == 0 {
		t.Errorf("purge: %d, %v", n, err)
	}
	for table, want := range map[string]int64{"run": 0, "step": 0, "replan": 0, "plan": 0, "callback": 0, "worker": 1, "purged": 1} {
		if got, err := s.w.number("SELECT count(*) FROM " + table); got != want || err != nil {
			t.Errorf("%d rows of %s (%v), want %d", got, table, err, want)
		}
	}
	if on, err := s.w.number("PRAGMA foreign_keys"); on != 1 || err != nil {
		t.Errorf("foreign keys: %d, %v", on, err)
	}
}

func TestFailedPurgeDeletesNothing(t *testing.T) {
	t.Parallel()
	for _, statement := range []int{stmtBegin, stmtDeleteSteps, stmtDeleteReplans, stmtDeleteRun, stmtDeletePlan, stmtNotePurged} {
		s := openStore(t)
		endedRuns(t, s, 3, 2)
		works, cause := s.w.stmts[statement], errors.New("no")
		s.w.stmts[statement] = broken{works, cause}
		if n, err := s.Purge(context.Background(), store.PurgeFilter{}); n != 0 || !errors.Is(err, cause) {
			t.Errorf("%s: %d, %v", statementTexts[statement], n, err)
		}
		s.w.stmts[statement] = works
		if n, err := s.w.number("SELECT count(*) FROM run JOIN step ON step.run = run.num JOIN replan ON replan.run = run.num"); n != 6 || err != nil {
			t.Errorf("%s: %d rows are left, %v", statementTexts[statement], n, err)
		}
		if on, err := s.w.number("PRAGMA foreign_keys"); on != 1 || err != nil {
			t.Errorf("foreign keys: %d, %v", on, err)
		}
		mustCommit(t, s, created(4))
		if n, err := s.Purge(context.Background(), store.PurgeFilter{}); n != 3 || err != nil {
			t.Errorf("%s: the second time %d, %v", statementTexts[statement], n, err)
		}
	}
}

// TestOldRunsAreFoundWithoutASearch looks at the plans of the queries whose
// cost must not grow with the number of other runs.
func TestOldRunsAreFoundWithoutASearch(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	ended, args := selectEnded(store.PurgeFilter{EndedBefore: 5})
	for text, args := range map[string][]driver.Value{
		ended:           args,
		selectOldestEnd: {""},
		selectIdlePlans: nil,
		selectPlanInUse: {int64(1)},
	} {
		var steps []string
		err := query(background, s.w.conn, "EXPLAIN QUERY PLAN "+text, func(v []driver.Value) error {
			steps = append(steps, v[3].(string))
			return nil
		}, args...)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range steps {
			if strings.Contains(step, "B-TREE") || step == "SCAN run" {
				t.Errorf("%q in the plan of %s", step, text)
			}
		}
	}
}

// refusing is a connection that refuses one text.
type refusing struct {
	conn
	text string
	err  error
}

func (r refusing) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if text == r.text {
		return nil, r.err
	}
	return r.conn.ExecContext(ctx, text, args)
}

// TestPurgeThatLeavesNoChecks has the connection stay without foreign keys. The
// purge has happened, and there must be no further commit.
func TestPurgeThatLeavesNoChecks(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	endedRuns(t, s, 3, 2)
	cause := errors.New("no")
	s.w.conn = refusing{s.w.conn, "PRAGMA foreign_keys = 1", cause}
	if n, err := s.Purge(context.Background(), store.PurgeFilter{}); n != 3 || !errors.Is(err, cause) {
		t.Errorf("purge: %d, %v", n, err)
	}
	if err := s.Commit(context.Background(), []store.Change{created(4)}); !errors.Is(err, cause) {
		t.Errorf("commit: %v", err)
	}
}

// TestLastNumberHasRowsOfItsOwn uses the greatest number of a run, behind which
// the rows of the next run would begin.
func TestLastNumberHasRowsOfItsOwn(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	const last = ledger.MaxRun
	mustCommit(t, s, created(last), &store.TaskDecided{Run: last, At: 1},
		&store.RunEnded{Run: last, Status: engine.RunCompleted, At: 2})
	d, err := s.Run(context.Background(), created(last).ID)
	if err != nil || d.Tasks[0].Status != engine.TaskSkipped {
		t.Fatalf("got %+v, %v", d, err)
	}
	if n, err := s.Purge(context.Background(), store.PurgeFilter{}); n != 1 || err != nil {
		t.Errorf("purge: %d, %v", n, err)
	}
	if rows, err := s.w.number("SELECT count(*) FROM step"); rows != 0 || err != nil {
		t.Errorf("%d steps are left, %v", rows, err)
	}
}
