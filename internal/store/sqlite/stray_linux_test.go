package sqlite_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestStrayCloseKeepsTheLocks opens and closes the file of an open store, as a
// program does that copies it, say. With the locks of POSIX, which belong to the
// process, that would take SQLite's locks away. Those on the FILE-shm are of
// that kind on every system.
func TestStrayCloseKeepsTheLocks(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "runs.db"))
	defer closed(t, s)
	commit(t, s, created(1))
	before := locksOn(t, s.Path())
	if before == 0 {
		t.Fatal("the file has no lock, so none can be lost")
	}
	read(t, s.Path())
	if after := locksOn(t, s.Path()); after != before {
		t.Errorf("the file had %d locks, and has %d", before, after)
	}
	commit(t, s, created(2))
}

// locksOn counts the locks on a file.
func locksOn(t *testing.T, path string) int {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(locks, fmt.Appendf(nil, ":%d ", info.Sys().(*syscall.Stat_t).Ino))
}
