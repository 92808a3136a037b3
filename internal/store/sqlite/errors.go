package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
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
	// ErrLocked says that another program holds a lock of the file for long.
	ErrLocked = errors.New("another program holds the write lock of the file")
	// ErrMoved says that the file, or one beside it, is no longer in its place,
	// although a store has it open.
	ErrMoved = errors.New("file was moved or deleted while it is open")
	// ErrOldLibrary says that the linked SQLite is too old to be relied on.
	ErrOldLibrary = errors.New("sqlite library is too old")
)

// repair says how a copy gets into the place of a file. A log that belongs to
// another file would be applied to the copy and destroy it.
const repair = "stop the program, remove FILE-wal and FILE-shm, " +
	"then put the last copy that Runner.Backup made in the place of FILE"

// remedies say what to do about an error, if there is something to be said.
var remedies = []struct {
	err    error
	remedy string
}{
	{ErrNotDatabase, "give another path or move the file away; if it was a store, " + repair},
	{ErrForeign, "give another path"},
	{ErrNewer, "update this program"},
	{ErrDamaged, "cloacina.Verify shows what is wrong; to repair, " + repair},
	{ErrFull, "free some space; nothing stored is lost"},
	{ErrReadOnly, "the file and its directory have to be writable for this user"},
	{ErrUnreadable, "it has to be readable for this user, and with a FILE-wal its FILE-shm or the directory writable"},
	{ErrLocked, "end the transaction of that program, such as a sqlite3 shell, or close it; " +
		"others may only read a store that is in use"},
	{ErrMoved, "shut the program down without killing it, put FILE back beside its FILE-wal, " +
		"which has the last commits, and start again; if FILE was deleted, remove FILE-wal and FILE-shm, " +
		"then put the last copy that Runner.Backup made there"},
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
	case lib.SQLITE_CORRUPT, lib.SQLITE_CONSTRAINT: // the ledger lets nothing pass that does not fit sound rows
		return ErrDamaged
	case lib.SQLITE_FULL:
		return ErrFull
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_PERM:
		return ErrReadOnly
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return ErrLocked
	}
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ErrReadOnly
	case errors.Is(err, syscall.ENOSPC):
		return ErrFull
	}
	return nil
}

// kinded is an error with the kind that it is of, which its text says once.
type kinded struct{ kind, err error }

// Error returns the kind and the error.
func (e *kinded) Error() string {
	text := e.err.Error()
	if strings.Contains(text, e.kind.Error()) {
		return text
	}
	return e.kind.Error() + ": " + text
}

// Unwrap returns both.
func (e *kinded) Unwrap() []error { return []error{e.kind, e.err} }

// misread marks an error about a statement of this program that SQLite does not
// understand: the statement is right, so the schema of the file is not.
func misread(err error) error {
	if code(err) == lib.SQLITE_ERROR {
		return &kinded{kind: ErrDamaged, err: err}
	}
	return err
}

// explain says what was being done to which file, adds the kind of a SQLite
// error and the remedy, and keeps the cause.
func explain(doing, path string, err error) error {
	if err == nil {
		return nil
	}
	err = withoutPath(err, path)
	if k := kind(err); k != nil && !errors.Is(err, k) && !errors.Is(err, ErrUnreadable) {
		err = &kinded{kind: k, err: err}
	}
	for _, r := range remedies {
		if errors.Is(err, r.err) {
			return fmt.Errorf("%s store %q: %w; %s", doing, path, legibleError{err}, r.remedy)
		}
	}
	return fmt.Errorf("%s store %q: %w", doing, path, legibleError{err})
}

// withoutPath takes the path out of an error of the package os, whose text is
// to have it once.
func withoutPath(err error, path string) error {
	var about *fs.PathError
	if errors.As(err, &about) && about.Path == path && err.Error() == about.Error() {
		return fmt.Errorf("%s: %w", about.Op, about.Err)
	}
	return err
}

// explainReading is explain for one who only reads: what SQLite cannot open or
// make is then not a matter of writing.
func explainReading(doing, path string, err error) error {
	err = withoutPath(err, path)
	if k := kind(err); errors.Is(k, ErrReadOnly) {
		err = &kinded{kind: ErrUnreadable, err: err}
	}
	return explain(doing, path, err)
}
