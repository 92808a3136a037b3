package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"os"

	"github.com/cloacina-go/cloacina/internal/teeth"
)

// A commit goes into the log (FILE-wal). Whenever the log has grown by logGrowth
// it is copied into the file, and then begins anew with a commit that finds
// nobody reading it any more: what follows is written over it. (SQLite would do
// that by itself, but after each commit from then on, which costs two flushes, as
// long as somebody reads.)
//
// If there is always somebody who reads, because reads overlap, that never comes
// true and the log would grow for ever. Above logLimit the store therefore
// waits for a moment, with no commit under way, until those who read the log
// are done; whoever begins to read meanwhile finds everything in the file.
// One that reads for longer, such as another program with an open transaction,
// keeps the log, and is asked again now and then.
//
// Where commits are flushed and small, one that makes the log file longer takes
// twice the time of one that writes over what is there, because the file system
// has to flush what it notes about the file as well. Such a log is therefore
// copied when it has shortLogGrowth. A copy costs three flushes, so that there are
// shortLogCommits between two.
//
// All sizes are in bytes, since files differ in the size of their pages.
const (
	// logGrowth is when the log is copied. Each copy is flushed, which is why it is not
	// made more often; so much is read in a few milliseconds after a crash.
	logGrowth = 12 << 20
	// shortLogGrowth and shortLogCommits are when a log of small commits is copied.
	shortLogGrowth  = 800 << 10
	shortLogCommits = 200
	// logLimit is the size above which the log is emptied.
	logLimit = 16 << 20
	// logPatience is how many milliseconds commits wait for readers.
	logPatience = 300
	// logInterval is after how many commits the log is looked at again; after
	// one of more than logBatch statements it always is.
	logInterval = 16
	logBatch    = 8
	// busyTimeout is how many milliseconds other locks are waited for.
	busyTimeout = 10_000
)

// rhythm is after how many bytes the log is copied, and after how many commits it
// is looked at.
type rhythm struct {
	growth   int64
	interval int
}

// logKeeper keeps the log small. It is used by the goroutine that commits.
type logKeeper struct {
	commits int
	// since is the number of commits since it was last copied.
	since int
	// copied is the size of the log when it was last copied.
	copied int64
	// stuck is the size of the log when waiting for its readers was last in
	// vain. It has to grow by a quarter before commits wait again.
	stuck int64
	note  string
}

// keepLog looks after the log when a commit of some statements is done. What
// fails here is not lost and is tried again.
func (s *Store) keepLog(statements int) {
	if teeth.Has(teeth.LogNeverCopied) {
		return
	}
	k := &s.log
	k.since++
	if k.commits++; k.commits < s.often.interval && statements <= logBatch {
		return
	}
	k.commits = 0
	size, err := s.w.logSize()
	if err != nil {
		return
	}
	if size < max(k.copied, s.often.growth) {
		*k = logKeeper{since: k.since} // it is small, or has begun anew
	} else if info, err := os.Stat(s.path + "-wal"); err == nil && info.Size() > logLimit {
		s.emptyLog(info.Size())
		return
	}
	grown := size - k.copied
	if grown >= s.often.growth || !s.relaxed && grown >= shortLogGrowth && k.since >= shortLogCommits {
		k.copied, k.since = size, 0
		_ = s.w.checkpoint("PASSIVE") // what it leaves is copied later
	}
}

// logSize returns how many bytes of the log are part of a commit. The file may be
// longer: what was in the log before it began anew is behind them.
func (w *writer) logSize() (int64, error) {
	if w.frameSize == 0 { // stays the same as long as the file is open
		size, err := w.number("PRAGMA page_size")
		if err != nil {
			return 0, err
		}
		w.frameSize = frameHeaderSize + size
	}
	frames, err := w.logged()
	return frames * w.frameSize, err
}

// emptyLog tries to empty a log that is too large.
func (s *Store) emptyLog(size int64) {
	k := &s.log
	wait := size >= k.stuck+k.stuck/4
	patience := 0
	if wait {
		patience = logPatience
	}
	err := s.w.waiting(patience, func() error { return s.w.checkpoint("TRUNCATE") })
	if err == nil {
		*k = logKeeper{}
		return
	}
	if wait {
		k.stuck = size
	}
	// No figure that grows: whoever logs notes would log it with each commit.
	k.note = fmt.Sprintf("%q has grown to more than %d MiB and cannot be emptied (%v); "+
		"it shrinks with one of the next commits after that is over", s.path+"-wal", logLimit>>20, err)
}

// errLogInUse says that somebody reads an old state of the file.
var errLogInUse = errors.New("somebody has been reading the file for long, such as another program in a transaction")

// checkpoint copies the log into the file, in one of the modes of SQLite.
func (w *writer) checkpoint(mode string) error {
	w.leaveView()
	if err := w.secure(); err != nil {
		return err
	}
	err := query(background, w.conn, "PRAGMA wal_checkpoint("+mode+")", func(v []driver.Value) error {
		if integer(v[0]) != 0 {
			return errLogInUse
		}
		return nil
	})
	if w.unsure = err != nil && !errors.Is(err, errLogInUse); !w.unsure {
		w.again = 0
	}
	return err
}

// waiting calls f, which waits for locks no longer than some milliseconds.
func (w *writer) waiting(patience int, f func() error) error {
	if err := w.exec(fmt.Sprintf("PRAGMA busy_timeout = %d", patience)); err != nil {
		return err
	}
	return errors.Join(f(), w.exec(fmt.Sprintf("PRAGMA busy_timeout = %d", busyTimeout)))
}
