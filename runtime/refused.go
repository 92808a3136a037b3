package cloacina

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/cloacina-go/cloacina/internal/store"
)

// refusals are the changes that a store refuses although it works: they do not
// fit what it holds of the run, because something else has written to it.
var refusals = []error{store.ErrExists, store.ErrFenced, store.ErrInvalid, store.ErrNotFound}

func isRefusal(err error) bool {
	return slices.ContainsFunc(refusals, func(kind error) bool { return errors.Is(err, kind) })
}

// refusal is a run whose changes the store has refused.
type refusal struct {
	run *openRun
	err error
}

// commit stores the changes of the round in one transaction. If the store
// refuses one of them, each run is committed apart, and those that were refused
// are returned. Any other error is one of the store as a whole.
func (l *loop) commit() ([]refusal, error) {
	changes := l.changes
	l.changes = nil
	all := func(*openRun) bool { return true }
	if err := l.commitOf(changes, all); err == nil || !isRefusal(err) {
		return nil, err
	}
	var refused []refusal
	tried := map[*openRun]bool{}
	for _, c := range changes {
		if tried[c.run] {
			continue
		}
		tried[c.run] = true
		same := func(run *openRun) bool { return run == c.run }
		if err := l.commitOf(changes, same); c.run != nil && isRefusal(err) {
			refused = append(refused, refusal{c.run, err})
		} else if err != nil {
			return nil, err
		}
	}
	return refused, nil
}

// commitOf commits the changes of those runs that are chosen.
func (l *loop) commitOf(changes []pending, chosen func(*openRun) bool) error {
	batch := make([]store.Change, 0, len(changes))
	for _, c := range changes {
		if chosen(c.run) {
			batch = append(batch, c.change)
		}
	}
	if len(batch) == 0 {
		return nil
	}
	if err := l.r.store.Commit(context.Background(), batch); err != nil {
		return fmt.Errorf("%w: %w", ErrStore, err)
	}
	return nil
}

// act does what was to be done after the commit. The runs that were refused
// are blocked instead.
func (l *loop) act(refused []refusal) {
	effects := l.effects
	l.effects = nil
	for _, e := range effects {
		i := slices.IndexFunc(refused, func(r refusal) bool { return r.run == e.run })
		switch {
		case i < 0:
			e.do()
		case e.refused != nil:
			e.refused(refused[i].err)
		}
	}
	for _, r := range refused {
		l.refuse(r.run, r.err)
	}
}

// refuse blocks a run whose changes were refused: what the loop knows of it is
// not what is stored. What its attempts do has no consequence any more, and
// those that were about to start do not.
func (l *loop) refuse(run *openRun, err error) {
	run.refused = fmt.Errorf("%w; it goes on from what is stored at the next start of the program", err)
	l.logRun(run, slog.LevelError, "Pipeline blocked", errorAttr(err))
	for _, c := range l.callsOf(run) {
		switch {
		case !c.begun:
			c.cancel(ErrBlocked)
			l.giveBack(c)
		case !c.settled:
			l.settle(c, ErrBlocked)
		}
	}
	l.halt(run)
	select {
	case <-run.over: // it was blocked before
	default:
		run.blocked = fmt.Errorf("run %s of workflow %s: %w: %w", run.id, run.plan.Name, ErrBlocked, run.refused)
		close(run.over)
	}
}
