package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	"golang.org/x/sys/unix"
)

func TestDirectoriesAndFilesThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"directory", "directory of a store", "lock", "file"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(publicDir(t), "runs.db")
			protect(t, name, path)
			err := asNobody(func() error {
				s, err := sqlite.Open(context.Background(), path, sqlite.Config{})
				if err == nil {
					closed(t, s)
				}
				return err
			})
			if !errors.Is(err, sqlite.ErrReadOnly) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// protect takes away a right that a store needs.
func protect(t *testing.T, name, path string) {
	t.Helper()
	if name != "directory" {
		mine()(t, path)
	}
	if name == "lock" {
		chmod(t, path+".lock", 0o444)
		return
	}
	if name != "directory" {
		remove(t, path+".lock")
	}
	if name == "file" {
		chmod(t, path, 0o444)
		chmod(t, filepath.Dir(path), 0o777)
		return
	}
	chmod(t, filepath.Dir(path), 0o555)
}

// publicDir returns a directory that everybody can look into, which is not
// true of what [testing.T.TempDir] returns.
func publicDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		t.Fatal(err)
	}
	chmod(t, dir, 0o755)
	t.Cleanup(func() {
		chmod(t, dir, 0o755)
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// asNobody calls f on a thread without the rights of the superuser, if the
// tests run as one.
func asNobody(f func() error) (err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		// The thread is not unlocked, so it ends with the goroutine.
		runtime.LockOSThread()
		if os.Geteuid() == 0 {
			const nobody = 65534
			if _, err = unix.SetfsuidRetUid(nobody); err != nil {
				return
			}
		}
		err = f()
	}()
	<-done
	return err
}

// TestReadingWithoutTheRightToWrite reads stores as another user, who cannot
// write anything.
func TestReadingWithoutTheRightToWrite(t *testing.T) {
	t.Parallel()
	live := open(t, filepath.Join(t.TempDir(), "runs.db"))
	t.Cleanup(func() { closed(t, live) })
	commit(t, live, created(1))
	for name, test := range map[string]struct {
		suffixes []string
		mode     fs.FileMode
		want     error
	}{
		"closed":                     {nil, 0o444, nil},
		"killed":                     {[]string{"", "-wal", "-shm"}, 0o444, nil},
		"killed, and the index lost": {[]string{"", "-wal"}, 0o444, sqlite.ErrUnreadable},
		"secret":                     {[]string{"", "-wal", "-shm"}, 0o000, sqlite.ErrUnreadable},
	} {
		path := filepath.Join(publicDir(t), "runs.db")
		if test.suffixes == nil {
			mine()(t, path)
		}
		for _, suffix := range test.suffixes {
			content(read(t, live.Path()+suffix))(t, path+suffix)
			chmod(t, path+suffix, test.mode)
		}
		chmod(t, path, test.mode)
		chmod(t, filepath.Dir(path), 0o555)
		before := fmt.Sprint(filesBeside(t, path))
		err := asNobody(func() error {
			r, err := sqlite.OpenReader(context.Background(), path)
			if err != nil {
				return err
			}
			defer closed(t, r)
			_, err = r.Find(context.Background(), id(1))
			return err
		})
		if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
			t.Errorf("%s: got %v", name, err)
		}
		if after := fmt.Sprint(filesBeside(t, path)); after != before {
			t.Errorf("%s: files %s became %s", name, before, after)
		}
	}
}

func TestOpeningLeavesNoDescriptorBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs.db")
	foreign := filepath.Join(t.TempDir(), "foreign.db")
	statements("CREATE TABLE customers (id INTEGER)")(t, foreign)
	cycle := func() {
		s := open(t, path)
		last, err := s.LastNum(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		commit(t, s, created(last+1))
		if _, err := s.Find(context.Background(), id(last+1)); err != nil {
			t.Fatal(err)
		}
		if _, err := sqlite.Open(context.Background(), path, sqlite.Config{}); err == nil {
			t.Fatal("opened twice")
		}
		closed(t, s)
		if _, err := sqlite.Open(context.Background(), foreign, sqlite.Config{}); err == nil {
			t.Fatal("opened a foreign database")
		}
	}
	cycle()
	before := descriptors(t)
	for range 30 {
		cycle()
	}
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

// descriptors counts the open descriptors of this process.
func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func chmod(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Error(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Error(err)
	}
}
