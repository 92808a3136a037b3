package cloacina

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
)

func TestPurgeSelects(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		r := p.open(t, flow("good", plain("a", nothing)), flow("bad", plain("a", failing(errSource))),
			flow("open", plain("a", forever)))
		starts(t, r, "open", "going on")
		all := []string{"good3", "open2", "bad1", "good0"}
		for _, c := range []struct {
			o      PurgeOptions
			before time.Duration // since the first end, if not 0
			left   []string
		}{
			{PurgeOptions{}, 0, nil},
			{PurgeOptions{Workflow: "good"}, 0, []string{"open2", "bad1"}},
			{PurgeOptions{Workflow: "none"}, 0, all},
			{PurgeOptions{States: []State{Failed, Cancelled}}, 0, []string{"good3", "good0"}},
			{PurgeOptions{States: []State{Completed}, Workflow: "bad"}, 0, all},
			{PurgeOptions{}, 2 * time.Millisecond, []string{"good3", "open2"}},
			{PurgeOptions{}, 2*time.Millisecond + 1, []string{"good3"}},
			{PurgeOptions{States: []State{Completed}}, time.Hour, []string{"open2", "bad1"}},
			{PurgeOptions{EndedBefore: time.UnixMilli(0)}, 0, all},
			{PurgeOptions{EndedBefore: time.UnixMilli(-1)}, 0, all},
		} {
			begin := time.Now()
			for i, name := range []string{"good", "bad", "open", "good"} {
				id := fmt.Sprint(name, i)
				starts(t, r, name, id)
				if err := r.Cancel(t.Context(), id); err != nil { // the open one
					t.Fatal(err)
				}
				pass(time.Millisecond)
			}
			if c.before > 0 {
				c.o.EndedBefore = begin.Add(c.before)
			}
			n, err := r.Purge(t.Context(), c.o)
			if want := len(all) - len(c.left); err != nil || n != want {
				t.Errorf("%+v: removed %d, want %d: %v", c.o, n, want, err)
			}
			remain(t, r, append(c.left[:len(c.left):len(c.left)], "going on")...)
			if _, err := r.Purge(t.Context(), PurgeOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Cancel(t.Context(), "going on"); err != nil {
			t.Error(err)
		}
		shutdown(t, r)
		if n, err := r.Purge(t.Context(), PurgeOptions{}); n != 0 || !errors.Is(err, ErrShutdown) {
			t.Errorf("after the shutdown: %d, %v", n, err)
		}
	})
}

func TestPurgeRefusesStates(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t)
		defer shutdown(t, r)
		for state, want := range map[State]string{
			Running: "purge runs: runs that are running have not ended and cannot be removed; cancel them first",
			Blocked: "runs that are blocked have not ended",
			Skipped: `purge runs: "skipped" is not the state of a run that has ended, which is completed, failed or cancelled`,
			"complete": `purge runs: "complete" is not the state of a run that has ended, which is completed, failed or ` +
				`cancelled; did you mean "completed"?`,
			"Canceled": `did you mean "cancelled"?`,
		} {
			if _, err := r.Purge(t.Context(), PurgeOptions{States: []State{Completed, state}}); err == nil ||
				!strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", state, err)
			}
		}
	})
}

// A removed run is not found by anyone, and nobody waits for it.
func TestPurgedRunIsForgotten(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		w := flow("w", plain("a", nothing))
		r := p.open(t, w)
		starts(t, r, "w", "first")
		run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		old, err := run.Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		before, err := r.Run(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		if n, err := r.Purge(t.Context(), PurgeOptions{}); n != 2 || err != nil {
			t.Fatalf("removed %d: %v", n, err)
		}
		_, inspected := r.Run(t.Context(), "x")
		_, waited := r.Wait(t.Context(), "x")
		_, again := run.Wait(t.Context())
		for what, err := range map[string]error{
			"run": inspected, "wait": waited, "wait of the handle": again, "cancel": run.Cancel(t.Context()),
		} {
			if !errors.Is(err, ErrRunNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := old.Values(); err != nil { // what was read before stays
			t.Error(err)
		}
		shutdown(t, r)
		r = p.open(t, w)
		defer shutdown(t, r)
		starts(t, r, "w", "x")
		after, err := r.Run(t.Context(), "x")
		if err != nil || after.State != Completed || after.Number <= before.Number {
			t.Errorf("started anew it is %+v, the removed one had the number %d: %v", after, before.Number, err)
		}
	})
}

// limited is a store with many ended runs, and an order of events to come.
type limited struct {
	store.Store
	left   int
	limits []int
	then   func(batch int) error // after each batch
}

func (s *limited) Purge(ctx context.Context, f store.PurgeFilter) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n := min(f.Limit, s.left)
	s.left -= n
	s.limits = append(s.limits, f.Limit)
	return n, s.then(len(s.limits))
}

// A ctx that ends between two batches ends the work; what is gone is counted.
func TestPurgeCountsWhatIsGone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		then    func(cancel func()) error
		batches int
		want    error
	}{
		"to its end": {func(func()) error { return nil }, 8, nil},
		"ctx ends":   {func(cancel func()) error { cancel(); return nil }, 3, context.Canceled},
		"error":      {func(func()) error { return errSource }, 3, errSource},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &limited{Store: kept{memory.New()}, left: 2_000}
			synctest.Test(t, func(t *testing.T) {
				r := place{":memory:", Config{store: s}}.open(t)
				defer shutdown(t, r)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s.then = func(batch int) error {
					<-time.After(batchTarget / 4)
					if batch == 3 {
						return c.then(cancel)
					}
					return nil
				}
				n, err := r.Purge(ctx, PurgeOptions{})
				if !errors.Is(err, c.want) || n != 2_000-s.left {
					t.Errorf("%d and %v, %d are left", n, err, s.left)
				}
				if want := []int{10, 20, 40, 80, 160, 320, 640, 1000}[:c.batches]; !cmp.Equal(want, s.limits) {
					t.Errorf("batches of %v, want %v", s.limits, want)
				}
				if err != nil && !strings.Contains(err.Error(), fmt.Sprintf("purge runs (%d removed): ", n)) {
					t.Error(err)
				}
			})
		})
	}
}

func TestNextBatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n    int
		took time.Duration
		want int
	}{
		{50, 0, 100}, {50, batchTarget / 2, 100}, {50, batchTarget, 50}, {50, 2 * batchTarget, 25},
		{50, time.Hour, 1}, {largeBatch, 0, largeBatch}, {1, batchTarget / 2, 2},
	} {
		if got := nextBatch(c.n, c.took); got != c.want {
			t.Errorf("after %d in %v: %d, want %d", c.n, c.took, got, c.want)
		}
	}
}

// Removing beside running work, in real time, removes what has ended and loses
// nothing of what has not.
func TestPurgeBesideRunningWork(t *testing.T) {
	t.Parallel()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		purgeBesideWork(t, place{":memory:", Config{store: kept{memory.New()}}})
	})
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		p := place{filepath.Join(t.TempDir(), "runs.db"), Config{Durability: Relaxed}}
		purgeBesideWork(t, p)
		report, err := Verify(t.Context(), p.path)
		if err != nil || !report.OK() {
			t.Errorf("%v\n%v", err, report)
		}
	})
}

func purgeBesideWork(t *testing.T, p place) {
	const runs = 240
	var executed sync.Map // how many tasks of a run were, by its ID
	count := func(ctx context.Context) error {
		n, _ := executed.LoadOrStore(TaskFrom(ctx).Run, new(atomic.Int64))
		n.(*atomic.Int64).Add(1)
		return nil
	}
	workflows := []*Workflow{
		flow("kept", plain("a", count), plain("b", count, 0), plain("c", count, 0, 1)),
		flow("removed", plain("a", count), plain("b", count, 0), plain("c", count, 0, 1)),
	}
	r := p.open(t, workflows...)
	removed := work(t, r, runs)
	shutdown(t, r) // what was not waited for ends, or goes on below
	r = p.open(t, workflows...)
	defer shutdown(t, r)
	left := endAll(t, r, 2*runs)
	if left["kept"] != runs || left["removed"]+removed != runs {
		t.Errorf("%d runs are removed, left are %v, want %d of each workflow", removed, left, runs)
	}
	executed.Range(func(id, n any) bool {
		if got := n.(*atomic.Int64).Load(); got != 3 {
			t.Errorf("run %v executed %d tasks, want 3", id, got)
		}
		return true
	})
}

// work executes runs of one workflow, as four at once do, starts as many of the
// other one, and removes those of them that have ended.
func work(t *testing.T, r *Runner, runs int) (removed int) {
	t.Helper()
	var workers sync.WaitGroup
	var sum atomic.Int64
	for worker := range 4 {
		workers.Go(func() {
			for i := worker; i < runs; i += 4 {
				if _, err := r.Start(t.Context(), "removed", nil, StartOptions{}); err != nil {
					t.Error(err)
				}
				if _, err := r.Execute(t.Context(), "kept", nil); err != nil {
					t.Error(err)
				}
				n, err := r.Purge(t.Context(), PurgeOptions{Workflow: "removed"})
				if err != nil {
					t.Error(err)
				}
				sum.Add(int64(n))
			}
		})
	}
	workers.Wait()
	return int(sum.Load())
}

// endAll waits for all runs and counts them by workflow.
func endAll(t *testing.T, r *Runner, most int) map[string]int {
	t.Helper()
	list, err := r.Runs(t.Context(), RunFilter{Limit: most})
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, run := range list {
		count[run.Workflow]++
		if _, err := r.Wait(t.Context(), run.ID); err != nil {
			t.Error(err)
		}
	}
	return count
}

// An end in the store that the filter would take for "no bound" never removes all.
func TestPurgeOptionsTranslate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		o    PurgeOptions
		want store.PurgeFilter
		some bool
	}{
		{PurgeOptions{}, store.PurgeFilter{}, true},
		{PurgeOptions{EndedBefore: time.UnixMilli(7)}, store.PurgeFilter{EndedBefore: 7}, true},
		{PurgeOptions{EndedBefore: time.UnixMilli(7).Add(1)}, store.PurgeFilter{EndedBefore: 8}, true},
		{PurgeOptions{EndedBefore: time.Unix(0, 0)}, store.PurgeFilter{}, false},
		{PurgeOptions{EndedBefore: time.Unix(-9, 5)}, store.PurgeFilter{EndedBefore: -8999}, false},
		{
			PurgeOptions{Workflow: "w", States: []State{Failed, Completed}},
			store.PurgeFilter{Workflow: "w", Statuses: []engine.RunStatus{engine.RunFailed, engine.RunCompleted}}, true,
		},
	} {
		got, some, err := c.o.translate()
		if diff := cmp.Diff(c.want, got); diff != "" || some != c.some || err != nil {
			t.Errorf("%+v: some=%t, %v, (-want +got):\n%s", c.o, some, err, diff)
		}
	}
}

// A handle is that of one run, whoever has its ID later, and what it learned of
// the one is not told of the other.
func TestHandleOfARemovedRunIsNoHandleOfItsSuccessor(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var attempts atomic.Int32
		r := p.open(t, flow("w", plain("a", func(context.Context) error {
			if attempts.Add(1) == 1 {
				return errSource
			}
			return nil
		})))
		defer shutdown(t, r)
		first, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := first.Wait(t.Context()); !errors.Is(err, errSource) {
			t.Fatalf("first run: %v", err)
		}
		if n, err := r.Purge(t.Context(), PurgeOptions{}); n != 1 || err != nil {
			t.Fatalf("%d removed, %v", n, err)
		}
		second, err := r.Start(t.Context(), "w", nil, StartOptions{ID: "x"})
		if err != nil {
			t.Fatal(err)
		}
		if result, err := second.Wait(t.Context()); err != nil || result.Tasks[0].Err != nil {
			t.Errorf("second run: %v, %+v", err, result)
		}
		if result, err := first.Wait(t.Context()); !errors.Is(err, ErrRunNotFound) {
			t.Errorf("first run again: %v, %+v", err, result)
		}
	})
}
