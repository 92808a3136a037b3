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
	for range 2 { // it may be started between the looks
		if run := r.live.find(id); run != nil {
			e := &cancelEvent{run: run, answer: newAnswer()}
			return foundError("cancel", id, r.ask(ctx, e, e.answer))
		}
		ended := false
		err := r.read(func(s store.Store) error {
			info, err := s.Find(ctx, id)
			ended = err == nil && info.Status.Ended()
			return err
		})
		if ended || err != nil {
			return foundError("cancel", id, err)
		}
	}
	return foundError("cancel", id, errNotOurs)
}

// foundError is the error of looking for a run, or of doing something to it.
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
	if err := e.run.refused; err != nil {
		e.answer.give(err)
		return
	}
	if err := l.prepareToCancel(e.run); err != nil {
		e.answer.give(err)
		return
	}
	l.step(e.run, engine.Event{Kind: engine.Cancel}, newFailure(ErrCancelled))
	l.reply(e.run, e.answer)
}

// prepareToCancel makes up for a workflow that is not registered or does not
// fit: the stored plan is enough, because nothing has to be decided. A run
// whose rows contradict each other is blocked first, which is a state that it
// can be cancelled in.
func (l *loop) prepareToCancel(run *openRun) error {
	if run.graph != nil {
		return nil
	}
	g, err := engine.Prepare(run.plan, nil)
	if err != nil {
		return err
	}
	run.graph = g
	if err := g.Restore(run.state); err != nil {
		l.violated(run, err)
	}
	return nil
}
