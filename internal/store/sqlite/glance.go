package sqlite

import (
	"context"
	"database/sql/driver"

	"github.com/cloacina-go/cloacina/internal/store"
)

// glance is what one query says about a file when it is opened. Most files have
// nothing that was left undone, and then nothing has to be asked about it: preparing
// the queries takes longer than all that they read.
type glance struct {
	last      int64 // the greatest number of a run
	open      bool  // some run has not ended
	callbacks bool  // some are pending
	purged    bool  // runs were deleted
}

const selectGlance = `SELECT (SELECT max(num) FROM run),
	EXISTS (SELECT 1 FROM run INDEXED BY run_open WHERE ended IS NULL),
	EXISTS (SELECT 1 FROM callback), EXISTS (SELECT 1 FROM purged)`

// glance looks at the file.
func (w *writer) glance() (g glance, err error) {
	err = query(background, w.conn, selectGlance, func(v []driver.Value) error {
		g = glance{
			last: integer(v[0]), open: integer(v[1]) == 1, callbacks: integer(v[2]) == 1, purged: integer(v[3]) == 1,
		}
		return nil
	})
	return g, err
}

// stillWithout reports whether something that a store had not when it was opened is still
// not there for certain, because nothing was committed.
func (s *Store) stillWithout(ctx context.Context, had bool) (bool, error) {
	if had {
		return false, nil
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Load() {
		return false, store.ErrClosed
	}
	return s.commits == 0, nil
}
