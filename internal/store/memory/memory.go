// Package memory is a store of runs that keeps everything in memory, for tests
// and for programs that need no durability. It copies everything it is given
// and everything it hands out.
package memory

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/internal/ledger"
)

// Store is a [store.Store] in memory. It is safe for concurrent use.
type Store struct {
	mu     sync.RWMutex
	closed bool
	ledger *ledger.Ledger
	runs   []*run // by number, ascending
	byID   map[string]*run
	plans  map[planKey]*plan.Plan
	// callbacks are the pending ones.
	callbacks map[callbackKey]struct{}
	undo      []func()
}

// callbackKey identifies the callback about the end of a task.
type callbackKey struct {
	run  int64
	task int
}

// planKey identifies a stored plan.
type planKey struct{ name, fingerprint string }

var _ store.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	s := &Store{byID: map[string]*run{}, plans: map[planKey]*plan.Plan{}, callbacks: map[callbackKey]struct{}{}}
	s.ledger = ledger.New(0, s.load)
	return s
}

// load tells the ledger about runs it does not hold, which have ended here.
func (s *Store) load(num int64) (*ledger.Run, error) {
	r := s.find(num)
	if r == nil {
		return nil, store.ErrNotFound
	}
	return &ledger.Run{Num: num, Status: r.info.Status}, nil
}

// find returns a run by its number, or nil.
func (s *Store) find(num int64) *run {
	i, ok := slices.BinarySearchFunc(s.runs, num, func(r *run, num int64) int { return cmp.Compare(r.info.Num, num) })
	if !ok {
		return nil
	}
	return s.runs[i]
}

// Commit applies the changes in their order, or none of them.
func (s *Store) Commit(ctx context.Context, changes []store.Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	for _, c := range changes {
		if err := s.apply(c); err != nil {
			s.rollback()
			return err
		}
	}
	s.ledger.Accept()
	s.forget()
	return nil
}

// rollback takes back the changes of the current commit, last first.
func (s *Store) rollback() {
	for _, f := range slices.Backward(s.undo) {
		f()
	}
	s.ledger.Undo()
	s.forget()
}

// forget empties the list of what could be undone.
func (s *Store) forget() {
	clear(s.undo)
	s.undo = s.undo[:0]
}

// LastNum returns the greatest run number in use, 0 if there is none.
func (s *Store) LastNum(ctx context.Context) (int64, error) {
	if err := s.rlock(ctx); err != nil {
		return 0, err
	}
	defer s.mu.RUnlock()
	return s.ledger.Last(), nil
}

// OpenRuns yields the runs that had not ended when the iteration began, oldest first.
func (s *Store) OpenRuns(ctx context.Context) iter.Seq2[*store.OpenRun, error] {
	return func(yield func(*store.OpenRun, error) bool) {
		open, err := s.openRuns(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, r := range open {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (s *Store) openRuns(ctx context.Context) ([]*store.OpenRun, error) {
	if err := s.rlock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.RUnlock()
	var open []*store.OpenRun
	for _, r := range s.runs {
		if !r.info.Status.Ended() {
			open = append(open, r.open())
		}
	}
	return open, nil
}

// Callbacks returns the callbacks that are pending, ordered by run and task.
func (s *Store) Callbacks(ctx context.Context) ([]store.Callback, error) {
	if err := s.rlock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.RUnlock()
	var pending []store.Callback
	for key := range s.callbacks {
		pending = append(pending, s.find(key.run).callback(key.task))
	}
	slices.SortFunc(pending, func(a, b store.Callback) int {
		return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(a.Task, b.Task))
	})
	return pending, nil
}

// Find returns a run's header by its ID.
func (s *Store) Find(ctx context.Context, id string) (*store.RunInfo, error) {
	if err := s.rlock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.RUnlock()
	r, ok := s.byID[id]
	if !ok {
		return nil, fmt.Errorf("run %q: %w", id, store.ErrNotFound)
	}
	info := r.info
	return &info, nil
}

// Run returns a run with its tasks and attempts.
func (s *Store) Run(ctx context.Context, id string) (*store.RunDetail, error) {
	if err := s.rlock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.RUnlock()
	r, ok := s.byID[id]
	if !ok {
		return nil, fmt.Errorf("run %q: %w", id, store.ErrNotFound)
	}
	return r.detail(), nil
}

// Runs returns a page of runs, newest first.
func (s *Store) Runs(ctx context.Context, f store.Filter) ([]store.RunInfo, error) {
	if err := s.rlock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.RUnlock()
	limit := f.PageSize()
	var page []store.RunInfo
	for _, r := range slices.Backward(s.runs) {
		if len(page) == limit {
			break
		}
		if f.Matches(&r.info) {
			page = append(page, r.info)
		}
	}
	return page, nil
}

// Close makes every later call return [store.ErrClosed].
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

// rlock takes the lock for reading, unless the store is closed or ctx is done.
func (s *Store) rlock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return store.ErrClosed
	}
	return nil
}
