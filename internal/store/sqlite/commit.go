package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/teeth"
	lib "modernc.org/sqlite/lib"
)

// Commit makes the changes durable in one transaction, in their order, or none
// of them.
func (s *Store) Commit(ctx context.Context, changes []store.Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed.Load():
		return store.ErrClosed
	case s.broken != nil:
		return s.broken
	case len(changes) == 0:
		return nil
	}
	s.commits++
	defer s.w.ops.reset() // the changes are the caller's again
	if err := s.prepare(changes); err != nil {
		s.ledger.Undo()
		return unavailable(err)
	}
	if err := s.transaction(len(s.w.ops.ops), s.w.write); err != nil {
		s.ledger.Undo()
		s.w.plans.undo()
		s.w.workers.undo()
		return err
	}
	s.ledger.Accept()
	s.w.plans.accept()
	s.w.workers.accept()
	return nil
}

// transaction executes what writes in a transaction; a purge is one, too. How
// many statements that takes about says how soon the log is looked at. An error
// that does not match [store.ErrUncertain] means that nothing is stored.
func (s *Store) transaction(statements int, write func() error) error {
	if err := s.inPlace(); err != nil {
		return err
	}
	if statements <= logBatch && s.commits > viewAfter { // else the log is looked at after it
		s.w.keepView()
		s.restLater()
	}
	if err := s.w.begin(); err != nil {
		return s.refusal(err)
	}
	if teeth.Has(teeth.DeferredBegin) {
		_, _ = s.w.number("SELECT count(*) FROM plan") // what it reads is what it has to write on
	}
	if err := write(); err != nil {
		return s.rollback(err)
	}
	version, err := s.w.conn.FileControlDataVersion("main")
	if err != nil {
		return s.rollback(err)
	}
	commit := stmtCommit
	if teeth.Has(teeth.RollbackForCommit) {
		commit = stmtRollback
	}
	if _, err := s.w.run(commit); err != nil {
		return s.settle(version, err)
	}
	s.keepLog(statements)
	return nil
}

// inPlace returns an error if there are no further commits, as the file is no
// longer where it was.
func (s *Store) inPlace() error {
	if s.broken == nil {
		s.broken = explain("commit to", s.path, s.files.check())
	}
	return s.broken
}

// rollback ends a transaction after an error in it. Some errors end it by
// themselves; the statement then fails, with nothing left to take back.
func (s *Store) rollback(cause error) error {
	// With a view an error of the page cache would stay, and the lock to write with it.
	s.w.leaveView()
	err := s.refusal(cause)
	if _, failed := s.w.run(stmtRollback); failed != nil && code(failed) != lib.SQLITE_ERROR {
		s.broken = explain("roll back", s.path, failed)
		return errors.Join(err, s.broken)
	}
	return err
}

// refusal explains why nothing of a commit was stored, and says whether trying
// again may help.
func (s *Store) refusal(cause error) error {
	if errors.Is(cause, store.ErrExists) {
		return cause
	}
	return explain("commit to", s.path, unavailable(cause))
}

// unavailable marks an error that may not come again.
func unavailable(err error) error {
	if passing(err) {
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	return err
}
