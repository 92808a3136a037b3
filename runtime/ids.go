package cloacina

import (
	"context"
	"fmt"
	"sync"
	"unicode/utf8"
)

// maxIDBytes bounds the ID of a run.
const maxIDBytes = 256

// checkID refuses what cannot be the ID of a run. An empty one stands for none.
func checkID(id string) error {
	switch {
	case !utf8.ValidString(id):
		return fmt.Errorf("%w %.40q: it is not valid UTF-8; an ID is valid UTF-8 of 1 to %d bytes",
			ErrInvalidID, id, maxIDBytes)
	case len(id) > maxIDBytes:
		return fmt.Errorf("%w %.40q...: it has %d bytes; an ID is valid UTF-8 of 1 to %d bytes",
			ErrInvalidID, id, len(id), maxIDBytes)
	}
	return nil
}

// idLocks make those who start a run under the same ID take turns, from the
// look into the store until the new run is on disk. So the loop never has to
// ask the store whether an ID is taken.
type idLocks struct {
	mu   sync.Mutex
	held map[string]chan struct{}
}

// lock takes the ID. It fails when ctx ends, or the runner, whose end is done.
func (l *idLocks) lock(ctx context.Context, done <-chan struct{}, id string) error {
	for {
		l.mu.Lock()
		other, taken := l.held[id]
		if !taken {
			if l.held == nil {
				l.held = map[string]chan struct{}{}
			}
			l.held[id] = make(chan struct{})
		}
		l.mu.Unlock()
		if !taken {
			return nil
		}
		select {
		case <-other:
		case <-ctx.Done():
			return ctx.Err()
		case <-done:
			return ErrShutdown
		}
	}
}

func (l *idLocks) unlock(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.held[id])
	delete(l.held, id)
}
