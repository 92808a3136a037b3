package trust

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// snapshot is what a store held when no process had it open.
type snapshot struct {
	runs map[string]*store.RunDetail
	// pending are the callbacks that are to be called, by run and task.
	pending map[string]map[string]bool
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
	now := &snapshot{runs: map[string]*store.RunDetail{}, pending: map[string]map[string]bool{}}
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
	callbacks, err := s.Callbacks(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	for _, c := range callbacks {
		if now.pending[c.ID] == nil {
			now.pending[c.ID] = map[string]bool{}
		}
		now.pending[c.ID][c.TaskID] = true
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

// finish checks the store at the end, when nothing is open any more, and no
// callback is to be called.
func (b *book) finish(tb testing.TB, path string, now *snapshot) {
	tb.Helper()
	for id, tasks := range now.pending {
		b.fault("run %s: %d callbacks are to be called after a clean end", id, len(tasks))
	}
	r, err := cloacina.Open(context.Background(), path, cloacina.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for id := range now.runs {
		result, err := r.Wait(ctx, id)
		if result == nil {
			b.fault("run %s: %v", id, err)
			continue
		}
		b.finishRun(id, result)
	}
	if err := r.Shutdown(ctx); err != nil {
		tb.Error(err)
	}
}

func (b *book) finishRun(id string, result *cloacina.Result) {
	r := b.runs[id]
	states := make([]cloacina.State, len(r.flow.steps))
	for _, t := range result.Tasks {
		i := slices.IndexFunc(r.flow.steps, func(s step) bool { return s.id == t.ID })
		if i < 0 {
			b.fault("run %s has a task %s", id, t.ID)
			return
		}
		states[i] = t.State
		cutOff := r.cutOff() && t.State == cloacina.Cancelled
		if got := (outcome{t.State, t.Attempts}); got != r.want.tasks[i] && !cutOff {
			b.fault("run %s: task %s is %+v, want %+v", id, t.ID, got, r.want.tasks[i])
		}
		called := r.tasks[i].called
		if ended := t.State == cloacina.Completed || t.State == cloacina.Failed; called != (ended && r.flow.steps[i].callbacks) {
			b.fault("run %s: task %s is %s; its callback was called: %v", id, t.ID, t.State, called)
		}
	}
	if result.State != r.want.state && (result.State != cloacina.Cancelled || !r.cancelling) {
		b.fault("run %s is %s, want %s", id, result.State, r.want.state)
	}
	want := r.flow.valuesOf(r.want, states, r.n)
	if values, err := result.Values(); err != nil || !reflect.DeepEqual(values, want) {
		b.fault("run %s is %s with %v, %v; want %v", id, result.State, values, err, want)
	}
}
