package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/store"
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
	case s.closed:
		return store.ErrClosed
	case s.broken != nil:
		return s.broken
	case len(changes) == 0:
		return nil
	}
	s.commits++
	if err := s.prepare(changes); err != nil {
		s.ledger.Undo()
		return err
	}
	if err := s.write(); err != nil {
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

// prepare has the ledger check the changes and turns them into statements.
func (s *Store) prepare(changes []store.Change) error {
	b := &s.w.ops
	b.reset()
	for _, change := range changes {
		switch c := change.(type) {
		case store.RunCreated:
			if _, err := s.ledger.Create(c); err != nil {
				return err
			}
			b.ops = append(b.ops, op{kind: stmtCreateRun, change: c})
		case store.RunEnded:
			if _, err := s.ledger.End(c); err != nil {
				return err
			}
			b.ops = append(b.ops, op{kind: stmtEndRun, change: c})
		case store.CallbackDone:
			b.ops = append(b.ops, op{kind: stmtDropCallback, change: c})
		default:
			r, before, after, err := s.ledger.Task(c)
			if err != nil {
				return err
			}
			b.task(r, before, after, c)
		}
	}
	return nil
}

// write executes the statements in a transaction.
func (s *Store) write() error {
	if _, err := s.w.run(stmtBegin); err != nil {
		return explain("commit to", s.path, err)
	}
	for i := range s.w.ops.ops {
		if err := s.w.apply(&s.w.ops.ops[i]); err != nil {
			return s.rollback(err)
		}
	}
	if _, err := s.w.run(stmtCommit); err != nil {
		// What reached the disk is not known, so nothing more is written.
		err = fmt.Errorf("%w; open it again to find out: %w", store.ErrUncertain, err)
		s.broken = explain("commit to", s.path, err)
		return s.broken
	}
	return nil
}

// rollback ends a transaction after an error in it. Some errors end it by
// themselves; the statement then fails, with nothing left to take back.
func (s *Store) rollback(cause error) error {
	err := explain("commit to", s.path, cause)
	if errors.Is(cause, store.ErrExists) {
		err = cause
	}
	if _, failed := s.w.run(stmtRollback); failed != nil && code(failed) != lib.SQLITE_ERROR {
		s.broken = explain("roll back", s.path, failed)
		return errors.Join(err, s.broken)
	}
	return err
}
