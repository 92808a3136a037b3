//go:build unix

package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// displacements are what can happen to the files of a store that is open, and
// what puts them back. A file that was deleted is not to be had back.
var displacements = map[string]struct{ do, undo func(path string) error }{
	"file moved": {
		func(path string) error { return os.Rename(path, path+"-elsewhere") },
		func(path string) error { return os.Rename(path+"-elsewhere", path) },
	},
	"another file in its place": {
		func(path string) error {
			return errors.Join(os.Rename(path, path+"-elsewhere"), os.WriteFile(path, []byte("x"), 0o600))
		},
		func(path string) error { return os.Rename(path+"-elsewhere", path) },
	},
	"directory moved": {
		func(path string) error { return os.Rename(filepath.Dir(path), filepath.Dir(path)+"-moved") },
		func(path string) error { return os.Rename(filepath.Dir(path)+"-moved", filepath.Dir(path)) },
	},
	"file deleted":  {os.Remove, nil},
	"log deleted":   {func(path string) error { return os.Remove(path + "-wal") }, func(string) error { return nil }},
	"index deleted": {func(path string) error { return os.Remove(path + "-shm") }, func(string) error { return nil }},
	"lock deleted":  {func(path string) error { return os.Remove(path + ".lock") }, func(string) error { return nil }},
}

// TestFilesThatAreMoved moves files while they are open. Nothing more is stored
// and acknowledged. What was is there after a shutdown, with the files put back.
func TestFilesThatAreMoved(t *testing.T) {
	t.Parallel()
	for name, displacement := range displacements {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Open(context.Background(), filepath.Join(t.TempDir(), "runs.db"), Config{})
			if err != nil {
				t.Fatal(err)
			}
			path := s.Path()
			mustCommit(t, s, created(1), &store.RunEnded{Run: 1, Status: engine.RunCompleted, At: 2})
			if err := displacement.do(path); err != nil {
				t.Fatal(err)
			}
			wantMoved(t, s)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if displacement.undo == nil {
				return
			}
			if err := displacement.undo(path); err != nil {
				t.Fatal(err)
			}
			if s, err = Open(context.Background(), path, Config{}); err != nil {
				t.Fatal(err)
			}
			runs, err := s.Runs(context.Background(), store.Filter{})
			if err != nil || len(runs) != 1 || runs[0].ID != "run-1" {
				t.Errorf("got %+v, %v", runs, err)
			}
			mustCommit(t, s, created(2))
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// wantMoved looks at what a store says whose files have been moved, when the
// interval is over and from then on.
func wantMoved(t *testing.T, s *Store) {
	t.Helper()
	for range 2 {
		s.files.next = time.Time{}
		if n, err := s.Purge(context.Background(), store.PurgeFilter{}); !errors.Is(err, ErrMoved) || n != 0 {
			t.Errorf("purge: got %d, %v", n, err)
		}
		err := s.Commit(context.Background(), []store.Change{created(2)})
		if !errors.Is(err, ErrMoved) || errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), "put FILE back") {
			t.Errorf("commit: got %v", err)
		}
	}
}

// TestFilesInTheirPlace looks at files that were written to, and that somebody
// else has opened and closed.
func TestFilesInTheirPlace(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	for num := int64(1); num <= 3; num++ {
		mustCommit(t, s, created(num))
		for _, mode := range []string{"TRUNCATE", "RESTART"} {
			if err := s.w.checkpoint(mode); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Verify(context.Background(), s.Path()); err != nil {
			t.Fatal(err)
		}
		if s.files.next = (time.Time{}); len(s.files.files) != 4 {
			t.Fatalf("%d files are watched", len(s.files.files))
		}
	}
}

// BenchmarkWatch measures a look.
func BenchmarkWatch(b *testing.B) {
	path := filepath.Join(b.TempDir(), "runs.db")
	s, err := Open(context.Background(), path, Config{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s.files.next = time.Time{}
		if err := s.files.check(); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Error(err)
	}
}
