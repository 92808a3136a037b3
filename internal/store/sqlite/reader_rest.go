package sqlite

import (
	"io/fs"
	"os"
	"time"
)

// clockTick is longer than the time for which a file system's clock may stand
// still: what is written meanwhile gets the same time of modification.
const clockTick = 20 * time.Millisecond

// atRest reports whether the whole store is in the file itself: there is no
// log beside it that holds something. Then it can be read without the files
// that SQLite would make for a log, which nobody would remove. The file's
// state tells afterwards whether that was still true at the end.
//
// The file is looked at before the log: a state that is taken while a log is
// being copied into the file must not count as one at which it was at rest.
// And it is older than a tick before the log is looked at, or what is written
// next might leave it with the same state.
func (r *reader) atRest() (fs.FileInfo, bool) {
	info, err := os.Stat(r.path)
	if err != nil || r.beside() { // the latter is worth no wait
		return nil, false
	}
	if age := time.Since(info.ModTime()); age >= 0 && age < clockTick {
		time.Sleep(clockTick - age)
	}
	return info, !r.beside()
}

// beside reports whether a log or a journal beside the file holds something.
func (r *reader) beside() bool {
	for _, suffix := range []string{"-wal", "-journal"} {
		if log, err := os.Stat(r.path + suffix); err == nil && log.Size() > 0 {
			return true
		}
	}
	return false
}

// unchanged reports whether nobody has written to the file since a moment at
// which it was at rest. What a process commits goes into the log first, so
// whoever has begun to work with the store meanwhile does no harm until the
// log is copied into the file.
func (r *reader) unchanged(since fs.FileInfo) bool {
	now, err := os.Stat(r.path)
	return err == nil && os.SameFile(now, since) &&
		now.Size() == since.Size() && now.ModTime().Equal(since.ModTime())
}
