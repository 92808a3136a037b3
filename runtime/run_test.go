package cloacina

import (
	"context"
	"errors"
	"testing"
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
			store.RunCreated{Num: 1000, ID: "x", Plan: &w.Plan, At: 1},
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
