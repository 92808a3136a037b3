package cloacinatest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

const (
	// runID is the ID of every run, so that nothing in a test depends on chance.
	runID = "test"
	// grace is how long what a run has begun may go on when the run has ended,
	// in the time of the run.
	grace = time.Minute
)

// Run executes a run of the workflow with the initial context in and returns how
// it ended. It ends the test if the run cannot be started, does not end, or an
// option does not fit the workflow. The workflow is not changed.
//
// Without the option [RealTime] the run is in virtual time; see the package.
func Run(t *testing.T, w *cloacina.Workflow, in cloacina.Values, opts ...Option) *Outcomes {
	t.Helper()
	x := &execution{start: func(ctx context.Context, r *cloacina.Runner) (*cloacina.RunHandle, error) {
		return r.Start(ctx, w.Plan.Name, in, cloacina.StartOptions{ID: runID})
	}}
	return x.execute(t, w, opts)
}

// RunOf is [Run] with the types of the generated code: start is the generated
// Start function of the workflow, in its input. It returns the typed result,
// which is zero if the run did not complete.
//
//	result, run := cloacinatest.RunOf(t, report.Workflow(), report.Start, report.Input{Day: day})
func RunOf[I, R any](
	t *testing.T, w *cloacina.Workflow,
	start func(context.Context, *cloacina.Runner, I, cloacina.StartOptions) (*cloacina.RunOf[R], error),
	in I, opts ...Option,
) (R, *Outcomes) {
	t.Helper()
	var result R
	var run *cloacina.RunOf[R]
	x := &execution{
		start: func(ctx context.Context, r *cloacina.Runner) (_ *cloacina.RunHandle, err error) {
			run, err = start(ctx, r, in, cloacina.StartOptions{ID: runID})
			switch {
			case errors.Is(err, cloacina.ErrUnknownWorkflow):
				return nil, fmt.Errorf("the workflow is %s, and start is the Start function of another one: %w",
					w.Plan.Name, err)
			case err != nil:
				return nil, err
			}
			return run.Handle(), nil
		},
		completed: func(ctx context.Context) (err error) {
			result, err = run.Wait(ctx)
			return err
		},
	}
	o := x.execute(t, w, opts)
	return result, o
}

// execution is one run.
type execution struct {
	setup
	workflow *cloacina.Workflow
	calls    calls
	// start starts the run.
	start func(ctx context.Context, r *cloacina.Runner) (*cloacina.RunHandle, error)
	// completed is called if the run has completed; may be nil.
	completed func(ctx context.Context) error

	// What became of it.
	result *cloacina.Result
	detail *cloacina.RunDetail
	err    error  // why there is no result
	waits  string // what has not ended, though the run has
}

func (x *execution) execute(t *testing.T, w *cloacina.Workflow, opts []Option) *Outcomes {
	t.Helper()
	x.ends = []cloacina.State{cloacina.Completed}
	for _, o := range opts {
		o(&x.setup)
	}
	var err error
	if x.workflow, err = x.prepare(w, &x.calls); err != nil {
		t.Fatal(err)
	}
	if err := x.inTime(t); err != nil {
		t.Fatal(err)
	}
	if x.err != nil {
		t.Fatal(x.err)
	}
	o := &Outcomes{Result: x.result, Detail: x.detail, t: t, plan: &x.workflow.Plan}
	if x.waits != "" {
		o.errorf("the run has ended, but something that its tasks began goes on; "+
			"end it when the context of the task ends:%s", x.waits)
	}
	if state := o.Result.State; !x.anyEnd && !slices.Contains(x.ends, state) {
		o.errorf("the run has ended %s, want %s (option Ends allows other ends)", state, alternatives(x.ends))
	}
	return o
}

// alternatives is a list in words.
func alternatives(states []cloacina.State) string {
	var texts []string
	for _, s := range states {
		texts = append(texts, string(s))
	}
	return strings.Join(texts, " or ")
}

// run is the whole run, in whatever time it is called in.
func (x *execution) run(ctx context.Context) {
	r, err := cloacina.Open(ctx, ":memory:", x.config)
	if err != nil {
		x.err = err
		return
	}
	defer x.finish(ctx, r)
	if x.err = r.Register(x.workflow); x.err != nil {
		return
	}
	x.calls.begin(time.Now(), ownStack().bubble())
	h, err := x.start(ctx, r)
	if err != nil {
		x.err = err
		return
	}
	limited, cancel := context.WithTimeout(ctx, x.lasts())
	stop := x.schedule(limited, r)
	defer stop()
	defer cancel()
	x.result, err = h.Wait(limited)
	if x.detail, x.err = r.Run(ctx, h.ID()); x.err != nil {
		return
	}
	switch {
	case x.result == nil && limited.Err() != nil:
		x.err = fmt.Errorf("the run has not ended within %v of %s time (option Limit allows more)%s\n%s",
			x.lasts(), x.time(), x.calls.String(), outcomes(x.detail))
		x.err = errors.Join(x.err, r.Cancel(ctx, h.ID()))
	case x.result == nil:
		x.err = err
	case err == nil && x.completed != nil:
		x.err = x.completed(ctx)
	}
}

// schedule begins what is to be done while the run goes on. The function that it
// returns waits for the end of that, which follows that of ctx.
func (x *execution) schedule(ctx context.Context, r *cloacina.Runner) (wait func()) {
	var all sync.WaitGroup
	for _, m := range x.at {
		all.Go(func() {
			timer := time.NewTimer(m.after)
			defer timer.Stop()
			select {
			case <-timer.C:
				m.do(ctx, r, runID)
			case <-ctx.Done():
			}
		})
	}
	return all.Wait
}

// finish waits for everything that the run has begun.
func (x *execution) finish(ctx context.Context, r *cloacina.Runner) {
	ending, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	if err := r.Shutdown(ending); err != nil && ending.Err() == nil {
		x.err = errors.Join(x.err, fmt.Errorf("shutdown: %w", err))
	}
	last, cancel := context.WithTimeout(ctx, x.lasts())
	defer cancel()
	if !x.calls.wait(last) {
		x.waits = x.calls.String()
	}
}
