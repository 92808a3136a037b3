package sqlite_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/google/go-cmp/cmp"
)

// TestViews reads a store with SQL alone, while it is owned.
func TestViews(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	s := open(t, path)
	t.Cleanup(func() { closed(t, s) })
	c := &store.RunCreated{Num: 1, ID: "order-42", At: 5, Plan: &plan.Plan{
		Name: "orders", Fingerprint: "f", Tasks: []plan.Task{{ID: "fetch"}, {ID: "cached"}, {ID: "report"}},
	}}
	commit(t, s, c,
		&store.TaskDecided{Run: 1, Task: 0, Ready: true, At: 10},
		&store.AttemptStarted{Run: 1, Task: 0, Attempt: 1, At: 11, Host: "h", Version: "v"},
		&store.AttemptEnded{
			Run: 1, Task: 0, At: 12, Due: 20,
			AttemptEnd: store.AttemptEnd{Attempt: 1, Outcome: store.AttemptFailed, Error: "oops"},
		},
		&store.AttemptStarted{Run: 1, Task: 0, Attempt: 2, At: 20, Host: "h", Version: "v"})
	commit(t, s,
		&store.TaskEnded{
			Run: 1, Task: 0, Last: store.AttemptEnd{Attempt: 2, Outcome: store.AttemptSucceeded},
			Status: engine.TaskCompleted, At: 21, Callback: true, Writes: []engine.Entry{
				{Key: "big", Value: []byte("9007199254740993")}, {Key: "gone"}, {Key: "name", Value: []byte(`"ü"`)},
			},
		},
		&store.TaskDecided{Run: 1, Task: 1, At: 21},
		&store.TaskEnded{Run: 1, Task: 2, Status: engine.TaskCancelled, At: 30},
		&store.RunEnded{Run: 1, Status: engine.RunCancelled, Error: "by hand", At: 31})
	c.Num, c.ID = 2, "order-43"
	now := &plan.Plan{Name: "orders", Fingerprint: "g", Tasks: []plan.Task{{ID: "check"}, {ID: "fetch"}}}
	commit(t, s, c, &store.TaskDecided{Run: 2, Task: 0, Ready: true, At: 40},
		&store.RunReplanned{Run: 2, Plan: now, Tasks: []int{1, -1, -1}, At: 41},
		&store.RunBlocked{Run: 2, Cause: store.BlockedByPlan, Reason: "does not fit", At: 42})
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	for view, want := range map[string][]string{
		"runs": {"1 order-42 orders cancelled 5 31 <nil> by hand <nil>", "2 order-43 orders blocked 5 <nil> <nil> does not fit plan"},
		"tasks": {
			"order-42 0 fetch completed 2 21 <nil>", "order-42 1 cached skipped 0 21 <nil>",
			"order-42 2 report cancelled 0 30 <nil>", "order-43 1 fetch ready 0 <nil> <nil>",
		},
		"attempts": {
			"order-42 0 fetch 1 failed 11 12 20 0 oops h v", "order-42 0 fetch 2 succeeded 20 21 <nil> 0 <nil> h v",
		},
		"callbacks": {"order-42 0 fetch"},
		"replans":   {"order-43 41 1 f g"},
		"writes":    {`order-42 0 big 9007199254740993`, `order-42 0 gone <nil>`, `order-42 0 name "ü"`},
	} {
		if diff := cmp.Diff(want, rowsOf(t, db, view)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", view, diff)
		}
	}
}

// rowsOf returns the rows of a view as text.
func rowsOf(t *testing.T, db *sql.DB, view string) (texts []string) {
	t.Helper()
	rows, err := db.Query("SELECT * FROM " + view)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, pointers := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			pointers[i] = &values[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, strings.TrimSuffix(fmt.Sprintln(values...), "\n"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return texts
}
