//go:build linux

package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/proof"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// TestHostileFiles opens files that something has been done to: bytes of the
// file and of its log, pages, lengths, the schema, rows with right checksums. A
// store reads all that it can, and a runner works on. There is no panic and no hang, each error has a kind,
// and what a run ends with is right.
//
// A panic shows the seed as an argument of hostileCase in the stack.
//
//	go test ./internal/store/sqlite -run HostileFiles -proof.target 20000
//	go test ./internal/store/sqlite -run HostileFiles -proof.target 1 -proof.seed 4711
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	debug.SetTraceback("all")
	row := proof.Begin(t, "hostile files", 150)
	h := newHostile(t)
	forSeeds(t, row, func(t *testing.T, seed uint64) (int, error) {
		t.Helper()
		return 1, hostileCase(t, seed, h)
	})
	for what, n := range h.counts {
		row.Figure(what, float64(n))
	}
	if n := h.counts["opened"]; h.counts["refused"] == 0 || n == 0 || h.counts["completed"] == 0 {
		if row.Target() >= 100 {
			t.Errorf("one of these is too rare to show anything: %v", h.counts)
		}
	}
}

// hostile makes files of a store in many states, to do something to.
type hostile struct {
	closed []byte // the file of a store that was closed
	file   []byte // the file of a process that was killed
	log    []byte // its log
	used   []int
	values []sqlite.Stored
	whole  string // what is described of it

	mu     sync.Mutex
	counts map[string]int
}

func (h *hostile) count(what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.counts[what]++
}

// newHostile makes a store with runs in all states, and with runs of a runner
// that is killed in the middle of two of them.
func newHostile(t *testing.T) *hostile {
	t.Helper()
	h := &hostile{counts: map[string]int{}}
	dir := t.TempDir()
	path := filepath.Join(dir, "runs.db")
	s := open(t, path)
	everyState(t, s)
	everyOtherColumn(t, s)
	closed(t, s)
	var inside sync.WaitGroup
	inside.Add(2)
	release := make(chan struct{})
	b := &book{at: func() int { return 0 }, inside: func(run, task string, attempt int) {
		if task == "process" && attempt == 1 && run >= "run-c" {
			inside.Done()
			<-release
		}
	}}
	ctx := context.Background()
	r, err := cloacina.Open(ctx, path, cloacina.Config{})
	if err == nil {
		err = r.Register(newFlow(b))
	}
	for i := 0; i < 4 && err == nil; i++ {
		var run *cloacina.RunHandle
		run, err = r.Start(ctx, "flow", inputOf(i), cloacina.StartOptions{ID: "run-" + string(rune('a'+i))})
		if err == nil && i < 2 {
			_, err = run.Wait(ctx)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	inside.Wait()
	h.file, h.log = read(t, path), read(t, path+"-wal")
	close(release)
	if err := r.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	path = h.put(t, t.TempDir(), h.file, h.log)
	s = open(t, path)
	h.whole = described(t, s)
	closed(t, s)
	h.closed = read(t, path)
	h.used = sqlite.UsedBytes(h.closed)
	h.values = sqlite.StoredValues(t, path, h.closed)
	return h
}

// put writes a file and its log, of which nil is none.
func (h *hostile) put(t *testing.T, dir string, file, log []byte) (path string) {
	t.Helper()
	path = filepath.Join(dir, "runs.db")
	err := os.WriteFile(path, file, 0o600)
	if log != nil {
		err = errors.Join(err, os.WriteFile(path+"-wal", log, 0o600))
	}
	if err = errors.Join(err, settled(path)); err != nil {
		panic(err) // it may not be the goroutine of the test
	}
	return path
}

// hostileCase does something to the files and has a store and a runner open them.
func hostileCase(t *testing.T, seed uint64, h *hostile) error {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 10))
	m := h.mutate(t, rng)
	h.count(m.name)
	for _, who := range []struct {
		name string
		open func(*hostile, string, *mutation) error
	}{{"store", (*hostile).store}, {"runner", (*hostile).runner}} {
		dir := memoryDir(t)
		path := h.put(t, dir, m.file, m.log)
		began := time.Now()
		err := who.open(h, path, m)
		if took := time.Since(began); err == nil && took > patience {
			err = fmt.Errorf("it took %v", took)
		}
		removeAll(t, dir)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", m, who.name, err)
		}
	}
	return nil
}

// kinds are what an error about a file can be.
var kinds = []error{
	cloacina.ErrNotDatabase, cloacina.ErrForeignDatabase, cloacina.ErrNewerDatabase, cloacina.ErrDamaged,
	cloacina.ErrUnreadable, cloacina.ErrReadOnly, cloacina.ErrBlocked, cloacina.ErrStore, cloacina.ErrRunNotFound,
	cloacina.ErrCancelled, cloacina.ErrRunConflict, store.ErrNotFound, store.ErrUncertain, store.ErrExists,
	store.ErrInvalid, store.ErrFenced,
}

// typed returns an error that has no kind.
func typed(what string, err error) error {
	var failed *cloacina.RunFailedError
	if err == nil || errors.As(err, &failed) || slices.ContainsFunc(kinds, func(kind error) bool { return errors.Is(err, kind) }) {
		return nil
	}
	return fmt.Errorf("%s: an error without a kind: %w", what, err)
}

// store has a store read all that it can, and go on.
func (h *hostile) store(path string, m *mutation) (err error) {
	ctx := context.Background()
	if _, err := sqlite.Verify(ctx, path); typed("verify", err) != nil {
		return typed("verify", err)
	}
	s, err := sqlite.Open(ctx, path, sqlite.Config{})
	if err != nil {
		h.count("refused")
		return typed("open", err)
	}
	h.count("opened")
	defer func() { err = errors.Join(err, typed("close", s.Close())) }()
	if m.complete {
		text, err := describe(s)
		if err == nil && text != h.whole {
			err = errors.New(diff(h.whole, text))
		}
		if err != nil {
			return fmt.Errorf("the store opens, and something is missing: %w", err)
		}
	}
	infos, err := s.Runs(ctx, store.Filter{Limit: 100})
	if err := typed("runs", err); err != nil {
		return err
	}
	for _, info := range infos {
		if _, err := s.Run(ctx, info.ID); typed("run", err) != nil {
			return typed("run", err)
		}
	}
	for _, err := range s.OpenRuns(ctx) {
		if err := typed("open runs", err); err != nil {
			return err
		}
	}
	if _, err := s.Callbacks(ctx); typed("callbacks", err) != nil {
		return typed("callbacks", err)
	}
	_, err = s.Purge(ctx, store.PurgeFilter{Limit: 3})
	if err := typed("purge", err); err != nil {
		return err
	}
	return typed("another commit", goOn(s, "further-1"))
}

// runner has a runner go on with what is there, and with a run of its own.
func (h *hostile) runner(path string, m *mutation) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := cloacina.Open(ctx, path, cloacina.Config{})
	if err != nil {
		return typed("open", err)
	}
	defer func() {
		if failed := r.Shutdown(ctx); err == nil {
			err = typed("shutdown", failed)
		}
	}()
	if err := r.Register(newFlow(&book{at: func() int { return 0 }}), ordersFlow()); err != nil {
		return typed("register", err)
	}
	for i := range 4 {
		id := "run-" + string(rune('a'+i))
		if err := h.wait(ctx, r, id, int64(i), m); err != nil {
			return err
		}
	}
	page, err := r.Runs(ctx, cloacina.RunFilter{})
	if err := typed("runs", err); err != nil {
		return err
	}
	for i, info := range page {
		if _, err := r.Run(ctx, info.ID); typed("run", err) != nil {
			return typed("run", err)
		}
		if i%5 == 0 {
			if err := typed("cancel", unlessEnded(r.Cancel(ctx, info.ID))); err != nil {
				return err
			}
		}
	}
	run, err := r.Start(ctx, "flow", inputOf(9), cloacina.StartOptions{ID: "another"})
	if err != nil {
		return typed("start", err)
	}
	result, err := run.Wait(ctx)
	if err != nil {
		return typed("another run", err)
	}
	h.count("completed")
	return checkResult(result, 9)
}

// unlessEnded leaves out that a run that is to be cancelled has ended.
func unlessEnded(err error) error {
	if err != nil && strings.Contains(err.Error(), "has ended") {
		return nil
	}
	return err
}

// wait waits for a run of the file, which is blocked or ends as it should.
func (h *hostile) wait(ctx context.Context, r *cloacina.Runner, id string, n int64, m *mutation) error {
	if m.plausible { // it may be made to wait for a time that does not come
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
	}
	result, err := r.Wait(ctx, id)
	switch {
	case m.plausible && errors.Is(err, context.DeadlineExceeded):
		return nil
	case err != nil:
		return typed("wait for "+id, err)
	case m.plausible || m.holes:
		return nil
	}
	h.count("went on")
	return checkResult(result, n)
}

// ordersFlow is the workflow of most runs in the file.
func ordersFlow() *cloacina.Workflow {
	w := &cloacina.Workflow{Plan: *orders()}
	for i := range w.Plan.Tasks {
		code := cloacina.TaskCode{Call: cloacina.CallPlain(func(context.Context) error { return nil })}
		if w.Plan.Tasks[i].Rule.Tree != nil {
			code.When = func(v *cloacina.View) (bool, cloacina.Leaves) {
				return v.Failed(0), cloacina.LeavesOf(v.Failed(0))
			}
		}
		w.Code = append(w.Code, code)
	}
	return w
}
