package cloacina

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestShutdownLetsAttemptsFinish(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		second := 0
		w := flow("w",
			plain("first", func(context.Context) error { <-time.After(time.Hour); return nil }),
			plain("second", func(context.Context) error { second++; return nil }, 0))
		r := p.open(t, w)
		run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		begin := time.Now()
		shutdown(t, r)
		if got := time.Since(begin); got != time.Hour || second != 0 {
			t.Errorf("shutdown after %v, second task called %d times", got, second)
		}
		if _, err := run.Wait(t.Context()); !errors.Is(err, ErrShutdown) {
			t.Errorf("wait: %v", err)
		}
		r = p.open(t, w)
		defer shutdown(t, r)
		result, err := r.Wait(t.Context(), "x")
		if err != nil || second != 1 || result.Tasks[0].Attempts != 1 {
			t.Errorf("%v, second called %d times, %+v", err, second, result)
		}
	})
}

// A stopped attempt runs again under the same number and uses no retry.
func TestShutdownStopsAttempts(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var attempts []int
		causes := make(chan error, 1)
		w := flow("w", plain("a", func(ctx context.Context) error {
			attempts = append(attempts, TaskFrom(ctx).Attempt)
			if len(attempts) == 1 {
				<-ctx.Done()
				causes <- context.Cause(ctx)
				return errSource // no failure: it came after the stop
			}
			return nil
		}))
		r := p.open(t, w)
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begin := time.Now()
		if err := r.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Minute {
			t.Errorf("shutdown: %v after %v", err, time.Since(begin))
		}
		if cause := <-causes; !errors.Is(cause, ErrShutdown) {
			t.Errorf("cause is %v", cause)
		}
		r = p.open(t, w)
		defer shutdown(t, r)
		if _, err := r.Wait(t.Context(), "x"); err != nil || len(attempts) != 2 || attempts[1] != 1 {
			t.Errorf("%v, attempts %v", err, attempts)
		}
		detail, err := r.Run(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		if a := detail.Tasks[0].Attempts; len(a) != 1 || a[0].Interruptions != 0 || a[0].Outcome != "succeeded" {
			t.Errorf("attempts are %+v", a)
		}
	})
}

// A process that dies while it shuts down loses what runs, and nothing else.
func TestDeathDuringAShutdown(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var mu sync.Mutex
		var calls []string
		call := func(d time.Duration) func(ctx context.Context) error {
			return func(ctx context.Context) error {
				mu.Lock()
				calls = append(calls, TaskFrom(ctx).Task)
				mu.Unlock()
				select {
				case <-time.After(d):
					return nil
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}
		}
		w := flow("w", plain("short", call(time.Minute)), plain("long", call(time.Hour)), plain("next", call(0), 0))
		r, crash := p.openToCrash(t, w)
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error)
		go func() { ended <- r.Shutdown(context.Background()) }()
		<-time.After(2 * time.Minute) // short has ended, next is ready and does not start any more
		crash()
		if err := <-ended; !errors.Is(err, errCrash) {
			t.Errorf("shutdown: %v", err)
		}
		r = p.open(t, w)
		defer shutdown(t, r)
		result, err := r.Wait(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(calls)
		if want := []string{"long", "long", "next", "short"}; !slices.Equal(calls, want) {
			t.Errorf("calls are %q, want %q", calls, want)
		}
		d, err := r.Run(t.Context(), "x")
		if err != nil || d.Tasks[1].Attempts[0].Interruptions != 1 || result.Tasks[1].Attempts != 1 {
			t.Errorf("%v, run is %+v", err, d)
		}
	})
}

// A retry that waits survives a restart, with its instant.
func TestRetrySurvivesARestart(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var calls []time.Time
		w := flow("w", plain("a", func(ctx context.Context) error {
			calls = append(calls, time.Now())
			if TaskFrom(ctx).Attempt == 1 {
				return errSource
			}
			return nil
		}).retries(1, 5*time.Hour))
		r := p.open(t, w)
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		shutdown(t, r)
		<-time.After(2 * time.Hour)
		r = p.open(t, w)
		defer shutdown(t, r)
		result, err := r.Wait(t.Context(), "x")
		if err != nil || len(calls) != 2 {
			t.Fatalf("%v, %d calls", err, len(calls))
		}
		if got := calls[1].Sub(calls[0]).Round(time.Second); got != 5*time.Hour {
			t.Errorf("retried after %v", got)
		}
		if got := result.Tasks[0].Err; got == nil || got.Error() != errSource.Error() {
			t.Errorf("last error is %v", got)
		}
	})
}

func TestEverythingAfterAShutdownIsRefused(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", plain("a", nothing)))
		run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := run.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		shutdown(t, r)
		shutdown(t, r)
		_, start := r.Start(t.Context(), "w", nil, StartOptions{})
		_, known := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
		_, execute := r.Execute(t.Context(), "w", nil)
		_, wait := run.Wait(t.Context())
		_, runs := r.Runs(t.Context(), RunFilter{})
		_, detail := r.Run(t.Context(), "x")
		for what, err := range map[string]error{
			"start": start, "known": known, "execute": execute, "wait": wait, "runs": runs, "run": detail,
			"cancel": run.Cancel(t.Context()), "register": r.Register(flow("v", plain("a", nothing))),
		} {
			if !errors.Is(err, ErrShutdown) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

// While a shutdown waits, nothing new is accepted.
func TestStartDuringAShutdown(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		p.cfg.store = nil // one that is closed with its runner
		release := make(chan struct{})
		r := p.open(t, flow("w", plain("a", func(context.Context) error { <-release; return nil })))
		run, err := r.Start(t.Context(), "w", nil, StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { shutdown(t, r) })
		}
		synctest.Wait()
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{}); !errors.Is(err, ErrShutdown) {
			t.Errorf("start: %v", err)
		}
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); !errors.Is(err, ErrShutdown) {
			t.Errorf("start with ID: %v", err)
		}
		if err := r.Register(flow("v", plain("a", nothing))); !errors.Is(err, ErrShutdown) {
			t.Errorf("register: %v", err)
		}
		for range 50 {
			wg.Go(func() {
				// The run ends in the last round; who waits still gets the result.
				if _, err := run.Wait(t.Context()); err != nil {
					t.Errorf("wait: %v", err)
				}
			})
		}
		synctest.Wait()
		close(release)
		wg.Wait()
	})
}

// Calls that never return are left behind by a shutdown whose patience ends.
func TestShutdownLeavesDeafCallsBehind(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		release := make(chan struct{})
		r := p.open(t, flow("w", dynamic("a", func(_ context.Context, c *Context) error {
			<-release
			if err := c.Set("late", 1); !errors.Is(err, ErrAttemptOver) {
				t.Errorf("late write: %v", err)
			}
			return nil
		})))
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := r.Shutdown(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("shutdown: %v", err)
		}
		synctest.Wait()
		close(release)
	})
}

// A workflow that is registered while the runner shuts down is not known after
// that, however often it is tried.
func TestRegisterDuringAShutdown(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		release := make(chan struct{})
		r := p.open(t, flow("w", plain("a", func(context.Context) error { <-release; return nil })))
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		ended := make(chan error, 1)
		go func() { ended <- r.Shutdown(context.Background()) }()
		synctest.Wait()
		for range 2 {
			if err := r.Register(flow("late", plain("a", nothing))); !errors.Is(err, ErrShutdown) {
				t.Errorf("register: %v", err)
			}
			if _, err := r.Start(t.Context(), "late", nil, StartOptions{}); !errors.Is(err, ErrUnknownWorkflow) {
				t.Errorf("start: %v", err)
			}
		}
		close(release)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
