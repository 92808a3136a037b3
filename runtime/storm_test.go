package cloacina

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
)

// storm is a workflow in which everything goes wrong now and then, until it is over.
type storm struct {
	mu   sync.Mutex
	rng  *rand.Rand
	over atomic.Bool
}

// chance is true one time in n, and never once the storm is over.
func (s *storm) chance(n int) bool { return !s.over.Load() && s.intN(n) == 0 }

func (s *storm) intN(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rng.IntN(n)
}

func (s *storm) work(ctx context.Context) error {
	select {
	case <-ctx.Done():
		if s.chance(3) { // it takes its time to notice
			<-time.After(time.Duration(s.intN(40_000)) * time.Millisecond)
		}
		return context.Cause(ctx)
	case <-time.After(time.Duration(s.intN(3_000)) * time.Millisecond):
	}
	if s.chance(4) {
		return errSource
	}
	return nil
}

func (s *storm) workflow() *Workflow {
	call := func(ctx context.Context) error { return s.work(ctx) }
	w := keeping(time.Minute, "w", plain("a", call).retries(2, time.Second), plain("b", call),
		plain("c", call, 0).when(TaskSuccess(0), func(v *View) (bool, Leaves) {
			if s.chance(4) {
				panic("bad rule")
			}
			return v.Success(0), LeavesOf(v.Success(0))
		}), plain("d", call, 1, 2))
	w.Code[0].OnSuccess = func(ctx context.Context, _ TaskEnd) { _ = s.work(ctx) }
	return w
}

// stormyStore is a store that is not available for a while, or refuses the end of
// a task.
type stormyStore struct {
	store.Store
	*storm
}

func (stormyStore) Close() error { return nil }

func (s stormyStore) Commit(ctx context.Context, changes []store.Change) error {
	if s.chance(8) {
		return errFull
	}
	for _, c := range changes {
		if _, ok := c.(*store.TaskEnded); ok && s.chance(100) {
			return &store.FencedError{Change: c, Reason: "because"}
		}
	}
	return s.Store.Commit(ctx, changes)
}

// call does something to a run, and complains of answers that nobody can get.
func (s *storm) call(ctx context.Context, r *Runner, id string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(1+s.intN(20_000))*time.Millisecond)
	defer cancel()
	var err error
	known := []error{context.DeadlineExceeded, ErrShutdown, ErrBlocked, ErrRunNotFound, ErrCancelled}
	switch s.intN(10) {
	case 0, 1, 2:
		_, err = r.Start(ctx, "w", nil, StartOptions{ID: id})
	case 3:
		err = r.Cancel(ctx, id)
	case 4:
		err = r.Unblock(ctx, id, UnblockAccept)
	case 5:
		err = r.Unblock(ctx, id, UnblockCancel)
	case 6:
		_, err = r.Purge(ctx, PurgeOptions{})
	case 7:
		_, err = r.Runs(ctx, RunFilter{States: []State{Blocked}})
	case 8:
		_, err = r.Run(ctx, id)
	default:
		var result *Result
		if result, err = r.Wait(ctx, id); result != nil {
			return s.agree(result, err)
		}
	}
	for _, k := range known {
		if err == nil || errors.Is(err, k) {
			return nil
		}
	}
	return err
}

// agree holds the error of a wait against the result.
func (s *storm) agree(result *Result, err error) error {
	_, failed := errors.AsType[*RunFailedError](err)
	if result.State.Ended() && (err == nil) == (result.State == Completed) && failed == (result.State == Failed) {
		return nil
	}
	return fmt.Errorf("%w with the result %+v", err, result)
}

// Many do everything at once to the same few runs, over a store that fails and
// through shutdowns. Nobody waits for ever, no answer contradicts what is stored,
// and afterwards every run can be brought to its end.
func TestStorm(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &storm{rng: rand.New(rand.NewPCG(seed, 0))}
				p := place{":memory:", Config{store: stormyStore{memory.New(), s}, MaxConcurrentTasks: 3}}
				for range 3 {
					s.round(t, p)
				}
				s.over.Store(true)
				s.calm(t, p)
			})
		})
	}
}

func (s *storm) round(t *testing.T, p place) {
	t.Helper()
	r := p.open(t, s.workflow())
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for range 30 {
				if err := s.call(t.Context(), r, fmt.Sprint(s.intN(4))); err != nil {
					t.Errorf("unexpected: %v", err)
				}
			}
		})
	}
	<-time.After(time.Duration(s.intN(200_000)) * time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(s.intN(10_000))*time.Millisecond)
	defer cancel()
	if err := r.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("shutdown: %v", err)
	}
	wg.Wait()
	<-time.After(time.Minute) // for calls that were left
}

// calm brings every run to its end.
func (s *storm) calm(t *testing.T, p place) {
	t.Helper()
	r := p.open(t, s.workflow())
	defer shutdown(t, r)
	runs, err := r.Runs(t.Context(), RunFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range runs {
		if info.State.Ended() {
			continue
		}
		if err := r.Unblock(t.Context(), info.ID, UnblockAccept); err != nil {
			t.Errorf("unblock: %v", err)
		}
		result, err := r.Wait(t.Context(), info.ID)
		if result == nil {
			t.Fatalf("wait: %v", err)
		}
		d, err := r.Run(t.Context(), info.ID)
		if err != nil || d.State != result.State {
			t.Errorf("%v, run is %+v, result %+v", err, d, result)
		}
	}
	pass(3 * time.Minute) // their retention, and a sweep
	remain(t, r)
}
