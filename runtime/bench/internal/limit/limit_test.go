package limit

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
)

// rows returns what is stored: the runs, the tasks, and the tasks of the run that
// has the fewest.
func rows(t *testing.T, path string) (runs, tasks, fewest int) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	err = db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM task),
		(SELECT min(n) FROM (SELECT count(task.id) AS n FROM run LEFT JOIN task ON task.id >> 20 = run.id
			GROUP BY run.id))`).Scan(&runs, &tasks, &fewest)
	if err != nil {
		t.Fatal(err)
	}
	return runs, tasks, fewest
}

// Every run and every task has its row, however many are in flight.
func TestDo(t *testing.T) {
	t.Parallel()
	for _, inFlight := range []int{1, 3, 64} {
		t.Run(fmt.Sprint(inFlight), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "runs.db")
			for _, first := range []int64{1, 101} { // the second time the file is there
				f, err := Open(path, Config{Relaxed: true, Checkpoint: 100})
				if err != nil {
					t.Fatal(err)
				}
				each, err := f.Do(Load{Shape: Shape{2, 2, 1, 1, 1}, First: first, Runs: 100, InFlight: inFlight})
				if err != nil {
					t.Fatal(err)
				}
				for i, took := range each {
					if took <= 0 {
						t.Errorf("run %d took %v", i, took)
					}
				}
				if len(each) != 100 {
					t.Errorf("%d runs were measured", len(each))
				}
				if err := f.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if runs, tasks, fewest := rows(t, path); runs != 200 || tasks != 1400 || fewest != 7 {
				t.Errorf("%d runs with %d tasks, at least %d each", runs, tasks, fewest)
			}
		})
	}
}

// A commit that fails ends all clients and is told.
func TestDoFails(t *testing.T) {
	t.Parallel()
	for _, inFlight := range []int{1, 64} {
		f, err := Open(filepath.Join(t.TempDir(), "runs.db"), Config{Relaxed: true, Checkpoint: 100})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Commit([]Rows{{Num: 50, Run: true}}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Do(Load{Shape: Shape{1}, First: 1, Runs: 200, InFlight: inFlight}); err == nil {
			t.Errorf("%d in flight: a run was stored twice", inFlight)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
