package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store"
)

// TestKeptStatements executes more statements than a connection keeps, and one
// while its rows are being read.
func TestKeptStatements(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	mustCommit(t, s, created(1), created(2), created(3))
	for range 2 { // with the same connection
		err := s.read(context.Background(), func(c conn) error {
			pairs := 0
			const text = "SELECT num FROM run WHERE num > ?"
			err := query(background, c, text, func([]driver.Value) error {
				return query(background, c, text, func([]driver.Value) error {
					pairs++
					return nil
				}, int64(1))
			}, int64(0))
			if pairs != 6 || err != nil {
				t.Errorf("%d pairs, %v", pairs, err)
			}
			for i := range int64(2 * keptStatements) {
				n, err := number(background, c, fmt.Sprintf("SELECT %d + ?", i), i)
				if n != 2*i || err != nil {
					t.Errorf("got %d, %v; want %d", n, err, 2*i)
				}
			}
			if kept := len(c.(*keepingConn).kept); kept != keptStatements {
				t.Errorf("%d statements are kept", kept)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestKeptStatementThatWasStopped reads on after a query whose rows were not read
// to the end, and after one that failed.
func TestKeptStatementThatWasStopped(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	mustCommit(t, s, created(1), created(2))
	stop := errors.New("enough")
	err := s.read(context.Background(), func(c conn) error {
		for range 3 {
			rows := 0
			err := query(background, c, "SELECT num FROM run", func([]driver.Value) error {
				rows++
				return stop
			})
			if rows != 1 || !errors.Is(err, stop) {
				t.Errorf("%d rows, %v", rows, err)
			}
			if _, err := number(background, c, "SELECT abs(?)", int64(-1<<63)); err == nil {
				t.Error("an overflow was no error")
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestPlanDamagedWhileItIsKept damages a plan that has been read.
func TestPlanDamagedWhileItIsKept(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	mustCommit(t, s, created(1))
	first, err := s.Run(context.Background(), "run-1")
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Run(context.Background(), "run-1")
	if err != nil || again.Plan != first.Plan {
		t.Fatalf("the plan was decoded again, %v", err)
	}
	for _, text := range []string{
		`UPDATE plan SET body = json_set(body, '$.Tasks[0].ID', 'other')`, "PRAGMA foreign_keys = 0; DELETE FROM plan",
	} {
		if err := s.w.exec(text); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Run(context.Background(), "run-1"); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

// TestReadingBeforeTheFirstCommit looks at which connection is read through.
func TestReadingBeforeTheFirstCommit(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	read := func() {
		if _, err := s.Callbacks(context.Background()); err != nil {
			t.Error(err)
		}
		for _, err := range s.OpenRuns(context.Background()) {
			if err != nil {
				t.Error(err)
			}
		}
	}
	if read(); s.db.db != nil {
		t.Error("there are connections")
	}
	mustCommit(t, s, created(1))
	if read(); s.db.db == nil || s.db.db.Stats().OpenConnections != 1 {
		t.Error("there is not one connection")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	early := openStore(t)
	if _, err := early.Callbacks(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	mustCommit(t, early, created(1))
	closing := openStore(t)
	if err := closing.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := closing.Callbacks(context.Background()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// TestPoolIsClosedOnce closes pools that were used and others.
func TestPoolIsClosedOnce(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	for _, used := range []bool{true, false} {
		p := readers(s.Path(), Config{}.WithDefaults())
		if used {
			c, err := p.conn(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
		for range 2 {
			if err := p.close(); err != nil {
				t.Errorf("used %t: %v", used, err)
			}
		}
		if _, err := p.conn(context.Background()); !errors.Is(err, store.ErrClosed) {
			t.Errorf("used %t: got %v", used, err)
		}
	}
}

// An error that ends the transaction may have been made up for, as by who verifies
// a file and collects what is wrong with it.
func TestSnapshotThatEndsByItself(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	for _, want := range []error{nil, errors.New("what was wrong")} {
		err := s.read(context.Background(), func(c conn) error {
			if _, err := c.ExecContext(background, "ROLLBACK", nil); err != nil {
				t.Fatal(err)
			}
			return want
		})
		if want == nil && err != nil || !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}
