package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	"golang.org/x/sys/unix"
)

// tmpfsVariable is set in a process that has mounts of its own; its value is
// where the small file system is to be.
const tmpfsVariable = "STORE_TEST_TMPFS"

// onSmallDisk runs a test in a process of its own, in which dir is a file
// system of 1 MiB. It skips the test where nobody may have mounts of their own.
func onSmallDisk(t *testing.T, test func(t *testing.T, dir string)) {
	t.Helper()
	const refused = "mounting is refused"
	if dir := os.Getenv(tmpfsVariable); dir != "" {
		if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1m,mode=0700"); err != nil {
			t.Fatalf("%s: %v", refused, err)
		}
		test(t, dir)
		return
	}
	t.Parallel()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), tmpfsVariable+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &exit), strings.Contains(string(out), refused):
		t.Skipf("this system does not let a process have mounts of its own: %v %s", err, out)
	case err != nil:
		t.Fatalf("%v:\n%s", err, out)
	}
	t.Logf("%s", out)
}

// fill takes all space of a file system, and free gives it back.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	path := filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return func() { remove(t, path) }
}

// TestFullDisk fills the disk in the middle of work, more than once.
func TestFullDisk(t *testing.T) {
	onSmallDisk(t, func(t *testing.T, dir string) {
		s := open(t, filepath.Join(dir, "runs.db"))
		num, value := int64(0), make([]byte, 5000)
		next := func() []store.Change {
			c := created(num+1, engine.Entry{Key: "k", Value: value})
			c.Plan = orders()
			return []store.Change{c, changesOf(num + 1).decided(0)}
		}
		for range 3 {
			for range 5 {
				commit(t, s, next()...)
				num++
			}
			free := fill(t, dir)
			failed := 0
			for failed < 20 {
				err := s.Commit(context.Background(), next())
				if err == nil { // the log has space that it does not need
					num++
					continue
				}
				if failed++; !errors.Is(err, store.ErrUnavailable) || !errors.Is(err, sqlite.ErrFull) || errors.Is(err, store.ErrUncertain) {
					t.Fatalf("got %v", err)
				}
				checkAll(t, s, num)
			}
			free()
		}
		commit(t, s, next()...)
		checkAll(t, s, num+1)
		free := fill(t, dir)
		if err := s.Backup(context.Background(), filepath.Join(dir, "backup.db")); !errors.Is(err, sqlite.ErrFull) {
			t.Errorf("backup: got %v", err)
		}
		closed(t, s)
		if names := fmt.Sprint(filesBeside(t, s.Path())); strings.Contains(names, "backup") {
			t.Errorf("a backup is left: %v", names)
		}
		if s, err := sqlite.Open(context.Background(), s.Path(), sqlite.Config{}); err == nil {
			checkAll(t, s, num+1)
			closed(t, s)
		} else if !errors.Is(err, sqlite.ErrFull) {
			t.Errorf("open on a full disk: %v", err)
		}
		if _, err := sqlite.Open(context.Background(), filepath.Join(dir, "new.db"), sqlite.Config{}); !errors.Is(err, sqlite.ErrFull) {
			t.Errorf("a new store on a full disk: %v", err)
		}
		free()
		s = open(t, s.Path())
		checkAll(t, s, num+1)
		closed(t, s)
		closed(t, open(t, filepath.Join(dir, "new.db")))
		if problems := verified(t, s.Path()); len(problems) > 0 {
			t.Error(strings.Join(problems, "\n"))
		}
	})
}

// checkAll checks that a store has the runs up to a number and no other.
func checkAll(t *testing.T, s *sqlite.Store, last int64) {
	t.Helper()
	n := int64(0)
	for r, err := range s.OpenRuns(context.Background()) {
		if n++; err != nil || r.Num != n {
			t.Fatalf("run %d: %+v, %v", n, r, err)
		}
	}
	if n != last {
		t.Fatalf("%d runs, want %d", n, last)
	}
}

// TestReadOnlyFileSystem opens and reads a store that nobody can write.
func TestReadOnlyFileSystem(t *testing.T) {
	onSmallDisk(t, func(t *testing.T, dir string) {
		path := filepath.Join(dir, "runs.db")
		mine()(t, path)
		if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"runs.db", "new.db"} {
			if _, err := sqlite.Open(context.Background(), filepath.Join(dir, name), sqlite.Config{}); !errors.Is(err, sqlite.ErrReadOnly) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		r, err := sqlite.OpenReader(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer closed(t, r)
		if _, err := r.Find(context.Background(), id(1)); err != nil {
			t.Error(err)
		}
		if _, err := sqlite.Verify(context.Background(), path); err != nil {
			t.Error(err)
		}
		s := open(t, filepath.Join(t.TempDir(), "runs.db"))
		defer closed(t, s)
		if err := s.Backup(context.Background(), filepath.Join(dir, "backup.db")); !errors.Is(err, sqlite.ErrReadOnly) {
			t.Errorf("backup: got %v", err)
		}
	})
}
