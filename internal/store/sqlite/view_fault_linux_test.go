package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/store"
	lib "modernc.org/sqlite/lib"
)

// TestFaultBesideAView has the disk fail once in a commit that has a view, so that the
// page cache of SQLite is in error: it is as long as there is a transaction that reads,
// and the lock to write stays with it. The store has to be as good as new afterwards.
func TestFaultBesideAView(t *testing.T) {
	t.Parallel()
	large := func(num int64, size int) store.RunCreated {
		c := created(num)
		c.Initial = []engine.Entry{{Key: "k", Value: make([]byte, size)}}
		return c
	}
	known := created(3)
	known.ID = "run-1"
	for what, test := range map[string]struct {
		fault   faultvfs.Fault
		changes []store.Change
	}{
		"a write, when the cache is full": {
			faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Write}, Code: lib.SQLITE_FULL},
			[]store.Change{large(2, 24<<20)},
		},
		"a read, when the transaction is taken back": {
			faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Read}},
			[]store.Change{large(2, 100<<10), known},
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s, vfs := openFaulty(t, Config{})
			mustCommit(t, s, created(1))
			if !hasView(s) {
				t.Fatal("there is no view")
			}
			vfs.Inject(test.fault)
			if err := s.Commit(context.Background(), test.changes); err == nil {
				t.Error("the commit did not fail")
			}
			vfs.Heal()
			other := otherProgram(t, s)
			mustExec(t, other, "PRAGMA busy_timeout = 0")
			mustExec(t, other, "BEGIN IMMEDIATE")
			mustExec(t, other, "ROLLBACK")
			mustCommit(t, s, created(2))
		})
	}
}

// TestFlushThatFailsBeforeTheCommit has the flush of a new log's header fail, which a
// commit that is larger than the page cache does in the middle. That commit is not stored
// and the next one is, also after a power failure and on a disk that has thrown away what
// it could not write: the header is written and flushed once more with it.
func TestFlushThatFailsBeforeTheCommit(t *testing.T) {
	t.Parallel()
	s, vfs := openFaulty(t, Config{})
	mustCommit(t, s, created(1))
	if err := s.w.checkpoint("PASSIVE"); err != nil {
		t.Fatal(err)
	}
	large := created(2)
	large.Initial = []engine.Entry{{Key: "k", Value: make([]byte, 24<<20)}}
	vfs.Inject(faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Sync}})
	err := s.Commit(context.Background(), []store.Change{large})
	if hits := vfs.Heal(); hits != 1 || !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("%d faults, got %v", hits, err)
	}
	mustCommit(t, s, created(3))
	journal := vfs.Journal()
	for seed := range uint64(10) {
		disk := faultvfs.NewDisk(seed)
		for _, op := range journal {
			disk.Apply(&op)
		}
		left := t.TempDir()
		if err := disk.Image(left, seed); err != nil {
			t.Fatal(err)
		}
		again, err := Open(context.Background(), filepath.Join(left, "runs.db"), Config{})
		if err != nil {
			t.Fatal(err)
		}
		for num, stored := range []bool{1: true, 2: false, 3: true} {
			_, err := again.Find(context.Background(), fmt.Sprintf("run-%d", num))
			if found := err == nil; found != stored {
				t.Errorf("seed %d: run %d: %v", seed, num, err)
			}
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
}
