package sqlite

import (
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
)

// commitAgain commits the pages of the log once more, as they are, if a part of the
// log has been copied into the file without a flush. That is so where somebody reads
// an older state, and SQLite leaves the flush to the copy of the rest. If that one
// fails the first part may be lost, but SQLite copies only what comes behind it.
func (w *writer) commitAgain() error {
	frames, copied, err := w.progress()
	if err != nil || copied <= w.again && w.again <= frames {
		return err
	}
	pages, err := loggedPages(w.path+"-wal", frames)
	if err != nil {
		return err
	}
	// Only a connection that may damage a file can write pages.
	other, err := openOther(dsn(w.path, w.vfs, "_defensive", "0", "_synchronous", "FULL"))
	if err != nil {
		return err
	}
	if err := errors.Join(rewritePages(other, pages), other.Close()); err != nil {
		return err
	}
	w.again = frames
	return nil
}

// rewritePages commits pages as they are.
func rewritePages(c conn, pages []int64) error {
	if _, err := c.ExecContext(background, "BEGIN IMMEDIATE", nil); err != nil {
		return err
	}
	for _, page := range pages {
		_, err := c.ExecContext(background, "UPDATE sqlite_dbpage SET data = data WHERE pgno = ?",
			[]driver.NamedValue{{Ordinal: 1, Value: page}})
		if err != nil {
			return err // closing the connection ends the transaction
		}
	}
	_, err := c.ExecContext(background, "COMMIT", nil)
	return err
}

// loggedPages returns the numbers of the pages in the first frames of a log.
func loggedPages(path string, frames int64) (pages []int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	header := make([]byte, walHeaderSize)
	if _, err := io.ReadFull(f, header); err != nil {
		return nil, err
	}
	size, _, ok := logHeader(header)
	if !ok {
		return nil, fmt.Errorf("%q has no header", path)
	}
	found := map[int64]bool{}
	for i := range frames {
		if _, err := f.ReadAt(header[:4], walHeaderSize+i*int64(frameHeaderSize+size)); err != nil {
			return nil, err
		}
		found[int64(binary.BigEndian.Uint32(header))] = true
	}
	return slices.Sorted(maps.Keys(found)), nil
}
