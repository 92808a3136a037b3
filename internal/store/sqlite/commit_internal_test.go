package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// broken is a prepared statement that fails.
type broken struct {
	stmt
	err error
}

func (b broken) ExecContext(context.Context, []driver.NamedValue) (driver.Result, error) {
	return nil, b.err
}

// lying is a prepared statement that fails after it was executed.
type lying struct {
	stmt
	err error
}

func (l lying) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if _, err := l.stmt.ExecContext(ctx, args); err != nil {
		return nil, err
	}
	return nil, l.err
}

func TestCommitThatIsNotExecuted(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	cause := errors.New("the disk is on fire")
	works := s.w.stmts[stmtCommit]
	s.w.stmts[stmtCommit] = broken{works, cause}
	for range 3 {
		err := s.Commit(context.Background(), []store.Change{created(1)})
		if !errors.Is(err, store.ErrUnavailable) || !errors.Is(err, cause) || errors.Is(err, store.ErrUncertain) {
			t.Fatalf("got %v", err)
		}
	}
	if _, err := s.Find(context.Background(), "run-1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("find: %v", err)
	}
	s.w.stmts[stmtCommit] = works
	mustCommit(t, s, created(1)) // the ledger has forgotten it, and the plan
}

func TestCommitThatFailsAfterItsEffectIsTheLast(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	cause := errors.New("the disk is on fire")
	works := s.w.stmts[stmtCommit]
	s.w.stmts[stmtCommit] = lying{works, cause}
	err := s.Commit(context.Background(), []store.Change{created(1)})
	if !errors.Is(err, store.ErrUncertain) || !errors.Is(err, cause) || errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("got %v", err)
	}
	s.w.stmts[stmtCommit] = works
	if err := s.Commit(context.Background(), []store.Change{created(2)}); !errors.Is(err, store.ErrUncertain) {
		t.Errorf("after an uncertain commit: %v", err)
	}
	if _, err := s.Find(context.Background(), "run-2"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("find: %v", err)
	}
}

// TestCommitThatCannotBeTakenBack has a rollback fail after a COMMIT, so that
// nobody has looked whether its pages are in the log.
func TestCommitThatCannotBeTakenBack(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	cause := errors.New("the disk is on fire")
	s.w.stmts[stmtCommit] = broken{s.w.stmts[stmtCommit], cause}
	s.w.stmts[stmtRollback] = broken{s.w.stmts[stmtRollback], errors.New("neither")}
	for range 2 {
		err := s.Commit(context.Background(), []store.Change{created(1)})
		if !errors.Is(err, store.ErrUncertain) || !errors.Is(err, cause) || errors.Is(err, store.ErrUnavailable) {
			t.Errorf("got %v", err)
		}
	}
}

func TestFailedBeginAndRollback(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	cause := errors.New("no")
	works := s.w.stmts[stmtBegin]
	s.w.stmts[stmtBegin] = broken{works, cause}
	if err := s.Commit(context.Background(), []store.Change{created(1)}); !errors.Is(err, cause) || errors.Is(err, store.ErrUncertain) {
		t.Errorf("begin: %v", err)
	}
	s.w.stmts[stmtBegin] = works
	s.w.stmts[stmtCreateRun] = broken{s.w.stmts[stmtCreateRun], cause}
	s.w.stmts[stmtRollback] = broken{s.w.stmts[stmtRollback], errors.New("neither")}
	if err := s.Commit(context.Background(), []store.Change{created(1)}); !errors.Is(err, cause) {
		t.Errorf("rollback: %v", err)
	}
	if err := s.Commit(context.Background(), []store.Change{created(1)}); err == nil || !strings.Contains(err.Error(), "neither") {
		t.Errorf("after a failed rollback: %v", err)
	}
}

func TestFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	mustCommit(t, s, created(1))
	pages, err := s.w.number("PRAGMA page_count")
	if err != nil {
		t.Fatal(err)
	}
	limit(t, s, pages+4)
	big := created(3)
	big.Initial = []engine.Entry{{Key: "k", Value: make([]byte, 1<<20)}}
	err = s.Commit(context.Background(), []store.Change{created(2), big})
	if !errors.Is(err, ErrFull) {
		t.Fatalf("got %v", err)
	}
	if _, err := s.Find(context.Background(), "run-2"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("find: %v", err)
	}
	limit(t, s, 1<<20)
	mustCommit(t, s, created(2), big)
}

// limit bounds the pages of the file, as a full disk would.
func limit(t *testing.T, s *Store, pages int64) {
	t.Helper()
	if _, err := s.w.number(fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
		t.Fatal(err)
	}
}

// TestRowsChangedByOthers has another program change the file behind the
// store's back.
func TestRowsChangedByOthers(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"UPDATE step SET state = 9", "DELETE FROM step"} {
		s := openStore(t)
		mustCommit(t, s, created(1),
			&store.TaskDecided{Run: 1, Ready: true, At: 1}, &store.AttemptStarted{Run: 1, Attempt: 1, At: 1})
		db, err := sql.Open("sqlite", s.Path())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		err = s.Commit(context.Background(), []store.Change{
			created(2), completed(1, 2),
		})
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: got %v", text, err)
		}
		if _, err := s.Find(context.Background(), "run-2"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: find: %v", text, err)
		}
	}
}

func TestDecisionAndStartAreOneRow(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	begin := []store.Change{
		created(1), &store.TaskDecided{Run: 1, Ready: true, At: 1}, &store.AttemptStarted{Run: 1, Attempt: 1, At: 1},
	}
	if n := statementsOf(t, s, begin); n != 2 {
		t.Errorf("%d statements for a creation, a decision and a start; want 2", n)
	}
	mustCommit(t, s, begin...)
	if n := statementsOf(t, s, []store.Change{completed(1, 2)}); n != 1 {
		t.Errorf("%d statements for the end of an attempt and of its task; want 1", n)
	}
}

// statementsOf returns how many statements a commit of changes would execute.
func statementsOf(t *testing.T, s *Store, changes []store.Change) int {
	t.Helper()
	if err := s.prepare(changes); err != nil {
		t.Fatal(err)
	}
	n := len(s.w.ops.ops)
	s.w.ops.reset()
	s.ledger.Undo()
	return n
}

// TestCommitKeepsNoChange looks for what the store holds when a commit has ended.
func TestCommitKeepsNoChange(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	for _, changes := range [][]store.Change{
		{created(1), &store.TaskDecided{Run: 1, Ready: true, At: 1}},
		{&store.AttemptStarted{Run: 1, Attempt: 1, At: 1}, created(1)}, // is refused
	} {
		_ = s.Commit(context.Background(), changes)
		for _, o := range s.w.ops.ops[:cap(s.w.ops.ops)] {
			if o.change != nil || o.start != nil {
				t.Errorf("%v is kept", o.change)
			}
		}
	}
}

// TestRowOfACancelledTask looks at which number the row of a task without attempts has.
func TestRowOfACancelledTask(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	mustCommit(t, s, created(1), &store.TaskEnded{Run: 1, Status: engine.TaskCancelled, At: 1})
	if id, err := s.w.number("SELECT id FROM step"); id != stepID(1, 0, 0) || err != nil {
		t.Errorf("the row has the id %d (%v), want %d", id, err, stepID(1, 0, 0))
	}
}

// TestNumbersAfterAPurge stores a plan again whose row was removed with its last run.
func TestNumbersAfterAPurge(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	for num := int64(1); num <= 3; num++ {
		mustCommit(t, s, created(num), &store.RunEnded{Run: num, Status: engine.RunCompleted, At: 5})
		if n, err := s.Purge(context.Background(), store.PurgeFilter{}); n != 1 || err != nil {
			t.Fatalf("purge: %d, %v", n, err)
		}
	}
}

func TestSettingsOfConnections(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	for pragma, want := range map[string]int64{
		"synchronous": 2, "foreign_keys": 1, "trusted_schema": 0, "busy_timeout": 10_000,
		"journal_size_limit": logLimit, "wal_autocheckpoint": 0, "application_id": applicationID, "user_version": 1,
	} {
		if got, err := s.w.number("PRAGMA " + pragma); got != want || err != nil {
			t.Errorf("%s: %d, %v; want %d", pragma, got, err, want)
		}
	}
	err := s.read(context.Background(), func(c conn) error {
		_, err := c.ExecContext(background, "DELETE FROM run", nil)
		return err
	})
	if err == nil {
		t.Error("a reader can write")
	}
	if err := s.w.exec("PRAGMA writable_schema = 1; DELETE FROM sqlite_schema"); err == nil {
		t.Error("the schema can be written")
	}
}

// openStore opens a store that is closed at the end of the test.
func openStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(context.Background(), filepath.Join(t.TempDir(), "runs.db"), Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func mustCommit(t *testing.T, s *Store, changes ...store.Change) {
	t.Helper()
	if err := s.Commit(context.Background(), changes); err != nil {
		t.Fatal(err)
	}
}

// created returns the creation of a run of one task; its ID is "run-NUM".
func created(num int64) *store.RunCreated {
	p := &plan.Plan{Name: "one", Fingerprint: "one", Tasks: []plan.Task{{ID: "only"}}}
	return &store.RunCreated{Num: num, ID: fmt.Sprintf("run-%d", num), Plan: p, At: num}
}

// completed is the end of the task of a run that created created, with its first attempt.
func completed(num, at int64, writes ...engine.Entry) *store.TaskEnded {
	return &store.TaskEnded{
		Run: num, Last: store.AttemptEnd{Attempt: 1, Outcome: store.AttemptSucceeded},
		Status: engine.TaskCompleted, Writes: writes, At: at,
	}
}

// called is the end of a task about which there is a callback.
func called(c *store.TaskEnded) *store.TaskEnded {
	c.Callback = true
	return c
}

// TestAnotherProgramHoldsTheLock has another connection hold the write lock for
// longer than commits wait. The error says so, and what to do.
func TestAnotherProgramHoldsTheLock(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	other, err := newWriter(background, s.Path(), Config{}, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(other.exec("BEGIN IMMEDIATE"), s.w.exec("PRAGMA busy_timeout = 1")); err != nil {
		t.Fatal(err)
	}
	err = s.Commit(context.Background(), []store.Change{created(1)})
	if !errors.Is(err, store.ErrUnavailable) || !errors.Is(err, ErrLocked) ||
		!strings.Contains(err.Error(), "database is locked (5)") || !strings.Contains(err.Error(), "; end the transaction of that program") {
		t.Errorf("got %v", err)
	}
	if err := errors.Join(other.exec("COMMIT"), other.close()); err != nil {
		t.Fatal(err)
	}
	mustCommit(t, s, created(1))
}
