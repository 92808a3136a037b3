package cloacina

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
)

// With UntilEnd, Start returns when there is nothing left to wait for, however the
// run goes on, and others find the run meanwhile.
func TestStartUntilTheEnd(t *testing.T) {
	t.Parallel()
	withHook(t, func(t *testing.T, s *hooked, p place) {
		r := p.open(t, flow("w", plain("a", after(time.Minute))), flow("fails", plain("a", failing(errSource))),
			flow("long", plain("a", after(time.Minute)), plain("b", nothing, 0)))
		begin := time.Now()
		opts := StartOptions{ID: "x", UntilEnd: true}
		var wg sync.WaitGroup
		for range 2 { // one of them starts the run, and one finds it
			wg.Go(func() {
				run, err := r.Start(t.Context(), "w", nil, opts)
				if err != nil || !run.live.isOver() || time.Since(begin) != time.Minute {
					t.Errorf("%v after %v", err, time.Since(begin))
				}
			})
		}
		synctest.Wait()
		if run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil || run.live.isOver() {
			t.Errorf("meanwhile: %v", err)
		}
		wg.Wait()
		if _, err := r.Start(t.Context(), "w", nil, opts); err != nil || time.Since(begin) != time.Minute {
			t.Errorf("once it has ended: %v after %v", err, time.Since(begin))
		}
		run, err := r.Start(t.Context(), "fails", nil, StartOptions{UntilEnd: true})
		if err != nil || !run.live.isOver() {
			t.Errorf("one that fails: %v", err)
		}

		// What ends the wait does not end the run, and names it.
		for _, id := range []string{"y", "y"} { // one starts it, one finds it
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := r.Start(ctx, "w", nil, StartOptions{ID: id, UntilEnd: true})
			if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), `"y"`) {
				t.Errorf("without time: %v", err)
			}
		}
		if _, err := r.Wait(t.Context(), "y"); err != nil {
			t.Error(err)
		}

		// What the store refuses was not started; nobody waits for its end.
		s.set(refuseRuns)
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "z", UntilEnd: true}); !errors.Is(err, store.ErrFenced) {
			t.Errorf("refused: %v", err)
		}
		s.set(func([]store.Change) error { return nil })
		wg.Go(func() {
			if _, err := r.Start(t.Context(), "long", nil, StartOptions{ID: "z", UntilEnd: true}); !errors.Is(err, ErrShutdown) || !strings.Contains(err.Error(), `"z"`) {
				t.Errorf("shut down: %v", err)
			}
		})
		synctest.Wait()
		shutdown(t, r)
		wg.Wait()
	})
}

// refuseRuns is a store that takes no new runs.
func refuseRuns(changes []store.Change) error {
	for _, c := range changes {
		if _, ok := c.(*store.RunCreated); ok {
			return &store.FencedError{Change: c, Reason: "by chance"}
		}
	}
	return nil
}

// A run that was refused is over, too; what counts is that it was refused.
func TestARefusedStartHasNotEnded(t *testing.T) {
	t.Parallel()
	withHook(t, func(t *testing.T, s *hooked, p place) {
		r := p.open(t, flow("w", plain("a", nothing)))
		defer shutdown(t, r)
		s.set(refuseRuns)
		w, err := r.registered("w")
		if err != nil {
			t.Fatal(err)
		}
		for range 50 { // which case of a select is taken is a matter of chance
			e := &startEvent{workflow: w, id: "x", answer: newAnswer(), over: make(chan struct{}), release: func() {}}
			r.queue.push(e)
			synctest.Wait() // whoever starts it comes to waiting so late
			if err := r.awaitEnd(t.Context(), e); !errors.Is(err, store.ErrFenced) {
				t.Fatal(err)
			}
		}
	})
}

// Who executes a run has its result, although the runner ends with the run, and
// although something was removed meanwhile.
func TestExecuteHasTheResult(t *testing.T) {
	t.Parallel()
	for range 20 { // who is faster is a matter of chance
		withHook(t, func(t *testing.T, s *hooked, p place) {
			reads := &readCounter{Store: s}
			p.cfg.store = reads
			r := p.open(t, flow("w", plain("a", after(time.Minute))))
			var wg sync.WaitGroup
			for range 2 { // one of them starts the second run, and one finds it
				wg.Go(func() {
					run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x", UntilEnd: true})
					if err != nil {
						t.Error(err)
						return
					}
					if result, err := run.Wait(t.Context()); err != nil || result.State != Completed {
						t.Errorf("%+v, %v", result, err)
					}
				})
			}
			wg.Go(func() {
				if result, err := r.Execute(t.Context(), "w", nil); err != nil || result.State != Completed {
					t.Errorf("%+v, %v", result, err)
				}
			})
			synctest.Wait()
			if _, err := r.Purge(t.Context(), PurgeOptions{}); err != nil {
				t.Error(err)
			}
			before := reads.n
			shutdown(t, r)
			wg.Wait()
			if reads.n > before {
				t.Errorf("the result was read %d times", reads.n-before)
			}
		})
	}
}

// readCounter counts how often a whole run is read.
type readCounter struct {
	store.Store
	n int
}

func (s *readCounter) Run(ctx context.Context, id string) (*store.RunDetail, error) {
	s.n++
	return s.Store.Run(ctx, id)
}
