package sqlite

import (
	"context"
	"database/sql/driver"
	"sync/atomic"
)

// Recorder is told what the connection that writes does: every statement with its
// arguments, those that begin and end a transaction included, before it is
// executed. Its methods are called by one goroutine at a time for each store. What
// is passed is valid during the call only.
type Recorder interface {
	// Opened is called when the connection was opened with a name of the driver.
	Opened(dsn string)
	// Statement is called before a statement; reads says that it is one whose
	// rows are read, prepared that it is a prepared one.
	Statement(text string, args []driver.NamedValue, reads, prepared bool)
	// Closed is called before the rows of a prepared statement are closed, which may
	// be long after it and without having read them. Those of other statements are
	// read to their end before the next one.
	Closed(text string)
}

// recorder is the one of the stores that are opened from now on.
var recorder atomic.Pointer[Recorder]

// Record has r told what every store does that is opened from now on, until stop
// is called; a store that is open then goes on telling it. It is for measuring
// what the statements alone cost. A store that was opened without a recorder pays
// nothing for there being one.
func Record(r Recorder) (stop func()) {
	recorder.Store(&r)
	return func() { recorder.CompareAndSwap(&r, nil) }
}

// recorded returns a connection that tells the recorder what it does; the
// connection itself if there is none.
func recorded(c conn, dsn string) conn {
	to := recorder.Load()
	if to == nil {
		return c
	}
	(*to).Opened(dsn)
	return recordedConn{c, *to}
}

// recordedConn is a connection that is listened to.
type recordedConn struct {
	conn
	to Recorder
}

// ExecContext executes a statement that was not prepared.
func (c recordedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	c.to.Statement(text, args, false, false)
	return c.conn.ExecContext(ctx, text, args)
}

// QueryContext executes a query that was not prepared.
func (c recordedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	c.to.Statement(text, args, true, false)
	return c.conn.QueryContext(ctx, text, args)
}

// PrepareContext prepares a statement that is listened to.
func (c recordedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	prepared, err := c.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return recordedStmt{prepared.(stmt), text, c.to}, nil
}

// recordedStmt is a prepared statement that is listened to.
type recordedStmt struct {
	stmt
	text string
	to   Recorder
}

// ExecContext executes the statement.
func (s recordedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.to.Statement(s.text, args, false, true)
	return s.stmt.ExecContext(ctx, args)
}

// QueryContext executes the statement, whose rows are listened to.
func (s recordedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.to.Statement(s.text, args, true, true)
	rows, err := s.stmt.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	return recordedRows{rows, s.text, s.to}, nil
}

// recordedRows are the rows of a prepared statement.
type recordedRows struct {
	driver.Rows
	text string
	to   Recorder
}

// Close ends the statement.
func (r recordedRows) Close() error {
	r.to.Closed(r.text)
	return r.Rows.Close()
}
