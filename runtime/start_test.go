package cloacina

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"
)

func TestStartIsIdempotent(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var calls atomic.Int32
		count := dynamic("a", func(context.Context, *Context) error { calls.Add(1); return nil })
		w, v := flow("w", count), flow("v", count)
		r := p.open(t, w, v)
		opts := StartOptions{ID: "order-42"}
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				run, err := r.Start(t.Context(), "w", Values{"n": 1, "s": "x"}, opts)
				if err != nil || run.ID() != "order-42" || run.Workflow() != "w" {
					t.Errorf("start: %v, %+v", err, run)
					return
				}
				if _, err := run.Wait(t.Context()); err != nil {
					t.Errorf("wait: %v", err)
				}
			})
		}
		wg.Wait()
		for what, start := range map[string]func() error{
			"another input": func() error { _, err := r.Start(t.Context(), "w", Values{"n": 2, "s": "x"}, opts); return err },
			"more input": func() error {
				_, err := r.Start(t.Context(), "w", Values{"n": 1, "s": "x", "t": 0}, opts)
				return err
			},
			"another workflow": func() error { _, err := r.Start(t.Context(), "v", Values{"n": 1, "s": "x"}, opts); return err },
		} {
			if err := start(); !errors.Is(err, ErrRunConflict) || !strings.Contains(err.Error(), "order-42") {
				t.Errorf("%s: %v", what, err)
			}
		}
		shutdown(t, r)
		r = p.open(t, w)
		defer shutdown(t, r)
		run, err := r.Start(t.Context(), "w", Values{"n": 1, "s": "x"}, opts)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := run.Wait(t.Context()); err != nil || calls.Load() != 1 {
			t.Errorf("%v after %d calls", err, calls.Load())
		}
	})
}

// A task may use the runner that executes it.
func TestTaskStartsAnotherRun(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		var r *Runner
		r = p.open(t,
			flow("outer", dynamic("a", func(ctx context.Context, c *Context) error {
				run, err := r.Start(ctx, "inner", nil, StartOptions{ID: TaskFrom(ctx).IdempotencyKey})
				if err != nil {
					return err
				}
				result, err := run.Wait(ctx)
				if err != nil {
					return err
				}
				return c.Insert("inner", string(result.State))
			})),
			flow("inner", plain("a", nothing)))
		defer shutdown(t, r)
		result, err := r.Execute(t.Context(), "outer", nil)
		if err != nil {
			t.Fatal(err)
		}
		if values, err := result.Values(); err != nil || values["inner"] != "completed" {
			t.Errorf("%v, %v", values, err)
		}
	})
}

func TestDefaultIDsAreUUIDv7(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", plain("a", nothing)))
		defer shutdown(t, r)
		run, err := r.Start(t.Context(), "w", nil, StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if id, err := uuid.Parse(run.ID()); err != nil || id.Version() != 7 {
			t.Errorf("ID is %q: %v", run.ID(), err)
		}
	})
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		writer := dynamic("writer", func(context.Context, *Context) error { return nil })
		writer.Writes = []PlanWrite{{Key: "score", Shape: "int"}}
		declared := flow("declared", writer)
		declared.Plan.InputDeclared = true
		declared.Plan.Input = []PlanInput{
			{Name: "must", Shape: "int"},
			{Name: "may", Shape: "int", Optional: true},
			{Name: "has", Shape: "int", Optional: true, Default: "7"},
		}
		declared.Plan.Fingerprint = declared.Plan.ComputeFingerprint()
		r := p.open(t, declared, flow("open", writer))
		defer shutdown(t, r)
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		for _, c := range []struct {
			name     string
			ctx      context.Context
			workflow string
			input    Values
			opts     StartOptions
			want     error
			text     string
		}{
			{"unknown workflow", t.Context(), "nope", nil, StartOptions{}, ErrUnknownWorkflow, `"nope"`},
			{"missing key", t.Context(), "declared", nil, StartOptions{}, ErrInputKey, `"must" is missing`},
			{"unknown key", t.Context(), "declared", Values{"must": 1, "other": 1}, StartOptions{}, ErrInputKey,
				`"other" is unknown: the workflow accepts must, may, has`},
			{"both", t.Context(), "declared", Values{"other": 1}, StartOptions{}, ErrInputKey, `"must" is missing`},
			{"key of a task", t.Context(), "open", Values{"score": 1}, StartOptions{}, ErrInputKey, "task writer writes it"},
			{"not storable", t.Context(), "open", Values{"c": make(chan int)}, StartOptions{}, ErrNotStorable, `"c"`},
			{"over the limit", t.Context(), "open", Values{"c": strings.Repeat("x", 2<<20)}, StartOptions{}, ErrLimit, `"c"`},
			{"bad ID", t.Context(), "open", nil, StartOptions{ID: "\xff"}, nil, "UTF-8"},
			{"long ID", t.Context(), "open", nil, StartOptions{ID: strings.Repeat("x", 257)}, nil, "256 bytes"},
			{"ended ctx", cancelled, "open", nil, StartOptions{}, context.Canceled, "canceled"},
		} {
			_, err := r.Start(c.ctx, c.workflow, c.input, c.opts)
			if err == nil || !strings.Contains(err.Error(), c.text) || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if runs, err := r.Runs(t.Context(), RunFilter{}); err != nil || len(runs) != 0 {
			t.Errorf("%v, runs are %+v", err, runs)
		}
		result, err := r.Execute(t.Context(), "declared", Values{"must": 1})
		if err != nil {
			t.Fatal(err)
		}
		values, err := result.Values()
		if err != nil || len(values) != 2 || values["has"] != int64(7) || values["must"] != int64(1) {
			t.Errorf("%v, values are %v", err, values)
		}
	})
}

// The end of a ctx ends the wait and not the run.
func TestCtxBoundsTheWaitOnly(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		release := make(chan struct{})
		r := p.open(t, flow("w", plain("a", func(context.Context) error { <-release; return nil })))
		defer shutdown(t, r)
		run, err := r.Start(t.Context(), "w", nil, StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if result, err := run.Wait(ctx); result != nil || !errors.Is(err, context.Canceled) {
				t.Errorf("wait: %v, %v", result, err)
			}
		})
		synctest.Wait()
		cancel()
		wg.Wait()
		close(release)
		if _, err := run.Wait(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestTypedRun(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		type in struct{ N int }
		type out struct{ Double int }
		double := task{PlanTask{ID: "double"}, TaskCode{Call: CallInOut(
			func(_ context.Context, i in) (out, error) {
				if i.N < 0 {
					return out{}, errSource
				}
				return out{2 * i.N}, nil
			},
			func(k *Keys, i *in) { Require[int](k, "n", &i.N) },
			func(k *Keys, o *out) { Write[int](k, "double", o.Double) })}}
		r := p.open(t, flow("w", double))
		defer shutdown(t, r)
		start := func(n int) (*RunOf[out], error) {
			return StartOf(t.Context(), r, "w", StartOptions{},
				func(k *Keys) { Write[int](k, "n", n) },
				func(k *Keys, o *out) { Require[int](k, "double", &o.Double) })
		}
		run, err := start(21)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := run.Wait(t.Context()); err != nil || got.Double != 42 {
			t.Errorf("%v, %v", got, err)
		}
		if run, err = start(-1); err != nil {
			t.Fatal(err)
		}
		if got, err := run.Wait(t.Context()); !errors.Is(err, errSource) || got != (out{}) {
			t.Errorf("%v, %v", got, err)
		}
		if result, err := run.Handle().Wait(t.Context()); err == nil || result.Run != run.ID() {
			t.Errorf("%v, %v", result, err)
		}
		if err := run.Cancel(t.Context()); err != nil {
			t.Errorf("cancel of an ended run: %v", err)
		}
	})
}

// A result that lacks what the generated type requires is an error, not a zero.
func TestTypedResultReportsMissingKeys(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", plain("a", nothing)))
		defer shutdown(t, r)
		run, err := StartOf(t.Context(), r, "w", StartOptions{}, func(*Keys) {},
			func(k *Keys, n *int) { Require[int](k, "n", n) })
		if err != nil {
			t.Fatal(err)
		}
		if got, err := run.Wait(t.Context()); !errors.Is(err, ErrMissingKey) || got != 0 {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// What cannot be an ID is refused with the rule for IDs, before anything is done.
func TestStartRefusesIDs(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		r := p.open(t, flow("w", plain("a", nothing)))
		defer shutdown(t, r)
		long := strings.Repeat("é", 128)
		for id, want := range map[string]string{
			long + "x": `start workflow w: invalid run ID "` + long[:80] + `"...: it has 257 bytes; an ID is valid UTF-8 of 1 to 256 bytes`,
			"a\xff":    `start workflow w: invalid run ID "a\xff": it is not valid UTF-8; an ID is valid UTF-8 of 1 to 256 bytes`,
		} {
			if _, err := r.Start(t.Context(), "w", nil, StartOptions{ID: id}); !errors.Is(err, ErrInvalidID) || err.Error() != want {
				t.Errorf("got %v\nwant %s", err, want)
			}
		}
		if run, err := r.Start(t.Context(), "w", nil, StartOptions{ID: long}); err != nil || run.ID() != long {
			t.Errorf("256 bytes: %v", err)
		}
	})
}
