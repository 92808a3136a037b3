package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// openPaged opens a store in a file that somebody made with pages of a size; 0 leaves
// it to the store to make the file.
func openPaged(t *testing.T, size int64, cfg Config) *Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "runs.db")
	if size > 0 {
		c, err := openOther(dsn(path, ""))
		if err == nil {
			_, err = c.ExecContext(background, fmt.Sprintf("PRAGMA page_size = %d; VACUUM", size), nil)
			err = errors.Join(err, c.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return openAt(t, path, cfg)
}

// openAt opens a store that is closed at the end of the test, if not before.
func openAt(t *testing.T, path string, cfg Config) *Store {
	t.Helper()
	s, err := Open(context.Background(), path, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// wantPaged fails the test if a store has pages of another size, or not the runs up
// to a number.
func wantPaged(t *testing.T, s *Store, size, runs int64) {
	t.Helper()
	if got, err := s.w.number("PRAGMA page_size"); got != size || err != nil {
		t.Errorf("%q has pages of %d bytes, %v", s.Path(), got, err)
	}
	for num := range runs {
		if _, err := s.Run(context.Background(), fmt.Sprintf("run-%d", num+1)); err != nil {
			t.Error(err)
		}
	}
	wantIntact(t, s)
}

// TestPageSizes works with files of all sizes of pages: a new one has pages of
// pageSize, and an existing one keeps its own, also as a backup and when a process has
// died and left its log.
func TestPageSizes(t *testing.T) {
	t.Parallel()
	for _, made := range []int64{0, 512, 1024, 2048, 4096, 65536} {
		t.Run(fmt.Sprint(made), func(t *testing.T) {
			t.Parallel()
			size := made
			if made == 0 {
				size = pageSize
			}
			s := openPaged(t, made, Config{})
			for num := int64(1); num <= 3; num++ {
				c := created(num)
				c.Initial = []engine.Entry{{Key: "k", Value: make([]byte, 10_000)}} // several pages
				mustCommit(t, s, c, &store.TaskDecided{Run: num, Ready: true, At: num})
			}
			wantPaged(t, s, size, 3)
			frames, copied, err := s.w.progress()
			if err != nil || frames == 0 || copied == frames {
				t.Errorf("%d pages of the log are in a commit, %d in the file, %v", frames, copied, err)
			}
			if stored, err := committedFrames(s.Path() + "-wal"); stored != frames || err != nil {
				t.Errorf("the log has %d pages, not %d, %v", frames, stored, err)
			}
			backup := filepath.Join(t.TempDir(), "backup.db")
			if err := s.Backup(context.Background(), backup); err != nil {
				t.Error(err)
			}
			left := openAt(t, leftBy(t, s), Config{})
			mustCommit(t, left, created(4))
			wantPaged(t, left, size, 4)
			wantPaged(t, openAt(t, backup, Config{}), size, 3)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			wantPaged(t, openAt(t, s.Path(), Config{}), size, 3)
		})
	}
}

// leftBy copies the files that a store would leave if its process died.
func leftBy(t *testing.T, s *Store) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "runs.db")
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(s.Path() + suffix)
		if err == nil {
			err = os.WriteFile(path+suffix, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// TestLogIsCopiedAtTheSameSize fills the log of files with pages of different sizes
// until it is copied.
func TestLogIsCopiedAtTheSameSize(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{1024, pageSize, 4096, 8192} {
		for _, relaxed := range []bool{true, false} {
			t.Run(fmt.Sprintf("%d, relaxed %t", size, relaxed), func(t *testing.T) {
				t.Parallel()
				s := openPaged(t, size, Config{Relaxed: relaxed})
				want, value := int64(logGrowth), make([]byte, 20_000)
				if !relaxed { // a log of small commits, of which there were enough
					want, value = shortLogGrowth, nil
					s.log.since = shortLogCommits
				}
				for num := int64(1); num < 2000 && s.log.copied == 0; num++ {
					c := created(num)
					c.Initial = []engine.Entry{{Key: "k", Value: value}}
					mustCommit(t, s, c)
				}
				// It is looked at after every 16 commits, which have a megabyte at most.
				at, err := s.w.logSize()
				if err != nil || at != s.log.copied || at < want || at > want+1<<20 {
					t.Errorf("it was copied at %d bytes and has %d, not %d, %v", s.log.copied, at, want, err)
				}
				if frames, copied, err := s.w.progress(); frames != copied || err != nil {
					t.Errorf("%d of %d pages were copied, %v", copied, frames, err)
				}
				if info, err := os.Stat(s.Path() + "-wal"); err != nil {
					t.Error(err)
				} else if info.Size() != walHeaderSize+at {
					t.Errorf("%d bytes are committed, in a file of %d", at, info.Size())
				}
			})
		}
	}
}
