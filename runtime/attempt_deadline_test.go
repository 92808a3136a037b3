package cloacina

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A function that returns at once when it sees the end of its context is too late:
// always, also if it is faster than who is to report the deadline.
func TestNoReturnIsFasterThanTheDeadline(t *testing.T) {
	t.Parallel()
	const tasks, runs = 64, 50
	var parts []task
	for i := range tasks {
		parts = append(parts, plain(fmt.Sprint("t", i), func(ctx context.Context) error {
			for ctx.Err() == nil { // quicker than one that has to be woken
				runtime.Gosched()
			}
			return nil
		}).timeout(time.Millisecond))
	}
	r, err := Open(t.Context(), ":memory:", Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer shutdown(t, r)
	if err := r.Register(flow("w", parts...)); err != nil {
		t.Fatal(err)
	}
	for range runs {
		result, _ := r.Execute(t.Context(), "w", nil)
		for _, task := range result.Tasks {
			if task.State != Failed {
				t.Fatalf("%+v", task)
			}
		}
	}
}

// The end of a call is reported also if the deadline is noticed by the call itself,
// and the retry_if that is asked about it ends its goroutine.
func TestNoReturnIsLostAtTheDeadline(t *testing.T) {
	t.Parallel()
	var last atomic.Pointer[context.CancelFunc] // none is called: that would wait for the watch
	w := flow("w", plain("a", func(ctx context.Context) error {
		for range 5000 { // the deadline has to end them all, among which the watch is one
			_, cancel := context.WithCancel(ctx)
			last.Store(&cancel)
		}
		for ctx.Err() == nil {
			runtime.Gosched()
		}
		return nil
	}).retries(1, time.Hour).timeout(10*time.Millisecond))
	w.Plan.Tasks[0].Retry.Condition = RetryIf
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	w.Code[0].RetryIf = func(error) bool { runtime.Goexit(); return true }
	r, err := Open(t.Context(), ":memory:", Config{AbandonAfter: 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Register(w); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := r.Execute(t.Context(), "w", nil); !errors.Is(err, ErrAttemptTimeout) {
			t.Errorf("run: %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := r.Shutdown(ctx); err != nil { // it waits for the calls
		t.Errorf("shutdown: %v", err)
	}
}

// A round that is held up when it has looked at the clock does not tell of what
// happens then as if that had been before.
func TestNoDeadlineIsBeforeItsTime(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		const timeout = 15 * time.Millisecond
		held := false
		p.cfg.clock = func() time.Time {
			now := time.Now()
			if held {
				held = false
				time.Sleep(timeout)
			}
			return now
		}
		r := p.open(t, flow("w", plain("a", func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}).timeout(timeout)), flow("other", plain("b", nothing)))
		defer shutdown(t, r)
		run, err := r.Start(t.Context(), "w", nil, StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(timeout * 2 / 3)
		synctest.Wait()
		held = true
		if _, err := r.Execute(t.Context(), "other", nil); err != nil {
			t.Error(err)
		}
		result, err := run.Wait(t.Context())
		if err == nil {
			t.Fatal("the run has completed")
		}
		if a := result.Tasks[0]; a.Ended.Sub(a.Started) < timeout {
			t.Errorf("it is said to have run for %v: %v", a.Ended.Sub(a.Started), a.Err)
		}
	})
}
