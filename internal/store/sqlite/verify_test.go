package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// orders returns a plan that uses what a history can hold.
func orders() *plan.Plan {
	p := &plan.Plan{Name: "orders", Tasks: []plan.Task{
		{ID: "fetch", Retry: plan.Retry{Attempts: 2, Delay: time.Second, MaxDelay: time.Minute}},
		{ID: "clean", DependsOn: []int{0}},
		{ID: "alert", DependsOn: []int{0}, Rule: plan.Rule{
			Text: "task_failed(fetch)", Tree: &plan.Node{Op: plan.OpTaskFailed, Task: 0},
		}},
		{ID: "report", DependsOn: []int{1, 2}},
	}}
	p.Fingerprint = p.ComputeFingerprint()
	return p
}

// changesOf makes changes of one run.
type changesOf int64

func (run changesOf) decided(task int, leaves ...bool) *store.TaskDecided {
	ready := len(leaves) == 0 || leaves[0]
	return &store.TaskDecided{Run: int64(run), Task: task, Ready: ready, Leaves: plan.LeavesOf(leaves...), At: 100}
}

func (run changesOf) started(task, attempt int) *store.AttemptStarted {
	return &store.AttemptStarted{Run: int64(run), Task: task, Attempt: attempt, At: 110, Host: "host", Version: "v1"}
}

func (run changesOf) over(task, attempt int, outcome store.AttemptOutcome, due int64) *store.AttemptEnded {
	return &store.AttemptEnded{Run: int64(run), Task: task, AttemptEnd: endOf(attempt, outcome), At: 120, Due: due}
}

// finished ends a task; attempt is the one that goes on, 0 if none does.
func (run changesOf) finished(task, attempt int, status engine.TaskStatus) *store.TaskEnded {
	end := &store.TaskEnded{Run: int64(run), Task: task, Status: status, At: 120, Callback: status == engine.TaskFailed}
	outcome := store.AttemptCancelled
	switch status {
	case engine.TaskCompleted:
		outcome = store.AttemptSucceeded
		end.Writes = []engine.Entry{{Key: "gone"}, {Key: "score", Value: []byte("83")}}
	case engine.TaskFailed:
		outcome = store.AttemptFailed
	}
	if attempt > 0 {
		end.Last = endOf(attempt, outcome)
	}
	return end
}

func endOf(attempt int, outcome store.AttemptOutcome) store.AttemptEnd {
	end := store.AttemptEnd{Attempt: attempt, Outcome: outcome}
	if outcome == store.AttemptFailed {
		end.Error = "no answer"
	}
	return end
}

func (run changesOf) ended(status engine.RunStatus) *store.RunEnded {
	return &store.RunEnded{Run: int64(run), Status: status, At: 130}
}

// everyState commits a run in every state in which a run and a task can be.
func everyState(t *testing.T, s *sqlite.Store) {
	t.Helper()
	p := orders()
	for num := int64(1); num <= 10; num++ {
		run := changesOf(num)
		commit(t, s, &store.RunCreated{
			Num: num, ID: id(num), Plan: p, At: 90, Initial: []engine.Entry{{Key: "n", Value: []byte("3")}},
		}, run.decided(0), run.started(0, 1))
		switch num {
		case 1: // completed, with a skipped task
			commit(t, s, run.over(0, 1, store.AttemptFailed, 200), run.started(0, 2),
				run.finished(0, 2, engine.TaskCompleted),
				run.decided(1), run.started(1, 1), run.decided(2, false))
			commit(t, s, run.finished(1, 1, engine.TaskCompleted),
				run.decided(3), run.started(3, 1))
			commit(t, s, run.finished(3, 1, engine.TaskCompleted),
				run.ended(engine.RunCompleted))
		case 2: // failed, with a pending callback
			commit(t, s, run.finished(0, 1, engine.TaskFailed),
				run.decided(1), run.started(1, 1), run.decided(2, true), run.started(2, 1))
			commit(t, s, run.finished(1, 1, engine.TaskCompleted),
				run.finished(2, 1, engine.TaskCompleted), run.decided(3), run.started(3, 1))
			commit(t, s, run.finished(3, 1, engine.TaskCompleted),
				run.ended(engine.RunFailed))
		case 3: // cancelled, with tasks that were never decided
			batch := []store.Change{run.finished(0, 1, engine.TaskCancelled)}
			for task := 1; task < 4; task++ {
				batch = append(batch, run.finished(task, 0, engine.TaskCancelled))
			}
			commit(t, s, append(batch, run.ended(engine.RunCancelled))...)
		case 4: // retrying
			commit(t, s, run.over(0, 1, store.AttemptFailed, 900))
		case 5: // to be started again
			commit(t, s, run.over(0, 1, store.AttemptStopped, 0))
		case 6: // interrupted
			commit(t, s, run.over(0, 1, store.AttemptInterrupted, 0), run.started(0, 1))
		case 7: // blocked
			commit(t, s, &store.RunBlocked{Run: num, Cause: store.BlockedByPlan, Reason: "why", At: 120})
		case 8: // under another plan
			now := orders()
			now.Tasks = append(now.Tasks, plan.Task{ID: "archive", DependsOn: []int{3}})
			now.Fingerprint = now.ComputeFingerprint()
			commit(t, s, &store.RunReplanned{Run: num, Plan: now, Tasks: []int{0, 1, 2, 3}, At: 120})
			commit(t, s, &store.RunReplanned{Run: num, Plan: p, Tasks: []int{0, 1, 2, 3, -1}, At: 121})
			commit(t, s, &store.RunReplanned{Run: num, Plan: now, Tasks: []int{0, 1, 2, 3}, At: 122})
		case 9: // ready for its second attempt
			commit(t, s, run.over(0, 1, store.AttemptFailed, 900), &store.TaskRequeued{Run: num, At: 900})
		}
	}
}

// verified returns the problems of a file, one a line.
func verified(t *testing.T, path string) []string {
	t.Helper()
	report, err := sqlite.Verify(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, p := range report.Problems {
		lines = append(lines, p.String())
	}
	return lines
}

func TestVerifyFindsNothingWrong(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	s := open(t, path)
	everyState(t, s)
	for _, state := range []string{"owned", "closed"} {
		if problems := verified(t, path); len(problems) > 0 {
			t.Errorf("%s: %s", state, strings.Join(problems, "\n"))
		}
		closed(t, s) // the second time does nothing
	}
	report, err := sqlite.Verify(context.Background(), path)
	if err != nil || report.Path != resolved(t, path) || report.Runs != 10 || report.Tasks != 19 || report.Attempts != 16 {
		t.Errorf("%+v, %v", report, err)
	}
	if names := filesBeside(t, path); !slices.Equal(names, []string{"runs.db", "runs.db.lock"}) {
		t.Errorf("it left files behind: %v", names)
	}
}

// An assertion that fails when tasks are to be decided leaves them undecided.
// In any other run, blocked or under another plan, it means that rows are missing.
func TestVerifyOfUndecidedTasks(t *testing.T) {
	t.Parallel()
	blocked := func(cause store.BlockCause) store.Change {
		return &store.RunBlocked{Run: 1, Cause: cause, Reason: "why", At: 120}
	}
	for name, tt := range map[string]struct {
		last store.Change
		fits bool
	}{
		"blocked when it was to decide": {blocked(store.BlockedUndecided), true},
		"blocked by a violation":        {blocked(store.BlockedByViolation), false},
		"blocked by its plan":           {blocked(store.BlockedByPlan), false},
		"under another plan":            {&store.RunReplanned{Run: 1, Plan: orders(), Tasks: []int{0, 1, 2, 3}, At: 120}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "runs.db")
			s, run := open(t, path), changesOf(1)
			commit(t, s, &store.RunCreated{Num: 1, ID: id(1), Plan: orders(), At: 90}, run.decided(0), run.started(0, 1),
				run.finished(0, 1, engine.TaskCompleted), tt.last)
			closed(t, s)
			problems := strings.Join(verified(t, path), "\n")
			if found := strings.Contains(problems, "is undecided"); found == tt.fits || tt.fits && problems != "" {
				t.Errorf("got %q", problems)
			}
		})
	}
}

// filesBeside returns the names in a file's directory.
func filesBeside(t *testing.T, path string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// damages are what other hands can do to a file, with what Verify says of it:
// parts of one line each.
var damages = map[string]struct {
	sql  string
	want []string
}{
	"a value":                {"UPDATE step SET vals = CAST('84' AS BLOB) WHERE vals IS NOT NULL AND run = 1 AND id & 262143 = 2", []string{`table "step", run "run-1", task "fetch": `, "checksum"}},
	"an outcome":             {"UPDATE step SET outcome = 2 WHERE run = 2 AND id >> 10 & 262143 = 1", []string{`run "run-2", task "clean": `, "checksum"}},
	"a decision":             {"UPDATE step SET leaves = NULL WHERE run = 2 AND leaves IS NOT NULL", []string{`run "run-2", task "alert": `, "checksum"}},
	"a checksum":             {"UPDATE step SET sum = sum + 1 WHERE run = 4", []string{`run "run-4", task "fetch": the row of attempt 1 does not fit its checksum`}},
	"an initial context":     {"UPDATE run SET vals = CAST('4' AS BLOB) WHERE num = 5", []string{`table "run", run "run-5": `, "checksum"}},
	"an ID":                  {"UPDATE run SET id = 'other' WHERE num = 5", []string{`table "run", run "other": `, "checksum"}},
	"a plan":                 {"UPDATE plan SET body = replace(body, 'clean', 'cleam') WHERE id = 1", []string{`table "plan": `, `plan 1 of workflow "orders", which 9 runs have, is damaged`, "fingerprint"}},
	"a plan that is no plan": {"UPDATE plan SET body = '[]' WHERE id = 1", []string{`table "plan": plan 1, which 9 runs have, is damaged`, "cannot be decoded"}},
	"a worker":               {"UPDATE worker SET host = 'x'", []string{`table "worker": `, "checksum"}},
	"the first attempt":      {"DELETE FROM step WHERE run = 1 AND id & 1023 = 1 AND id >> 10 & 262143 = 0", []string{`table "step", run "run-1", task "fetch": `, "rows are missing"}},
	"a decided task":         {"DELETE FROM step WHERE run = 1 AND id >> 10 & 262143 = 1", []string{`table "run", run "run-1": `, "does not fit together"}},
	"all rows of a task":     {"DELETE FROM step WHERE run = 4", []string{`table "run", run "run-4": `, "does not fit together"}},
	"all rows of a blocked":  {"DELETE FROM step WHERE run = 7", []string{`table "run", run "run-7": `, "does not fit together"}},
	"a plan of one run":      {"UPDATE run SET plan = 77 WHERE num <> 2; UPDATE plan SET body = '[]' WHERE id = 1", []string{`table "plan": plan 1, which 1 run has, is damaged`}},
	"bytes that are no text": {"UPDATE run SET id = CAST(x'ff0a1b' AS TEXT) WHERE num = 5", []string{"run \"\ufffd\\n\\x1b\": ", "checksum"}},
	"a name in the schema":   {"CREATE VIEW \"two\nlines\" AS SELECT 1", []string{`view two lines was added by another program`}},
	"a long name":            {"CREATE VIEW " + strings.Repeat("long", 1000) + " AS SELECT 1", []string{`longlong... (4000 bytes) was added`}},
	"a run":                  {"DELETE FROM run WHERE num = 4", []string{`table "step", run "number 4", task "number 0": `, `table "run" that does not exist`}},
	"the plan of runs":       {"DELETE FROM plan WHERE id = 1", []string{`table "run", run "run-1": `, `table "plan" that does not exist`}},
	"a callback too many":    {"INSERT INTO callback VALUES (1, 2, 0)", []string{`table "callback", run "run-1", task "alert": `, "neither completed nor failed"}},
	"a change of plan":       {"DELETE FROM replan WHERE id & 3 = 2", []string{`table "replan", run "run-8": `, "do not lead"}},
	"the last change":        {"DELETE FROM replan WHERE id & 3 = 3", []string{`table "replan", run "run-8": `, "do not lead"}},
	"an index":               {"DROP INDEX run_open", []string{`table "sqlite_schema": index run_open is missing`}},
	"a view":                 {"DROP VIEW runs; CREATE VIEW runs AS SELECT 1", []string{`view runs is not as`}},
	"a table":                {"CREATE TABLE mine (id INTEGER)", []string{`table mine was added`}},
	"a state":                {"UPDATE step SET state = 17 WHERE run = 7", []string{`run "run-7", task "fetch": `, "checksum"}},
}

// damage executes a statement that a store would not let pass.
func damage(t *testing.T, path, text string) {
	t.Helper()
	statements("PRAGMA ignore_check_constraints = 1; PRAGMA foreign_keys = 0; "+text)(t, path)
}

// hasLine reports whether one of the lines has all parts.
func hasLine(lines, parts []string) bool {
	return slices.ContainsFunc(lines, func(line string) bool {
		return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(line, part) })
	})
}

func TestVerifyFindsDamage(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "runs.db")
	s := open(t, whole)
	everyState(t, s)
	closed(t, s)
	for name, test := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "runs.db")
			content(read(t, whole))(t, path)
			damage(t, path, test.sql)
			if got := verified(t, path); !hasLine(got, test.want) {
				t.Errorf("no line has %q:\n%s", test.want, strings.Join(got, "\n"))
			}
		})
	}
}

// TestVerifyFindsAllDamage damages one file in many places.
func TestVerifyFindsAllDamage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	s := open(t, path)
	everyState(t, s)
	closed(t, s)
	names := []string{
		"a value", "an outcome", "a checksum", "an initial context", "a worker",
		"a callback too many", "a change of plan", "an index", "a view", "a table", "a state",
	}
	for _, name := range names {
		damage(t, path, damages[name].sql)
	}
	got := verified(t, path)
	for _, name := range names {
		if !hasLine(got, damages[name].want) {
			t.Errorf("%s: no line has %q:\n%s", name, damages[name].want, strings.Join(got, "\n"))
		}
	}
}

// TestVerifyReadsBehindDamage overwrites pages in the middle of a table and
// looks for a damaged row behind them.
func TestVerifyReadsBehindDamage(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	s := open(t, path)
	for num := int64(1); num <= 400; num++ {
		commit(t, s, &store.RunCreated{Num: num, ID: id(num), Plan: orders(), At: 90}, changesOf(num).decided(0))
	}
	closed(t, s)
	damage(t, path, "UPDATE run SET deadline = 7 WHERE num IN (2, 399)")
	page := pageOfRow(t, path, 200)
	b := read(t, path)
	for i := range sqlite.PageSize {
		b[(page-1)*sqlite.PageSize+i] = 0xa5
	}
	content(b)(t, path)
	got := verified(t, path)
	for _, want := range [][]string{
		{`run "run-2": `, "checksum"}, {`run "run-399": `, "checksum"}, {`table "run": `, "structure of the file"}, {`table "run": `, "not all of it can be read"},
	} {
		if !hasLine(got, want) {
			t.Errorf("no line has %q:\n%s", want, strings.Join(got[:min(len(got), 20)], "\n"))
		}
	}
}

// pageOfRow returns a page that holds a row of the table run.
func pageOfRow(t *testing.T, path string, num int) (page int) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	marker := []byte(fmt.Sprintf("run-%d", num))
	var root int
	err = db.QueryRow("SELECT rootpage FROM sqlite_schema WHERE name = 'run'").Scan(&root)
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	b := read(t, path)
	const size, leafOfTable = sqlite.PageSize, 0x0d
	for at := 0; at+size <= len(b); at += size {
		if at/size+1 != root && b[at] == leafOfTable && strings.Contains(string(b[at:at+size]), string(marker)) {
			return at/size + 1
		}
	}
	t.Fatalf("no page has run %d", num)
	return 0
}

func TestVerifyOfWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, test := range map[string]struct {
		make func(t *testing.T, path string)
		want error
	}{
		"nothing":         {func(*testing.T, string) {}, fs.ErrNotExist},
		"empty":           {content(nil), sqlite.ErrNotDatabase},
		"text":            {content([]byte(strings.Repeat("this is no database\n", 500))), sqlite.ErrNotDatabase},
		"another program": {foreign, sqlite.ErrForeign},
		"newer version":   {newer, sqlite.ErrNewer},
		"a directory": {func(t *testing.T, path string) {
			t.Helper()
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, sqlite.ErrNotDatabase},
	} {
		path := filepath.Join(dir, name)
		test.make(t, path)
		if _, err := sqlite.Verify(context.Background(), path); !errors.Is(err, test.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := os.Stat(path + "-shm"); err == nil {
			t.Errorf("%s: it made a file", name)
		}
	}
}

func TestVerifyEndsWithItsContext(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	mine()(t, path)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := sqlite.Verify(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
