package cloacina

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
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

var errFull = fmt.Errorf("%w: the disk is full", store.ErrUnavailable)

// copied returns copies of changes, whose memory is used again once they are committed.
func copied(changes []store.Change) []store.Change {
	copies := make([]store.Change, len(changes))
	for i, c := range changes {
		of := reflect.New(reflect.TypeOf(c).Elem())
		of.Elem().Set(reflect.ValueOf(c).Elem())
		copies[i] = of.Interface().(store.Change)
	}
	return copies
}

// flaky is a store whose commits fail as it is told to, and are noted.
type flaky struct {
	store.Store
	mu      sync.Mutex
	err     func() error // of the next commit; nil stores it
	tries   []time.Time
	batches [][]store.Change
}

func (s *flaky) Close() error { return nil }

func (s *flaky) Commit(ctx context.Context, changes []store.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tries, s.batches = append(s.tries, time.Now()), append(s.batches, copied(changes))
	if s.err != nil {
		if err := s.err(); err != nil {
			return err
		}
	}
	return s.Store.Commit(ctx, changes)
}

// set makes commits fail with err, or be stored if it is nil.
func (s *flaky) set(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err, s.tries, s.batches = func() error { return err }, nil, nil
}

// A store that is unavailable is asked again, with the same changes and longer
// and longer pauses. Meanwhile nothing is acted on or acknowledged; afterwards
// nothing is lost and nothing is done twice.
func TestUnavailableStoreIsAskedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, log := &flaky{Store: memory.New()}, &logs{}
		release := make(chan struct{})
		var calls sync.Map
		call := func(ctx context.Context) error {
			n, _ := calls.LoadOrStore(TaskFrom(ctx).Task, new(atomic.Int32))
			n.(*atomic.Int32).Add(1)
			return nil
		}
		r := place{":memory:", Config{store: s, Handler: log}}.open(t, flow("w",
			plain("a", func(ctx context.Context) error { <-release; return call(ctx) }), plain("b", call, 0),
			plain("c", func(ctx context.Context) error { <-release; <-time.After(3 * time.Second); return call(ctx) })))
		defer shutdown(t, r)
		run, err := r.Start(t.Context(), "w", nil, StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		s.set(errFull)
		close(release)
		<-time.After(20 * time.Second)
		synctest.Wait()
		if _, ok := calls.Load("b"); ok {
			t.Error("b has started before the end of a was on disk")
		}
		var pauses []time.Duration
		for i := range s.tries[1:] {
			pauses = append(pauses, s.tries[i+1].Sub(s.tries[i]).Round(time.Millisecond))
			if !reflect.DeepEqual(s.batches[0], s.batches[i+1]) {
				t.Errorf("try %d was about %v, the first about %v", i+2, s.batches[i+1], s.batches[0])
			}
		}
		const ms = time.Millisecond
		if want := []time.Duration{100 * ms, 200 * ms, 400 * ms, 800 * ms, 1600 * ms, 3200 * ms, 5000 * ms, 5000 * ms}; !slices.Equal(pauses, want) {
			t.Errorf("pauses are %v, want %v", pauses, want)
		}
		s.set(nil)
		result, err := run.Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range result.Tasks {
			n, _ := calls.Load(task.ID)
			if task.State != Completed || task.Attempts != 1 || n.(*atomic.Int32).Load() != 1 {
				t.Errorf("task %s is %s after %d attempts", task.ID, task.State, task.Attempts)
			}
		}
		log.has(t, "ERROR cloacina::database > Store is unavailable; what is to be stored is tried again",
			"INFO  cloacina::database > Store is available again")
	})
}

// It is logged once for each error that is another one.
func TestUnavailableStoreIsLoggedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, log := &flaky{Store: memory.New()}, &logs{}
		r := place{":memory:", Config{store: s, Handler: log}}.open(t, flow("w", plain("a", nothing)))
		defer shutdown(t, r)
		n := 0
		s.err = func() error {
			if n++; n > 12 {
				return nil
			}
			return fmt.Errorf("reason %d: %w", n/5, store.ErrUnavailable)
		}
		if _, err := r.Execute(t.Context(), "w", nil); err != nil {
			t.Error(err)
		}
		unavailable, again := strings.Count(log.String(), "is unavailable"), strings.Count(log.String(), "available again")
		if unavailable != 3 || again != 1 {
			t.Errorf("%d and %d records:\n%s", unavailable, again, log)
		}
	})
}

// A store that is there again and refuses what it is asked for is there again.
func TestAvailableAgainAndRefusing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, log := &flaky{Store: memory.New()}, &logs{}
		r := place{":memory:", Config{store: s, Handler: log}}.open(t, flow("w", plain("a", nothing)))
		defer shutdown(t, r)
		answers := []error{errFull, store.ErrFenced, nil}
		s.err = func() (err error) {
			if len(answers) > 0 {
				err, answers = answers[0], answers[1:]
			}
			return err
		}
		if _, err := r.Execute(t.Context(), "w", nil); !errors.Is(err, store.ErrFenced) || errors.Is(err, ErrStore) {
			t.Errorf("execute: %v", err)
		}
		log.has(t, "Store is available again")
		if _, err := r.Execute(t.Context(), "w", nil); err != nil {
			t.Error(err)
		}
	})
}

// The ctx of a call bounds its wait for the store, and a run that was not
// waited for is there when the store is.
func TestCtxBoundsTheWaitForTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &flaky{Store: memory.New()}
		f := &faulty{}
		r := place{":memory:", Config{store: s}}.open(t,
			flow("u", plain("a", nothing)), flow("v", plain("a", forever)), f.workflow())
		defer shutdown(t, r)
		blocked := f.start(t, r)
		<-time.After(time.Minute)
		f.repaired.Store(true)
		open, err := r.Start(t.Context(), "v", nil, StartOptions{ID: "y"})
		if err != nil {
			t.Fatal(err)
		}
		s.set(errFull)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begin := time.Now()
		var wg sync.WaitGroup
		for what, call := range map[string]func() error{
			"start":   func() error { _, err := r.Start(ctx, "u", nil, StartOptions{ID: "z"}); return err },
			"again":   func() error { _, err := r.Start(ctx, "u", nil, StartOptions{ID: "z"}); return err },
			"execute": func() error { _, err := r.Execute(ctx, "u", nil); return err },
			"cancel":  func() error { return open.Cancel(ctx) },
			"unblock": func() error { return r.Unblock(ctx, "x", UnblockAccept) },
			"wait":    func() error { _, err := open.Wait(ctx); return err },
		} {
			wg.Go(func() {
				if err := call(); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Minute {
					t.Errorf("%s: %v after %v", what, err, time.Since(begin))
				}
			})
		}
		wg.Wait()
		if runs, err := r.Runs(t.Context(), RunFilter{}); err != nil || len(runs) != 2 {
			t.Errorf("%v, runs are %+v", err, runs)
		}
		s.set(nil)
		if _, err := open.Wait(t.Context()); !errors.Is(err, ErrCancelled) {
			t.Errorf("cancelled run: %v", err)
		}
		if err := r.Unblock(t.Context(), "x", UnblockAccept); err != nil { // comes behind the first
			t.Errorf("unblock: %v", err)
		}
		if _, err := blocked.Wait(t.Context()); err != nil {
			t.Errorf("unblocked run: %v", err)
		}
		run, err := r.Start(t.Context(), "u", nil, StartOptions{ID: "z"})
		if err == nil {
			_, err = run.Wait(t.Context())
		}
		if err != nil {
			t.Error(err)
		}
		if runs, err := r.Runs(t.Context(), RunFilter{Workflow: "u"}); err != nil || len(runs) != 2 {
			t.Errorf("%v, runs are %+v", err, runs)
		}
	})
}

// Register says nothing about what is on disk, and does not wait for it.
func TestRegisterDoesNotWaitForTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &flaky{Store: memory.New()}
		p := place{":memory:", Config{store: s}}
		w := flow("w", plain("a", func(ctx context.Context) error {
			if TaskFrom(ctx).Run == "cut" {
				return forever(ctx)
			}
			return nil
		}))
		r, crash := p.openToCrash(t, w)
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "cut"}); err != nil {
			t.Fatal(err)
		}
		crash()
		s.set(errFull)
		begin := time.Now()
		r = p.open(t, w)
		defer shutdown(t, r)
		if time.Since(begin) > 0 {
			t.Errorf("register took %v", time.Since(begin))
		}
		<-time.After(time.Hour)
		if n := inspectLater(r, s); n != 1 {
			t.Errorf("%d attempts run", n)
		}
		if _, err := r.Execute(t.Context(), "w", nil); err != nil {
			t.Error(err)
		}
		if err := r.Cancel(t.Context(), "cut"); err != nil {
			t.Error(err)
		}
	})
}

// A second Register does not wait for it either, while the loop is busy with
// what the first one has to store.
func TestRegisterWhileTheStoreIsAwaited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &flaky{Store: memory.New()}
		r := place{":memory:", Config{store: s}}.open(t, flow("w", plain("a", nothing)))
		s.set(errFull)
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() {
			if _, err := r.Execute(t.Context(), "w", nil); err != nil {
				t.Error(err)
			}
		})
		pass(time.Minute)
		begin := time.Now()
		for _, name := range []string{"u", "v"} {
			if err := r.Register(flow(name, plain("a", nothing))); err != nil || time.Since(begin) > 0 {
				t.Errorf("register %s: %v after %v", name, err, time.Since(begin))
			}
		}
		if err := r.Register(flow("u", plain("a", nothing))); err == nil {
			t.Error("a name was registered twice")
		}
		s.set(nil)
		for _, name := range []string{"u", "v"} {
			if _, err := r.Execute(t.Context(), name, nil); err != nil {
				t.Error(err)
			}
		}
		shutdown(t, r)
		if err := r.Register(flow("x", plain("a", nothing))); !errors.Is(err, ErrShutdown) {
			t.Errorf("register after the end: %v", err)
		}
	})
}

// inspectLater makes the store available and counts the calls.
func inspectLater(r *Runner, s *flaky) int {
	s.set(nil)
	return inspect(r, func(l *loop) int { return len(l.calls) })
}

// A shutdown waits for a store that is unavailable as long as its ctx lets it.
func TestShutdownWaitsForTheStore(t *testing.T) {
	t.Parallel()
	for name, patience := range map[string]time.Duration{"patient": 2 * time.Hour, "impatient": 30 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &flaky{Store: memory.New()}
				p := place{":memory:", Config{store: s}}
				release := make(chan struct{})
				calls := 0
				w := flow("w", plain("a", func(context.Context) error { calls++; <-release; return nil }))
				r := p.open(t, w)
				run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
				if err != nil {
					t.Fatal(err)
				}
				s.set(errFull)
				close(release)
				back := time.AfterFunc(time.Hour, func() { s.set(nil) })
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				begin := time.Now()
				err = r.Shutdown(ctx)
				if name == "patient" {
					if took := time.Since(begin); err != nil || took > time.Hour+longestPause {
						t.Errorf("shutdown: %v after %v", err, took)
					}
				} else {
					for _, kind := range []error{context.DeadlineExceeded, ErrShutdown, ErrStore, store.ErrUnavailable} {
						if !errors.Is(err, kind) {
							t.Errorf("shutdown: %v is no %v", err, kind)
						}
					}
					if took := time.Since(begin); took != patience {
						t.Errorf("shutdown took %v", took)
					}
					if _, err := run.Wait(t.Context()); !errors.Is(err, ErrShutdown) {
						t.Errorf("wait: %v", err)
					}
				}
				back.Stop()
				s.set(nil)
				r = p.open(t, w)
				defer shutdown(t, r)
				result, err := r.Wait(t.Context(), "x")
				want := map[string]int{"patient": 1, "impatient": 2}[name] // what was not stored is done again
				if err != nil || calls != want || result.Tasks[0].Attempts != 1 {
					t.Errorf("%v, %d calls, %+v", err, calls, result)
				}
			})
		})
	}
}

// Another error than that of an unavailable store stops the runner, also later.
func TestUnavailableStoreThatThenFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &flaky{Store: memory.New()}
		r := place{":memory:", Config{store: s}}.open(t, flow("w", plain("a", nothing)))
		s.set(errFull)
		time.AfterFunc(time.Minute, func() { s.set(errCrash) })
		if _, err := r.Execute(t.Context(), "w", nil); !errors.Is(err, ErrStore) || !errors.Is(err, errCrash) {
			t.Errorf("execute: %v", err)
		}
		if err := r.Shutdown(t.Context()); !errors.Is(err, errCrash) || errors.Is(err, ErrShutdown) {
			t.Errorf("shutdown: %v", err)
		}
	})
}

// The runs that share a commit with one that is refused are tried again too.
func TestUnavailableStoreBesideARefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &flaky{Store: memory.New()}
		release := make(chan struct{})
		r := place{":memory:", Config{store: s}}.open(t,
			flow("w", plain("a", func(context.Context) error { <-release; return nil }), plain("b", nothing, 0)))
		defer shutdown(t, r)
		var runs []*RunHandle
		for range 3 {
			run, err := r.Start(t.Context(), "w", nil, StartOptions{})
			if err != nil {
				t.Fatal(err)
			}
			runs = append(runs, run)
		}
		synctest.Wait()
		n := 0
		s.err = func() error {
			n++
			for _, c := range s.batches[len(s.batches)-1] {
				if of, ok := c.(*store.TaskEnded); ok && of.Run == 2 {
					return &store.FencedError{Change: of, Reason: "because"}
				}
			}
			if n%4 > 0 {
				return errFull
			}
			return nil
		}
		close(release)
		for i, run := range runs {
			if _, err := run.Wait(t.Context()); (i == 1) != errors.Is(err, ErrBlocked) || i != 1 && err != nil {
				t.Errorf("run %d: %v", i+1, err)
			}
		}
	})
}

// Whatever commits fail for now, and whenever the process dies: the outcome is
// that of an undisturbed run.
func TestRandomRunsOnAnUnreliableStore(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(seed, 3))
				s := &flaky{Store: memory.New()}
				moods := rand.New(rand.NewPCG(seed, 4))
				s.err = func() error {
					if moods.IntN(3) > 0 {
						return errFull
					}
					return nil
				}
				p := place{":memory:", Config{store: s, MaxConcurrentTasks: 1 + rng.IntN(4), MaxInterruptions: -1}}
				f := newRandomFlow(rng)
				f.again = true
				f.disturb(t, p, rng)
				r := p.open(t, f.workflow())
				defer shutdown(t, r)
				result, err := r.Wait(t.Context(), "x")
				if err != nil {
					t.Fatal(err)
				}
				f.check(t, result)
			})
		})
	}
}
