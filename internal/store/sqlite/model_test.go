package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	"github.com/cloacina-go/cloacina/internal/store/storetest"
	"pgregory.net/rapid"
)

// TestBothStoresAgree commits random batches to a SQLite store and to one in memory,
// most of changes that fit, and compares all that can be read. After each commit the
// checksums of all rows have to fit.
func TestBothStoresAgree(t *testing.T) {
	t.Parallel()
	dir, seen := t.TempDir(), map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(tempDir(t, dir), "runs.db")
		model, s := &replayed{Store: memory.New()}, openRelaxed(t, path)
		defer func() { closeIt(t, s) }()
		db := openRaw(t, path)
		defer func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}()
		for range rapid.IntRange(1, 12).Draw(t, "batches") {
			batch := model.drawBatch(t)
			want := model.Commit(context.Background(), batch)
			got := s.Commit(context.Background(), batch)
			if !sameError(got, want) {
				t.Fatalf("SQLite says %v, memory says %v", got, want)
			}
			if want == nil {
				count(seen, batch)
			}
			if rapid.IntRange(0, 3).Draw(t, "purge") == 0 {
				purgeBoth(t, model, s)
			}
			if rapid.IntRange(0, 5).Draw(t, "reopen") == 0 {
				closeIt(t, s)
				s = openRelaxed(t, path)
			}
			if diff := storetest.Diff(everything(t, model), everything(t, s)); diff != "" {
				t.Fatalf("(-memory +SQLite):\n%s", diff)
			}
			wantSums(t, db)
		}
	})
	for _, kind := range []string{
		"*store.TaskRequeued", "*store.RunReplanned", "attempt failed", "attempt stopped", "attempt interrupted",
		"completed", "failed", "interrupted", "cancelled", "cut off",
	} {
		if seen[kind] == 0 {
			t.Errorf("%s: was never stored", kind)
		}
	}
}

// count counts the changes that were stored by what they are.
func count(seen map[string]int, changes []store.Change) {
	ends := map[store.AttemptOutcome]string{
		0: "cancelled", store.AttemptSucceeded: "completed", store.AttemptFailed: "failed", store.AttemptStopped: "stopped",
		store.AttemptInterrupted: "interrupted", store.AttemptCancelled: "cut off",
	}
	for _, c := range changes {
		switch c := c.(type) {
		case *store.AttemptEnded:
			seen["attempt "+ends[c.Outcome]]++
		case *store.TaskEnded:
			seen[ends[c.Last.Outcome]]++
		default:
			seen[fmt.Sprintf("%T", c)]++
		}
	}
}

// replayed is a store in memory that can be had again as it is.
type replayed struct {
	*memory.Store
	history []func(s *memory.Store) error
}

func (r *replayed) Commit(ctx context.Context, changes []store.Change) error {
	err := r.Store.Commit(ctx, changes)
	if err == nil {
		r.history = append(r.history, func(s *memory.Store) error { return s.Commit(ctx, changes) })
	}
	return err
}

func (r *replayed) Purge(ctx context.Context, f store.PurgeFilter) (int, error) {
	r.history = append(r.history, func(s *memory.Store) error { _, err := s.Purge(ctx, f); return err })
	return r.Store.Purge(ctx, f)
}

// drawBatch draws changes that fit one behind the other, and a few that do not. Left to
// chance alone hardly an attempt would ever end.
func (r *replayed) drawBatch(t *rapid.T) []store.Change {
	again := memory.New()
	for _, do := range r.history {
		if err := do(again); err != nil {
			t.Fatal(err)
		}
	}
	var batch []store.Change
	for most := rapid.IntRange(1, 20).Draw(t, "changes"); len(batch) < most; {
		c := drawChange(t)
		if ends(c) && rapid.IntRange(0, 9).Draw(t, "end") != 7 {
			continue // or hardly a run would come far
		}
		if again.Commit(context.Background(), []store.Change{c}) == nil || rapid.IntRange(0, 499).Draw(t, "all the same") == 314 {
			batch = append(batch, c)
		}
	}
	return batch
}

// ends reports whether a change fits nearly always, and leads nowhere.
func ends(c store.Change) bool {
	switch c := c.(type) {
	case *store.CallbackDone, *store.RunBlocked, *store.RunEnded:
		return true
	case *store.TaskEnded:
		return c.Last.Attempt == 0
	}
	return false
}

// sameError reports whether both stores refuse a batch for the same reason.
// SQLite notices a known ID last, so it may come upon something else first.
func sameError(got, want error) bool {
	if got == nil || want == nil {
		return got == nil && want == nil
	}
	return got.Error() == want.Error() || errors.Is(want, store.ErrExists)
}

// purgeBoth deletes the same from both stores.
func purgeBoth(t *rapid.T, model, s store.Store) {
	f := store.PurgeFilter{
		Workflow:    rapid.SampledFrom([]string{"", "two", "three"}).Draw(t, "workflow"),
		Statuses:    rapid.SampledFrom([][]engine.RunStatus{nil, {engine.RunFailed}, {engine.RunFailed, engine.RunCancelled}}).Draw(t, "statuses"),
		EndedBefore: rapid.Int64Range(0, 9).Draw(t, "ended before"),
		Limit:       rapid.IntRange(0, 3).Draw(t, "limit"),
	}
	want, err := model.Purge(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Purge(context.Background(), f); got != want || err != nil {
		t.Fatalf("purge of %+v: SQLite deleted %d (%v), memory %d", f, got, err, want)
	}
	oldest, err := model.OldestEnd(context.Background(), f.Workflow)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.OldestEnd(context.Background(), f.Workflow); got != oldest || err != nil {
		t.Fatalf("oldest end: SQLite says %d (%v), memory %d", got, err, oldest)
	}
}

// drawChange draws a change of one of two runs of two tasks, so that many fit.
func drawChange(t *rapid.T) store.Change {
	num, task := rapid.Int64Range(1, 2).Draw(t, "run"), rapid.IntRange(0, 1).Draw(t, "task")
	attempt, at := rapid.IntRange(1, 2).Draw(t, "attempt"), rapid.Int64Range(1, 9).Draw(t, "at")
	switch kind := rapid.IntRange(0, 29).Draw(t, "kind"); { // small numbers are drawn more often
	case kind < 6:
		return &store.AttemptEnded{Run: num, Task: task, AttemptEnd: drawEnd(t, attempt, at), At: at, Due: at % 2 * 50}
	case kind < 12:
		return drawTaskEnd(t, num, task, attempt, at)
	case kind < 18:
		host := rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "host")
		return &store.AttemptStarted{Run: num, Task: task, Attempt: attempt, At: at, Host: host, Version: host}
	case kind < 22:
		leaves := plan.LeavesOf(rapid.SliceOfN(rapid.Bool(), 0, 130).Draw(t, "leaves")...)
		return &store.TaskDecided{Run: num, Task: task, Ready: at > 1, Leaves: leaves, At: at}
	case kind < 26:
		return &store.TaskRequeued{Run: num, Task: task, At: at}
	case kind < 27:
		p := &plan.Plan{Name: "two", Fingerprint: "two", Tasks: []plan.Task{{ID: "a"}, {ID: "b"}}}
		num = rapid.Int64Range(1, 3).Draw(t, "num")
		return &store.RunCreated{Num: num, ID: id(num % 3), Plan: p, Initial: drawEntries(t), At: at, Deadline: at % 3}
	case kind < 28:
		return &store.CallbackDone{Run: num, Task: task}
	default:
		return drawRunChange(t, num, at)
	}
}

// drawTaskEnd draws the end of a task, mostly with the end of an attempt that it can have.
func drawTaskEnd(t *rapid.T, num int64, task, attempt int, at int64) *store.TaskEnded {
	end := &store.TaskEnded{Run: num, Task: task, Status: engine.TaskCancelled, At: at}
	if rapid.IntRange(0, 5).Draw(t, "no attempt goes on") < 5 {
		end.Last = drawEnd(t, attempt, at)
	}
	switch end.Last.Outcome {
	case store.AttemptSucceeded:
		end.Status, end.Writes, end.Last.Error = engine.TaskCompleted, drawEntries(t), ""
	case store.AttemptFailed, store.AttemptInterrupted:
		end.Status = engine.TaskFailed
	}
	end.Callback = end.Status != engine.TaskCancelled && rapid.Bool().Draw(t, "callback")
	if rapid.IntRange(0, 9).Draw(t, "any status") == 7 {
		end.Status = engine.TaskStatus(rapid.IntRange(6, 9).Draw(t, "status"))
	}
	return end
}

// drawEnd draws the end of an attempt.
func drawEnd(t *rapid.T, attempt int, at int64) store.AttemptEnd {
	end := store.AttemptEnd{
		Attempt: attempt, Outcome: store.AttemptOutcome(rapid.IntRange(1, 5).Draw(t, "outcome")),
		Error: rapid.SampledFrom([]string{"", "x"}).Draw(t, "error"),
	}
	if end.Outcome == store.AttemptInterrupted {
		end.Interruptions = int(at)
	}
	return end
}

// drawRunChange draws a change of a run as a whole.
func drawRunChange(t *rapid.T, num, at int64) store.Change {
	switch rapid.IntRange(0, 6).Draw(t, "run change") {
	case 0:
		cause := store.BlockCause(rapid.IntRange(0, 2).Draw(t, "cause"))
		return &store.RunBlocked{Run: num, Cause: cause, Reason: rapid.SampledFrom([]string{"", "x"}).Draw(t, "reason"), At: at}
	case 1, 2:
		return &store.RunUnblocked{Run: num, At: at}
	case 3, 4, 5:
		n := rapid.IntRange(2, 3).Draw(t, "tasks")
		p := &plan.Plan{Name: "two", Fingerprint: fmt.Sprint(n, " tasks")}
		for i := range n {
			p.Tasks = append(p.Tasks, plan.Task{ID: string(rune('a' + i))})
		}
		tasks := rapid.SampledFrom([][]int{{0, 1}, {1, 0}, {2, 0}, {-1, 0}, {2, 1, 0}, {1, -1, 0}, {1, 2, -1}})
		return &store.RunReplanned{Run: num, Plan: p, Tasks: tasks.Draw(t, "numbering"), At: at}
	default:
		return &store.RunEnded{Run: num, Status: engine.RunStatus(rapid.IntRange(3, 6).Draw(t, "status")), Error: "why", At: at}
	}
}

// drawEntries draws up to two writes.
func drawEntries(t *rapid.T) []engine.Entry {
	return rapid.SampledFrom([][]engine.Entry{
		nil, {{Key: "a", Value: []byte("1")}}, {{Key: "a"}, {Key: "b", Value: []byte(`"x"`)}},
	}).Draw(t, "entries")
}

// everything returns all that can be read from a store.
func everything(t *rapid.T, s store.Store) []any {
	ctx := context.Background()
	last, err := s.LastNum(ctx)
	if err != nil {
		t.Fatal(err)
	}
	runs, err := s.Runs(ctx, store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	callbacks, err := s.Callbacks(ctx)
	if err != nil {
		t.Fatal(err)
	}
	all := []any{last, runs, callbacks}
	for _, info := range runs {
		d, err := s.Run(ctx, info.ID)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	for r, err := range s.OpenRuns(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func tempDir(t *rapid.T, parent string) string {
	dir, err := os.MkdirTemp(parent, "case")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func openRelaxed(t *rapid.T, path string) *sqlite.Store {
	s, err := sqlite.Open(context.Background(), path, sqlite.Config{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// openRaw opens the file of a store as any program could.
func openRaw(t *rapid.T, path string) *sql.DB {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func closeIt(t *rapid.T, s *sqlite.Store) {
	if err := s.Close(); err != nil && !errors.Is(err, store.ErrClosed) {
		t.Fatal(err)
	}
}
