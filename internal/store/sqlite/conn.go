package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
)

// conn is what the driver's connections offer. They are used without
// database/sql in between, which costs a tenth of the speed.
type conn interface {
	driver.Conn
	driver.ExecerContext
	driver.QueryerContext
	driver.ConnPrepareContext
	driver.SessionResetter
	driver.Validator
	IsReadOnly(schema string) (bool, error)
	FileControlDataVersion(schema string) (uint32, error)
}

// stmt is what the driver's prepared statements offer.
type stmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
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
	if closed := rows.Close(); err == nil {
		err = closed // else it says the same once more
	}
	return err
}

// number returns the one number that a query yields; NULL is 0.
func number(ctx context.Context, c conn, text string, args ...driver.Value) (n int64, err error) {
	err = query(ctx, c, text, func(v []driver.Value) error {
		n = integer(v[0])
		return nil
	}, args...)
	return n, err
}

// word returns the one text that a query yields.
func word(ctx context.Context, c conn, sql string) (s string, err error) {
	err = query(ctx, c, sql, func(v []driver.Value) error {
		s = text(v[0])
		return nil
	})
	return s, err
}
