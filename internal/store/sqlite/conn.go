package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"

	"github.com/cloacina-go/cloacina/internal/store"
	sqlite "modernc.org/sqlite"
)

// conn is what the driver's connections offer. They are used without
// database/sql in between, which costs a tenth of the speed.
type conn interface {
	driver.Conn
	driver.ExecerContext
	driver.QueryerContext
	driver.ConnPrepareContext
	IsReadOnly(schema string) (bool, error)
}

// stmt is what the driver's prepared statements offer.
type stmt interface {
	driver.Stmt
	driver.StmtExecContext
}

// query runs a query and calls row for each row with the values of its
// columns. The slice is used again for the next row, the values are not.
func query(ctx context.Context, c conn, text string, row func(v []driver.Value) error, args ...driver.Value) error {
	named := make([]driver.NamedValue, len(args))
	for i, a := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	rows, err := c.QueryContext(ctx, text, named)
	if err != nil {
		return err
	}
	values := make([]driver.Value, len(rows.Columns()))
	for err == nil {
		if err = rows.Next(values); err == nil {
			err = row(values)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, rows.Close())
}

// openReaders returns a pool of connections that cannot write.
func openReaders(path string, limit int) (*sql.DB, error) {
	connector, err := sqlite.NewConnector(dsn(path, "mode", "ro", "_query_only", "1"))
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(limit)
	db.SetMaxIdleConns(limit)
	return db, nil
}

// read calls f with a connection inside a transaction, so that all its queries
// see the same state.
func (s *Store) read(ctx context.Context, f func(c conn) error) error {
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return store.ErrClosed
	}
	pooled, err := s.readers.Conn(ctx)
	if err != nil {
		return explain("read", s.path, err)
	}
	err = pooled.Raw(func(raw any) error { return snapshot(raw.(conn), f) })
	err = errors.Join(err, pooled.Close())
	if errors.Is(err, store.ErrNotFound) {
		return err
	}
	return explain("read", s.path, err)
}

// snapshot calls f inside a transaction.
func snapshot(c conn, f func(c conn) error) error {
	if _, err := c.ExecContext(background, "BEGIN", nil); err != nil {
		return err
	}
	err := f(c)
	_, ended := c.ExecContext(background, "ROLLBACK", nil)
	return errors.Join(err, ended)
}
