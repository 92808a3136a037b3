package sqlite

import (
	"context"
	"iter"

	"github.com/cloacina-go/cloacina/internal/store"
)

// pageOfRuns is how many runs OpenRuns reads at once. Between two pages it
// holds no connection and no snapshot, however long the caller takes.
const pageOfRuns = 512

// OpenRuns yields every run that has not ended, oldest first.
func (s *Store) OpenRuns(ctx context.Context) iter.Seq2[*store.OpenRun, error] {
	return func(yield func(*store.OpenRun, error) bool) {
		none, err := s.stillWithout(ctx, s.first.open)
		switch {
		case err != nil:
			yield(nil, err)
		case !none:
			openRuns(ctx, s.readPage)(yield)
		}
	}
}

// openRuns yields runs that are read in pages.
func openRuns(
	ctx context.Context, readPage func(ctx context.Context, p *page, after int64) error,
) iter.Seq2[*store.OpenRun, error] {
	return func(yield func(*store.OpenRun, error) bool) {
		p := page{}
		for after := int64(0); ; {
			if err := readPage(ctx, &p, after); err != nil {
				yield(nil, err)
				return
			}
			for _, r := range p.runs {
				if !yield(r, nil) {
					return
				}
				after = r.Num
			}
			if len(p.runs) < pageOfRuns {
				return
			}
		}
	}
}

// readPage reads the open runs that follow a number.
func (r *reader) readPage(ctx context.Context, p *page, after int64) error {
	return r.read(ctx, func(c conn) error { return p.read(ctx, c, after) })
}

// readPage has the ledger learn the runs too, which saves it a query per run,
// provided that nothing was committed meanwhile.
func (s *Store) readPage(ctx context.Context, p *page, after int64) error {
	s.mu.Lock()
	commits := s.commits
	s.mu.Unlock()
	if err := s.readEarly(ctx, func(c conn) error { return p.read(ctx, c, after) }); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.commits == commits {
		for i, r := range p.ledger {
			if p.runs[i].Damage == nil {
				s.ledger.Put(r)
			}
		}
	}
	return nil
}

// readEarly is read for what is read when a store has just been opened. As long as
// nothing was committed, nobody waits for the connection that writes, and reading
// through it saves the time to open another.
func (s *Store) readEarly(ctx context.Context, f func(c conn) error) error {
	s.mu.Lock()
	if s.commits > 0 || s.closed.Load() || s.broken != nil {
		s.mu.Unlock()
		return s.read(ctx, f)
	}
	defer s.mu.Unlock()
	return s.explain(snapshot(s.w.conn, f))
}
