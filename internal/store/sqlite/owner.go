package sqlite

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/teeth"
)

// OwnedError says who has a store open. It matches [store.ErrOwned] under [errors.Is].
type OwnedError struct {
	// Path is the path of the store.
	Path string
	// Owner is what the owner wrote about itself: process, host and start time.
	Owner string
}

// Error names the file, the owner and the remedy.
func (e *OwnedError) Error() string {
	return fmt.Sprintf("store %q is owned by %s; stop it, or use another file", e.Path, e.Owner)
}

// Unwrap returns [store.ErrOwned].
func (e *OwnedError) Unwrap() error { return store.ErrOwned }

// errLocked is what lockFile returns when another file handle has the lock.
var errLocked = errors.New("locked")

// fileLock is an exclusive lock on a file. The system releases it when the
// process ends in whatever way. The file stays, because removing it would let
// two processes lock two files of the same name.
type fileLock struct{ file *os.File }

// acquire takes the lock that belongs to a store and writes the owner into it.
func acquire(path string) (*fileLock, error) {
	name := path + ".lock"
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, explain("open", path, err)
	}
	if owner, err := lockOrOwner(f); err != nil {
		return nil, errors.Join(refusal(path, owner, err), f.Close())
	}
	if err := lockInPlace(f); err != nil {
		return nil, errors.Join(fmt.Errorf("open store %q: %w", path, err), unlockFile(f), f.Close())
	}
	if err := writeOwner(f); err != nil {
		return nil, errors.Join(explain("open", path, fmt.Errorf("write %q: %w", name, err)), f.Close())
	}
	return &fileLock{file: f}, nil
}

// lockInPlace checks that the file that was locked is the one that others would lock.
// While one process waits for the lock, somebody may remove the file; then the next
// process locks another one of the same name.
func lockInPlace(f *os.File) error {
	locked, err := f.Stat()
	if err != nil {
		return err
	}
	if err := (watched{path: f.Name(), info: locked}).check(); err != nil {
		return fmt.Errorf("%w; it was waited for, and another program may have the store: open it again", err)
	}
	return nil
}

// lockOrOwner takes the lock or returns what its owner says about itself. An
// owner writes that just after it has got the lock. Until then the text is
// missing, or is that of an owner that was killed, so it is read until it stays
// the same.
func lockOrOwner(f *os.File) (owner string, err error) {
	const (
		settled = 20 * time.Millisecond
		looks   = 25
	)
	for range looks {
		if err := lockFile(f); !errors.Is(err, errLocked) {
			return "", err
		}
		text := readOwner(f)
		if text == owner && text != unnamed {
			return owner, errLocked
		}
		owner = text
		time.Sleep(settled)
	}
	return owner, errLocked
}

// refusal turns a failed lock into an error of Open.
func refusal(path, owner string, err error) error {
	if errors.Is(err, errLocked) {
		return &OwnedError{Path: path, Owner: owner}
	}
	return fmt.Errorf("open store %q: lock %q: %w; the file system has to support locks", path, path+".lock", err)
}

// release empties the file and gives the lock back. Closing would not be
// enough: a child process that is being started holds a copy of the handle,
// and with it the lock, until it executes its program.
func (l *fileLock) release() error {
	if teeth.Has(teeth.LockRemoved) {
		_ = os.Remove(l.file.Name())
	}
	return errors.Join(l.file.Truncate(0), unlockFile(l.file), l.file.Close())
}

// writeOwner replaces the file's text by one about this process.
func writeOwner(f *os.File) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	since := time.Now().UTC().Format(time.RFC3339)
	_, err = fmt.Fprintf(f, "process %d on host %s, since %s\n", os.Getpid(), host, since)
	return err
}

// unnamed is an owner that has not written about itself.
const unnamed = "a process that has just started"

// readOwner returns the file's text in one line.
func readOwner(f *os.File) string {
	const enough = 1024
	text, err := io.ReadAll(io.NewSectionReader(f, 0, enough))
	if owner := strings.Join(strings.Fields(string(text)), " "); err == nil && owner != "" {
		return owner
	}
	return unnamed
}
