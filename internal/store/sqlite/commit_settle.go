package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/teeth"
	lib "modernc.org/sqlite/lib"
)

// settle finds out what became of a transaction whose COMMIT failed, and sees
// to it that it stays so. The version is that of the data before the COMMIT.
//
// SQLite appends the pages of a transaction to the log, the last one with a
// mark that completes it, flushes the log, and only then tells itself and the
// others in the index of the log. If one of these steps fails it forgets the
// transaction, and in this process it does not exist. But its pages may all be
// in the log, and then it would come back if the index was built anew, which
// is done after a crash. Such a log has to be written over first, or the store
// would say "not stored" about what is stored later.
//
// After a failed flush nothing is settled: the system may have thrown away what
// it could not write and report success the next time.
func (s *Store) settle(version uint32, cause error) error {
	s.w.leaveView() // what is asked below is about the file, and not about a state of it
	if !s.relaxed && extendedCode(cause) == lib.SQLITE_IOERR_FSYNC && !teeth.Has(teeth.SyncRetried) {
		return s.uncertain(cause)
	}
	now, err := s.w.conn.FileControlDataVersion("main")
	if err != nil || now != version {
		return s.uncertain(errors.Join(cause, err))
	}
	if _ = s.rollback(cause); s.broken != nil { // it is still open if a lock was held
		return s.uncertain(errors.Join(cause, s.broken))
	}
	dormant, err := s.dormant()
	if err == nil && dormant && !teeth.Has(teeth.ForgottenKept) {
		err = s.w.overwrite()
	}
	if err != nil {
		return s.uncertain(errors.Join(cause, err))
	}
	if k := kind(cause); errors.Is(k, ErrDamaged) || errors.Is(k, ErrNotDatabase) {
		return s.refusal(cause)
	}
	return explain("commit to", s.path, fmt.Errorf("%w: %w", store.ErrUnavailable, cause))
}

// uncertain ends all commits. The log may hold a transaction that SQLite has
// forgotten. It is left for whoever opens the file next: SQLite would delete it, and
// after a power failure the deletion may be undone, when somebody was told already
// that there is no such transaction.
func (s *Store) uncertain(cause error) error {
	s.w.undecided = true
	s.broken = explain("commit to", s.path,
		fmt.Errorf("%w; open it again to find out: %w", store.ErrUncertain, cause))
	return s.broken
}

// dormant reports whether the log has a complete transaction that its index
// does not know.
func (s *Store) dormant() (bool, error) {
	known, err := s.w.logged()
	if err != nil {
		return false, err
	}
	stored, err := committedFrames(s.path + "-wal")
	return stored > known, err
}

// logged returns how many frames of the log are part of a commit, as far as
// SQLite knows.
func (w *writer) logged() (frames int64, err error) {
	frames, _, err = w.progress()
	return frames, err
}

// progress returns the same, and how many of them have been copied into the file. A
// prepared statement would not be faster, since SQLite prepares a PRAGMA again each time.
func (w *writer) progress() (frames, copied int64, err error) {
	w.leaveView() // or it would be locked by ourselves
	err = query(background, w.conn, "PRAGMA wal_checkpoint(NOOP)", func(v []driver.Value) error {
		frames, copied = integer(v[1]), integer(v[2])
		return nil
	})
	return frames, copied, err
}

// overwrite commits a page that stays as it is. It takes the place of the first
// page of a forgotten transaction. Those behind it are then worth nothing, as
// each has a sum over all before it. It is flushed even if commits are not: else
// a power failure could bring back what never was.
func (w *writer) overwrite() error {
	synchronous, err := w.number("PRAGMA synchronous")
	if err != nil {
		return err
	}
	if err := w.exec("PRAGMA synchronous = FULL"); err != nil {
		return err
	}
	err = w.exec(fmt.Sprintf("PRAGMA user_version = %d", len(migrations)))
	if err != nil { // a flush, perhaps, also of commits that were not
		w.unsure = true
	}
	return errors.Join(err, w.exec(fmt.Sprintf("PRAGMA synchronous = %d", synchronous)))
}
