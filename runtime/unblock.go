package cloacina

import (
	"context"
	"errors"
	"fmt"
)

// UnblockHow says what becomes of a blocked run.
type UnblockHow uint8

const (
	// UnblockCancel ends the run as cancelled, as [Runner.Cancel] does.
	UnblockCancel UnblockHow = iota + 1
	// UnblockAccept goes on with the run under the registered plan although it
	// does not fit what the run has done, as far as that is sound. A task that
	// has ended and is gone from the plan stays as history: nobody sees what it
	// wrote, and its failure still fails the run. A task that has ended keeps
	// its outcome although it would have to wait for others now; what follows it
	// waits for them. A task that misses a key finds it missing. After a failed
	// assertion the run goes on where it was.
	UnblockAccept
)

// Unblock lets a blocked run go on, or gives it up, and returns once that is on
// disk. A run that cannot go on stays blocked: the error is an [ErrBlocked] with
// the reasons that are left. To go on, its workflow has to be registered
// ([ErrUnknownWorkflow]), and calls of its tasks that have not come back are
// waited for. A timeout that has passed meanwhile ends the run then. A run that
// is not blocked, or has ended, is left as it is. If ctx ends first the run may
// be unblocked or not.
func (r *Runner) Unblock(ctx context.Context, id string, how UnblockHow) error {
	if how != UnblockCancel && how != UnblockAccept {
		return fmt.Errorf("unblock run %q: how is %d, want UnblockCancel or UnblockAccept", id, how)
	}
	return r.change(ctx, "unblock", id, func(run *openRun, a answer) event {
		return &unblockEvent{run: run, how: how, answer: a}
	})
}

// unblockEvent lets a blocked run go on.
type unblockEvent struct {
	run    *openRun
	how    UnblockHow
	answer answer
}

func (e *unblockEvent) apply(l *loop) {
	run := e.run.current()
	w := l.workflows[run.workflow]
	switch {
	case run.refused != nil:
		e.answer.give(run.blockedNow())
	case !run.stuck():
		l.reply(run, e.answer)
	case e.how == UnblockCancel:
		(&cancelEvent{run: run, answer: e.answer}).apply(l)
	case l.draining:
		e.answer.give(ErrShutdown)
	case w == nil:
		e.answer.give(fmt.Errorf("%w %q: register it first", ErrUnknownWorkflow, run.workflow))
	case len(run.calls) > 0:
		run.unblock = append(run.unblock, e)
	default:
		l.accept(run, w, e.answer)
	}
}

// blockedNow is why a run is blocked, for whoever asks to unblock it.
func (run *openRun) blockedNow() error { return fmt.Errorf("%w: %w", ErrBlocked, run.refused) }

// accept goes on with a blocked run under the registered workflow.
func (l *loop) accept(run *openRun, w *workflow, a answer) {
	p := newPlanner()
	c, obstacles, err := p.plot(run, w, true)
	damage, damaged := errors.AsType[*damageError](err)
	switch {
	case damaged:
		a.give(fmt.Errorf("%w: %w", ErrBlocked, damage.remedied(run)))
		return
	case err != nil:
		a.give(fmt.Errorf("%w: %w; give it up with r.Cancel(ctx, %q)", ErrBlocked, err, run.id))
		return
	case c == nil:
		a.give(fmt.Errorf("%w: %s", ErrBlocked, withRemedy(obstaclesText(obstacles), waysOut(run.id, false))))
		return
	}
	next := l.resume(p, c)
	l.wakeCallbacks()
	l.effects = append(l.effects, effect{run: next, refused: a.refuse, do: func() {
		if b := next.blocked.Load(); b != nil { // again, at once
			a.give(b.err)
			return
		}
		a.give(nil)
	}})
}
