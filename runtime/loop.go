package cloacina

import (
	"context"
	"fmt"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
)

// loop is the heart of a runner: one goroutine that owns the state of every
// open run. It works in rounds. A round takes everything that was reported
// since the last one, lets the engine decide what follows, gives free slots to
// ready tasks, and commits all of that in one transaction; only then does it
// do what the decisions ask for. While a commit waits for the disk, further
// reports queue up and share the next one.
type loop struct {
	r   *Runner
	now time.Time // of the round, with the monotonic clock

	workflows map[string]*workflow
	dormant   []*openRun // read from the store, workflow not registered yet; oldest first
	lastNum   int64

	ready    readyList
	suspects readyList // ready tasks that may only run one at a time
	suspect  *call     // the one that does
	calls    map[*call]struct{}
	lastCall uint64
	timers   timers
	// callbacks counts the callbacks that have not returned.
	callbacks int

	changes []store.Change
	effects []func()

	draining bool // a shutdown has begun: nothing starts any more
	stopped  bool // a shutdown waits no longer
}

// run is the goroutine. It ends after a shutdown or a failed commit.
func (l *loop) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-l.r.queue.wake:
		case <-timer.C:
		}
		if err := l.round(); err != nil {
			l.exit(err)
			return
		}
		if l.finished() {
			l.exit(ErrShutdown)
			return
		}
		if at, ok := l.timers.next(); ok {
			timer.Reset(time.Until(at))
		} else {
			timer.Stop()
		}
	}
}

// round handles everything that has happened. Its error is the store's.
func (l *loop) round() error {
	l.now = time.Now()
	for _, e := range l.r.queue.take() {
		e.apply(l)
	}
	l.timers.fire(l.now)
	l.fill()
	if len(l.changes) > 0 {
		if err := l.r.store.Commit(context.Background(), l.changes); err != nil {
			return fmt.Errorf("%w: %w", ErrStore, err)
		}
	}
	effects := l.effects
	l.changes, l.effects = nil, nil
	for _, do := range effects {
		do()
	}
	return nil
}

// store adds to what the round commits.
func (l *loop) store(c store.Change) { l.changes = append(l.changes, c) }

// after adds to what happens once the round is committed.
func (l *loop) after(do func()) { l.effects = append(l.effects, do) }

// millis is the time of the round as the engine and the store count it.
func (l *loop) millis() int64 { return l.now.UnixMilli() }

// at turns a stored instant into one of the monotonic clock.
func (l *loop) at(ms int64) time.Time {
	return l.now.Add(time.UnixMilli(ms).Sub(l.now.Round(0)))
}

// finished reports whether a shutdown has nothing left to wait for.
func (l *loop) finished() bool {
	return l.stopped || l.draining && len(l.calls) == 0 && l.callbacks == 0
}

// exit ends the runner: nothing is accepted any more, everyone who waits
// learns why, and the store is closed once nobody reads from it.
func (l *loop) exit(reason error) {
	l.r.queue.close()
	for c := range l.calls {
		c.cancel(reason)
	}
	l.r.end(reason)
}
