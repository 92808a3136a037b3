package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	sqlite "modernc.org/sqlite"

	"github.com/cloacina-go/cloacina/internal/teeth"
)

// background is the context of statements that run to their end. A statement
// that could be interrupted half-way would leave more to reason about, and the
// driver starts a goroutine for each.
var background = context.Background()

// pageSize is the size in bytes of the pages of a new file. An existing file keeps its
// own, and so does a backup of it.
//
// A commit appends each page that it has changed to the log as a whole. The sum over a
// page, its copy and its write take about as long as a statement does, and most commits
// change a few rows on each of a few pages, so that pages of half of SQLite's usual size
// make them faster. Even smaller ones cost more than they save where a commit has many
// rows or large values.
//
// A page is less than a sector of many disks. That assumes what SQLite calls powersafe
// overwrite: a power failure may tear what is being written, but not what is beside it
// in the same sector. The log rests on that with pages of any size, since its frames do
// not begin where sectors do.
const pageSize = 2048

// writer is the connection that writes, with its prepared statements. It is
// used by one goroutine at a time.
type writer struct {
	path, vfs string
	conn      conn
	view      view
	// unsure says that the log may not be on disk, though a flush of it would succeed.
	unsure bool
	// undecided says that a commit may be in the log or not; see [Store.uncertain].
	undecided bool
	// again is how many pages the log had when they were last committed again.
	again int64
	// frameSize is how many bytes a page takes in the log; see [writer.logSize].
	frameSize int64
	stmts     [statements]stmt
	values    []driver.Value
	named     named
	rows      [len(rowStatements)]rows
	ops       batch
	sums      summer
	packer    packer
	plans     interned[planKey]
	workers   interned[workerKey]
}

// newWriter opens the file for writing and brings its schema up to date. If there
// is a log that a dead process has left it is not known to be on disk.
func newWriter(ctx context.Context, path string, cfg Config, left bool) (*writer, error) {
	if err := checkLibrary(); err != nil {
		return nil, err
	}
	synchronous := "FULL"
	if cfg.Relaxed || teeth.Has(teeth.NormalForFull) {
		synchronous = "NORMAL"
	}
	// The journal mode is set after the check that the file is one of ours.
	name := dsn(path, cfg.VFS,
		"_pragma", fmt.Sprintf("page_size(%d)", pageSize), // before anything else makes the file
		"_synchronous", synchronous, "_foreign_keys", "1", "_pragma", "cache_size(-16384)",
		"_pragma", "temp_store(MEMORY)", // what takes back a half of a statement grows beyond 64 KiB
		"_pragma", "wal_autocheckpoint(0)", "_pragma", fmt.Sprintf("journal_size_limit(%d)", logLimit))
	connector, err := sqlite.NewConnector(name)
	if err != nil {
		return nil, err
	}
	opened, err := connector.Connect(ctx)
	if err != nil {
		return nil, misread(err) // some of its pragmas read the file
	}
	w := &writer{path: path, vfs: cfg.VFS, conn: recorded(opened.(conn), name), unsure: left}
	if err := w.setup(); err != nil {
		if w.unsure {
			return nil, errors.Join(err, w.leave())
		}
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// setup checks the file and prepares the statements.
func (w *writer) setup() error {
	version, err := checkFile(w.conn)
	if err != nil {
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
	if err := w.migrate(version); err != nil {
		return err
	}
	if err := checkTables(background, w.conn); err != nil {
		return err
	}
	for i, text := range statementTexts[:stmtCreateRun+1] {
		var err error
		if w.stmts[i], err = w.prepare(text); err != nil {
			return misread(err)
		}
	}
	return w.loadInterned()
}

// close closes statements and connection, and with it copies the log into the file
// if that is on disk.
func (w *writer) close() error {
	if w.undecided {
		return w.leave()
	}
	if err := w.secure(); err != nil {
		return errors.Join(err, w.leave())
	}
	return w.closeAll()
}

// closeAll closes statements and connection.
func (w *writer) closeAll() error {
	w.leaveView()
	var errs []error
	if w.view.query != nil {
		errs = append(errs, w.view.query.Close())
	}
	for _, s := range w.stmts {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	for i := range w.rows {
		errs = append(errs, w.rows[i].close())
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
func (w *writer) lastNum(g glance) (last int64, err error) {
	if last = g.last; !g.purged {
		return last, nil
	}
	err = query(background, w.conn, "SELECT "+layoutPurged.columns()+" FROM purged", func(v []driver.Value) error {
		if columns, err := w.sums.check(&layoutPurged, v); err == nil {
			last = max(last, integer(columns[0]))
		}
		return nil
	})
	return last, err
}
