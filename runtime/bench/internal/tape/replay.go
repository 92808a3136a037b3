package tape

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	sqlite "modernc.org/sqlite"
)

// Replayer executes a tape on a file. It is used by one goroutine.
type Replayer struct {
	tape  *Tape
	conn  conn
	stmts []stmt        // by text, those that were prepared
	rows  []driver.Rows // by text, those of prepared statements that are not closed yet
	args  []driver.NamedValue
	at    int
	done  int
}

// conn is what the driver's connections offer.
type conn interface {
	driver.Conn
	driver.ExecerContext
	driver.QueryerContext
	driver.ConnPrepareContext
}

// stmt is what the driver's prepared statements offer.
type stmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// background is the context of all statements; one that could end costs a
// goroutine for each.
var background = context.Background()

// Open opens a file, which is empty or not there yet, as the store did whose
// statements are on the tape.
func (t *Tape) Open(path string) (*Replayer, error) {
	if t.dsn == "" {
		return nil, errors.New("nothing is on the tape; open a store while it records")
	}
	_, settings, _ := strings.Cut(t.dsn, "?")
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a drive letter
	}
	connector, err := sqlite.NewConnector("file:" + (&url.URL{Path: slashed}).EscapedPath() + "?" + settings)
	if err != nil {
		return nil, err
	}
	opened, err := connector.Connect(background)
	if err != nil {
		return nil, err
	}
	return &Replayer{
		tape: t, conn: opened.(conn), stmts: make([]stmt, len(t.texts)), rows: make([]driver.Rows, len(t.texts)),
	}, nil
}

// Until executes what is on the tape before the mark and was not executed yet.
func (r *Replayer) Until(mark int) error {
	for ; r.at < mark; r.at++ {
		if err := r.execute(&r.tape.steps[r.at]); err != nil {
			return fmt.Errorf("statement %d of %d, %.60q: %w",
				r.at+1, len(r.tape.steps), r.tape.texts[r.tape.steps[r.at].text], err)
		}
		r.done++
	}
	return nil
}

// Prepare prepares what the tape executes as prepared statements behind the
// mark, so that doing so is no part of what is measured. The tables have to be
// there.
func (r *Replayer) Prepare(mark int) error {
	for i := mark; i < len(r.tape.steps); i++ {
		if s := &r.tape.steps[i]; s.prepared {
			if _, err := r.statement(s.text); err != nil {
				return err
			}
		}
	}
	return nil
}

// Done returns how many statements were executed.
func (r *Replayer) Done() int { return r.done }

// Close closes statements and file.
func (r *Replayer) Close() error {
	var errs []error
	for text := range r.rows {
		errs = append(errs, r.closeRows(int32(text)))
	}
	for _, s := range r.stmts {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(append(errs, r.conn.Close())...)
}

func (r *Replayer) execute(s *step) error {
	r.args = r.args[:0]
	for i, v := range s.args {
		r.args = append(r.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	switch {
	case s.closes:
		return r.closeRows(s.text)
	case s.prepared:
		prepared, err := r.statement(s.text)
		if err != nil {
			return err
		}
		if s.reads {
			r.rows[s.text], err = prepared.QueryContext(background, r.args)
			return err
		}
		_, err = prepared.ExecContext(background, r.args)
		return err
	case s.reads:
		return r.read(r.tape.texts[s.text])
	default:
		_, err := r.conn.ExecContext(background, r.tape.texts[s.text], r.args)
		return err
	}
}

// closeRows closes the rows of a prepared statement, if they are not.
func (r *Replayer) closeRows(text int32) error {
	rows := r.rows[text]
	if rows == nil {
		return nil
	}
	r.rows[text] = nil
	return rows.Close()
}

// statement returns a prepared statement.
func (r *Replayer) statement(text int32) (stmt, error) {
	if s := r.stmts[text]; s != nil {
		return s, nil
	}
	prepared, err := r.conn.PrepareContext(background, r.tape.texts[text])
	if err != nil {
		return nil, fmt.Errorf("prepare %.60q: %w", r.tape.texts[text], err)
	}
	r.stmts[text] = prepared.(stmt)
	return r.stmts[text], nil
}

// read executes a query and reads its rows, which nobody wants.
func (r *Replayer) read(text string) error {
	rows, err := r.conn.QueryContext(background, text, r.args)
	if err != nil {
		return err
	}
	values := make([]driver.Value, len(rows.Columns()))
	for err == nil {
		err = rows.Next(values)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, rows.Close())
}
