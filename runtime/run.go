package cloacina

import (
	"context"
	"errors"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/store"
)

// RunHandle refers to one run. It is safe for concurrent use.
type RunHandle struct {
	r        *Runner
	id       string
	workflow string
	live     *openRun // nil if the run had ended before
	// ended is the run if Start has waited for its end, which is then told from memory
	// whatever becomes of the runner and of the run afterwards.
	ended *openRun
}

// ID returns the ID of the run.
func (h *RunHandle) ID() string { return h.id }

// Workflow returns the name of the run's workflow.
func (h *RunHandle) Workflow() string { return h.workflow }

// Wait waits until the run has ended and returns its result. The error is nil
// only if the run completed; else it is a [*RunFailedError], or
// [ErrCancelled], and there is a result nevertheless. There is none if the run
// is blocked ([ErrBlocked], at once; a Wait after [Runner.Unblock] waits for the
// end again), the runner is shut down before the run ended ([ErrShutdown]; the
// run goes on at the next start), the run was removed ([ErrRunNotFound], see
// [Runner.Purge]), or ctx ends, which ends the wait and not the run.
func (h *RunHandle) Wait(ctx context.Context) (*Result, error) {
	return completed(h.result(ctx))
}

// result returns the result of the run, which need not be complete.
func (h *RunHandle) result(ctx context.Context) (*Result, error) {
	if h.ended != nil {
		if result := h.r.ownResult(h.ended); result != nil {
			return result, nil
		}
	}
	return h.r.wait(ctx, h.id, h.live)
}

// atEnd waits until the run is over, and returns the handle then.
func (h *RunHandle) atEnd(ctx context.Context) (*RunHandle, error) {
	if h.live != nil {
		h.ended = h.live.latest()
		if err := h.r.waitOver(ctx, h.ended); err != nil && !errors.Is(err, ErrBlocked) {
			return nil, executeError(h.id, h.workflow, err)
		}
	}
	return h, nil
}

// Cancel cancels the run; see [Runner.Cancel].
func (h *RunHandle) Cancel(ctx context.Context) error { return h.r.Cancel(ctx, h.id) }

// Wait waits for the end of a run by its ID, as [RunHandle.Wait] does. A run
// whose workflow is not registered ends no sooner than it is.
func (r *Runner) Wait(ctx context.Context, id string) (*Result, error) {
	return completed(r.wait(ctx, id, r.live.find(id)))
}

// completed returns what has become of a run that was waited for.
func completed(result *Result, err error) (*Result, error) {
	if err != nil {
		return nil, err
	}
	result.complete()
	return result, result.Err()
}

// wait returns the result of a run, which need not be complete.
func (r *Runner) wait(ctx context.Context, id string, run *openRun) (*Result, error) {
	var result *Result
	err := r.read(func(s store.Store) (err error) {
		result, err = r.waitIn(ctx, s, id, run)
		return err
	})
	switch {
	case errors.Is(err, ErrBlocked) && !errors.Is(err, errNotOurs): // which names the run
		return nil, err
	case err != nil:
		return nil, foundError("wait for", id, err)
	}
	return result, nil
}

// waitIn waits for the end of a run in the store; run is nil if it is not open.
func (r *Runner) waitIn(ctx context.Context, s store.Store, id string, run *openRun) (*Result, error) {
	for {
		if run != nil {
			run = run.latest()
			before := run.isOver() && r.purges.Load() != run.purges
			if err := r.waitOver(ctx, run); err != nil {
				return nil, err
			}
			if run.latest() != run {
				continue // it has gone on after it was blocked
			}
			if !before { // else it may have been removed, which the store knows
				if result := r.ownResult(run); result != nil {
					return result, nil
				}
			}
		}
		detail, err := storedRun(ctx, s, id)
		if err != nil {
			return nil, err
		}
		if run != nil && run.num != detail.Num && run.blocked.Load() == nil {
			return nil, store.ErrNotFound // it was removed, and another one has its ID
		}
		if detail.Status.Ended() {
			return r.newResult(detail, run), nil
		}
		// It was started, or has gone on after it was blocked, meanwhile.
		before := run
		if run = r.live.find(id); run == nil || run == before {
			return nil, errNotOurs
		}
	}
}

// errNotOurs is the error about a run that the store has and the runner has not.
var errNotOurs = fmt.Errorf("%w: another program has written it to the store; it goes on at the next start", ErrBlocked)

// waitOver waits until the run has ended.
func (r *Runner) waitOver(ctx context.Context, run *openRun) error {
	select {
	case <-run.over:
	case <-ctx.Done():
		return ctx.Err()
	case <-r.done:
		if !run.isOver() { // just before the runner
			return r.reason
		}
	}
	if b := run.blocked.Load(); b != nil && r.live.find(run.id) == run {
		return b.err
	}
	return nil
}

// RunOf is a [RunHandle] whose result has a type: what generated Start
// functions return.
type RunOf[R any] struct {
	handle *RunHandle
	read   func(*Keys, *R)
}

// ID returns the ID of the run.
func (h *RunOf[R]) ID() string { return h.handle.ID() }

// Handle returns the untyped handle of the run, whose Wait tells about every task.
func (h *RunOf[R]) Handle() *RunHandle { return h.handle }

// Cancel cancels the run; see [Runner.Cancel].
func (h *RunOf[R]) Cancel(ctx context.Context) error { return h.handle.Cancel(ctx) }

// Wait waits until the run has ended and returns what a completed run leaves
// behind. On anything but a completed run it is the zero value with the error
// that [RunHandle.Wait] describes.
func (h *RunOf[R]) Wait(ctx context.Context) (R, error) {
	var out, zero R
	result, err := h.handle.result(ctx)
	if err == nil && result.State != Completed {
		_, err = completed(result, nil)
	}
	if err != nil {
		return zero, err
	}
	keys, err := result.keys()
	if err == nil {
		h.read(keys, &out)
		err = keys.firstError()
	}
	if err != nil {
		return zero, fmt.Errorf("result of run %s of workflow %s: %w", h.handle.id, h.handle.workflow, err)
	}
	return out, nil
}

// StartOf starts a run for generated code: write gives the keys of the input
// and read those of the result. Everything else is as with [Runner.Start].
func StartOf[R any](
	ctx context.Context, r *Runner, workflow string, opts StartOptions, write func(*Keys), read func(*Keys, *R),
) (*RunOf[R], error) {
	h, err := r.start(ctx, workflow, opts, write)
	if err != nil {
		return nil, err
	}
	return &RunOf[R]{handle: h, read: read}, nil
}
