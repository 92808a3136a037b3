package cloacina

import (
	"context"
	"fmt"
	"sync"
	"unicode/utf8"
)

// maxIDBytes bounds the ID of a run.
const maxIDBytes = 256

func checkID(id string) error {
	if len(id) > maxIDBytes || !utf8.ValidString(id) {
		return fmt.Errorf("run ID %.40q: want valid UTF-8 of at most %d bytes", id, maxIDBytes)
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
