package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// What can be wrong with a file, to be tested with [errors.Is].
var (
	// ErrNotDatabase says that the file is no SQLite database.
	ErrNotDatabase = errors.New("file is not a database")
	// ErrForeign says that the file is a database of another program.
	ErrForeign = errors.New("file is a database of another program")
	// ErrNewer says that a newer version has written the file.
	ErrNewer = errors.New("file belongs to a newer version")
	// ErrDamaged says that the file is damaged, or that another program has changed it.
	ErrDamaged = errors.New("file is damaged")
	// ErrFull says that there is no space left for the file.
	ErrFull = errors.New("disk is full")
	// ErrReadOnly says that the file cannot be written.
	ErrReadOnly = errors.New("file cannot be written")
	// ErrUnreadable says that the file, or the log that a killed process left
	// beside it, cannot be read.
	ErrUnreadable = errors.New("file cannot be read")
	// ErrOldLibrary says that the linked SQLite is too old to be relied on.
	ErrOldLibrary = errors.New("sqlite library is too old")
)

// remedies say what to do about an error, if there is something to be said.
var remedies = []struct {
	err    error
	remedy string
}{
	{ErrNotDatabase, "give another path or move the file away"},
	{ErrForeign, "give another path"},
	{ErrNewer, "update this program"},
	{ErrDamaged, "restore it from a backup"},
	{ErrFull, "free some space; nothing stored is lost"},
	{ErrReadOnly, "the file and its directory have to be writable for this user"},
	{ErrUnreadable, "it has to be readable for this user, and with a FILE-wal its FILE-shm or the directory writable"},
	{ErrOldLibrary, "update modernc.org/sqlite"},
}

// code returns the primary SQLite result code of an error, 0 if it has none.
func code(err error) int { return extendedCode(err) & 0xff }

// extendedCode returns the SQLite result code of an error, 0 if it has none.
func extendedCode(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// passing reports whether an error says nothing about the file itself, so that
// what failed may succeed later.
func passing(err error) bool {
	switch code(err) {
	case lib.SQLITE_FULL, lib.SQLITE_IOERR, lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_PROTOCOL,
		lib.SQLITE_NOMEM, lib.SQLITE_CANTOPEN, lib.SQLITE_READONLY, lib.SQLITE_PERM, lib.SQLITE_INTERRUPT:
		return true
	}
	return false
}

// kind returns the error of this package that a result code stands for, or nil.
func kind(err error) error {
	switch code(err) {
	case lib.SQLITE_NOTADB:
		return ErrNotDatabase
	case lib.SQLITE_CORRUPT:
		return ErrDamaged
	case lib.SQLITE_FULL:
		return ErrFull
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_PERM:
		return ErrReadOnly
	}
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ErrReadOnly
	case errors.Is(err, syscall.ENOSPC):
		return ErrFull
	}
	return nil
}

// explain says what was being done to which file, adds the kind of a SQLite
// error and the remedy, and keeps the cause.
func explain(doing, path string, err error) error {
	if err == nil {
		return nil
	}
	if k := kind(err); k != nil && !errors.Is(err, k) && !errors.Is(err, ErrUnreadable) {
		err = fmt.Errorf("%w: %w", k, err)
	}
	for _, r := range remedies {
		if errors.Is(err, r.err) {
			return fmt.Errorf("%s store %q: %w; %s", doing, path, err, r.remedy)
		}
	}
	return fmt.Errorf("%s store %q: %w", doing, path, err)
}

// explainReading is explain for one who only reads: what SQLite cannot open or
// make is then not a matter of writing.
func explainReading(doing, path string, err error) error {
	if k := kind(err); errors.Is(k, ErrReadOnly) {
		err = fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return explain(doing, path, err)
}
