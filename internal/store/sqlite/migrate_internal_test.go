package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// TestNumbersOnDisk pins what stored numbers mean: the views spell them out,
// and files outlive programs.
func TestNumbersOnDisk(t *testing.T) {
	t.Parallel()
	for want, got := range []int{
		1: int(engine.RunRunning), 2: int(engine.RunPaused), 3: int(engine.RunBlocked),
		4: int(engine.RunCompleted), 5: int(engine.RunFailed), 6: int(engine.RunCancelled),
	} {
		if got != want {
			t.Errorf("run status %d became %d", want, got)
		}
	}
	for want, got := range []int{
		1: int(engine.TaskWaiting), 2: int(engine.TaskReady), 3: int(engine.TaskRunning), 4: int(engine.TaskRetrying),
		5: int(engine.TaskDeferred), 6: int(engine.TaskCompleted), 7: int(engine.TaskFailed),
		8: int(engine.TaskSkipped), 9: int(engine.TaskCancelled),
	} {
		if got != want {
			t.Errorf("task status %d became %d", want, got)
		}
	}
	for want, got := range []int{
		1: int(store.AttemptSucceeded), 2: int(store.AttemptFailed), 3: int(store.AttemptStopped),
		4: int(store.AttemptInterrupted), 5: int(store.AttemptCancelled),
	} {
		if got != want {
			t.Errorf("outcome %d became %d", want, got)
		}
	}
}

// TestMigrationIsAllOrNothing breaks the migration of a new file half-way.
func TestMigrationIsAllOrNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs.db")
	before := migrations
	t.Cleanup(func() { migrations = before })
	migrations = []string{schema, "CREATE TABLE more (id INTEGER); CREATE TABLE run (id INTEGER)"}
	if _, err := Open(context.Background(), path, Config{}); err == nil || !strings.Contains(err.Error(), "migration to version 2") {
		t.Fatalf("got %v", err)
	}
	migrations = []string{schema, "CREATE TABLE more (id INTEGER)"}
	s, err := Open(context.Background(), path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	mustCommit(t, s, created(1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	migrations = before
	if _, err := Open(context.Background(), path, Config{}); !errors.Is(err, ErrNewer) {
		t.Errorf("got %v", err)
	}
}

// TestOpenRunsAreFoundWithoutASearch looks at the plans of the queries whose
// cost must not grow with the number of ended runs.
func TestOpenRunsAreFoundWithoutASearch(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	for text, args := range map[string][]driver.Value{
		selectGlance: nil, selectOpenSteps: {int64(0), int64(10)}, selectOpenRuns: {int64(0), int64(10)},
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
			if strings.Contains(step, "B-TREE") || strings.HasPrefix(step, "SCAN step") || step == "SCAN run" {
				t.Errorf("%q in the plan of %s", step, text)
			}
		}
	}
}
