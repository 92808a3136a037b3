package sqlite

import (
	"io/fs"
	"os"
)

// atRest reports whether the whole store is in the file itself: there is no
// log beside it that holds something. Then it can be read without the files
// that SQLite would make for a log, which nobody would remove. The file's
// state tells afterwards whether that was still true at the end.
func (r *reader) atRest() (fs.FileInfo, bool) {
	for _, suffix := range []string{"-wal", "-journal"} {
		if info, err := os.Stat(r.path + suffix); err == nil && info.Size() > 0 {
			return nil, false
		}
	}
	info, err := os.Stat(r.path)
	return info, err == nil
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
