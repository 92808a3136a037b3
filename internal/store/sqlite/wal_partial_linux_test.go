package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/faultvfs"
	lib "modernc.org/sqlite/lib"
)

// TestAFailedFlushOfTheSecondHalf has the log copied in two halves, since somebody
// reads an old state, and the flush of the file fail behind the second one. What the
// first half wrote may then be lost, too, and SQLite would not copy it again.
func TestAFailedFlushOfTheSecondHalf(t *testing.T) {
	t.Parallel()
	for relaxed, name := range map[bool]string{false: "full", true: "relaxed"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, vfs := openFaulty(t, Config{Relaxed: relaxed})
			big := created(1)
			big.Initial = []engine.Entry{{Key: "k", Value: make([]byte, 30_000)}}
			mustCommit(t, s, big)
			err := s.read(context.Background(), func(c conn) error {
				if _, err := number(background, c, "SELECT count(*) FROM run"); err != nil {
					return err
				}
				mustCommit(t, s, created(2))
				return s.w.checkpoint("PASSIVE")
			})
			if err != nil {
				t.Fatal(err)
			}
			vfs.Inject(faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Sync}, Suffix: ".db"})
			if err := s.w.checkpoint("PASSIVE"); code(err) != lib.SQLITE_IOERR {
				t.Errorf("got %v", err)
			}
			if err := s.w.checkpoint("PASSIVE"); err != nil {
				t.Error(err)
			}
			mustCommit(t, s, created(3)) // the log begins anew
			mustCommit(t, s, created(4))
			if err := s.w.checkpoint("PASSIVE"); err != nil {
				t.Error(err)
			}
			journal := vfs.Journal()
			for seed := range uint64(40) { // of what the failed flush loses
				disk := faultvfs.NewDisk(seed)
				for _, op := range journal {
					op.Path = filepath.Base(op.Path)
					disk.Apply(&op)
				}
				left := t.TempDir()
				if err := disk.Durable(left); err != nil {
					t.Fatal(err)
				}
				s, err := Open(context.Background(), filepath.Join(left, "runs.db"), Config{})
				if err != nil {
					t.Errorf("relaxed %v, seed %d: %v", relaxed, seed, err)
					continue
				}
				for _, id := range []string{"run-1", "run-2", "run-3", "run-4"} {
					if _, err := s.Run(context.Background(), id); err != nil {
						t.Errorf("relaxed %v, seed %d: %v", relaxed, seed, err)
					}
				}
				if err := errors.Join(s.Close()); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
