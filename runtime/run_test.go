package cloacina

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
)

// late is a store that is asked for a run just before it is started.
type late struct {
	store.Store
	start func()
}

func (s *late) started() store.Store {
	if start := s.start; start != nil {
		s.start = nil
		start()
	}
	return s.Store
}

func (s *late) Run(ctx context.Context, id string) (*store.RunDetail, error) {
	return s.started().Run(ctx, id)
}

func (s *late) Find(ctx context.Context, id string) (*store.RunInfo, error) {
	return s.started().Find(ctx, id)
}

// A run that starts while somebody looks for it is found.
func TestWaitAndCancelMeetTheStart(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		s := &late{Store: p.cfg.store}
		p.cfg.store = s
		r := p.open(t, flow("ends", plain("a", nothing)), flow("lasts", plain("a", forever)))
		defer shutdown(t, r)
		start := func(workflow, id string) func() {
			return func() {
				if _, err := r.Start(t.Context(), workflow, nil, StartOptions{ID: id}); err != nil {
					t.Error(err)
				}
			}
		}
		s.start = start("ends", "x")
		if result, err := r.Wait(t.Context(), "x"); err != nil || result.State != Completed {
			t.Errorf("wait: %v, %+v", err, result)
		}
		s.start = start("lasts", "y")
		if err := r.Cancel(t.Context(), "y"); err != nil {
			t.Errorf("cancel: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if result, err := r.Wait(ctx, "y"); !errors.Is(err, ErrCancelled) || result.State != Cancelled {
			t.Errorf("wait for the cancelled one: %v, %+v", err, result)
		}
	})
}

// A run that the store has and the runner does not know is no endless wait.
func TestWaitForARunOfAnotherProgram(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		w := flow("w", plain("a", nothing))
		r := p.open(t, w)
		defer shutdown(t, r)
		if err := p.cfg.store.Commit(t.Context(), []store.Change{
			&store.RunCreated{Num: 1000, ID: "x", Plan: &w.Plan, At: 1},
		}); err != nil {
			t.Fatal(err)
		}
		if result, err := r.Wait(t.Context(), "x"); result != nil || !errors.Is(err, errNotOurs) {
			t.Errorf("wait: %v, %v", result, err)
		}
		if err := r.Cancel(t.Context(), "x"); !errors.Is(err, errNotOurs) {
			t.Errorf("cancel: %v", err)
		}
	})
}

// busyContext does something else before it waits.
type busyContext struct {
	context.Context
	first func()
}

func (c *busyContext) Done() <-chan struct{} {
	if first := c.first; first != nil {
		c.first = nil
		first()
	}
	return c.Context.Done()
}

// Who looks at a blocked run and is so slow that it has gone on and ended
// meanwhile gets the errors that ended it.
func TestWaitThatMissesABlock(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		repaired := false
		r := p.open(t, flow("w", plain("first", nothing),
			plain("last", failing(errSource), 0).when(TaskSuccess(0), func(v *View) (bool, Leaves) {
				if !repaired {
					panic("bad rule")
				}
				return v.Success(0), LeavesOf(v.Success(0))
			})))
		defer shutdown(t, r)
		run, err := r.Start(t.Context(), "w", nil, StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		repaired = true
		result, err := run.Wait(&busyContext{t.Context(), func() {
			if err := r.Unblock(t.Context(), run.ID(), UnblockAccept); err != nil {
				t.Error(err)
			}
			_, err := r.Wait(t.Context(), run.ID()) // by its ID: it may have ended before
			if _, failed := errors.AsType[*RunFailedError](err); !failed {
				t.Error(err)
			}
		}})
		if !errors.Is(err, errSource) {
			t.Errorf("%+v, %v", result, err)
		}
	})
}
