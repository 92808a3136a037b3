package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	sqlite "modernc.org/sqlite"
)

// background is the context of statements that run to their end. A statement
// that could be interrupted half-way would leave more to reason about, and the
// driver starts a goroutine for each.
var background = context.Background()

// writer is the connection that writes, with its prepared statements. It is
// used by one goroutine at a time.
type writer struct {
	conn    conn
	stmts   [statements]stmt
	args    []driver.NamedValue
	ops     batch
	sums    summer
	plans   interned[planKey]
	workers interned[workerKey]
}

// newWriter opens the file for writing and brings its schema up to date.
func newWriter(ctx context.Context, path string, cfg Config) (*writer, error) {
	synchronous := "FULL"
	if cfg.Relaxed {
		synchronous = "NORMAL"
	}
	// The journal mode is set after the check that the file is one of ours.
	connector, err := sqlite.NewConnector(dsn(path, cfg.VFS,
		"_synchronous", synchronous, "_foreign_keys", "1", "_pragma", "cache_size(-16384)",
		"_pragma", "wal_autocheckpoint(0)", "_pragma", fmt.Sprintf("journal_size_limit(%d)", logLimit)))
	if err != nil {
		return nil, err
	}
	opened, err := connector.Connect(ctx)
	if err != nil {
		return nil, misread(err) // some of its pragmas read the file
	}
	w := &writer{conn: opened.(conn)}
	if err := w.setup(); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// setup checks library and file, and prepares the statements.
func (w *writer) setup() error {
	if err := checkLibrary(w.conn); err != nil {
		return err
	}
	if _, err := checkFile(w.conn); err != nil {
		return err
	}
	if readOnly, err := w.conn.IsReadOnly("main"); readOnly || err != nil {
		return errors.Join(ErrReadOnly, err)
	}
	mode, err := word(background, w.conn, "PRAGMA journal_mode = WAL")
	if err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("journal mode is %q instead of wal; the file system has to support shared memory", mode)
	}
	if err := w.migrate(); err != nil {
		return err
	}
	if err := checkTables(background, w.conn); err != nil {
		return err
	}
	for i, text := range statementTexts {
		prepared, err := w.conn.PrepareContext(background, text)
		if err != nil {
			return fmt.Errorf("prepare %.40q: %w", text, misread(err))
		}
		w.stmts[i] = prepared.(stmt)
	}
	return w.loadInterned()
}

// close closes statements and connection.
func (w *writer) close() error {
	var errs []error
	for _, s := range w.stmts {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(append(errs, w.conn.Close())...)
}

// exec runs a statement without arguments.
func (w *writer) exec(text string) error {
	_, err := w.conn.ExecContext(background, text, nil)
	return err
}

// number returns the one number that a query yields; NULL is 0.
func (w *writer) number(text string, args ...driver.Value) (int64, error) {
	return number(background, w.conn, text, args...)
}

// lastNum returns the greatest run number that was ever used, 0 if there is none.
// What is damaged does not count: a number that is too great would be the last one.
func (w *writer) lastNum() (int64, error) {
	last, err := w.number("SELECT max(num) FROM run")
	if err != nil {
		return 0, err
	}
	err = query(background, w.conn, "SELECT "+layoutPurged.columns()+" FROM purged", func(v []driver.Value) error {
		if columns, err := w.sums.check(&layoutPurged, v); err == nil {
			last = max(last, integer(columns[0]))
		}
		return nil
	})
	return last, err
}
