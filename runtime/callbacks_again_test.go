package cloacina

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
)

// heard are the callbacks that were called, as "TASK STATE ATTEMPTS ERROR".
type heard struct {
	mu    sync.Mutex
	calls []string
	// wait makes calls wait for the end of their contexts.
	wait bool
}

func (h *heard) callback(ctx context.Context, e TaskEnd) {
	call := e.Run + " " + e.Workflow + " " + e.Task + " " + string(e.State) + " " + string(rune('0'+e.Attempts))
	if e.Err != nil {
		call += " " + e.Err.Error()
	}
	h.mu.Lock()
	h.calls = append(h.calls, call)
	wait := h.wait
	h.mu.Unlock()
	if wait {
		<-ctx.Done()
	}
}

// take returns the calls since the last take, sorted, and makes later ones
// wait or not.
func (h *heard) take(wait bool) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	calls := h.calls
	h.calls, h.wait = nil, wait
	slices.Sort(calls)
	return calls
}

// withCallbacks is a workflow of a task that succeeds and one that fails, both
// with callbacks for either end.
func (h *heard) withCallbacks(more ...task) *Workflow {
	good, bad := plain("good", nothing), plain("bad", failing(errSource)).retries(1, time.Second)
	good.OnSuccess, good.OnFailure, bad.OnSuccess, bad.OnFailure = h.callback, h.callback, h.callback, h.callback
	return flow("w", append([]task{good, bad}, more...)...)
}

var bothEnds = []string{"x w bad failed 2 source unavailable", "x w good completed 1"}

// runToEnd executes a run with the ID x.
func runToEnd(t *testing.T, r *Runner) {
	t.Helper()
	run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.Wait(t.Context()); !errors.Is(err, errSource) {
		t.Errorf("run: %v", err)
	}
}

// A callback that had not returned when the process died is called again,
// though its run has ended, and then no more.
func TestCallbacksAreCalledAgainAfterACrash(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		h := &heard{wait: true}
		w := h.withCallbacks()
		r, crash := p.openToCrash(t, w)
		runToEnd(t, r)
		crash()
		if diff := cmp.Diff(bothEnds, h.take(false)); diff != "" {
			t.Errorf("first calls (-want +got):\n%s", diff)
		}
		log := &logs{}
		p.cfg.Handler = log
		r = p.open(t)
		log.has(t, "INFO  cloacina::scheduler > Found 2 callbacks, to be called again when their workflow is registered")
		if calls := h.take(false); len(calls) > 0 {
			t.Errorf("called before the workflow is registered: %q", calls)
		}
		if err := r.Register(w); err != nil {
			t.Fatal(err)
		}
		shutdown(t, r)
		if diff := cmp.Diff(bothEnds, h.take(false)); diff != "" {
			t.Errorf("calls after the crash (-want +got):\n%s", diff)
		}
		log.has(t, "INFO  cloacina::executor > Callback called again: good")
		shutdown(t, p.open(t, w))
		if calls := h.take(false); len(calls) > 0 {
			t.Errorf("called again: %q", calls)
		}
	})
}

// A shutdown that waits no longer leaves callbacks to the next start.
func TestCallbacksAreCalledAgainAfterAnImpatientShutdown(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		h, log := &heard{wait: true}, &logs{}
		w := h.withCallbacks()
		p.cfg.Handler = log
		r := p.open(t, w)
		runToEnd(t, r)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("shutdown: %v", err)
		}
		synctest.Wait()
		log.has(t, "WARN  cloacina::executor > Callback will be called again at the next start: good")
		h.take(false)
		shutdown(t, p.open(t, w))
		if diff := cmp.Diff(bothEnds, h.take(false)); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
}

// gated is a store whose commits wait for a gate.
type gated struct {
	store.Store
	gate chan struct{}
}

func (g *gated) Commit(ctx context.Context, changes []store.Change) error {
	if g.gate != nil {
		<-g.gate
	}
	return g.Store.Commit(ctx, changes)
}

// A callback whose task ends just when a shutdown loses patience is left to the
// next start, and not begun to be cancelled.
func TestNoCallbackStartsWhenTheRunnerStops(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		kept := p.cfg.store
		s := &gated{Store: kept}
		p.cfg.store = s
		h := &heard{}
		first, last := make(chan struct{}), make(chan struct{})
		a := plain("a", func(context.Context) error { <-last; return nil })
		a.OnSuccess = h.callback
		w := flow("w", a, plain("b", func(context.Context) error { <-first; return nil }), plain("c", forever))
		r := p.open(t, w)
		if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"}); err != nil {
			t.Fatal(err)
		}
		s.gate = make(chan struct{})
		close(first) // its end waits at the gate, and all that follows becomes one round
		synctest.Wait()
		close(last)
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		ended := make(chan error)
		go func() { ended <- r.Shutdown(ctx) }()
		synctest.Wait()
		close(s.gate)
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("shutdown: %v", err)
		}
		synctest.Wait()
		if calls := h.take(false); len(calls) > 0 {
			t.Errorf("called: %q", calls)
		}
		p.cfg.store = kept
		r = p.open(t, w)
		if err := r.Cancel(t.Context(), "x"); err != nil {
			t.Error(err)
		}
		shutdown(t, r)
		if diff := cmp.Diff([]string{"x w a completed 1"}, h.take(false)); diff != "" {
			t.Errorf("calls at the next start (-want +got):\n%s", diff)
		}
	})
}

// The end of a callback is on disk a tenth of a second later, although nothing
// else is committed.
func TestTheEndOfACallbackIsRecorded(t *testing.T) {
	t.Parallel()
	const tenth = 100 * time.Millisecond
	for name, pause := range map[string]time.Duration{"before": tenth - 1, "after": tenth} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEveryStore(t, func(t *testing.T, p place) {
				h := &heard{}
				r, crash := p.openToCrash(t, h.withCallbacks())
				runToEnd(t, r)
				<-time.After(pause)
				crash()
				h.take(false)
				shutdown(t, p.open(t, h.withCallbacks()))
				want := map[string][]string{"before": {bothEnds[0]}, "after": nil}[name] // good ended a second before bad
				if diff := cmp.Diff(want, h.take(false)); diff != "" {
					t.Errorf("calls after the crash (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A callback goes by the name of its task: it is called under another plan,
// and dropped for good if the code has none any more.
func TestPendingCallbacksUnderOtherCode(t *testing.T) {
	t.Parallel()
	h := &heard{}
	for name, test := range map[string]struct {
		w       *Workflow
		want    []string
		dropped []string
	}{
		"another plan":       {h.withCallbacks(plain("new", nothing)), bothEnds, nil},
		"a task is gone":     {flow("w", h.withCallbacks().task(1)), bothEnds[:1], []string{"good"}},
		"a callback is gone": {flow("w", plain("bad", nothing), h.withCallbacks().task(0)), bothEnds[1:], []string{"bad"}},
		"all are gone":       {flow("w", plain("other", nothing)), nil, []string{"good", "bad"}},
	} {
		t.Run(name, func(t *testing.T) {
			onEveryStoreInTurn(t, func(t *testing.T, p place) {
				h.take(true)
				r, crash := p.openToCrash(t, h.withCallbacks())
				runToEnd(t, r)
				crash()
				h.take(false)
				log := &logs{}
				p.cfg.Handler = log
				shutdown(t, p.open(t, test.w))
				if diff := cmp.Diff(test.want, h.take(false)); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
				for _, task := range test.dropped {
					log.has(t, "WARN  cloacina::executor > Callback dropped: "+task)
				}
				p.cfg.Handler = nil
				shutdown(t, p.open(t, h.withCallbacks()))
				if calls := h.take(false); len(calls) > 0 {
					t.Errorf("called again: %q", calls)
				}
			})
		})
	}
}

// task is a task of a workflow as flow takes it, without its dependencies.
func (w *Workflow) task(i int) task { return task{w.Plan.Tasks[i], w.Code[i]} }

// onEveryStoreInTurn is onEveryStore for tests that share something.
func onEveryStoreInTurn(t *testing.T, test func(t *testing.T, p place)) {
	t.Run("memory", func(t *testing.T) { inMemory(t, test) })
	t.Run("sqlite", func(t *testing.T) {
		file := t.TempDir() + "/runs.db"
		synctest.Test(t, func(t *testing.T) { test(t, place{file, Config{}}) })
	})
}

// While a run goes on, the ends of callbacks share the commits of its tasks.
func TestTheEndsOfCallbacksCostNoCommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &batches{Store: memory.New()}
		var tasks []task
		for i := range 10 {
			next := plain(string(rune('a'+i)), func(context.Context) error { <-time.After(time.Millisecond); return nil })
			if i > 0 {
				next.DependsOn = []int{i - 1}
			}
			next.OnSuccess = func(context.Context, TaskEnd) {}
			tasks = append(tasks, next)
		}
		r := place{":memory:", Config{store: s}}.open(t, flow("w", tasks...))
		if _, err := r.Execute(t.Context(), "w", nil); err != nil {
			t.Error(err)
		}
		shutdown(t, r)
		ends, alone := 0, 0
		for _, batch := range s.all {
			n := 0
			for _, c := range batch {
				if _, ok := c.(*store.CallbackDone); ok {
					n++
				}
			}
			ends += n
			if n == len(batch) {
				alone++
			}
		}
		if ends != 10 || alone != 1 { // the last one, at the shutdown
			t.Errorf("%d ends of callbacks, %d commits for them alone", ends, alone)
		}
	})
}

// batches keeps what was committed.
type batches struct {
	store.Store
	all [][]store.Change
}

func (b *batches) Commit(ctx context.Context, changes []store.Change) error {
	b.all = append(b.all, copied(changes))
	return b.Store.Commit(ctx, changes)
}

// The end of a callback is stored when its neighbours are refused.
func TestTheEndOfACallbackBesideARefusedChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &picky{Store: memory.New()}
		h := &heard{}
		p := place{":memory:", Config{store: s}}
		release := make(chan struct{})
		r := p.open(t, h.withCallbacks(), flow("v", plain("a", func(context.Context) error { <-release; return nil })))
		refused, err := r.Start(t.Context(), "v", nil, StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		runToEnd(t, r)
		synctest.Wait() // the callbacks have ended, which no commit has recorded
		s.set(func(c store.Change) error {
			if e, ok := c.(*store.TaskEnded); ok && e.Run == 1 {
				return &store.FencedError{Change: c, Reason: "because"}
			}
			return nil
		})
		close(release)
		if _, err := refused.Wait(t.Context()); !errors.Is(err, ErrBlocked) {
			t.Errorf("refused run: %v", err)
		}
		if pending, err := s.Callbacks(t.Context()); err != nil || len(pending) > 0 {
			t.Errorf("%v, pending are %+v", err, pending)
		}
		shutdown(t, r)
	})
}
