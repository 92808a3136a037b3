package sqlite

import (
	"errors"
	"fmt"
	"path/filepath"

	sqlite "modernc.org/sqlite"
)

// When a flush fails nobody knows what of the log is on disk, and some systems do
// not write again what they failed to write, though they say that the next flush
// is done. The log must then not be copied into the file as it is: after a power
// failure there would be an older beginning of it beside a newer file, and SQLite
// would mix the two. Where each commit is flushed this concerns what a dead process
// has left; if commits are not, also what the failed flush of a copy was to keep.

// secure writes all of the log once more, as it is, and flushes it, if it is not
// known to be on disk. Nobody else writes to the log meanwhile.
func (w *writer) secure() error {
	if !w.unsure {
		return nil
	}
	known, err := w.logged()
	if err != nil {
		return err
	}
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	unwritten, err := rewriteLog(w.path, w.vfs)
	if err = errors.Join(unwritten, err, w.exec("ROLLBACK")); err != nil {
		return err
	}
	// A system that gave up what it did not write may read something else now.
	if stored, err := committedFrames(w.path + "-wal"); err != nil || stored < known {
		return errors.Join(fmt.Errorf("the log has %d pages, of which %d can be read", known, stored), err)
	}
	if err := w.commitAgain(); err != nil {
		return err
	}
	w.unsure = false
	return nil
}

// rewriteLog writes each byte of the log of a file over itself and flushes it. If
// it cannot be written, as the disk is full, it is flushed all the same.
func rewriteLog(path, vfs string) (unwritten, err error) {
	f, err := openLog(vfs, path+"-wal")
	if err != nil {
		return nil, err
	}
	unwritten = writeAgain(f)
	return unwritten, errors.Join(f.Sync(), f.Close(), syncDirectory(filepath.Dir(path)))
}

// leave closes the connection without a copy of the log, which SQLite makes when
// the last one is closed: there is another one, which tries that then and cannot write.
// The log is left for whoever opens the file next. If there cannot be another one
// either, nothing can be done.
func (w *writer) leave() error {
	other, err := openOther(dsn(w.path, w.vfs, "mode", "ro", "_query_only", "1"))
	if err != nil {
		return errors.Join(err, w.closeAll())
	}
	return errors.Join(w.closeAll(), other.Close())
}

// openOther opens a further connection, which has read: until it is closed it is in the
// way of whoever wants to have the file alone.
func openOther(name string) (conn, error) {
	connector, err := sqlite.NewConnector(name)
	if err != nil {
		return nil, err
	}
	opened, err := connector.Connect(background)
	if err != nil {
		return nil, err
	}
	if _, err := number(background, opened.(conn), "SELECT count(*) FROM sqlite_schema"); err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return opened.(conn), nil
}
