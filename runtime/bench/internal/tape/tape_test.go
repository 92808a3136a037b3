package tape_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite" // opens files for the tests

	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/seven"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/shapes"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/tape"
)

// failing is a workflow whose task fails for good, with a callback.
func failing() *cloacina.Workflow {
	w := &cloacina.Workflow{Plan: cloacina.Plan{Name: "failing"}}
	w.Plan.Tasks = []cloacina.PlanTask{{ID: "fails"}}
	w.Code = []cloacina.TaskCode{{
		Call:      cloacina.CallPlain(func(context.Context) error { return errors.New("no") }),
		OnFailure: func(context.Context, cloacina.TaskEnd) {},
	}}
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	return w
}

// record executes runs of several workflows and returns the tape.
func record(t *testing.T, path string) *tape.Tape {
	t.Helper()
	recording, stop := tape.Record()
	r, err := cloacina.Open(t.Context(), path, cloacina.Config{})
	stop()
	if err != nil {
		t.Fatal(err)
	}
	fan := shapes.Fan(30)
	if err := r.Register(seven.Workflow(), fan, failing()); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if _, err := seven.Run(t.Context(), r, seven.Input{N: i + 1}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Execute(t.Context(), fan.Plan.Name, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Execute(t.Context(), "failing", nil); err == nil {
			t.Fatal("the run did not fail")
		}
	}
	if err := r.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	return recording
}

// dump returns all rows of all tables of a file.
func dump(t *testing.T, path string) map[string][]string {
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
	all := map[string][]string{}
	for _, table := range column(t, db, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
		all[table] = column(t, db, "SELECT * FROM "+table)
	}
	all["schema"] = column(t, db, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
	return all
}

// column returns the rows of a query, each as one text.
func column(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		values, targets := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		if len(values) == 1 {
			all = append(all, fmt.Sprint(values[0]))
		} else {
			all = append(all, fmt.Sprintf("%q", values))
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// What is replayed leaves the same rows behind, to the last byte, and takes the
// same number of statements; the file is sound.
func TestReplayLeavesTheSameRows(t *testing.T) { //nolint:paralleltest // a recorder listens to the whole process
	recorded := filepath.Join(t.TempDir(), "recorded.db")
	recording := record(t, recorded)
	path := filepath.Join(t.TempDir(), "replayed.db")
	r, err := recording.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	half := recording.Len() / 2
	if err := r.Until(half); err != nil {
		t.Fatal(err)
	}
	if r.Done() != half {
		t.Errorf("%d statements done instead of %d", r.Done(), half)
	}
	if err := r.Prepare(half); err != nil {
		t.Fatal(err)
	}
	if err := r.Until(recording.Len()); err != nil {
		t.Fatal(err)
	}
	if r.Done() != recording.Len() {
		t.Errorf("%d statements done instead of %d", r.Done(), recording.Len())
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	want := dump(t, recorded)
	if len(want["run"]) != 60 || len(want["step"]) < 60*7 {
		t.Errorf("%d runs and %d steps were recorded", len(want["run"]), len(want["step"]))
	}
	if d := cmp.Diff(want, dump(t, path)); d != "" {
		t.Errorf("the replayed file differs (-recorded +replayed):\n%s", d)
	}
	if report, err := cloacina.Verify(t.Context(), path); err != nil || !report.OK() {
		t.Errorf("%v, %v", report, err)
	}
}

// A query that the store has left unread is left unread in the replay too, until the
// store has closed it: nobody can empty the log meanwhile.
func TestReplayLeavesQueriesUnread(t *testing.T) { //nolint:paralleltest // a recorder listens to the whole process
	recording, stop := tape.Record()
	stop()
	recording.Opened("file:recorded.db?_pragma=journal_mode(WAL)")
	recording.Statement("CREATE TABLE t (x)", nil, false, false)
	recording.Statement("SELECT 1 FROM sqlite_schema", nil, true, true)
	recording.Statement("INSERT INTO t VALUES (1)", nil, false, false)
	unread := recording.Len()
	recording.Closed("SELECT 1 FROM sqlite_schema")
	if n := recording.Statements(0); n != 3 {
		t.Errorf("%d statements", n)
	}
	path := filepath.Join(t.TempDir(), "replayed.db")
	r, err := recording.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ mark, busy int }{{unread, 1}, {recording.Len(), 0}} {
		if err := r.Until(step.mark); err != nil {
			t.Fatal(err)
		}
		var busy, logged, copied int
		err := other.QueryRowContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &logged, &copied)
		if err != nil || busy != step.busy {
			t.Errorf("at %d: busy = %d, want %d, %v", step.mark, busy, step.busy, err)
		}
	}
	if err := errors.Join(other.Close(), r.Close()); err != nil {
		t.Error(err)
	}
}

// A second replay meets rows that are there already, and says which statement fails.
func TestReplayFails(t *testing.T) { //nolint:paralleltest // a recorder listens to the whole process
	recording := record(t, filepath.Join(t.TempDir(), "recorded.db"))
	path := filepath.Join(t.TempDir(), "replayed.db")
	for _, want := range []string{"", "statement"} {
		r, err := recording.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		err = r.Until(recording.Len())
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Only what is opened while recording is on the tape.
func TestNothingRecorded(t *testing.T) { //nolint:paralleltest // a recorder listens to the whole process
	recording, stop := tape.Record()
	stop()
	r, err := cloacina.Open(t.Context(), filepath.Join(t.TempDir(), "runs.db"), cloacina.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if recording.Len() != 0 {
		t.Errorf("%d statements were recorded", recording.Len())
	}
	if _, err := recording.Open(filepath.Join(t.TempDir(), "replayed.db")); err == nil {
		t.Error("an empty tape was opened")
	}
}
