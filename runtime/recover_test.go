package cloacina

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

var errCrash = errors.New("the process died")

// crashing is a store that can be made to refuse every commit, so that what is
// in it is what a process that died left behind.
type crashing struct {
	store.Store
	dead, refused atomic.Bool
}

func (c *crashing) Commit(ctx context.Context, changes []store.Change) error {
	if c.dead.Load() {
		c.refused.Store(true)
		return errCrash
	}
	return c.Store.Commit(ctx, changes)
}

// openToCrash opens a runner that crash ends as the death of its process would.
func (p place) openToCrash(t *testing.T, workflows ...*Workflow) (r *Runner, crash func()) {
	t.Helper()
	c := &crashing{Store: p.cfg.store}
	if c.Store == nil {
		s, err := sqlite.Open(t.Context(), p.path, sqlite.Config{})
		if err != nil {
			t.Fatal(err)
		}
		c.Store = s
	}
	p.cfg.store = c
	r = p.open(t, workflows...)
	return r, func() {
		synctest.Wait()
		c.dead.Store(true)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		// Where nothing runs there is nothing to commit, and nothing that could fail;
		// whether the runner then ends before the context counts is a matter of luck.
		err := r.Shutdown(ctx)
		if c.refused.Load() && !errors.Is(err, errCrash) || err != nil && !errors.Is(err, errCrash) && !errors.Is(err, context.Canceled) {
			t.Errorf("shutdown after the crash: %v", err)
		}
		synctest.Wait()
	}
}

// What ran when the process died runs again with the same number; what was
// completed does not.
func TestRecoveryAfterACrash(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var mu sync.Mutex
		var calls []string
		var crashed atomic.Bool
		note := func(ctx context.Context) {
			mu.Lock()
			defer mu.Unlock()
			calls = append(calls, TaskFrom(ctx).Task)
		}
		w := flow("w",
			dynamic("first", func(ctx context.Context, c *Context) error {
				note(ctx)
				return c.Insert("n", 41)
			}),
			dynamic("second", func(ctx context.Context, c *Context) error {
				note(ctx)
				if TaskFrom(ctx).Attempt != 1 {
					t.Errorf("attempt %d", TaskFrom(ctx).Attempt)
				}
				if !crashed.Load() {
					<-ctx.Done()
				}
				n, err := Get[int](c, "n")
				if err != nil {
					return err
				}
				return c.Insert("m", n+1)
			}, 0))
		r, crash := p.openToCrash(t, w)
		run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		crash()
		crashed.Store(true)
		if _, err := run.Wait(t.Context()); !errors.Is(err, errCrash) || !errors.Is(err, ErrStore) {
			t.Errorf("wait after the crash: %v", err)
		}
		log := &logs{}
		p.cfg.Handler = log
		r = p.open(t, w)
		defer shutdown(t, r)
		result, err := r.Wait(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		if values, err := result.Values(); err != nil || values["m"] != int64(42) {
			t.Errorf("values are %v, %v", values, err)
		}
		if want := []string{"first", "second", "second"}; !slices.Equal(calls, want) {
			t.Errorf("calls were %v, want %v", calls, want)
		}
		log.has(t, "INFO  cloacina::scheduler > Found 1 open run (1 orphaned task, which will run again)",
			"INFO  cloacina::scheduler > Resuming 1 run",
			"Task interrupted: second (attempt 1 runs again, interruption 1 of 3)")
		detail, err := r.Run(t.Context(), "x")
		if err != nil || detail.Tasks[1].Attempts[0].Interruptions != 1 {
			t.Errorf("%v, detail is %+v", err, detail)
		}
	})
}

// A task that kills its process is found; those that ran beside it survive.
func TestSuspectsRunOneAtATime(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var killed chan struct{} // receives when the killer runs
		var running, most atomic.Int32
		var suspicious atomic.Bool
		neighbour := func(ctx context.Context) error {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			if suspicious.Load() {
				<-time.After(time.Second)
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}
		w := flow("w",
			plain("a", neighbour),
			plain("killer", func(ctx context.Context) error {
				killed <- struct{}{}
				<-ctx.Done()
				return ctx.Err()
			}),
			plain("b", neighbour), plain("c", neighbour))
		for round := range 3 {
			killed = make(chan struct{}, 1)
			r, crash := p.openToCrash(t, w)
			if round == 0 {
				if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
					t.Fatal(err)
				}
			}
			<-killed
			crash()
		}
		// All four have been interrupted three times. Now each runs alone.
		suspicious.Store(true)
		most.Store(0)
		killed = make(chan struct{}, 1)
		r, crash := p.openToCrash(t, w)
		<-killed
		if n := inspect(r, func(l *loop) int { return len(l.calls) }); n != 1 {
			t.Errorf("%d suspects at once", n)
		}
		crash()
		r = p.open(t, w)
		defer shutdown(t, r)
		result, err := r.Wait(t.Context(), "x")
		const want = "run x of workflow w failed: task killer failed after 1 attempt: the process died during the task " +
			"too often: interrupted 4 times during attempt 1; Config.MaxInterruptions is 3"
		if !errors.Is(err, ErrInterrupted) || err.Error() != want || most.Load() != 1 {
			t.Errorf("%v, %d at once", err, most.Load())
		}
		got := states(result)
		if got["killer"] != Failed || got["a"] != Completed || got["b"] != Completed || got["c"] != Completed {
			t.Errorf("states are %v", got)
		}
	})
}

// MaxInterruptions -1 never gives up.
func TestInterruptionsWithoutALimit(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		p.cfg.MaxInterruptions = -1
		var calm atomic.Bool
		w := flow("w", plain("a", func(ctx context.Context) error {
			if calm.Load() {
				return nil
			}
			return forever(ctx)
		}))
		for round := range 6 {
			r, crash := p.openToCrash(t, w)
			if round == 0 {
				if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
					t.Fatal(err)
				}
			}
			crash()
		}
		calm.Store(true)
		log := &logs{}
		p.cfg.Handler = log
		r := p.open(t, w)
		defer shutdown(t, r)
		if result, err := r.Wait(t.Context(), "x"); err != nil || result.Tasks[0].Attempts != 1 {
			t.Errorf("%v, %+v", err, result)
		}
		log.has(t, "WARN  cloacina::scheduler > Task interrupted: a (attempt 1 runs again, interruption 6)")
	})
}

// A copy of the files of a live database is what a power failure leaves.
func TestRecoveryFromACopyOfTheFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, copied := filepath.Join(dir, "a.db"), filepath.Join(dir, "b.db")
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		w := flow("w", plain("a", nothing), plain("b", func(ctx context.Context) error {
			if calls.Add(1) == 1 {
				return forever(ctx)
			}
			return nil
		}, 0))
		first := place{path: file}.open(t, w)
		run, err := first.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		for _, suffix := range []string{"", "-wal"} {
			data, err := os.ReadFile(file + suffix)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(copied+suffix, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		second := place{path: "sqlite://" + copied}.open(t, w)
		if _, err := second.Wait(t.Context(), "x"); err != nil || calls.Load() != 2 {
			t.Errorf("%v after %d calls", err, calls.Load())
		}
		shutdown(t, second)
		if err := run.Cancel(t.Context()); err != nil {
			t.Error(err)
		}
		shutdown(t, first)
	})
}

func TestOneOwner(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.db")
	r := place{path: file}.open(t)
	defer shutdown(t, r)
	if _, err := Open(t.Context(), file, Config{}); !errors.Is(err, ErrOwned) {
		t.Errorf("second open: %v", err)
	}
}

// Runs of workflows that this program does not have stay and are listed.
func TestUnregisteredRunsStay(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var calm atomic.Bool
		w := flow("w", plain("a", func(ctx context.Context) error {
			if calm.Load() {
				return nil
			}
			return forever(ctx)
		}))
		r, crash := p.openToCrash(t, w)
		for _, id := range []string{"x", "y"} {
			if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: id}); err != nil {
				t.Fatal(err)
			}
		}
		crash()
		calm.Store(true)

		r = p.open(t, flow("other", plain("a", nothing)))
		runs, err := r.Runs(t.Context(), RunFilter{})
		if err != nil || len(runs) != 2 || !runs[0].Unregistered || runs[0].State != Running {
			t.Errorf("%v, runs are %+v", err, runs)
		}
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); !errors.Is(err, ErrUnknownWorkflow) {
			t.Errorf("start: %v", err)
		}
		if err := r.Cancel(t.Context(), "y"); err != nil {
			t.Errorf("cancel: %v", err)
		}
		if _, err := r.Wait(t.Context(), "y"); !errors.Is(err, ErrCancelled) {
			t.Errorf("wait for the cancelled one: %v", err)
		}
		if err := r.Register(w); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Wait(t.Context(), "x"); err != nil {
			t.Errorf("wait: %v", err)
		}
		shutdown(t, r)
	})
}

// The timeout of a run that nobody has registered waits for whoever does.
func TestTimeoutOfAnUnregisteredRun(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var calls atomic.Int32
		w := flow("w", plain("a", func(ctx context.Context) error { calls.Add(1); return forever(ctx) }), plain("b", nothing, 0))
		w.Plan.Timeout = time.Hour
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		r, crash := p.openToCrash(t, w)
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		crash()
		r = p.open(t)
		defer shutdown(t, r)
		<-time.After(2 * time.Hour)
		if d, err := r.Run(t.Context(), "x"); err != nil || d.State != Running || !d.Unregistered {
			t.Errorf("%v, run is %+v", err, d)
		}
		if err := r.Register(w); err != nil {
			t.Fatal(err)
		}
		result, err := r.Wait(t.Context(), "x")
		if !errors.Is(err, ErrRunTimeout) || calls.Load() != 1 {
			t.Errorf("%v after %d calls", err, calls.Load())
		}
		if got := states(result); got["a"] != Cancelled || got["b"] != Cancelled {
			t.Errorf("states are %v", got)
		}
	})
}

// A run that the registered plan does not fit is left as it is, and goes on under
// the program that has its plan.
func TestAnotherPlanBlocksARun(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		old := flow("w", plain("a", nothing).retries(1, time.Second), plain("b", func(ctx context.Context) error {
			if TaskFrom(ctx).Attempt == 1 {
				return errSource
			}
			return nil
		}).retries(1, time.Hour))
		r := p.open(t, old)
		for _, id := range []string{"x", "y"} {
			if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: id}); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		shutdown(t, r)

		log := &logs{}
		p.cfg.Handler = log
		r = p.open(t, flow("w", plain("a", nothing)))
		_, err := r.Wait(t.Context(), "x")
		const want = "run x of workflow w: run is blocked: the registered plan does not fit what it has done: " +
			`task "b" waits for a retry and is gone from the plan; ` +
			`register the code it last ran under, or give it up with r.Cancel(ctx, "x")`
		if !errors.Is(err, ErrBlocked) || err.Error() != want {
			t.Errorf("wait: %v", err)
		}
		log.has(t, "INFO  cloacina::scheduler > Found 2 open runs (no task was running)",
			"ERROR cloacina::scheduler > Pipeline blocked")
		if strings.Contains(log.String(), "No orphaned tasks found") || strings.Contains(log.String(), "Resuming") {
			t.Errorf("log is\n%s", log)
		}
		blocked, err := r.Runs(t.Context(), RunFilter{States: []State{Blocked}})
		if err != nil || len(blocked) != 2 || blocked[0].Error == "" || blocked[0].ID != "y" {
			t.Errorf("%v, blocked runs are %+v", err, blocked)
		}
		running, err := r.Runs(t.Context(), RunFilter{States: []State{Running}})
		if err != nil || len(running) != 0 {
			t.Errorf("%v, running runs are %+v", err, running)
		}
		if err := r.Cancel(t.Context(), "y"); err != nil {
			t.Errorf("cancel: %v", err)
		}
		if _, err := r.Wait(t.Context(), "y"); !errors.Is(err, ErrCancelled) {
			t.Errorf("wait for the cancelled one: %v", err)
		}
		shutdown(t, r)

		p.cfg.Handler = nil
		r = p.open(t, old)
		defer shutdown(t, r)
		if _, err := r.Wait(t.Context(), "x"); err != nil {
			t.Errorf("wait under the old plan: %v", err)
		}
	})
}

// meddled is a store whose rows contradict each other.
type meddled struct{ store.Store }

func (m meddled) OpenRuns(ctx context.Context) iter.Seq2[*store.OpenRun, error] {
	return func(yield func(*store.OpenRun, error) bool) {
		for o, err := range m.Store.OpenRuns(ctx) {
			if o != nil && o.State.ID != "y" {
				o.State.Tasks[0].Status = engine.TaskCompleted // what follows is then undecided
			}
			if !yield(o, err) {
				return
			}
		}
	}
}

// A run whose rows were changed by other hands is blocked; others go on.
func TestRowsThatContradictEachOtherBlockTheirRun(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		w := flow("w", plain("a", func(ctx context.Context) error {
			if TaskFrom(ctx).Attempt == 1 {
				return errSource
			}
			return nil
		}).retries(1, time.Hour), plain("b", nothing, 0))
		r := p.open(t, w)
		for _, id := range []string{"x", "y", "z"} {
			if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: id}); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		shutdown(t, r)
		p.cfg.store = meddled{p.cfg.store}
		r = p.open(t)
		defer shutdown(t, r)
		if err := r.Cancel(t.Context(), "z"); err != nil {
			t.Errorf("cancel before registering: %v", err)
		}
		if _, err := r.Wait(t.Context(), "z"); !errors.Is(err, ErrCancelled) {
			t.Errorf("cancelled run: %v", err)
		}
		if err := r.Register(w); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrBlocked) || !strings.Contains(err.Error(), "undecided") {
			t.Errorf("meddled run: %v", err)
		}
		if _, err := r.Wait(t.Context(), "y"); err != nil {
			t.Errorf("other run: %v", err)
		}
	})
}
