package cloacina

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
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

// hooked is a store whose commits a function sees first: its error is that of the
// commit. No two commits may be under way at once, because one goroutine has the turn.
type hooked struct {
	store.Store
	hook  atomic.Pointer[func(changes []store.Change) error]
	busy  atomic.Bool
	twice atomic.Bool // two were
}

func (s *hooked) Close() error { return nil }

func (s *hooked) set(hook func(changes []store.Change) error) { s.hook.Store(&hook) }

func (s *hooked) Commit(ctx context.Context, changes []store.Change) error {
	if s.busy.Swap(true) {
		s.twice.Store(true)
	}
	defer s.busy.Store(false)
	if hook := s.hook.Load(); hook != nil {
		if err := (*hook)(changes); err != nil {
			return err
		}
	}
	return s.Store.Commit(ctx, changes)
}

// withHook runs a test in virtual time on a store with a hook.
func withHook(t *testing.T, test func(t *testing.T, s *hooked, p place)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &hooked{Store: memory.New()}
		test(t, s, place{":memory:", Config{store: s}})
		if s.twice.Load() {
			t.Error("two goroutines have had the turn at once")
		}
	})
}

// hasChange reports whether one of the changes is a C for which is holds.
func hasChange[C store.Change](changes []store.Change, is func(c C) bool) bool {
	return slices.ContainsFunc(changes, func(c store.Change) bool {
		of, ok := c.(C)
		return ok && is(of)
	})
}

// startsTask and endsTask report whether an attempt of the task starts, or ends it.
func startsTask(changes []store.Change, task int) bool {
	return hasChange(changes, func(c *store.AttemptStarted) bool { return c.Task == task })
}

func endsTask(changes []store.Change, task int) bool {
	return hasChange(changes, func(c *store.TaskEnded) bool { return c.Task == task })
}

// after is a function that succeeds after a while.
func after(d time.Duration) func(context.Context) error {
	return func(context.Context) error { <-time.After(d); return nil }
}

// start starts a run, or fails the test.
func start(t *testing.T, r *Runner, workflow, id string) *RunHandle {
	t.Helper()
	run, err := r.Start(t.Context(), workflow, nil, StartOptions{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// Where one task follows the other, one goroutine executes them and does all that
// is done between them.
func TestChainStaysOnItsGoroutine(t *testing.T) {
	t.Parallel()
	withHook(t, func(t *testing.T, s *hooked, p place) {
		const n = 20
		var mu sync.Mutex
		var what, on []string
		note := func(of string) {
			mu.Lock()
			defer mu.Unlock()
			what, on = append(what, of), append(on, goroutine())
		}
		tasks := []task{plain("t0", func(context.Context) error {
			<-time.After(time.Second) // nobody else is about
			s.set(func([]store.Change) error { note("commit"); return nil })
			return nil
		})}
		var want []string
		for i := range n {
			id := fmt.Sprintf("t%d", i+1)
			tasks = append(tasks, plain(id, func(context.Context) error { note(id); return nil }, i))
			want = append(want, "commit", id)
		}
		r := p.open(t, flow("chain", tasks...))
		defer shutdown(t, r)
		if _, err := r.Execute(t.Context(), "chain", nil); err != nil {
			t.Fatal(err)
		}
		if want = append(want, "commit"); !slices.Equal(what, want) {
			t.Errorf("it was %q, want %q", what, want)
		}
		if others := slices.Compact(slices.Clone(on)); len(others) != 1 {
			t.Errorf("it was on %q", on)
		}
	})
}

// The goroutine that goes on with the next round begins its own call elsewhere:
// the call does not wait for the commit of that round.
func TestCallDoesNotWaitForTheNextCommit(t *testing.T) {
	t.Parallel()
	withHook(t, func(t *testing.T, s *hooked, p place) {
		begin := time.Now()
		var began time.Duration
		calls := 0
		r := p.open(t,
			flow("w", plain("a", after(time.Second)),
				plain("b", func(context.Context) error { calls++; began = time.Since(begin); return nil }, 0)),
			flow("v", plain("a", nothing)))
		defer shutdown(t, r)
		w := start(t, r, "w", "w")
		s.set(func(changes []store.Change) error {
			if startsTask(changes, 1) {
				<-time.After(time.Second)
			}
			if hasChange(changes, func(c *store.RunCreated) bool { return c.ID == "v" }) {
				<-time.After(time.Hour)
			}
			return nil
		})
		<-time.After(1500 * time.Millisecond)
		v := start(t, r, "v", "v") // while the start of b is committed
		for _, run := range []*RunHandle{w, v} {
			if _, err := run.Wait(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if began != 2*time.Second || calls != 1 {
			t.Errorf("%d calls, after %v", calls, began)
		}
	})
}

// A timer that becomes due in the middle of the last round that the crew does is
// not forgotten: nothing else would bring the keeper.
func TestTimerIsDueInTheLastRoundOfTheCrew(t *testing.T) {
	t.Parallel()
	withHook(t, func(t *testing.T, s *hooked, p place) {
		timed := flow("timed", plain("a", forever))
		timed.Plan.Timeout = 10 * time.Second
		timed.Plan.Fingerprint = timed.Plan.ComputeFingerprint()
		r := p.open(t, timed, flow("w", plain("a", after(9*time.Second))))
		defer shutdown(t, r)
		begin := time.Now()
		run := start(t, r, "timed", "timed")
		start(t, r, "w", "w")
		s.set(func(changes []store.Change) error {
			if hasChange(changes, func(c *store.RunEnded) bool { return c.Run == 2 }) {
				<-time.After(2 * time.Second)
			}
			return nil
		})
		if err := waitError(t, run); !errors.Is(err, ErrRunTimeout) || time.Since(begin) != 11*time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}

// The keeper gets the turn when a timer is due, although there is always somebody of
// the crew who has it.
func TestKeeperGetsTheTurnFromABusyCrew(t *testing.T) {
	t.Parallel()
	withHook(t, func(t *testing.T, s *hooked, p place) {
		const slow = 10 * time.Millisecond
		tasks := []task{plain("t0", nothing)}
		for i := range 200 {
			tasks = append(tasks, plain(fmt.Sprintf("t%d", i+1), nothing, i))
		}
		timed := flow("timed", plain("a", forever))
		timed.Plan.Timeout = time.Second + slow/2
		timed.Plan.Fingerprint = timed.Plan.ComputeFingerprint()
		r := p.open(t, timed, flow("chain", tasks...))
		defer shutdown(t, r)
		var keeper, ender string
		var ended, last time.Duration
		begin := time.Now()
		s.set(func(changes []store.Change) error {
			switch ends := func(c *store.RunEnded) bool { return c.Run == 1 }; {
			case keeper == "":
				keeper = goroutine() // there is nobody else yet
			case hasChange(changes, ends):
				ender, ended = goroutine(), time.Since(begin)
			}
			<-time.After(slow)
			last = time.Since(begin)
			return nil
		})
		run := start(t, r, "timed", "timed")
		if _, err := r.Execute(t.Context(), "chain", nil); err != nil {
			t.Error(err)
		}
		if _, err := run.Wait(t.Context()); !errors.Is(err, ErrRunTimeout) {
			t.Errorf("the run is not timed out: %v", err)
		}
		if late := ended - timed.Plan.Timeout; ender != keeper || late < 0 || late > slow || last < 2*time.Second {
			t.Errorf("%v late on %q, the keeper is %q, and all was over after %v", late, ender, keeper, last)
		}
	})
}

// Every timer that a round of the crew sets or removes is kept to the instant.
func TestTimersAreKeptByTheCrew(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			inMemory(t, func(t *testing.T, p place) {
				rng := rand.New(rand.NewPCG(seed, 0))
				var workflows []*Workflow
				for i := range 20 {
					delay, ended := time.Duration(1+rng.IntN(50))*time.Millisecond, time.Time{}
					work := time.Duration(rng.IntN(50)) * time.Millisecond
					workflows = append(workflows, flow(fmt.Sprint(i), plain("a", func(ctx context.Context) error {
						if waited := time.Since(ended); TaskFrom(ctx).Attempt > 1 && waited != delay {
							t.Errorf("workflow %d: retried after %v, want %v", i, waited, delay)
						}
						<-time.After(work)
						ended = time.Now()
						return errSource
					}).retries(10, delay)))
				}
				r := p.open(t, workflows...)
				defer shutdown(t, r)
				var wg sync.WaitGroup
				for i := range workflows {
					wg.Go(func() {
						ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
						defer cancel()
						result, err := r.Execute(ctx, fmt.Sprint(i), nil)
						if result == nil || result.Tasks[0].Attempts != 11 {
							t.Errorf("workflow %d: %v, %+v", i, err, result)
						}
					})
				}
				wg.Wait()
			})
		})
	}
}

// Register does not wait for a store that is unavailable, whoever has found out
// that it is, and when.
func TestRegisterAfterTheCrewHasHitTheStore(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]time.Duration{
		"during the commit that fails": 90 * time.Second, "after it": 10 * time.Minute,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withHook(t, func(t *testing.T, s *hooked, p place) {
				const fails, back = 2 * time.Minute, time.Hour
				r := p.open(t, flow("w", plain("a", after(time.Minute))))
				defer shutdown(t, r)
				run, begin := start(t, r, "w", "x"), time.Now()
				s.set(func([]store.Change) error {
					switch spent := time.Since(begin); {
					case spent < fails:
						<-time.After(fails - spent)
					case spent > back:
						return nil
					}
					return errFull
				})
				<-time.After(at)
				if err := r.Register(flow("v", plain("a", nothing))); err != nil {
					t.Error(err)
				}
				if took := time.Since(begin); took != max(at, fails) {
					t.Errorf("it is registered after %v, the store has failed after %v", took, fails)
				}
				if _, err := run.Wait(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// A shutdown may lose its patience while the crew is in a commit; what comes of the
// commit then says how the runner has ended.
func TestShutdownLosesPatienceDuringACommitOfTheCrew(t *testing.T) {
	t.Parallel()
	errUnknown := fmt.Errorf("%w: cable", store.ErrUncertain)
	for _, c := range []struct {
		commit error
		kinds  []error
		not    error
	}{
		{nil, []error{context.DeadlineExceeded}, ErrStore},
		{errFull, []error{context.DeadlineExceeded, ErrShutdown, ErrStore, store.ErrUnavailable}, store.ErrUncertain},
		{errUnknown, []error{ErrStore, store.ErrUncertain}, ErrShutdown},
	} {
		t.Run(fmt.Sprint(c.commit), func(t *testing.T) {
			t.Parallel()
			withHook(t, func(t *testing.T, s *hooked, p place) {
				stopped := make(chan error, 1)
				r := p.open(t, flow("w", plain("a", after(time.Second)), plain("b", func(ctx context.Context) error {
					<-ctx.Done()
					stopped <- context.Cause(ctx)
					return nil
				})))
				begin := time.Now()
				run := start(t, r, "w", "x")
				s.set(func(changes []store.Change) error {
					switch spent := time.Since(begin); {
					case !endsTask(changes, 0) || spent > time.Hour:
						return nil
					case spent < 10*time.Second:
						<-time.After(10 * time.Second)
					}
					return c.commit
				})
				<-time.After(2 * time.Second)
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				err := r.Shutdown(ctx)
				for _, kind := range c.kinds {
					if !errors.Is(err, kind) {
						t.Errorf("shutdown: %v is no %v", err, kind)
					}
				}
				if errors.Is(err, c.not) || time.Since(begin) != 11*time.Second {
					t.Errorf("shutdown: %v after %v", err, time.Since(begin))
				}
				for what, err := range map[string]error{"cause": <-stopped, "wait": waitError(t, run)} {
					if !errors.Is(err, r.reason) {
						t.Errorf("%s: %v, want %v", what, err, r.reason)
					}
				}
			})
		})
	}
}

// waitError is the error of a wait, which ends after a day.
func waitError(t *testing.T, run *RunHandle) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
	defer cancel()
	_, err := run.Wait(ctx)
	return err
}

// A task that shuts its runner down waits for itself until its patience ends, also
// where it is executed by the goroutine that has begun it.
func TestShutdownByATaskOfAChain(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		var r *Runner
		ended := make(chan error, 1)
		w := flow("w", plain("a", after(time.Second)), plain("b", func(ctx context.Context) error {
			if TaskFrom(ctx).Run == "again" {
				return nil
			}
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
			defer cancel()
			begin := time.Now()
			err := r.Shutdown(ctx)
			if time.Since(begin) != time.Minute {
				t.Errorf("shutdown took %v", time.Since(begin))
			}
			ended <- err
			return nil
		}, 0))
		r = p.open(t, w)
		run := start(t, r, "w", "x")
		if err := <-ended; !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrStore) {
			t.Errorf("shutdown: %v", err)
		}
		if err := waitError(t, run); !errors.Is(err, ErrShutdown) {
			t.Errorf("wait: %v", err)
		}
		synctest.Wait()
	})
}

// exiting is a handler that ends its goroutine at a message.
type exiting struct {
	logs
	at string // how it begins; none does if it is empty
}

func (h *exiting) Handle(ctx context.Context, r slog.Record) error {
	if h.at != "" && strings.HasPrefix(r.Message, h.at) {
		runtime.Goexit()
	}
	return h.logs.Handle(ctx, r)
}

// weak is a store that has something to say about its file after the end of a task.
type weak struct {
	*hooked
	said atomic.Bool
}

func (s *weak) Notes() []string {
	if s.said.Load() {
		return []string{"it is old"}
	}
	return nil
}

// Code that ends a goroutine of the crew in the middle of a round stops the runner
// with a reason: whoever waits learns it, and what runs is stopped.
func TestGoexitOnTheCrewStopsTheRunner(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]string{
		"rule": "", "handler": "Task ready: b", "handler behind all begins": "Database has a weakness",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &weak{hooked: &hooked{Store: memory.New()}}
				h := &exiting{at: at}
				stopped := make(chan error, 1)
				b := plain("b", nothing, 0)
				var on []string
				if at == "" {
					b = b.when(TaskSuccess(0), func(*View) (bool, Leaves) {
						on = append(on, goroutine())
						runtime.Goexit()
						return true, Leaves{}
					})
				}
				r := place{":memory:", Config{store: s, Handler: h}}.open(t, flow("w",
					plain("a", func(context.Context) error {
						<-time.After(time.Second)
						on = append(on, goroutine())
						return nil
					}), b,
					plain("c", func(ctx context.Context) error { <-ctx.Done(); stopped <- context.Cause(ctx); return nil })))
				s.set(func(changes []store.Change) error {
					if endsTask(changes, 0) {
						s.said.Store(true)
						on = append(on, goroutine())
					}
					return nil
				})
				run := start(t, r, "w", "x")
				var wg sync.WaitGroup
				for range 3 {
					wg.Go(func() {
						if err := waitError(t, run); !errors.Is(err, errLoopExit) {
							t.Errorf("wait: %v", err)
						}
					})
				}
				wg.Wait()
				if cause := <-stopped; !errors.Is(cause, errLoopExit) {
					t.Errorf("what ran was stopped with %v", cause)
				}
				_, err := r.Start(t.Context(), "w", nil, StartOptions{})
				for what, err := range map[string]error{
					"start": err, "cancel": run.Cancel(t.Context()), "shutdown": r.Shutdown(t.Context()),
				} {
					if !errors.Is(err, errLoopExit) {
						t.Errorf("%s: %v", what, err)
					}
				}
				if len(on) != 2 || on[0] != on[1] {
					t.Errorf("it was not on the crew: %q", on)
				}
			})
		})
	}
}

// Two runs that are in flight share their commits, also when they have begun at
// different moments: else each waits for the commits of the other one.
func TestTwoRunsShareCommits(t *testing.T) {
	t.Parallel()
	withHook(t, func(t *testing.T, s *hooked, p place) {
		const n, takes = 40, 10 * time.Millisecond
		tasks := []task{plain("t0", nothing)}
		for i := range n - 1 {
			tasks = append(tasks, plain(fmt.Sprintf("t%d", i+1), nothing, i))
		}
		r := p.open(t, flow("chain", tasks...))
		defer shutdown(t, r)
		begin := time.Now()
		s.set(func([]store.Change) error { <-time.After(takes); return nil })
		var wg sync.WaitGroup
		for i := range 2 {
			wg.Go(func() {
				<-time.After(time.Duration(i) * takes / 2)
				if _, err := r.Execute(t.Context(), "chain", nil); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		// One commit for each task of both, and some more until they have met: whether
		// giving way lets the other one report is up to the scheduler.
		if took, most := time.Since(begin), 3*n/2*takes; took > most {
			t.Errorf("two chains of %d tasks took %v, want %v at the most", n, took, most)
		}
	})
}
