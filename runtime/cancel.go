package cloacina

import (
	"context"
	"errors"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// Cancel ends a run at once: tasks that have not ended are cancelled, and the
// contexts of running attempts end with the cause [ErrCancelled]. It returns
// once that is on disk and does not wait for the functions to return. A run
// that is blocked, or whose workflow is not registered, can be cancelled too.
// Cancelling a run that has ended changes nothing.
func (r *Runner) Cancel(ctx context.Context, id string) error {
	if run := r.live.find(id); run != nil {
		e := &cancelEvent{run: run, answer: newAnswer()}
		if err := r.ask(ctx, e, e.answer); err != nil {
			return fmt.Errorf("cancel run %s: %w", id, err)
		}
		return nil
	}
	return r.read(func(s store.Store) error {
		_, err := s.Find(ctx, id)
		return foundError("cancel", id, err)
	})
}

// foundError is the error of looking for a run.
func foundError(what, id string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("%s run %q: %w", what, id, ErrRunNotFound)
	default:
		return fmt.Errorf("%s run %q: %w", what, id, err)
	}
}

// cancelEvent cancels a run.
type cancelEvent struct {
	run    *openRun
	answer answer
}

func (e *cancelEvent) apply(l *loop) {
	if err := e.run.prepareToCancel(); err != nil {
		e.answer.give(err)
		return
	}
	l.step(e.run, engine.Event{Kind: engine.Cancel}, ErrCancelled)
	l.after(func() { e.answer.give(nil) })
}

// prepareToCancel makes up for a workflow that is not registered or does not
// fit: the stored plan is enough, because nothing has to be decided.
func (run *openRun) prepareToCancel() error {
	if run.graph != nil {
		return nil
	}
	g, err := engine.Prepare(run.plan, nil)
	if err != nil {
		return err
	}
	if err := g.Restore(run.state); err != nil {
		return err
	}
	run.graph = g
	return nil
}
