package cloacina

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
)

// A commit that the store could not take for now is tried again after a pause
// that doubles from the first of these to the second.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 5 * time.Second
)

// insist returns what became of a batch in the end: err is the store's first word.
// The batch is committed again as long as the store says that nothing of it is
// stored and that trying may help: a disk that is full is no reason to give up what
// attempts have done. Meanwhile nothing is acted on, and what is reported queues
// up. A shutdown that waits no longer ends it.
func (l *loop) insist(batch []store.Change, err error) error {
	if errors.Is(err, store.ErrUnavailable) {
		err = l.persevere(batch, err)
	}
	if err == nil || errors.Is(err, ErrStore) || isRefusal(err) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrStore, err)
}

// persevere commits a batch again and again that the store could not take.
func (l *loop) persevere(batch []store.Change, err error) error {
	begin, said := time.Now(), ""
	for pause := firstPause; errors.Is(err, store.ErrUnavailable); pause = min(2*pause, longestPause) {
		if text := errorText(err); text != said {
			said = text
			l.tell(slog.LevelError, "Store is unavailable; what is to be stored is tried again", errorAttr(err))
		}
		l.actEarly()
		patient := l.pause(pause)
		if err = l.r.store.Commit(noContext, batch); !patient && errors.Is(err, store.ErrUnavailable) {
			return &givenUpError{err}
		}
	}
	if err == nil || isRefusal(err) {
		l.tell(slog.LevelInfo, "Store is available again",
			durationAttr("after", time.Since(begin).Round(time.Millisecond)))
	}
	l.tick()
	return err
}

// tell logs at once, not after the commit.
func (l *loop) tell(level slog.Level, message string, attrs ...slog.Attr) {
	l.r.log.LogAttrs(noContext, level, message,
		append([]slog.Attr{slog.String(fieldComponent, componentDatabase)}, attrs...)...)
}

// pause waits and reports true, or false if a shutdown has lost its patience.
// What is reported meanwhile stays queued, but who registers need not wait.
func (l *loop) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		l.r.queue.each(func(e event) {
			if e, ok := e.(*registerEvent); ok {
				e.accepted()
			}
		})
		select {
		case <-timer.C:
			return true
		case <-l.r.impatient:
			return false
		case <-l.r.queue.wake: // something was reported
		}
	}
}

// givenUpError is why a runner ends whose shutdown did not wait for the store
// to be available again. What was not stored then was not acknowledged either.
type givenUpError struct{ err error }

// Error says that the runner is shut down and why that was not a clean end.
func (e *givenUpError) Error() string {
	return fmt.Sprintf("%v before its store was available again: %v", ErrShutdown, e.err)
}

// Unwrap returns what the end was, and why.
func (e *givenUpError) Unwrap() []error { return []error{ErrShutdown, ErrStore, e.err} }
