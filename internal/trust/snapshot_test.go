package trust

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// snapshot is what a store held when no process had it open.
type snapshot struct {
	runs map[string]*store.RunDetail
}

// look reads a store after the death of its process. It reads a copy, so that
// the next process finds the file, and its log, as the dead one left them. Runs
// that had ended at the last look are not read again but for their state,
// unless everything is asked for.
func look(tb testing.TB, path string, last *snapshot, everything bool) *snapshot {
	tb.Helper()
	dir, err := os.MkdirTemp(filepath.Dir(path), "copy-")
	if err != nil {
		tb.Fatal(err)
	}
	file := filepath.Join(dir, "runs.db")
	copyFile(tb, path, file)
	copyFile(tb, path+"-wal", file+"-wal")
	s, err := sqlite.Open(context.Background(), file, sqlite.Config{})
	if err != nil {
		tb.Fatalf("open the store after a kill: %v (files: %s)", err, dir)
	}
	now := &snapshot{runs: map[string]*store.RunDetail{}}
	infos, err := s.Runs(context.Background(), store.Filter{Limit: 1 << 30})
	if err != nil {
		tb.Fatal(err)
	}
	for _, info := range infos {
		old := last.runs[info.ID]
		if old != nil && old.Status.Ended() && old.Status == info.Status && !everything {
			now.runs[info.ID] = old
			continue
		}
		if now.runs[info.ID], err = s.Run(context.Background(), info.ID); err != nil {
			tb.Fatalf("read run %s: %v (files: %s)", info.ID, err, dir)
		}
	}
	if err := s.Close(); err != nil {
		tb.Fatal(err)
	}
	clean(tb, file)
	if err := os.RemoveAll(dir); err != nil {
		tb.Error(err)
	}
	return now
}

// copyFile copies a file if there is one.
func copyFile(tb testing.TB, from, to string) {
	tb.Helper()
	in, err := os.Open(from)
	if os.IsNotExist(err) {
		return
	}
	if err != nil {
		tb.Fatal(err)
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		tb.Fatal(err)
	}
	if err := in.Close(); err != nil {
		tb.Error(err)
	}
	if err := out.Close(); err != nil {
		tb.Fatal(err)
	}
}

// compare checks a store against everything that was acknowledged, and against
// what it held after the death before.
func (b *book) compare(now, last *snapshot, generation int) {
	for id, r := range b.runs {
		d := now.runs[id]
		switch {
		case d == nil && (r.started || last.runs[id] != nil):
			b.fault("run %s is lost", id)
		case d == nil:
		case r.ended != "" && d.Status.String() != string(r.ended):
			b.fault("run %s is %v in the store, and Wait has returned %s", id, d.Status, r.ended)
		case r.cancelled != 0 && !d.Status.Ended():
			b.fault("run %s is %v in the store, and Cancel has returned", id, d.Status)
		case d.Status == engine.RunCancelled && !r.cancelling:
			b.fault("run %s is cancelled, and nobody did that", id)
		}
	}
	for id, d := range now.runs {
		r, old := b.runs[id], last.runs[id]
		switch {
		case r == nil:
			b.fault("run %s is in the store, and nobody has started it", id)
		case d == old: // it had ended, and was not read again
		default:
			b.compareRun(r, d, old, generation)
		}
	}
}

// compareRun checks a run against the ledger and its rows of before.
func (b *book) compareRun(r *runBook, d, old *store.RunDetail, generation int) {
	if len(d.Initial) != 1 || d.Initial[0].Key != "n" || string(d.Initial[0].Value) != fmt.Sprint(r.n) {
		b.fault("run %s has the input %v, want n: %d", d.ID, d.Initial, r.n)
	}
	if old != nil && old.Status.Ended() && old.Status != d.Status {
		b.fault("run %s is %v after it was %v", d.ID, d.Status, old.Status)
	}
	for i := range d.Tasks {
		var before store.TaskDetail
		if old != nil {
			before = old.Tasks[i]
		}
		for _, text := range compareTask(&r.tasks[i], &d.Tasks[i], &before, generation) {
			b.fault("run %s, task %s: %s; stored %+v, before %+v, told %+v",
				d.ID, d.Plan.Tasks[i].ID, text, d.Tasks[i], before, r.tasks[i])
		}
		if d.Tasks[i].Status == engine.TaskCompleted || d.Tasks[i].Status == engine.TaskFailed {
			r.tasks[i].sealed = fmt.Sprintf("it was %v in the store after generation %d", d.Tasks[i].Status, generation)
		}
	}
}

// compareTask checks a task against the ledger and its rows of before.
func compareTask(told *taskBook, now, before *store.TaskDetail, generation int) (faults []string) {
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Sprintf(format, args...))
		}
	}
	n := len(now.Attempts)
	fault(n < told.attempt || n > told.attempt+1, "%d attempts are stored, %d have begun", n, told.attempt)
	fault(now.Status == engine.TaskCompleted && (!told.succeeded || n != told.attempt), "completed, and its function has not returned")
	fault(now.Status == engine.TaskFailed && told.failed != n, "failed, and its last attempt has not")
	fault(told.called && now.Status != engine.TaskCompleted && now.Status != engine.TaskFailed,
		"its callback was called before the end was on disk")
	fault(before.Status.Ended() && now.Status != before.Status, "its end has changed")
	for i, a := range now.Attempts {
		fault(a.Number != i+1, "attempt %d has the number %d", i+1, a.Number)
		last := i == n-1
		fault(!last && a.Outcome != store.AttemptFailed, "attempt %d is followed by another and has not failed", a.Number)
		if i < len(before.Attempts) {
			text := compareAttempt(a, before.Attempts[i], told.generation == generation && told.attempt == a.Number)
			fault(text != "", "%s", text)
		} else {
			fault(a.Interruptions != 0, "attempt %d was interrupted before it was stored", a.Number)
		}
	}
	return faults
}

// compareAttempt checks the count of interruptions, which goes up by one when
// the death of a process during the attempt is noticed, at the next
// registration. began says that the attempt has begun since before.
func compareAttempt(now, before store.Attempt, began bool) string {
	unchanged := now == before
	switch interrupted := before.Outcome == 0; {
	case interrupted && unchanged && !began: // no process has come as far as to notice
		return ""
	case interrupted && now.Interruptions != before.Interruptions+1,
		!interrupted && now.Interruptions != before.Interruptions:
		return fmt.Sprintf("attempt %d has %d interruptions", now.Number, now.Interruptions)
	}
	return ""
}

// finish checks the store at the end, when nothing is open any more.
func (b *book) finish(tb testing.TB, path string, now *snapshot) {
	tb.Helper()
	r, err := cloacina.Open(context.Background(), path, cloacina.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	for id := range now.runs {
		result, err := r.Wait(context.Background(), id)
		if result == nil {
			b.fault("run %s: %v", id, err)
			continue
		}
		b.finishRun(id, result)
	}
	if err := r.Shutdown(context.Background()); err != nil {
		tb.Error(err)
	}
}

func (b *book) finishRun(id string, result *cloacina.Result) {
	r := b.runs[id]
	want := r.flow.expect(r.n)
	wasCancelled := result.State == cloacina.Cancelled
	if !wasCancelled {
		values, err := result.Values()
		if err != nil || result.State != want.state || fmt.Sprint(values) != fmt.Sprint(want.values) {
			b.fault("run %s is %s with %v, %v; want %s with %v", id, result.State, values, err, want.state, want.values)
		}
	}
	for i, t := range result.Tasks {
		cutOff := wasCancelled && t.State == cloacina.Cancelled
		if got := (outcome{t.State, t.Attempts}); got != want.tasks[i] && !cutOff {
			b.fault("run %s: task %s is %+v, want %+v", id, t.ID, got, want.tasks[i])
		}
		called := r.tasks[i].called
		if ended := t.State == cloacina.Completed || t.State == cloacina.Failed; called != (ended && r.flow.steps[i].callbacks) {
			b.fault("run %s: task %s is %s; its callback was called: %v", id, t.ID, t.State, called)
		}
	}
}
