package cloacina

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Days of back-off pass in milliseconds of the test's time, and exactly.
func TestRetriesKeepTheirDelays(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		for _, c := range []struct {
			name  string
			retry Retry
			want  []time.Duration
		}{
			{"fixed", Retry{Attempts: 3, Delay: time.Hour, MaxDelay: time.Hour, Backoff: Fixed},
				[]time.Duration{time.Hour, time.Hour, time.Hour}},
			{"linear", Retry{Attempts: 3, Delay: time.Hour, MaxDelay: 9 * time.Hour, Backoff: Linear},
				[]time.Duration{time.Hour, 2 * time.Hour, 3 * time.Hour}},
			{"exponential", Retry{Attempts: 4, Delay: time.Hour, MaxDelay: 5 * time.Hour},
				[]time.Duration{time.Hour, 2 * time.Hour, 4 * time.Hour, 5 * time.Hour}},
		} {
			var starts []time.Time
			w := flow(c.name, plain("a", func(ctx context.Context) error {
				starts = append(starts, time.Now())
				if TaskFrom(ctx).Attempt <= c.retry.Attempts {
					return errSource
				}
				return nil
			}))
			w.Plan.Tasks[0].Retry = c.retry
			w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
			r := p.open(t, w)
			result, err := r.Execute(t.Context(), c.name, nil)
			shutdown(t, r)
			if err != nil {
				t.Fatal(err)
			}
			if got := result.Tasks[0]; got.Attempts != len(c.want)+1 || !errors.Is(got.Err, errSource) {
				t.Errorf("%s: %d attempts, last error %v", c.name, got.Attempts, got.Err)
			}
			for i, want := range c.want {
				// Stored instants are whole milliseconds.
				if got := starts[i+1].Sub(starts[i]).Round(10 * time.Millisecond); got != want {
					t.Errorf("%s: delay %d is %v, want %v", c.name, i+1, got, want)
				}
			}
		}
	})
}

func TestEndsOfAnAttempt(t *testing.T) {
	t.Parallel()
	isPanic := func(err error) bool {
		var p *PanicError
		return errors.As(err, &p) && strings.Contains(string(p.Stack), "attempt_test.go")
	}
	is := func(target error) func(error) bool {
		return func(err error) bool { return errors.Is(err, target) }
	}
	for _, c := range []struct {
		name string
		fn   func(context.Context) error
		want func(error) bool
	}{
		{"error", failing(errSource), is(errSource)},
		{"panic", func(context.Context) error { panic("boom") }, isPanic},
		{"panic_with_error", func(context.Context) error { panic(errSource) }, is(errSource)},
		{"panic_with_nil", func(context.Context) error { panic(nil) }, isPanic},
		{"goexit", func(context.Context) error { runtime.Goexit(); return nil }, is(ErrGoexit)},
		{"deadline", forever, is(ErrAttemptTimeout)},
		{"deadline_is_exceeded", forever, is(context.DeadlineExceeded)},
		{"late_success", func(ctx context.Context) error { <-ctx.Done(); return nil }, is(ErrAttemptTimeout)},
		{"late_panic", func(ctx context.Context) error { <-ctx.Done(); panic("late") }, is(ErrAttemptTimeout)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inMemory(t, func(t *testing.T, p place) {
				r := p.open(t, flow("w", plain("a", c.fn).retries(1, time.Second).timeout(time.Minute)))
				defer shutdown(t, r)
				result, err := r.Execute(t.Context(), "w", nil)
				if !c.want(err) {
					t.Errorf("error is %v", err)
				}
				if result.Tasks[0].Attempts != 2 || result.Tasks[0].State != Failed || result.State != Failed {
					t.Errorf("result is %+v", result.Tasks[0])
				}
			})
		})
	}
}

// A timeout says how long it was and which key set it.
func TestAttemptTimeoutNamesItsDuration(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		var cause error
		a := plain("a", func(ctx context.Context) error { <-ctx.Done(); cause = context.Cause(ctx); return nil })
		r := p.open(t, flow("w", a.timeout(200*time.Millisecond)))
		result, _ := r.Execute(t.Context(), "w", nil)
		shutdown(t, r)
		for _, err := range []error{result.Tasks[0].Err, cause} {
			if !errors.Is(err, ErrAttemptTimeout) || !errors.Is(err, context.DeadlineExceeded) ||
				err.Error() != "attempt timed out after 200ms (timeout of the task)" || !isTransient(err) {
				t.Errorf("error is %v", err)
			}
		}
		if errors.Is(ErrAttemptTimeout, cause) || errors.Is(cause, ErrRunTimeout) {
			t.Errorf("%v is taken for something else", cause)
		}
	})
}

// The stack of a panic is kept with the attempt.
func TestPanicIsStoredWithItsStack(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", plain("a", func(context.Context) error { panic("boom") })))
		defer shutdown(t, r)
		result, err := r.Execute(t.Context(), "w", nil)
		if err == nil || strings.Contains(err.Error(), "goroutine") {
			t.Errorf("error is %v", err)
		}
		detail, err := r.Run(t.Context(), result.Run)
		if err != nil {
			t.Fatal(err)
		}
		text := detail.Tasks[0].Attempts[0].Error
		if !strings.HasPrefix(text, "panic in task a: boom (attempt_test.go:") || !strings.Contains(text, ")\n\ngoroutine ") {
			t.Errorf("stored error is %q", text)
		}
	})
}

// A call that ignores its deadline holds its slot, and the next attempt back,
// until it is given up; what it returns later is discarded.
func TestCallThatDoesNotReturnIsAbandoned(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		log := &logs{}
		p.cfg.Handler = log
		p.cfg.MaxConcurrentTasks = 1
		release := make(chan struct{})
		begin := time.Now()
		var second time.Duration
		r := p.open(t, flow("w", dynamic("a", func(ctx context.Context, c *Context) error {
			if TaskFrom(ctx).Attempt == 1 {
				<-release
				return c.Insert("late", true)
			}
			second = time.Since(begin)
			return nil
		}).retries(1, time.Second).timeout(10*time.Second)))
		result, err := r.Execute(t.Context(), "w", nil)
		if err != nil {
			t.Fatal(err)
		}
		if want := 10*time.Second + defaultAbandonAfter; second.Round(time.Second) != want {
			t.Errorf("second attempt started after %v, want %v", second, want)
		}
		if r.Abandoned() != 1 {
			t.Errorf("%d calls abandoned", r.Abandoned())
		}
		log.has(t, "ERROR cloacina::executor > Task abandoned: a (its function has not returned")
		close(release)
		synctest.Wait()
		if values, err := result.Values(); err != nil || len(values) != 0 {
			t.Errorf("values are %v, %v", values, err)
		}
		shutdown(t, r)
	})
}

// The next attempt waits for the call to come back, not for it to be given up.
func TestNextAttemptWaitsForTheLateCall(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		p.cfg.AbandonAfter = 10 * time.Second
		var running, most atomic.Int32
		begin := time.Now()
		r := p.open(t, flow("w", plain("a", func(ctx context.Context) error {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			if TaskFrom(ctx).Attempt == 1 {
				<-time.After(25 * time.Second) // deaf to its deadline
				return nil
			}
			<-time.After(10 * time.Second) // beyond the instant at which the first call would be given up
			return nil
		}).retries(1, time.Second).timeout(20*time.Second)))
		if _, err := r.Execute(t.Context(), "w", nil); err != nil {
			t.Error(err)
		}
		shutdown(t, r)
		if most.Load() != 1 || time.Since(begin).Round(time.Second) != 35*time.Second || r.Abandoned() != 0 {
			t.Errorf("%d at once, %v, %d abandoned", most.Load(), time.Since(begin), r.Abandoned())
		}
	})
}

// What a function returns after its deadline counts for nothing, even if the
// deadline's own report takes longer.
func TestLateReturnIsDiscarded(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		late := task{PlanTask{ID: "late", Timeout: time.Second}, TaskCode{Call: CallPlain(func(ctx context.Context) error {
			<-ctx.Done()
			return nil
		})}}
		late.Retry = Retry{Attempts: 1, Delay: time.Second, MaxDelay: time.Second, Condition: RetryIf}
		late.RetryIf = func(err error) bool {
			<-time.After(time.Second) // the return comes first
			return !errors.Is(err, ErrAttemptTimeout)
		}
		r := p.open(t, flow("w", late))
		defer shutdown(t, r)
		if result, err := r.Execute(t.Context(), "w", nil); !errors.Is(err, ErrAttemptTimeout) || result.Tasks[0].Attempts != 1 {
			t.Errorf("%v, %+v", err, result)
		}
	})
}

// After its attempt a context is over, also for goroutines left behind.
func TestContextIsOverAfterTheAttempt(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		var leaked *Context
		r := p.open(t, flow("w",
			dynamic("ends", func(_ context.Context, c *Context) error { leaked = c; return nil }),
			dynamic("times_out", func(ctx context.Context, c *Context) error {
				<-ctx.Done()
				synctest.Wait()
				if err := c.Set("late", 1); !errors.Is(err, ErrAttemptOver) {
					t.Errorf("late Set: %v", err)
				}
				return nil
			}).timeout(time.Second)))
		defer shutdown(t, r)
		if _, err := r.Execute(t.Context(), "w", nil); !errors.Is(err, ErrAttemptTimeout) {
			t.Error(err)
		}
		if err := leaked.Set("late", 1); !errors.Is(err, ErrAttemptOver) {
			t.Errorf("leaked Set: %v", err)
		}
	})
}

// What a function leaves behind when it returns learns of the end by the context.
func TestReturnEndsTheContext(t *testing.T) {
	t.Parallel()
	for _, timeout := range []time.Duration{0, time.Hour} {
		inMemory(t, func(t *testing.T, p place) {
			causes := make(chan error, 1)
			r := p.open(t, flow("w", plain("a", func(ctx context.Context) error {
				go func() {
					<-ctx.Done()
					causes <- context.Cause(ctx)
				}()
				return nil
			}).timeout(timeout)))
			defer shutdown(t, r)
			if _, err := r.Execute(t.Context(), "w", nil); err != nil {
				t.Error(err)
			}
			if cause := <-causes; !errors.Is(cause, context.Canceled) {
				t.Errorf("timeout %v: the cause is %v", timeout, cause)
			}
		})
	}
}

// Errors of the context are not retried, although the condition is "all".
func TestContextErrorsAreNotRetried(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", dynamic("a", func(_ context.Context, c *Context) error {
			_, err := Get[int](c, "absent")
			return errors.Join(errors.New("cannot go on"), err)
		}).retries(3, time.Hour)))
		defer shutdown(t, r)
		result, err := r.Execute(t.Context(), "w", nil)
		if !errors.Is(err, ErrMissingKey) || result.Tasks[0].Attempts != 1 {
			t.Errorf("%v after %d attempts", err, result.Tasks[0].Attempts)
		}
	})
}

// What a failed attempt wrote is not there for the next one.
func TestWritesOfFailedAttemptsAreNotThere(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", dynamic("a", func(ctx context.Context, c *Context) error {
			if err := c.Insert("attempt", TaskFrom(ctx).Attempt); err != nil {
				return err // it would say that the first attempt's write is there
			}
			if TaskFrom(ctx).Attempt == 1 {
				return errSource
			}
			return nil
		}).retries(1, time.Second)))
		defer shutdown(t, r)
		result, err := r.Execute(t.Context(), "w", nil)
		if err != nil {
			t.Fatal(err)
		}
		if values, err := result.Values(); err != nil || values["attempt"] != int64(2) {
			t.Errorf("values are %v, %v", values, err)
		}
	})
}

// A write that was accepted is never lost, not even one of a goroutine that
// goes on when its attempt ends.
func TestAcceptedWritesAreKept(t *testing.T) {
	t.Parallel()
	r, err := Open(t.Context(), ":memory:", Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer shutdown(t, r)
	accepted := make(chan int, 1)
	if err := r.Register(flow("w", dynamic("a", func(_ context.Context, c *Context) error {
		first := make(chan struct{})
		go func() {
			n := 0
			for c.Set("n", n+1) == nil {
				if n++; n == 1 {
					close(first)
				}
			}
			accepted <- n
		}()
		<-first
		return nil
	}))); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		result, err := r.Execute(t.Context(), "w", nil)
		if err != nil {
			t.Fatal(err)
		}
		values, err := result.Values()
		if want := int64(<-accepted); err != nil || values["n"] != want {
			t.Fatalf("%v: %d was accepted, and %v is stored", err, want, values["n"])
		}
	}
}
