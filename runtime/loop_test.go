package cloacina

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
)

// Slots bound what runs at once, and the oldest ready task gets the next one,
// whatever run it belongs to.
func TestSlotsAreGivenInTurn(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		p.cfg.MaxConcurrentTasks = 3
		var mu sync.Mutex
		var order []string
		running, most := 0, 0
		work := func(ctx context.Context) error {
			mu.Lock()
			order = append(order, TaskFrom(ctx).Run)
			running++
			most = max(most, running)
			mu.Unlock()
			<-time.After(time.Minute)
			mu.Lock()
			running--
			mu.Unlock()
			return nil
		}
		wide := make([]task, 9)
		for i := range wide {
			wide[i] = plain(fmt.Sprintf("t%d", i), work)
		}
		r := p.open(t, flow("wide", wide...), flow("narrow", plain("a", work)))
		defer shutdown(t, r)
		var runs []*RunHandle
		for i, name := range []string{"wide", "narrow", "wide"} {
			run, err := r.Start(t.Context(), name, nil, StartOptions{ID: fmt.Sprint(i)})
			if err != nil {
				t.Fatal(err)
			}
			runs = append(runs, run)
		}
		for _, run := range runs {
			if _, err := run.Wait(t.Context()); err != nil {
				t.Error(err)
			}
		}
		// The three of a round note themselves in any order.
		if most != 3 || len(order) != 19 || !slices.Contains(order[9:12], "1") {
			t.Errorf("%d at once, order %v", most, order)
		}
	})
}

func TestManyRunsAtOnce(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		r := p.open(t, tutorial(nil, nil), flow("flaky", plain("a", func(ctx context.Context) error {
			if TaskFrom(ctx).Attempt < 3 {
				return errSource
			}
			return nil
		}).retries(2, time.Hour), plain("b", nothing, 0)))
		defer shutdown(t, r)
		var wg sync.WaitGroup
		for i := range 200 {
			name := []string{"resilient", "flaky"}[i%2]
			wg.Go(func() {
				if result, err := r.Execute(t.Context(), name, nil); err != nil || result.State != Completed {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		wg.Wait()
		if runs, err := r.Runs(t.Context(), RunFilter{Limit: 1000}); err != nil || len(runs) != 200 {
			t.Errorf("%v, %d runs", err, len(runs))
		}
	})
}

// gate is a store whose commits wait to be let through, and are counted.
type gate struct {
	store.Store
	commits atomic.Int32
	wait    atomic.Pointer[chan struct{}]
}

func (g *gate) Commit(ctx context.Context, changes []store.Change) error {
	g.commits.Add(1)
	if c := g.wait.Load(); c != nil {
		<-*c
	}
	return g.Store.Commit(ctx, changes)
}

// What arrives during a commit shares the next one, and nothing is
// acknowledged or started before its commit is through.
func TestGroupCommit(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		g := &gate{Store: memory.New()}
		p.cfg.store = g
		var calls atomic.Int32
		r := p.open(t, flow("w", plain("a", func(context.Context) error { calls.Add(1); return nil })))
		defer shutdown(t, r)
		closed := make(chan struct{})
		g.wait.Store(&closed)
		var acknowledged atomic.Int32
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				run, err := r.Start(t.Context(), "w", nil, StartOptions{})
				acknowledged.Add(1)
				if err == nil {
					_, err = run.Wait(t.Context())
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if g.commits.Load() != 1 || acknowledged.Load() != 0 || calls.Load() != 0 {
			t.Errorf("%d commits, %d acknowledged, %d calls before the first commit is through",
				g.commits.Load(), acknowledged.Load(), calls.Load())
		}
		close(closed)
		wg.Wait()
		// One round for what came first, one for the other 99, and some for the ends.
		if n := g.commits.Load(); n > 110 {
			t.Errorf("%d commits for 100 runs", n)
		}
	})
}

// An outcome, the decisions that follow from it and the starts into free
// slots are one commit.
func TestOneCommitForAnOutcomeAndItsConsequences(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		g := &gate{Store: memory.New()}
		p.cfg.store = g
		tasks := []task{plain("t0", nothing)}
		for i := range 19 {
			tasks = append(tasks, plain(fmt.Sprintf("t%d", i+1), nothing, i))
		}
		r := p.open(t, flow("chain", tasks...))
		defer shutdown(t, r)
		if _, err := r.Execute(t.Context(), "chain", nil); err != nil {
			t.Fatal(err)
		}
		if n := g.commits.Load(); n != 21 { // the start of the run and one for each end of a task
			t.Errorf("%d commits for a chain of 20 tasks", n)
		}
	})
}

// Two centuries pass at once: if anything polled, this test would not end.
func TestIdleRunnerDoesNothing(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		const centuries = 200 * 365 * 24 * time.Hour
		w := flow("w", plain("a", func(ctx context.Context) error {
			if TaskFrom(ctx).Attempt == 1 {
				return errSource
			}
			return nil
		}))
		w.Plan.Tasks[0].Retry = Retry{Attempts: 1, Delay: centuries, MaxDelay: centuries}
		w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
		r := p.open(t, w)
		defer shutdown(t, r)
		begin := time.Now()
		if _, err := r.Execute(t.Context(), "w", nil); err != nil || time.Since(begin) < centuries {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}

// A commit that fails stops the runner; nothing of it is acknowledged.
func TestFailedCommitStopsTheRunner(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		c := &crashing{Store: p.cfg.store}
		p.cfg.store = c
		causes := make(chan error, 1)
		r := p.open(t, flow("w", plain("a", func(ctx context.Context) error {
			<-ctx.Done()
			causes <- context.Cause(ctx)
			return nil
		})))
		run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := run.Wait(t.Context()); !errors.Is(err, ErrStore) {
				t.Errorf("waiting: %v", err)
			}
		})
		synctest.Wait()
		c.dead.Store(true)
		_, start := r.Start(t.Context(), "w", nil, StartOptions{ID: "y"})
		_, again := r.Start(t.Context(), "w", nil, StartOptions{ID: "y"})
		for what, err := range map[string]error{
			"start": start, "again": again, "cancel": run.Cancel(t.Context()), "shutdown": r.Shutdown(t.Context()),
			"cause": <-causes,
		} {
			if !errors.Is(err, ErrStore) || !errors.Is(err, errCrash) {
				t.Errorf("%s: %v", what, err)
			}
		}
		wg.Wait()
		if _, err := p.cfg.store.(*crashing).Find(t.Context(), "y"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the refused run is there: %v", err)
		}
	})
}

// An assertion that fails blocks its run, also beyond a restart; others go on.
func TestViolationBlocksItsRunOnly(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		log := &logs{}
		p.cfg.Handler = log
		causes := make(chan error, 2)
		broken := flow("broken",
			plain("a", nothing),
			plain("beside", func(ctx context.Context) error {
				<-ctx.Done()
				causes <- context.Cause(ctx)
				return nil
			}),
			plain("b", nothing, 0).when(TaskSuccess(0), func(*View) (bool, Leaves) { panic("bad rule") }))
		r := p.open(t, broken, flow("sound", plain("a", nothing)))
		run, err := r.Start(t.Context(), "broken", nil, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := run.Wait(t.Context()); !errors.Is(err, ErrBlocked) {
			t.Errorf("wait: %v", err)
		}
		if cause := <-causes; !errors.Is(cause, ErrBlocked) {
			t.Errorf("cause is %v", cause)
		}
		if _, err := r.Execute(t.Context(), "sound", nil); err != nil {
			t.Errorf("other run: %v", err)
		}
		log.has(t, "ERROR cloacina::scheduler > Pipeline blocked")
		other, err := r.Start(t.Context(), "broken", nil, StartOptions{ID: "y"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.Wait(t.Context()); !errors.Is(err, ErrBlocked) {
			t.Errorf("wait: %v", err)
		}
		if err := other.Cancel(t.Context()); err != nil {
			t.Errorf("cancel: %v", err)
		}
		if _, err := other.Wait(t.Context()); !errors.Is(err, ErrCancelled) {
			t.Errorf("wait after the cancel: %v", err)
		}
		shutdown(t, r)

		r = p.open(t, broken)
		defer shutdown(t, r)
		if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrBlocked) {
			t.Errorf("wait after a restart: %v", err)
		}
		if err := r.Cancel(t.Context(), "x"); err != nil {
			t.Errorf("cancel: %v", err)
		}
		if _, err := r.Wait(t.Context(), "x"); !errors.Is(err, ErrCancelled) {
			t.Errorf("wait after the cancel: %v", err)
		}
	})
}

func TestWorkflowWithoutTasksCompletes(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		r := p.open(t, flow("empty"))
		defer shutdown(t, r)
		result, err := r.Execute(t.Context(), "empty", Values{"n": 1})
		if err != nil || result.State != Completed || len(result.Tasks) != 0 {
			t.Fatalf("%v, %+v", err, result)
		}
		if values, err := result.Values(); err != nil || values["n"] != int64(1) {
			t.Errorf("%v, %v", values, err)
		}
	})
}

func TestRegisterRefuses(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		w := flow("w", plain("a", nothing))
		noFingerprint := flow("x", plain("a", nothing))
		noFingerprint.Plan.Fingerprint = ""
		changed := flow("x", plain("a", nothing))
		changed.Plan.Tasks[0].ID = "b"
		noDefault := flow("x", plain("a", nothing))
		noDefault.Plan.InputDeclared = true
		noDefault.Plan.Input = []PlanInput{{Name: "n", Shape: "int", Optional: true, Default: "0.5"}}
		noDefault.Plan.Fingerprint = noDefault.Plan.ComputeFingerprint()
		noCode := flow("y", plain("a", nothing))
		noCode.Code = nil
		r := p.open(t, w)
		defer shutdown(t, r)
		for what, workflows := range map[string][]*Workflow{
			"nil":            {nil},
			"again":          {w},
			"twice":          {flow("z", plain("a", nothing)), flow("z", plain("a", nothing))},
			"no fingerprint": {noFingerprint},
			"changed":        {changed},
			"bad default":    {noDefault},
			"no code":        {flow("fine", plain("a", nothing)), noCode},
		} {
			if err := r.Register(workflows...); err == nil {
				t.Errorf("%s: no error", what)
			}
		}
		if _, err := r.Start(t.Context(), "fine", nil, StartOptions{}); !errors.Is(err, ErrUnknownWorkflow) {
			t.Errorf("a workflow was registered beside an invalid one: %v", err)
		}
	})
}

// Tasks that wait in the list of ready tasks when their run ends are dropped.
func TestReadyListDropsWhatIsStale(t *testing.T) {
	t.Parallel()
	w, err := newWorkflow(flow("w", plain("a", nothing), plain("b", nothing)), roomy)
	if err != nil {
		t.Fatal(err)
	}
	newRun := func() *openRun {
		state := w.graph.NewRun("x", nil, 0)
		if _, err := w.graph.Step(state, engine.Event{Kind: engine.Begin, Now: 1}); err != nil {
			t.Fatal(err)
		}
		return newOpenRun(1, 1, w.graph.Plan(), state, nil)
	}
	var q readyList
	var want []readyTask
	for i := range 1000 {
		run := newRun()
		q.push(readyTask{run, 0})
		q.push(readyTask{run, 1})
		switch i % 3 {
		case 0:
			run.closed = true
		case 1:
			run.state.Tasks[0].Status = engine.TaskRunning
			want = append(want, readyTask{run, 1})
		default:
			want = append(want, readyTask{run, 0}, readyTask{run, 1})
		}
	}
	var got []readyTask
	for t, ok := q.pop(); ok; t, ok = q.pop() {
		got = append(got, t)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %d tasks, want %d", len(got), len(want))
	}
	if n := len(q.tasks.items); n > 128 {
		t.Errorf("%d popped tasks are kept", n)
	}
}

// Code on the goroutine of the loop that ends it stops the runner with a
// reason; nobody waits for ever.
func TestGoexitOnTheLoopStopsTheRunner(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", plain("a", nothing), plain("b", nothing, 0).when(TaskSuccess(0),
			func(*View) (bool, Leaves) { runtime.Goexit(); return true, Leaves{} })))
		if _, err := r.Execute(t.Context(), "w", nil); !errors.Is(err, errLoopExit) {
			t.Errorf("execute: %v", err)
		}
		if err := r.Shutdown(t.Context()); !errors.Is(err, errLoopExit) {
			t.Errorf("shutdown: %v", err)
		}
	})
}
