package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
)

// broken is a store with a fault: one of its functions stands in for the
// store's own. A nil function leaves the method as it is.
type broken struct {
	store.Store
	commit    func(ctx context.Context, changes []store.Change) error
	openRuns  func(all []*store.OpenRun) []*store.OpenRun
	run       func(d *store.RunDetail)
	runs      func(f store.Filter) store.Filter
	purge     func(f store.PurgeFilter) store.PurgeFilter
	callbacks func(all []store.Callback) []store.Callback
	oldest    func(at int64) int64
}

func (s *broken) Commit(ctx context.Context, changes []store.Change) error {
	if s.commit != nil {
		return s.commit(ctx, changes)
	}
	return s.Store.Commit(ctx, changes)
}

func (s *broken) OpenRuns(ctx context.Context) iter.Seq2[*store.OpenRun, error] {
	if s.openRuns == nil {
		return s.Store.OpenRuns(ctx)
	}
	return func(yield func(*store.OpenRun, error) bool) {
		var all []*store.OpenRun
		for r, err := range s.Store.OpenRuns(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			all = append(all, r)
		}
		for _, r := range s.openRuns(all) {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (s *broken) Run(ctx context.Context, id string) (*store.RunDetail, error) {
	d, err := s.Store.Run(ctx, id)
	if err == nil && s.run != nil {
		s.run(d)
	}
	return d, err
}

func (s *broken) Runs(ctx context.Context, f store.Filter) ([]store.RunInfo, error) {
	if s.runs != nil {
		f = s.runs(f)
	}
	return s.Store.Runs(ctx, f)
}

func (s *broken) Purge(ctx context.Context, f store.PurgeFilter) (int, error) {
	if s.purge != nil {
		f = s.purge(f)
	}
	return s.Store.Purge(ctx, f)
}

func (s *broken) Callbacks(ctx context.Context) ([]store.Callback, error) {
	all, err := s.Store.Callbacks(ctx)
	if s.callbacks != nil {
		all = s.callbacks(all)
	}
	return all, err
}

func (s *broken) OldestEnd(ctx context.Context, workflow string) (int64, error) {
	at, err := s.Store.OldestEnd(ctx, workflow)
	if s.oldest != nil {
		at = s.oldest(at)
	}
	return at, err
}

// altering returns a store that alters changes before they are committed.
func altering(alter func(c store.Change) store.Change) *broken {
	s := &broken{Store: memory.New()}
	s.commit = func(ctx context.Context, changes []store.Change) error {
		altered := slices.Clone(changes)
		for i, c := range altered {
			altered[i] = alter(c)
		}
		return s.Store.Commit(ctx, altered)
	}
	return s
}

// forgiving returns a store that takes refusals of one kind for a success.
func forgiving(kind error, forgive func(c store.Change) bool) *broken {
	s := &broken{Store: memory.New()}
	s.commit = func(ctx context.Context, changes []store.Change) error {
		err := s.Store.Commit(ctx, changes)
		if errors.Is(err, kind) && len(changes) > 0 && forgive(changes[len(changes)-1]) {
			return nil
		}
		return err
	}
	return s
}

// faults are stores that a careless author might write, each with a test that
// has to fail.
var faults = map[string]struct {
	open func() store.Store
	test string
}{
	"loses a write": {func() store.Store {
		return altering(func(c store.Change) store.Change {
			if end, ok := c.(*store.TaskEnded); ok && len(end.Writes) > 1 {
				altered := *end
				altered.Writes = end.Writes[1:]
				return &altered
			}
			return c
		})
	}, "a run goes on where it was"},
	"takes a tombstone for null": {func() store.Store {
		return altering(func(c store.Change) store.Change {
			if end, ok := c.(*store.TaskEnded); ok {
				altered := *end
				altered.Writes = slices.Clone(end.Writes)
				for i := range altered.Writes {
					if altered.Writes[i].Value == nil {
						altered.Writes[i].Value = []byte("null")
					}
				}
				return &altered
			}
			return c
		})
	}, "tombstones are kept apart from null and from nothing"},
	"sorts no writes, but swaps them": {func() store.Store {
		s := &broken{Store: memory.New()}
		s.run = func(d *store.RunDetail) {
			for i := range d.Tasks {
				slices.Reverse(d.Tasks[i].Writes)
			}
		}
		return s
	}, "a thousand keys"},
	"accepts a second decision": {func() store.Store {
		return forgiving(store.ErrFenced, func(c store.Change) bool { _, ok := c.(*store.TaskDecided); return ok })
	}, "every change in every state"},
	"accepts changes of an ended run": {func() store.Store {
		return forgiving(store.ErrFenced, func(c store.Change) bool { _, ok := c.(*store.RunEnded); return ok })
	}, "an ended run never changes"},
	"creates a known run again": {func() store.Store {
		return forgiving(store.ErrExists, func(store.Change) bool { return true })
	}, "an ID is taken once"},
	"stores a batch change by change": {func() store.Store {
		s := &broken{Store: memory.New()}
		s.commit = func(ctx context.Context, changes []store.Change) error {
			if err := s.Store.Commit(ctx, nil); err != nil || ctx.Err() != nil {
				return errors.Join(err, ctx.Err())
			}
			for _, c := range changes {
				if err := s.Store.Commit(ctx, []store.Change{c}); err != nil {
					return err
				}
			}
			return nil
		}
		return s
	}, "a failing batch leaves nothing"},
	"stores a batch in the wrong order": {func() store.Store {
		s := &broken{Store: memory.New()}
		s.commit = func(ctx context.Context, changes []store.Change) error {
			turned := slices.Clone(changes)
			slices.Reverse(turned)
			return s.Store.Commit(ctx, turned)
		}
		return s
	}, "a task completes"},
	"returns open runs newest first": {func() store.Store {
		return &broken{Store: memory.New(), openRuns: func(all []*store.OpenRun) []*store.OpenRun {
			slices.Reverse(all)
			return all
		}}
	}, "more open runs than a page holds"},
	"forgets open runs behind the first page": {func() store.Store {
		return &broken{Store: memory.New(), openRuns: func(all []*store.OpenRun) []*store.OpenRun {
			return all[:min(len(all), 512)]
		}}
	}, "more open runs than a page holds"},
	"forgets blocked runs": {func() store.Store {
		return &broken{Store: memory.New(), openRuns: func(all []*store.OpenRun) []*store.OpenRun {
			return slices.DeleteFunc(all, func(r *store.OpenRun) bool { return r.State.Status == engine.RunBlocked })
		}}
	}, "a blocked run has not ended"},
	"forgets why a run is blocked": {func() store.Store {
		return &broken{Store: memory.New(), openRuns: func(all []*store.OpenRun) []*store.OpenRun {
			for _, r := range all {
				r.Reason = ""
			}
			return all
		}}
	}, "a blocked run has not ended"},
	"forgets how long a retry is delayed": {func() store.Store {
		return &broken{Store: memory.New(), openRuns: func(all []*store.OpenRun) []*store.OpenRun {
			for _, r := range all {
				r.Delayed = nil
			}
			return all
		}}
	}, "a run goes on where it was"},
	"lets a blocked run go on": {func() store.Store {
		return forgiving(store.ErrFenced, func(c store.Change) bool { _, ok := c.(*store.AttemptStarted); return ok })
	}, "nothing becomes of a task of a blocked run but its end"},
	"unblocks nothing": {func() store.Store {
		return altering(func(c store.Change) store.Change {
			if c, ok := c.(*store.RunUnblocked); ok {
				return &store.CallbackDone{Run: c.Run, Task: -1}
			}
			return c
		})
	}, "an unblocked run goes on"},
	"forgets changes of plans": {func() store.Store {
		return &broken{Store: memory.New(), run: func(d *store.RunDetail) { d.Replans = nil }}
	}, "a run goes on under another plan"},
	"does not renumber tasks": {func() store.Store {
		return altering(func(c store.Change) store.Change {
			if c, ok := c.(*store.RunReplanned); ok && c.Plan != nil && len(c.Plan.Tasks) == len(c.Tasks) {
				altered := *c
				altered.Tasks = slices.Sorted(slices.Values(c.Tasks))
				return &altered
			}
			return c
		})
	}, "tasks exchange their numbers"},
	"leaves callbacks at their old numbers": {func() store.Store {
		return &broken{Store: memory.New(), callbacks: func(all []store.Callback) []store.Callback {
			for i := range all {
				all[i].Task = int(all[i].TaskID[len("task_")] - '0')
			}
			return all
		}}
	}, "pending callbacks go with their tasks"},
	"forgets callbacks of ended runs": {func() store.Store {
		s := &broken{Store: memory.New()}
		s.callbacks = func(all []store.Callback) []store.Callback {
			return slices.DeleteFunc(all, func(c store.Callback) bool {
				info, err := s.Find(context.Background(), c.ID)
				return err == nil && info.Status.Ended()
			})
		}
		return s
	}, "callbacks outlive their runs and come in order"},
	"ignores a filter": {func() store.Store {
		return &broken{Store: memory.New(), runs: func(f store.Filter) store.Filter { f.Statuses = nil; return f }}
	}, "filters"},
	"keeps a run that is to be purged": {func() store.Store {
		return &broken{Store: memory.New(), purge: func(f store.PurgeFilter) store.PurgeFilter {
			f.Limit = max(f.Most()-1, 1)
			return f
		}}
	}, "the default of a purge"},
	"purges what ended too late": {func() store.Store {
		return &broken{Store: memory.New(), purge: func(f store.PurgeFilter) store.PurgeFilter {
			if f.EndedBefore > 0 {
				f.EndedBefore++
			}
			return f
		}}
	}, "filters of a purge"},
	"purges other workflows": {func() store.Store {
		return &broken{Store: memory.New(), purge: func(f store.PurgeFilter) store.PurgeFilter { f.Workflow = ""; return f }}
	}, "filters of a purge"},
	"knows no oldest end": {func() store.Store {
		return &broken{Store: memory.New(), oldest: func(at int64) int64 { return at / 1000 * 1000 }}
	}, "the oldest end"},
	"forgets deadlines": {func() store.Store {
		return altering(func(c store.Change) store.Change {
			if c, ok := c.(*store.RunCreated); ok {
				altered := *c
				altered.Deadline = 0
				return &altered
			}
			return c
		})
	}, "a created run"},
	"starts a stopped attempt as a new one": {func() store.Store {
		return &broken{Store: memory.New(), openRuns: func(all []*store.OpenRun) []*store.OpenRun {
			for _, r := range all {
				for i := range r.State.Tasks {
					r.State.Tasks[i].Again = false
				}
			}
			return all
		}}
	}, "an interrupted task keeps its count"},
	"keeps changes": {func() store.Store {
		kept := map[string]*store.RunCreated{}
		s := &broken{Store: memory.New()}
		s.commit = func(ctx context.Context, changes []store.Change) error {
			for _, c := range changes {
				if c, ok := c.(*store.RunCreated); ok {
					kept[c.ID] = c
				}
			}
			return s.Store.Commit(ctx, changes)
		}
		s.run = func(d *store.RunDetail) { d.Created = kept[d.ID].At }
		return s
	}, "nothing handed over is kept"},
	"keeps what it was given": {func() store.Store {
		kept := map[string][]engine.Entry{}
		s := &broken{Store: memory.New()}
		s.commit = func(ctx context.Context, changes []store.Change) error {
			for _, c := range changes {
				if c, ok := c.(*store.RunCreated); ok {
					kept[c.ID] = c.Initial
				}
			}
			return s.Store.Commit(ctx, changes)
		}
		s.run = func(d *store.RunDetail) { d.Initial = kept[d.ID] }
		return s
	}, "nothing handed over is kept"},
}

// TestFaultsAreFound runs tests against stores that are wrong.
func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test, ok := cases()[fault.test]
			if !ok {
				t.Fatalf("there is no test %q", fault.test)
			}
			if failures := failuresOf(test, memory.New()); len(failures) > 0 {
				t.Fatalf("%q fails for a store that is right: %s", fault.test, failures[0])
			}
			if failures := failuresOf(test, fault.open()); len(failures) == 0 {
				t.Errorf("%q does not find it", fault.test)
			}
		})
	}
}

// failuresOf runs a test against a store and returns how it fails.
func failuresOf(test func(*bed), s store.Store) []string {
	r := &recorder{}
	done := make(chan struct{})
	go func() { // because a test that fails may leave its goroutine
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				r.Errorf("panic: %v", p)
			}
		}()
		test(&bed{tb: r, open: func() store.Store { return s }, s: s})
	}()
	<-done
	return r.failures
}

// recorder is a test that only takes notes. It is safe for concurrent use.
type recorder struct {
	mu       sync.Mutex
	failures []string
}

func (r *recorder) Helper() {}

func (r *recorder) Error(args ...any) { r.Errorf("%s", fmt.Sprint(args...)) }

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatal(args ...any) { r.Fatalf("%s", fmt.Sprint(args...)) }

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}
