package sqlite

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/cloacina-go/cloacina/internal/store"
	lib "modernc.org/sqlite/lib"
)

// reader is the half of a store that reads. It is safe for concurrent use.
type reader struct {
	path string
	// db are connections that see what is committed.
	db *pool
	// still are connections that read the file alone, without the log beside it
	// and without a lock; nil in a store, whose log is never gone.
	still  *pool
	plans  planCache
	vfs    string
	closed atomic.Bool
}

// Path returns the file's path with links resolved.
func (r *reader) Path() string { return r.path }

// Reader reads a store that a runner may own. It is safe for concurrent use.
//
// It changes nothing in the file and in its log. While no process has the file
// open it makes no files beside it either, so that a file in a directory that
// cannot be written can be read. There is one exception: after a process was
// killed, its log is read through a FILE-shm, which has to exist or is made.
type Reader struct{ reader }

// OpenReader opens the store in a file for reading. The path may have the form
// "sqlite://FILE". The error matches [fs.ErrNotExist] if there is no file,
// and [ErrNotDatabase], [ErrForeign], [ErrNewer] or [ErrDamaged].
func OpenReader(ctx context.Context, path string) (*Reader, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, wrong, err := openChecked(ctx, path)
	if err != nil {
		return nil, err
	}
	if wrong == nil {
		wrong = r.read(ctx, func(c conn) error { return checkTables(ctx, c) })
	}
	if wrong != nil {
		return nil, errors.Join(wrong, r.Close())
	}
	return r, nil
}

// openChecked makes a reader of a file that is a store of this version. What is
// wrong with its log is an error of its own, since the file can be read without:
// SQLite would not say that it leaves out what is in such a log.
func openChecked(ctx context.Context, path string) (r *Reader, log, err error) {
	r, err = openReader(path, Config{}.WithDefaults())
	if err != nil {
		return nil, nil, explainReading("open", path, err)
	}
	log = explainReading("open", r.path, checkLogOfOthers(r.path))
	if err := r.read(ctx, func(c conn) error { return r.check(c) }); err != nil {
		return nil, nil, errors.Join(firstOf(log, err), r.Close())
	}
	return r, log, nil
}

// openReader makes a reader without looking at the content of its file.
func openReader(path string, cfg Config) (*Reader, error) {
	file, err := realPath(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%w: it is a directory", ErrNotDatabase)
	}
	return &Reader{reader{path: file, vfs: cfg.VFS, db: readers(file, cfg), still: &pool{
		name: dsn(file, cfg.VFS, "mode", "ro", "immutable", "1", "_query_only", "1"), most: cfg.Readers,
		idle: 0, // it would not notice that the file has changed
	}}}, nil
}

// check refuses what is no store of this version.
func (r *Reader) check(c conn) error {
	version, err := checkFile(c)
	switch {
	case err != nil:
		return err
	case version == 0:
		return fmt.Errorf("%w: it is empty", ErrNotDatabase)
	case version < len(migrations):
		return fmt.Errorf("its schema has version %d, this program reads version %d; "+
			"opening it once in a runner updates it", version, len(migrations))
	}
	return nil
}

// OpenRuns yields every run that has not ended, oldest first.
func (r *Reader) OpenRuns(ctx context.Context) iter.Seq2[*store.OpenRun, error] {
	return openRuns(ctx, r.readPage)
}

// Close releases the file. A second call does nothing.
func (r *Reader) Close() error {
	if r.closed.Swap(true) {
		return nil
	}
	if err := errors.Join(r.still.close(), r.db.close()); err != nil {
		return fmt.Errorf("close store %q: %w", filepath.ToSlash(r.path), err)
	}
	return nil
}

// readers are a pool of connections that cannot write.
func readers(path string, cfg Config) *pool {
	return &pool{
		name: dsn(path, cfg.VFS, "mode", "ro", "_query_only", "1"), most: cfg.Readers, idle: cfg.Readers,
	}
}

// read calls f with a connection inside a transaction, so that all its queries
// see the same state. It may call f again, which then has to begin anew.
func (r *reader) read(ctx context.Context, f func(c conn) error) error {
	switch {
	case r.closed.Load():
		return store.ErrClosed
	case r.still == nil:
		return r.explain(readFrom(ctx, r.db, f))
	}
	if before, ok := r.atRest(); ok {
		err := readFrom(ctx, r.still, f)
		if r.unchanged(before) {
			return r.explain(err)
		}
	}
	return r.explain(readFrom(ctx, r.db, f))
}

// explain says what was being done and what helps.
func (r *reader) explain(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return err
	case err != nil && r.closed.Load():
		return fmt.Errorf("%w: %w", store.ErrClosed, err)
	case r.still == nil:
		return explain("read", r.path, err)
	default:
		return explainReading("read", r.path, err)
	}
}

// readFrom calls f with a connection of a pool.
func readFrom(ctx context.Context, db *pool, f func(c conn) error) error {
	pooled, err := db.conn(ctx)
	if err != nil {
		return misread(err)
	}
	err = pooled.Raw(func(raw any) error { return snapshot(raw.(conn), f) })
	return errors.Join(err, pooled.Close())
}

// snapshot calls f inside a transaction.
func snapshot(c conn, f func(c conn) error) error {
	if _, err := c.ExecContext(background, "BEGIN", nil); err != nil {
		return err
	}
	err := f(c)
	_, ended := c.ExecContext(background, "ROLLBACK", nil)
	if code(ended) == lib.SQLITE_ERROR {
		return err // an error has ended the transaction, as some do; f may have made up for it
	}
	return errors.Join(err, ended)
}
