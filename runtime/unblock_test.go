package cloacina

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
)

// faulty is a workflow whose last rule panics until it is repaired. Beside it a
// task runs until its context ends and takes a minute to return then.
type faulty struct {
	repaired atomic.Bool
	mu       sync.Mutex
	calls    []string
}

func (f *faulty) note(ctx context.Context) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, TaskFrom(ctx).Task)
}

func (f *faulty) workflow() *Workflow {
	return flow("w",
		plain("first", func(ctx context.Context) error { f.note(ctx); return nil }),
		plain("beside", func(ctx context.Context) error {
			f.note(ctx)
			if !f.repaired.Load() {
				<-ctx.Done()
				<-time.After(20 * time.Second)
			}
			return nil
		}),
		plain("last", func(ctx context.Context) error { f.note(ctx); return nil }, 0).when(TaskSuccess(0),
			func(v *View) (bool, Leaves) {
				if !f.repaired.Load() {
					panic("bad rule")
				}
				return v.Success(0), LeavesOf(v.Success(0))
			}))
}

// start starts the run and returns its handle when it is blocked.
func (f *faulty) start(t *testing.T, r *Runner) *RunHandle {
	t.Helper()
	run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
	if err != nil {
		t.Fatal(err)
	}
	const want = `run x of workflow w: run is blocked: run "x": assertion failed on event succeeded (task 0, attempt 1): ` +
		`the rule of task 2 panicked: bad rule; once the cause is gone, go on with ` +
		`r.Unblock(ctx, "x", cloacina.UnblockAccept), or give it up with r.Cancel(ctx, "x")`
	if _, err := run.Wait(t.Context()); !errors.Is(err, ErrBlocked) || err.Error() != want {
		t.Errorf("wait: %v", err)
	}
	synctest.Wait() // for the task beside
	return run
}

// A run that an assertion has blocked goes on in the same process: its calls are
// waited for, the attempts that it cut off run again and use nothing up, and
// whoever waits anew waits for the end.
func TestUnblockAfterAViolation(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		f, log := &faulty{}, &logs{}
		p.cfg.Handler = log
		r := p.open(t, f.workflow())
		defer shutdown(t, r)
		run := f.start(t, r)
		f.repaired.Store(true)
		begin := time.Now()
		if err := r.Unblock(t.Context(), "x", UnblockAccept); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != 20*time.Second {
			t.Errorf("the call of the task came back after 20s, the run was unblocked after %v", took)
		}
		result, err := run.Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		again, err := r.Wait(t.Context(), "x")
		if err != nil || again.State != Completed {
			t.Errorf("%v, %+v", err, again)
		}
		for _, task := range result.Tasks {
			if task.State != Completed || task.Attempts != 1 || task.Err != nil {
				t.Errorf("task is %+v", task)
			}
		}
		d, err := r.Run(t.Context(), "x")
		if err != nil || d.Tasks[1].Attempts[0].Interruptions != 0 || d.Error != "" || len(d.PlanChanges) != 0 {
			t.Errorf("%v, run is %+v", err, d)
		}
		// What the violation kept from being stored is done again.
		slices.Sort(f.calls)
		if want := []string{"beside", "beside", "first", "first", "last"}; !slices.Equal(f.calls, want) {
			t.Errorf("calls are %q, want %q", f.calls, want)
		}
		log.has(t, "INFO  cloacina::scheduler > Pipeline unblocked")
	})
}

// A violation outlives the process, and Register does not touch it.
func TestUnblockAViolationAfterARestart(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		f := &faulty{}
		r := p.open(t, f.workflow())
		f.start(t, r)
		shutdown(t, r)
		for range 2 {
			r = p.open(t, f.workflow())
			if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrBlocked) {
				t.Errorf("wait: %v", err)
			}
			shutdown(t, r)
		}
		f.repaired.Store(true)
		r = p.open(t, f.workflow())
		defer shutdown(t, r)
		if err := r.Unblock(t.Context(), "x", UnblockAccept); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Wait(t.Context(), "x"); err != nil {
			t.Errorf("wait after the unblock: %v", err)
		}
	})
}

// A cause that is still there blocks the run again, and Unblock says so, also in
// the next process. A run that has decided nothing yet is not taken for damaged.
func TestUnblockWhatCannotGoOn(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var repaired atomic.Bool
		w := flow("w", plain("a", nothing).when(All(), func(*View) (bool, Leaves) {
			if !repaired.Load() {
				panic("bad rule")
			}
			return true, Leaves{}
		}))
		r := p.open(t, w)
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			shutdown(t, r)
			r = p.open(t, w)
			if err := r.Unblock(t.Context(), "x", UnblockAccept); !errors.Is(err, ErrBlocked) || !strings.Contains(err.Error(), "bad rule") {
				t.Errorf("unblock: %v", err)
			}
			if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrBlocked) {
				t.Errorf("wait: %v", err)
			}
		}
		defer shutdown(t, r)
		repaired.Store(true)
		if err := r.Unblock(t.Context(), "x", UnblockAccept); err != nil {
			t.Error(err)
		}
		if _, err := r.Wait(t.Context(), "x"); err != nil {
			t.Errorf("wait: %v", err)
		}
	})
}

// A run that was blocked because of what was read of it goes on, by itself, once
// that is read well.
func TestUnblockRowsThatContradictedEachOther(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		w := flow("w", plain("a", failing(errSource)).retries(1, time.Hour), plain("b", nothing, 0))
		r := p.open(t, w)
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		shutdown(t, r)
		kept := p.cfg.store
		p.cfg.store = meddled{kept}
		r = p.open(t, w)
		const want = `run x of workflow w: run is blocked: what is stored of it is damaged: rows are missing or ` +
			`contradict each other: task "b" is undecided, but all its dependencies have ended; `
		if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrBlocked) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("wait: %v", err)
		}
		shutdown(t, r)
		p.cfg.store = kept
		r = p.open(t, w)
		defer shutdown(t, r)
		result, err := r.Wait(t.Context(), "x")
		if _, ok := errors.AsType[*RunFailedError](err); !ok || result.Tasks[0].Attempts != 2 || result.Tasks[1].State != Completed {
			t.Errorf("wait: %v, %+v", err, result)
		}
	})
}

func TestUnblockRefuses(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		f := &faulty{}
		w := f.workflow()
		sound := flow("sound", plain("a", func(ctx context.Context) error {
			if TaskFrom(ctx).Run == "ended" {
				return nil
			}
			return forever(ctx)
		}))
		r := p.open(t, w, sound)
		f.start(t, r)
		for _, id := range []string{"ended", "open"} {
			if _, err := r.Start(t.Context(), "sound", nil, StartOptions{ID: id}); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		unblock := func(what, id string, how UnblockHow, want error) {
			t.Helper()
			if err := r.Unblock(t.Context(), id, how); !errors.Is(err, want) {
				t.Errorf("%s: %v", what, err)
			}
		}
		unblock("unknown", "nobody", UnblockAccept, ErrRunNotFound)
		for _, how := range []UnblockHow{UnblockAccept, UnblockCancel} {
			unblock("not blocked", "open", how, nil)
			unblock("ended", "ended", how, nil)
		}
		if _, err := r.Wait(t.Context(), "ended"); err != nil {
			t.Errorf("ended run: %v", err)
		}
		if d, err := r.Run(t.Context(), "open"); err != nil || d.State != Running {
			t.Errorf("%v, run that is not blocked is %s", err, d.State)
		}
		const how = `unblock run "x": how is 0, want UnblockCancel or UnblockAccept`
		if err := r.Unblock(t.Context(), "x", 0); err == nil || err.Error() != how {
			t.Errorf("no way: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.Unblock(ctx, "x", UnblockAccept); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while its call has not come back: %v", err)
		}
		if err := r.Cancel(t.Context(), "open"); err != nil {
			t.Error(err)
		}
		shutdown(t, r)
		unblock("after the shutdown", "x", UnblockAccept, ErrShutdown)

		r = p.open(t)
		unblock("unregistered", "x", UnblockAccept, ErrUnknownWorkflow)
		unblock("unregistered", "x", UnblockCancel, nil)
		if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrCancelled) {
			t.Errorf("wait for the cancelled run: %v", err)
		}
		shutdown(t, r)
	})
}

// What comes at the same time as an Unblock finds the run that goes on.
func TestUnblockInOneRound(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]func(r *Runner) error{
		"twice":      func(r *Runner) error { return r.Unblock(context.Background(), "x", UnblockAccept) },
		"and cancel": func(r *Runner) error { return r.Cancel(context.Background(), "x") },
		"both ways":  func(r *Runner) error { return r.Unblock(context.Background(), "x", UnblockCancel) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := &gate{Store: memory.New()}
				f := &faulty{}
				r := place{":memory:", Config{store: g}}.open(t, f.workflow(), flow("v", plain("a", nothing)))
				defer shutdown(t, r)
				run := f.start(t, r)
				<-time.After(time.Minute)
				f.repaired.Store(true)
				held := make(chan struct{})
				g.wait.Store(&held)
				var wg sync.WaitGroup
				wg.Go(func() { // keeps the loop in a commit while the others arrive
					if _, err := r.Start(t.Context(), "v", nil, StartOptions{}); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait()
				wg.Go(func() {
					if err := r.Unblock(t.Context(), "x", UnblockAccept); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait()
				wg.Go(func() {
					if err := second(r); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait()
				g.wait.Store(nil)
				close(held)
				wg.Wait()
				result, err := run.Wait(t.Context())
				want := map[string]State{"twice": Completed, "and cancel": Cancelled, "both ways": Completed}[name]
				if result == nil || result.State != want {
					t.Errorf("%v, %+v", err, result)
				}
			})
		})
	}
}

// An Unblock that the store refuses is reported, and the run stays blocked.
func TestRefusedUnblockIsReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &picky{Store: memory.New()}
		p := place{":memory:", Config{store: s}}
		f := &faulty{}
		r := p.open(t, f.workflow())
		run := f.start(t, r)
		f.repaired.Store(true)
		s.set(func(c store.Change) error {
			if _, ok := c.(*store.RunUnblocked); ok {
				return &store.FencedError{Change: c, Reason: "because"}
			}
			return nil
		})
		for range 2 {
			if err := r.Unblock(t.Context(), "x", UnblockAccept); !errors.Is(err, ErrBlocked) || errors.Is(err, ErrStore) {
				t.Errorf("unblock: %v", err)
			}
			if _, err := run.Wait(t.Context()); !errors.Is(err, ErrBlocked) {
				t.Errorf("wait: %v", err)
			}
		}
		s.set(nil)
		shutdown(t, r)
		r = p.open(t, f.workflow())
		defer shutdown(t, r)
		if err := r.Unblock(t.Context(), "x", UnblockAccept); err != nil {
			t.Error(err)
		}
		if _, err := r.Wait(t.Context(), "x"); err != nil {
			t.Error(err)
		}
	})
}

// The timeout of a blocked run waits; it ends the run that goes on after it.
func TestUnblockAfterTheTimeout(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		f := &faulty{}
		w := f.workflow()
		w.Plan.Timeout = time.Hour
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		r := p.open(t, w)
		defer shutdown(t, r)
		run := f.start(t, r)
		<-time.After(2 * time.Hour)
		if d, err := r.Run(t.Context(), "x"); err != nil || d.State != Blocked {
			t.Errorf("%v, %+v", err, d)
		}
		f.repaired.Store(true)
		if err := r.Unblock(t.Context(), "x", UnblockAccept); err != nil {
			t.Error(err)
		}
		if _, err := run.Wait(t.Context()); !errors.Is(err, ErrRunTimeout) {
			t.Errorf("wait: %v", err)
		}
	})
}
