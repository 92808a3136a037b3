package cloacina

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// states are the states of a result's tasks by id.
func states(r *Result) map[string]State {
	m := map[string]State{}
	for _, t := range r.Tasks {
		m[t.ID] = t.State
	}
	return m
}

func TestCancelEndsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		causes := make(chan error, 1)
		r := p.open(t, flow("w",
			plain("done", nothing),
			plain("runs", func(ctx context.Context) error {
				<-ctx.Done()
				causes <- context.Cause(ctx)
				return errSource // counts for nothing
			}),
			plain("retries", failing(errSource)).retries(1, time.Hour),
			plain("waits", nothing, 1)))
		defer shutdown(t, r)
		begin := time.Now()
		run, err := r.Start(t.Context(), "w", nil, StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := run.Cancel(t.Context()); err != nil {
			t.Fatal(err)
		}
		result, err := run.Wait(t.Context())
		if !errors.Is(err, ErrCancelled) {
			t.Errorf("error is %v", err)
		}
		want := map[string]State{"done": Completed, "runs": Cancelled, "retries": Cancelled, "waits": Cancelled}
		if diff := cmp.Diff(want, states(result)); diff != "" || result.State != Cancelled {
			t.Errorf("%s, states (-want +got):\n%s", result.State, diff)
		}
		if cause := <-causes; !errors.Is(cause, ErrCancelled) {
			t.Errorf("cause is %v", cause)
		}
		if time.Since(begin) > time.Second {
			t.Errorf("it took %v", time.Since(begin))
		}
		if err := run.Cancel(t.Context()); err != nil {
			t.Errorf("second cancel: %v", err)
		}
	})
}

// A cancelled call that does not return keeps its slot until it is given up.
func TestCancelledCallKeepsItsSlot(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		p.cfg.MaxConcurrentTasks = 1
		p.cfg.AbandonAfter = time.Minute
		release := make(chan struct{})
		defer close(release)
		r := p.open(t,
			flow("deaf", plain("a", func(context.Context) error { <-release; return nil })),
			flow("next", plain("a", nothing)))
		defer shutdown(t, r)
		run, err := r.Start(t.Context(), "deaf", nil, StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := run.Cancel(t.Context()); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if _, err := r.Execute(t.Context(), "next", nil); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(begin); got != time.Minute || r.Abandoned() != 1 {
			t.Errorf("the slot was free after %v, %d abandoned", got, r.Abandoned())
		}
	})
}

func TestCancelOfAnUnknownRun(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t)
		defer shutdown(t, r)
		if err := r.Cancel(t.Context(), "nobody"); !errors.Is(err, ErrRunNotFound) {
			t.Error(err)
		}
		if _, err := r.Wait(t.Context(), "nobody"); !errors.Is(err, ErrRunNotFound) {
			t.Error(err)
		}
	})
}

func TestRunTimeout(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		w := flow("w",
			plain("failed", failing(errSource)),
			plain("runs", forever),
			plain("retries", failing(errSource)).retries(9, time.Hour),
			plain("waits", nothing, 1))
		w.Plan.Tasks[0].AllowFailure = true
		w.Plan.Timeout = 90 * time.Minute
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		r := p.open(t, w)
		defer shutdown(t, r)
		begin := time.Now()
		result, err := r.Execute(t.Context(), "w", nil)
		if got := time.Since(begin).Round(time.Second); got != 90*time.Minute {
			t.Errorf("it took %v", got)
		}
		failed, ok := errors.AsType[*RunFailedError](err)
		if !ok || !errors.Is(err, ErrRunTimeout) || !errors.Is(err, errSource) || errors.Is(err, ErrCancelled) {
			t.Fatalf("error is %v", err)
		}
		if len(failed.Tasks) != 1 || failed.Tasks[0].Task != "failed" || !failed.Tasks[0].AllowFailure {
			t.Errorf("failed tasks are %+v", failed.Tasks)
		}
		want := map[string]State{"failed": Failed, "runs": Cancelled, "retries": Cancelled, "waits": Cancelled}
		if diff := cmp.Diff(want, states(result)); diff != "" || result.State != Failed {
			t.Errorf("%s, states (-want +got):\n%s", result.State, diff)
		}
	})
}

// The timeout is an instant: time in which no process runs counts.
func TestRunTimeoutCountsDowntime(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		calls := 0
		w := flow("w", plain("a", func(context.Context) error { calls++; return errSource }).retries(9, time.Hour))
		w.Plan.Timeout = 90 * time.Minute
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		r := p.open(t, w)
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		shutdown(t, r)
		<-time.After(2 * time.Hour)
		r = p.open(t, w)
		defer shutdown(t, r)
		if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrRunTimeout) || calls != 1 {
			t.Errorf("%v after %d calls", err, calls)
		}
	})
}

// What ends with the run frees what waited for the clock.
func TestEndedRunLeavesNoTimers(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		w := flow("w", plain("a", failing(errSource)).retries(1, time.Hour))
		w.Plan.Timeout = 24 * time.Hour
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		r := p.open(t, w)
		run, err := r.Start(t.Context(), "w", nil, StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := inspect(r, func(l *loop) int { return len(l.timers.heap) }); n != 2 {
			t.Errorf("%d timers while a retry and a deadline are waited for", n)
		}
		if err := run.Cancel(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := inspect(r, func(l *loop) int { return len(l.timers.heap) }); n != 0 {
			t.Errorf("%d timers are left", n)
		}
		shutdown(t, r)
	})
}

// A cancel and the end of the run in one round: whichever comes first counts.
func TestCancelAndEndInOneRound(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		g := &gate{Store: p.cfg.store}
		p.cfg.store = g
		release := make(chan struct{})
		r := p.open(t, flow("w", plain("a", func(context.Context) error { <-release; return nil })))
		defer shutdown(t, r)
		run, err := r.Start(t.Context(), "w", nil, StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		held := make(chan struct{})
		g.wait.Store(&held)
		var wg sync.WaitGroup
		wg.Go(func() { // keeps the loop in a commit while the other two arrive
			if _, err := r.Start(t.Context(), "w", nil, StartOptions{}); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		close(release)
		synctest.Wait()
		wg.Go(func() {
			if err := run.Cancel(t.Context()); err != nil {
				t.Errorf("cancel: %v", err)
			}
		})
		synctest.Wait()
		g.wait.Store(nil)
		close(held)
		wg.Wait()
		if result, err := run.Wait(t.Context()); err != nil || result.State != Completed {
			t.Errorf("%v, %+v", err, result)
		}
	})
}

// inspection looks at the loop from within.
type inspection func(l *loop)

func (i inspection) apply(l *loop) { i(l) }

func inspect[T any](r *Runner, f func(l *loop) T) T {
	c := make(chan T, 1)
	r.queue.push(inspection(func(l *loop) { c <- f(l) }))
	return <-c
}

// A task that returns the timeout of another run does not time out its own.
func TestTimeoutOfAnotherRun(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", plain("a", failing(fmt.Errorf("inner run: %w", ErrRunTimeout)))))
		defer shutdown(t, r)
		run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = run.Wait(t.Context())
		failed, ok := errors.AsType[*RunFailedError](err)
		if !ok || failed.Reason != nil || !errors.Is(err, ErrRunTimeout) {
			t.Errorf("error is %+v", err)
		}
		if detail, err := r.Run(t.Context(), "x"); err != nil || detail.Error != "" {
			t.Errorf("%v, the run's own error is %q", err, detail.Error)
		}
	})
}

// A run is cancelled while a retry_if still thinks about an attempt that timed
// out and has come back: the slot is free again.
func TestCancelWhileRetryIfThinks(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		p.cfg.MaxConcurrentTasks = 1
		think := make(chan struct{})
		slow := plain("a", forever).timeout(time.Second).retries(1, time.Second)
		slow.Retry.Condition = RetryIf
		slow.RetryIf = func(error) bool { <-think; return true }
		r := p.open(t, flow("slow", slow), flow("w", plain("a", nothing)))
		defer shutdown(t, r)
		run, err := r.Start(t.Context(), "slow", nil, StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * time.Second)
		synctest.Wait()
		if err := run.Cancel(t.Context()); err != nil {
			t.Fatal(err)
		}
		close(think)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := r.Execute(ctx, "w", nil); err != nil {
			t.Errorf("the slot is lost: %v", err)
		}
		if n := inspect(r, func(l *loop) int { return len(l.calls) }); n != 0 {
			t.Errorf("%d calls are left", n)
		}
	})
}

// The timeout of a run says how long it was, and says so when it is read again.
func TestRunTimeoutNamesItsDuration(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var cause error
		w := flow("w", plain("a", func(ctx context.Context) error { <-ctx.Done(); cause = context.Cause(ctx); return nil }))
		w.Plan.Timeout = 90 * time.Second
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		r := p.open(t, w)
		const text = "run timed out after 1m30s (timeout of the workflow)"
		check := func(err error) {
			t.Helper()
			if failed, ok := errors.AsType[*RunFailedError](err); !ok || failed.Reason.Error() != text ||
				!errors.Is(err, ErrRunTimeout) || !strings.Contains(err.Error(), text) {
				t.Errorf("error is %v", err)
			}
		}
		run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = run.Wait(t.Context())
		check(err)
		shutdown(t, r)
		if !errors.Is(cause, ErrRunTimeout) || cause.Error() != text {
			t.Errorf("cause is %v", cause)
		}
		r = p.open(t)
		defer shutdown(t, r)
		_, err = r.Wait(t.Context(), "x")
		check(err)
		if d, err := r.Run(t.Context(), "x"); err != nil || d.Error != text {
			t.Errorf("%v, stored is %q", err, d.Error)
		}
	})
}
