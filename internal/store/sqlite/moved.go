package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"time"
)

// watchInterval is how long commits go on without a look at whether the files
// are in their place. A look takes some microseconds.
const watchInterval = 5 * time.Millisecond

// watch notices when the file, its log, the index of the log or the lock is moved
// or deleted while a store has it open. Commits would go on, into a file that
// nobody finds any more; without the lock a second store could open the file.
// A look is taken before a commit, unless the last one was just now, so that
// nothing is stored and acknowledged for long after that.
//
// Windows lets nobody move or delete a file that is open.
type watch struct {
	files []watched
	next  time.Time
}

// watched is a file as it was when it was opened.
type watched struct {
	path string
	info fs.FileInfo
}

// watchFiles begins to watch the files of a store, all of which are open. What
// cannot be looked at is not watched.
func watchFiles(path string) (w watch) {
	if runtime.GOOS == "windows" {
		return w
	}
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		if info, err := os.Stat(path + suffix); err == nil {
			w.files = append(w.files, watched{path: path + suffix, info: info})
		}
	}
	return w
}

// check returns an error that matches [ErrMoved] if a file is not in its place.
func (w *watch) check() error {
	now := time.Now()
	if now.Before(w.next) {
		return nil
	}
	w.next = now.Add(watchInterval)
	for _, f := range w.files {
		if err := f.check(); err != nil {
			return err
		}
	}
	return nil
}

// check returns an error that matches [ErrMoved] if the file is not in its place.
func (f watched) check() error {
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %q is not there any more", ErrMoved, f.path)
	case err != nil: // which says nothing about where the file is
	case !os.SameFile(info, f.info):
		return fmt.Errorf("%w: %q is another file now", ErrMoved, f.path)
	}
	return nil
}
