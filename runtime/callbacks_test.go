package cloacina

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

func TestCallbacksTellTheOutcome(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var r *Runner
		ends := make(chan TaskEnd, 10)
		tell := func(ctx context.Context, e TaskEnd) {
			if _, ok := ctx.Deadline(); !ok {
				t.Error("the context has no deadline")
			}
			// The outcome is on disk already.
			d, err := r.Run(ctx, e.Run)
			if err != nil {
				t.Error(err)
			} else if i := map[string]int{"good": 0, "bad": 1}[e.Task]; d.Tasks[i].State != e.State {
				t.Errorf("task %s is %s in the store", e.Task, d.Tasks[i].State)
			}
			ends <- e
		}
		good, bad := plain("good", nothing), plain("bad", failing(errSource)).retries(2, time.Hour)
		good.OnSuccess, good.OnFailure, bad.OnSuccess, bad.OnFailure = tell, tell, tell, tell
		r = p.open(t, flow("w", good, bad))
		if _, err := r.Execute(t.Context(), "w", nil); !errors.Is(err, errSource) {
			t.Error(err)
		}
		shutdown(t, r)
		close(ends)
		got := map[string]TaskEnd{}
		for e := range ends {
			if _, twice := got[e.Task]; twice || e.Workflow != "w" || e.Run == "" || e.Logger == nil {
				t.Errorf("end is %+v", e)
			}
			got[e.Task] = e
		}
		if e := got["good"]; e.State != Completed || e.Attempts != 1 || e.Err != nil {
			t.Errorf("good: %+v", e)
		}
		if e := got["bad"]; e.State != Failed || e.Attempts != 3 || !errors.Is(e.Err, errSource) {
			t.Errorf("bad: %+v", e)
		}
	})
}

// A callback runs beside the tasks that follow and changes nothing, whatever
// it does.
func TestCallbacksAreHarmless(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		f    func(ctx context.Context, testOver <-chan struct{})
		took time.Duration // of the shutdown, which waits for the callback
		log  string
	}{
		{"panics", func(context.Context, <-chan struct{}) { panic("boom") }, 0, "Callback panicked: a"},
		{"exits", func(context.Context, <-chan struct{}) { runtime.Goexit() }, 0, ""},
		{"waits", func(ctx context.Context, _ <-chan struct{}) { <-ctx.Done() }, callbackTimeout, ""},
		{"is deaf", func(_ context.Context, over <-chan struct{}) { <-over }, callbackTimeout, "Callback given up: a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inMemory(t, func(t *testing.T, p place) {
				log := &logs{}
				p.cfg.Handler = log
				over := make(chan struct{})
				defer close(over)
				a := plain("a", nothing)
				a.OnSuccess = func(ctx context.Context, _ TaskEnd) { c.f(ctx, over) }
				r := p.open(t, flow("w", a, plain("b", nothing, 0)))
				begin := time.Now()
				result, err := r.Execute(t.Context(), "w", nil)
				if err != nil || result.State != Completed || time.Since(begin) != 0 {
					t.Errorf("%v, %+v after %v", err, result, time.Since(begin))
				}
				shutdown(t, r)
				if took := time.Since(begin); took != c.took {
					t.Errorf("it was waited for %v", took)
				}
				log.has(t, c.log)
			})
		})
	}
}

// A shutdown waits for callbacks as long as it waits for attempts.
func TestShutdownAndCallbacks(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		a := plain("a", nothing)
		ended := false
		a.OnSuccess = func(ctx context.Context, _ TaskEnd) { <-ctx.Done(); ended = true }
		r := p.open(t, flow("w", a))
		if _, err := r.Execute(t.Context(), "w", nil); err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		if err := r.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		synctest.Wait()
		if !ended {
			t.Error("the context of the callback goes on")
		}
	})
}
