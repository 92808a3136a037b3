package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

func TestOpenTwiceNamesTheOwner(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	s := open(t, path)
	began := time.Now()
	_, err := sqlite.Open(context.Background(), path, sqlite.Config{})
	if waited := time.Since(began); waited > time.Second {
		t.Errorf("it took %v", waited)
	}
	var owned *sqlite.OwnedError
	if !errors.Is(err, store.ErrOwned) || !errors.As(err, &owned) {
		t.Fatalf("got %v", err)
	}
	host, _ := os.Hostname()
	for _, part := range []string{path, fmt.Sprintf("process %d on host ", os.Getpid()), " on host " + host, ", since 20"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not mention %q", err, part)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOneLockForAllNamesOfAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	real := filepath.Join(dir, "real")
	if err := os.Mkdir(real, 0o700); err != nil {
		t.Fatal(err)
	}
	symlink(t, real, filepath.Join(dir, "linked"))
	symlink(t, filepath.Join("real", "runs.db"), filepath.Join(dir, "dangling.db"))
	s := open(t, filepath.Join(dir, "dangling.db"))
	t.Cleanup(func() { closed(t, s) })
	if want := resolved(t, filepath.Join(real, "runs.db")); s.Path() != want {
		t.Errorf("opened %q, want %q", s.Path(), want)
	}
	for _, name := range []string{
		filepath.Join(real, "runs.db"), filepath.Join(dir, "linked", "runs.db"), filepath.Join(dir, "dangling.db"),
		filepath.Join(dir, "real", "..", "linked", ".", "runs.db"), "sqlite://" + filepath.Join(real, "runs.db"),
	} {
		if _, err := sqlite.Open(context.Background(), name, sqlite.Config{}); !errors.Is(err, store.ErrOwned) {
			t.Errorf("%q: got %v", name, err)
		}
	}
}

func TestLoopOfLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	symlink(t, a, b)
	symlink(t, b, a)
	if _, err := sqlite.Open(context.Background(), a, sqlite.Config{}); err == nil {
		t.Error("opened a loop of links")
	}
}

func TestFilesAreForTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		return // its files have no such permissions
	}
	path := filepath.Join(t.TempDir(), "runs.db")
	s := open(t, path)
	t.Cleanup(func() { closed(t, s) })
	commit(t, s, created(1))
	if _, err := s.Find(context.Background(), "run-1"); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s: mode %o, want 600", filepath.Base(path)+suffix, mode)
		}
	}
}

func TestPathsWithStrangeNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b", "100%", "a?mode=memory", "a#b", "%41", "ü", "a&b=c", "-", "a'b", "a+b"} {
		path := filepath.Join(t.TempDir(), name)
		s := open(t, path)
		commit(t, s, created(1))
		if _, err := s.Find(context.Background(), "run-1"); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		closed(t, s)
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%q: %v, %v", name, info, err)
		}
	}
}

func TestPathsThatAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, path := range map[string]string{
		"empty": "", "only the scheme": "sqlite://", "in memory": ":memory:", "a URI of SQLite": "file:x.db?mode=memory",
		"NUL": "a\x00b", "a directory": dir, "no such directory": filepath.Join(dir, "missing", "runs.db"),
	} {
		s, err := sqlite.Open(context.Background(), path, sqlite.Config{})
		if err == nil {
			t.Errorf("%s: opened", name)
			closed(t, s)
			continue
		}
		if !strings.HasPrefix(err.Error(), "open store ") {
			t.Errorf("%s: %q does not say what was done", name, err)
		}
	}
}

func TestRelaxedStoreKeepsWhatAClosedOneWrote(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	s, err := sqlite.Open(context.Background(), path, sqlite.Config{Relaxed: true, Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	commit(t, s, created(1))
	for r, err := range s.OpenRuns(context.Background()) { // with its only reader busy, it would wait for ever
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Run(context.Background(), r.State.ID); err != nil {
			t.Fatal(err)
		}
	}
	closed(t, s)
	s = open(t, path)
	defer closed(t, s)
	if _, err := s.Find(context.Background(), "run-1"); err != nil {
		t.Error(err)
	}
}

func TestOpenWithACancelledContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	path := filepath.Join(t.TempDir(), "runs.db")
	if _, err := sqlite.Open(ctx, path, sqlite.Config{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file was created")
	}
}

func TestCloseTwice(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "runs.db"))
	closed(t, s)
	closed(t, s)
}

// created returns the creation of a run of one task; its ID is "run-NUM".
func created(num int64, initial ...engine.Entry) *store.RunCreated {
	return &store.RunCreated{Num: num, ID: id(num), Plan: onePlan(), Initial: initial, At: num}
}

func commit(tb testing.TB, s store.Store, changes ...store.Change) {
	tb.Helper()
	if err := s.Commit(context.Background(), changes); err != nil {
		tb.Fatal(err)
	}
}

func closed(tb testing.TB, s io.Closer) {
	tb.Helper()
	if err := s.Close(); err != nil {
		tb.Error(err)
	}
}

func symlink(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

// resolved returns a path with its links resolved; temporary directories may be links.
func resolved(t *testing.T, path string) string {
	t.Helper()
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		t.Fatal(err)
	}
	return real
}
