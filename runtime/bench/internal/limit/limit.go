// Package limit is a bare loop with group commit that writes one minimal row for
// each task and one for each run: what the driver and the disk allow to a program
// that stores next to nothing.
package limit

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	sqlite "modernc.org/sqlite"
)

// schema is as little as can be told apart afterwards.
const schema = `
CREATE TABLE run  (id INTEGER PRIMARY KEY, data BLOB) STRICT;
CREATE TABLE task (id INTEGER PRIMARY KEY, data BLOB) STRICT;`

// taskBits are the bits of a task's id that number the tasks of a run.
const taskBits = 20

// blob is what each row holds.
var blob = []byte("sixteen bytes ..")

// background is the context of all statements; one that could end costs a
// goroutine for each.
var background = context.Background()

// Config says how a file is written.
type Config struct {
	// Relaxed lets a commit return before it is on disk.
	Relaxed bool
	// Checkpoint is after how many pages the log is copied into the file.
	Checkpoint int
}

// File is a file with the tables of the limit. It is used by one goroutine.
type File struct {
	conn conn
	stmt [statements]driver.StmtExecContext
	args []driver.NamedValue
}

// conn is what the driver's connections offer.
type conn interface {
	driver.Conn
	driver.ExecerContext
	driver.ConnPrepareContext
}

const (
	begin = iota
	commit
	insertRun
	insertTask
	statements
)

var texts = [statements]string{
	begin:      "BEGIN IMMEDIATE",
	commit:     "COMMIT",
	insertRun:  "INSERT INTO run (id, data) VALUES (?, ?)",
	insertTask: "INSERT INTO task (id, data) VALUES (?, ?)",
}

// Open opens a file and makes its tables if they are not there.
func Open(path string, cfg Config) (*File, error) {
	synchronous := "FULL"
	if cfg.Relaxed {
		synchronous = "NORMAL"
	}
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a drive letter
	}
	settings := url.Values{
		"_busy_timeout": {"10000"},
		"_synchronous":  {synchronous},
		"_pragma": {
			"page_size(2048)", // the one that small commits are fastest with
			"journal_mode(WAL)", "cache_size(-16384)", "journal_size_limit(16777216)",
			"wal_autocheckpoint(" + strconv.Itoa(cfg.Checkpoint) + ")",
		},
	}
	connector, err := sqlite.NewConnector("file:" + (&url.URL{Path: slashed}).EscapedPath() + "?" + settings.Encode())
	if err != nil {
		return nil, err
	}
	opened, err := connector.Connect(background)
	if err != nil {
		return nil, err
	}
	f := &File{conn: opened.(conn)}
	if err := f.prepare(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *File) prepare() error {
	tables := strings.ReplaceAll(schema, "CREATE TABLE", "CREATE TABLE IF NOT EXISTS")
	if _, err := f.conn.ExecContext(background, tables, nil); err != nil {
		return err
	}
	for i, text := range texts {
		prepared, err := f.conn.PrepareContext(background, text)
		if err != nil {
			return fmt.Errorf("prepare %q: %w", text, err)
		}
		f.stmt[i] = prepared.(driver.StmtExecContext)
	}
	return nil
}

// Close closes the file.
func (f *File) Close() error {
	var errs []error
	for _, s := range f.stmt {
		if s != nil {
			errs = append(errs, s.(driver.Stmt).Close())
		}
	}
	return errors.Join(append(errs, f.conn.Close())...)
}

// run executes a prepared statement.
func (f *File) run(statement int, args ...driver.Value) error {
	f.args = f.args[:0]
	for i, a := range args {
		f.args = append(f.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	_, err := f.stmt[statement].ExecContext(background, f.args)
	return err
}

// Rows are rows of one run that a transaction adds: that of the run itself, if
// Run is set, and those of the tasks from First to before Last.
type Rows struct {
	Num         int64
	Run         bool
	First, Last int
}

// Commit adds rows in one transaction.
func (f *File) Commit(batch []Rows) error {
	if err := f.run(begin); err != nil {
		return err
	}
	for _, rows := range batch {
		if rows.Run {
			if err := f.run(insertRun, rows.Num, blob); err != nil {
				return err
			}
		}
		for task := rows.First; task < rows.Last; task++ {
			if err := f.run(insertTask, rows.Num<<taskBits|int64(task), blob); err != nil {
				return err
			}
		}
	}
	return f.run(commit)
}
