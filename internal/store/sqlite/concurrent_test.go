package sqlite_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// TestNobodyIsLockedOut has the writer, its checkpoints, readers of the store
// and readers from outside, which wait for nothing, work at once.
func TestNobodyIsLockedOut(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	s, err := sqlite.Open(context.Background(), path, sqlite.Config{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for ctx.Err() == nil {
				if _, err := s.Runs(context.Background(), store.Filter{Limit: 5}); err != nil {
					t.Errorf("reader: %v", err)
					return
				}
			}
		})
	}
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		wg.Go(func() {
			for ctx.Err() == nil {
				var n int
				if err := db.QueryRow("SELECT count(*) FROM tasks").Scan(&n); err != nil {
					t.Errorf("reader from outside: %v", err)
					return
				}
			}
		})
	}
	value := make([]byte, 16<<10) // some commits make a checkpoint
	for num := int64(1); num <= 1000; num++ {
		commit(t, s, created(num, engine.Entry{Key: "k", Value: value}),
			&store.RunEnded{Run: num, Status: engine.RunCompleted, At: num})
	}
	stop()
	wg.Wait()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	closed(t, s)
}

// TestReadersOutliveACancelledQuery cancels reading at every moment.
func TestReadersOutliveACancelledQuery(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "runs.db"))
	t.Cleanup(func() { closed(t, s) })
	for num := int64(1); num <= 300; num++ {
		commit(t, s, created(num))
	}
	for n := range 100 {
		ctx, cancel := context.WithCancel(context.Background())
		seen := 0
		for _, err := range s.OpenRuns(ctx) {
			if err != nil {
				break
			}
			if seen++; seen > n {
				cancel()
			}
		}
		var wg sync.WaitGroup
		wg.Go(cancel)
		_, _ = s.Runs(ctx, store.Filter{}) // may be cancelled or not
		wg.Wait()
		if _, err := s.Find(context.Background(), "run-7"); err != nil {
			t.Fatal(err)
		}
	}
}

// TestInABubble uses a store under virtual time. The bubble fails the test if
// a goroutine is left.
func TestInABubble(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	synctest.Test(t, func(t *testing.T) {
		for num := int64(1); num <= 3; num++ {
			s := open(t, path)
			commit(t, s, created(num))
			ctx, cancel := context.WithCancel(t.Context())
			if _, err := s.Run(ctx, id(num)); err != nil {
				t.Error(err)
			}
			for _, err := range s.OpenRuns(ctx) {
				if err != nil {
					t.Error(err)
				}
			}
			cancel()
			closed(t, s)
			synctest.Wait()
		}
	})
}
