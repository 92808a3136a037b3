package cloacina

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// picky refuses a change that it is told to, as a store does that other hands
// have changed.
type picky struct {
	store.Store
	mu     sync.Mutex
	refuse func(c store.Change) error
}

func (s *picky) Close() error { return nil }

func (s *picky) Commit(ctx context.Context, changes []store.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range changes {
		if s.refuse == nil {
			break
		}
		if err := s.refuse(c); err != nil {
			return err
		}
	}
	return s.Store.Commit(ctx, changes)
}

func (s *picky) set(refuse func(c store.Change) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = refuse
}

// A run whose change the store refuses is blocked; the runs that share its
// commit, and all others, go on.
func TestRefusedChangeBlocksItsRunOnly(t *testing.T) {
	t.Parallel()
	says := map[string]string{
		"start of a task": `start of attempt 1 of task "b" of run "x1": because; it goes on`,
		"end of a task":   `end of task "a" of run "x1": because; it goes on`,
	}
	for name, refuse := range map[string]func(c store.Change) error{
		"start of a task": func(c store.Change) error {
			if s, ok := c.(*store.AttemptStarted); ok && s.Run == 2 && s.Task == 1 {
				return &store.FencedError{Change: c, Reason: "because"}
			}
			return nil
		},
		"end of a task": func(c store.Change) error {
			if e, ok := c.(*store.TaskEnded); ok && e.Run == 2 {
				return &store.InvalidError{Change: c, Reason: "because"}
			}
			return nil
		},
		"the run is gone": func(c store.Change) error {
			if e, ok := c.(*store.TaskEnded); ok && e.Run == 2 {
				return store.ErrNotFound
			}
			return nil
		},
		"what is stored of it is damaged": func(c store.Change) error {
			if e, ok := c.(*store.TaskEnded); ok && e.Run == 2 {
				return fmt.Errorf("checksum: %w", sqlite.ErrDamaged)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &picky{Store: memory.New(), refuse: refuse}
				log := &logs{}
				p := place{":memory:", Config{store: s, Handler: log, MaxConcurrentTasks: 3}}
				release := make(chan struct{})
				r := p.open(t, flow("w",
					plain("a", func(context.Context) error { <-release; return nil }), plain("b", nothing, 0)))
				defer shutdown(t, r)
				var runs []*RunHandle
				var refused error
				for i := range 3 {
					run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: fmt.Sprintf("x%d", i)})
					if err != nil {
						t.Fatal(err)
					}
					runs = append(runs, run)
				}
				synctest.Wait()
				close(release) // all three end in one round
				for i, run := range runs {
					result, err := run.Wait(t.Context())
					if i == 1 {
						refused = err
						if err != nil && !strings.Contains(err.Error(), says[name]) {
							t.Errorf("the error does not say %s:\n%v", says[name], err)
						}
						if result != nil || !errors.Is(err, ErrBlocked) || errors.Is(err, ErrStore) ||
							strings.Contains(err.Error(), "the next start of the program") == errors.Is(err, sqlite.ErrDamaged) {
							t.Errorf("refused run: %v", err)
						}
					} else if err != nil {
						t.Errorf("run %d: %v", i, err)
					}
				}
				log.has(t, "Pipeline blocked")
				list, err := r.Runs(t.Context(), RunFilter{States: []State{Blocked}})
				if err != nil || len(list) != 1 || list[0].ID != runs[1].ID() {
					t.Errorf("%v, blocked are %+v", err, list)
				}
				before := storeSays(refused)
				for range 5 { // the slots are free again
					if _, err := r.Execute(t.Context(), "w", nil); err != nil {
						t.Fatal(err)
					}
				}
				if now := storeSays(refused); now != before || says[name] != "" && !strings.HasSuffix(now, "of run 2: because") {
					t.Errorf("the store has said %q, and %q when others had gone on", before, now)
				}
			})
		})
	}
}

// storeSays is what a store has said of a change that it refused.
func storeSays(err error) string {
	if e, ok := errors.AsType[*store.FencedError](err); ok {
		return e.Error()
	}
	if e, ok := errors.AsType[*store.InvalidError](err); ok {
		return e.Error()
	}
	return ""
}

// Who asked for the refused change learns it, and what is on disk goes on at
// the next start.
func TestRefusedCancelIsReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &picky{Store: memory.New()}
		p := place{":memory:", Config{store: s}}
		var stopped []error
		w := flow("w", plain("a", func(ctx context.Context) error {
			<-ctx.Done()
			stopped = append(stopped, context.Cause(ctx))
			return nil
		}))
		r := p.open(t, w)
		run, err := r.Start(t.Context(), "w", nil, StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		s.set(func(c store.Change) error { return &store.FencedError{Change: c, Reason: "because"} })
		if err := run.Cancel(t.Context()); !errors.Is(err, ErrBlocked) || errors.Is(err, ErrStore) {
			t.Errorf("cancel: %v", err)
		}
		synctest.Wait()
		if len(stopped) != 1 {
			t.Errorf("the attempt ended with %v", stopped)
		}
		s.set(nil)
		shutdown(t, r)
		r = p.open(t, w)
		defer shutdown(t, r)
		if err := r.Cancel(t.Context(), run.ID()); err != nil {
			t.Error(err)
		}
		if _, err := r.Wait(t.Context(), run.ID()); !errors.Is(err, ErrCancelled) {
			t.Error(err)
		}
	})
}

// hiding is a store that does not find the runs it has.
type hiding struct{ store.Store }

func (hiding) Run(context.Context, string) (*store.RunDetail, error) { return nil, store.ErrNotFound }

// An ID that turns out to be taken is the error of one Start.
func TestTakenIDStopsNothing(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", plain("a", nothing)))
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		shutdown(t, r)
		if p.cfg.store == nil {
			r = p.open(t, flow("w", plain("a", nothing)), flow("v", plain("a", forever)))
			r.store = hiding{r.store}
		} else {
			p.cfg.store = hiding{p.cfg.store}
			r = p.open(t, flow("w", plain("a", nothing)), flow("v", plain("a", forever)))
		}
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); !errors.Is(err, ErrRunConflict) || errors.Is(err, ErrStore) {
			t.Errorf("an ended run: %v", err)
		}
		live, err := r.Start(t.Context(), "v", nil, StartOptions{ID: "y"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "y"}); !errors.Is(err, ErrRunConflict) {
			t.Errorf("a live run: %v", err)
		}
		if err := live.Cancel(t.Context()); err != nil {
			t.Error(err)
		}
		list, err := r.Runs(t.Context(), RunFilter{})
		ids := make([]string, len(list))
		for i := range list {
			ids[i] = list[i].ID + " " + string(list[i].State)
		}
		if want := []string{"y cancelled", "x completed"}; err != nil || !slices.Equal(ids, want) {
			t.Errorf("%v, runs are %q", err, ids)
		}
		if err := r.Shutdown(t.Context()); err != nil {
			t.Errorf("the runner has stopped: %v", err)
		}
	})
}

// One refused run among many costs no commit for each of the others.
func TestRefusalIsFoundInFewCommits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n, bad = 256, 100
		s := &flaky{Store: memory.New()}
		p := place{":memory:", Config{store: s, MaxConcurrentTasks: n}}
		w := flow("w", plain("a", forever))
		r, crash := p.openToCrash(t, w)
		for range n {
			if _, err := r.Start(t.Context(), "w", nil, StartOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		crash()
		s.set(nil)
		s.err = func() error {
			for _, c := range s.batches[len(s.batches)-1] {
				if of, ok := c.(*store.AttemptEnded); ok && of.Run == bad {
					return &store.FencedError{Change: of, Reason: "because"}
				}
			}
			return nil
		}
		r = p.open(t, w) // all are interrupted in one round
		if running := inspect(r, func(l *loop) int { return len(l.calls) }); running != n-1 {
			t.Errorf("%d attempts run", running)
		}
		if most := 2*8 + 3; len(s.tries) > most {
			t.Errorf("%d commits, want at most %d", len(s.tries), most)
		}
		runs, err := r.Runs(t.Context(), RunFilter{States: []State{Blocked}})
		if err != nil || len(runs) != 1 || runs[0].Number != bad {
			t.Errorf("%v, blocked runs are %+v", err, runs)
		}
		s.set(nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := r.Shutdown(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("shutdown: %v", err)
		}
	})
}

// A call that was given up before it was begun, with the run, gives its slot back
// once, and is not abandoned afterwards.
func TestRefusedCallGivesItsSlotBackOnce(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		p.cfg.AbandonAfter = time.Second
		r := p.open(t, flow("w", plain("a", nothing)))
		defer shutdown(t, r)
		left := inspect(r, func(l *loop) int {
			w := l.workflows["w"]
			run := newOpenRun(99, 0, w.graph.Plan(), w.graph.NewRun("x", nil, 0), nil)
			run.graph, run.code = w.graph, w.code
			l.settle(l.newCall(run, 0, 1), ErrBlocked)
			l.refuse(run, store.ErrFenced)
			return len(l.calls)
		})
		<-time.After(2 * time.Second)
		if now := inspect(r, func(l *loop) int { return len(l.calls) }); left != 0 || now != 0 || r.Abandoned() != 0 {
			t.Errorf("%d slots in use, then %d; %d calls were abandoned", left, now, r.Abandoned())
		}
	})
}
