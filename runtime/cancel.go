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
// that is blocked, or whose workflow is not registered, can be cancelled too,
// unless nothing of it can be stored ([ErrBlocked]): what is stored of it is
// damaged, or the store refused a change. Cancelling a run that has ended
// changes nothing.
func (r *Runner) Cancel(ctx context.Context, id string) error {
	return r.change(ctx, "cancel", id, func(run *openRun, a answer) event {
		return &cancelEvent{run: run, answer: a}
	})
}

// change has something done to an open run. Nothing is done to one that has ended.
func (r *Runner) change(ctx context.Context, what, id string, ask func(run *openRun, a answer) event) error {
	for range 2 { // it may be started between the looks
		if run := r.live.find(id); run != nil {
			a := newAnswer()
			return foundError(what, id, r.ask(ctx, ask(run, a), a))
		}
		ended := false
		err := r.read(func(s store.Store) error {
			info, err := s.Find(ctx, id)
			ended = err == nil && info.Status.Ended()
			return err
		})
		if ended || err != nil {
			return foundError(what, id, err)
		}
	}
	return foundError(what, id, errNotOurs)
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
	run := e.run.current()
	if run.refused != nil {
		e.answer.give(run.blockedNow())
		return
	}
	if err := l.prepareToCancel(run); err != nil {
		e.answer.give(err)
		return
	}
	stuck := run.stuck()
	l.step(run, engine.Event{Kind: engine.Cancel}, newFailure(ErrCancelled))
	if stuck {
		l.wakeCallbacks() // they have waited with it
	}
	l.reply(run, e.answer)
}

// prepareToCancel makes up for a workflow that is not registered or does not
// fit: the stored plan is enough, because nothing has to be decided. The states
// of a blocked run are not looked at when it is cancelled, so a run whose rows
// contradict each other counts as one.
func (*loop) prepareToCancel(run *openRun) error {
	if run.graph != nil {
		return nil
	}
	g, err := engine.Prepare(run.plan, nil)
	if err != nil {
		return &damageError{run.plan, err}
	}
	run.graph = g
	if err := g.Restore(run.state); err != nil {
		run.state.Status = engine.RunBlocked
		return g.Restore(run.state)
	}
	return nil
}
