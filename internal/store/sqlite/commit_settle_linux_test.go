package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/store"
	lib "modernc.org/sqlite/lib"
)

// openFaulty opens a store on a disk that can be told to fail.
func openFaulty(t *testing.T, cfg Config) (*Store, *faultvfs.VFS) {
	t.Helper()
	vfs, err := faultvfs.Register(t.Name())
	if err != nil {
		t.Fatal(err)
	}
	cfg.VFS = vfs.Name()
	s, err := Open(context.Background(), filepath.Join(t.TempDir(), "runs.db"), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), vfs.Close()); err != nil {
			t.Error(err)
		}
	})
	return s, vfs
}

// revived opens what a killed process would leave and returns the IDs of its runs.
func revived(t *testing.T, s *Store) map[string]bool {
	t.Helper()
	path := filepath.Join(t.TempDir(), "runs.db")
	for _, suffix := range []string{"", "-wal"} { // the index of the log is made anew
		content, err := os.ReadFile(s.Path() + suffix)
		if err == nil {
			err = os.WriteFile(path+suffix, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	r, err := OpenReader(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	runs, err := r.Runs(context.Background(), store.Filter{})
	if err = errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, run := range runs {
		ids[run.ID] = true
	}
	return ids
}

// TestWritesThatFailInACommit has each write of a commit fail in turn. After
// each failure neither this process nor one that finds the files sees the run.
func TestWritesThatFailInACommit(t *testing.T) {
	t.Parallel()
	s, vfs := openFaulty(t, Config{})
	mustCommit(t, s, created(1))
	faults := 0
	for _, code := range []int32{lib.SQLITE_FULL, lib.SQLITE_IOERR_WRITE} {
		for at := 1; ; at++ {
			vfs.Inject(faultvfs.Fault{At: at, Kinds: []faultvfs.Kind{faultvfs.Write}, Code: code, Partial: at%2 == 0, Forever: at%3 == 0})
			num := s.ledger.Last() + 1
			err := s.Commit(context.Background(), []store.Change{created(num)})
			if vfs.Heal() == 0 {
				break
			}
			faults++
			if !errors.Is(err, store.ErrUnavailable) || errors.Is(err, ErrFull) != (code == lib.SQLITE_FULL) {
				t.Fatalf("write %d: got %v", at, err)
			}
			id := fmt.Sprintf("run-%d", num)
			if _, err := s.Find(context.Background(), id); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("write %d: find: %v", at, err)
			}
			if ids := revived(t, s); ids[id] || !ids["run-1"] {
				t.Errorf("write %d: after a crash there are %v", at, ids)
			}
		}
	}
	if faults < 8 {
		t.Errorf("%d faults; a commit has more writes", faults)
	}
}

func TestFailedFlushIsUncertainAndTheLast(t *testing.T) {
	t.Parallel()
	s, vfs := openFaulty(t, Config{})
	mustCommit(t, s, created(1))
	vfs.Inject(faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Sync}})
	err := s.Commit(context.Background(), []store.Change{created(2)})
	if vfs.Heal(); !errors.Is(err, store.ErrUncertain) || errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("got %v", err)
	}
	if ids := revived(t, s); !ids["run-2"] {
		t.Error("the run is not in the log, so this shows nothing")
	}
	if err := s.Commit(context.Background(), []store.Change{created(3)}); !errors.Is(err, store.ErrUncertain) {
		t.Errorf("the next commit: %v", err)
	}
}

// TestForgottenTransactionDoesNotComeBack has a commit fail after all its pages
// are in the log.
func TestForgottenTransactionDoesNotComeBack(t *testing.T) {
	t.Parallel()
	s, vfs := openFaulty(t, Config{})
	mustCommit(t, s, created(1))
	vfs.Inject(faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Sync}, Code: lib.SQLITE_FULL})
	err := s.Commit(context.Background(), []store.Change{created(2)})
	if hits := vfs.Heal(); !errors.Is(err, store.ErrUnavailable) || hits != 1 {
		t.Fatalf("%d hits: got %v", hits, err)
	}
	if ids := revived(t, s); ids["run-2"] || !ids["run-1"] {
		t.Errorf("after a crash there are %v", ids)
	}
	vfs.Inject(faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Sync}, Code: lib.SQLITE_FULL, Forever: true})
	err = s.Commit(context.Background(), []store.Change{created(2)})
	if vfs.Heal(); !errors.Is(err, store.ErrUncertain) {
		t.Errorf("it could not be written over: %v", err)
	}
}

// TestRelaxedCommitDoesNotFlush makes sure that a relaxed store does not stop
// because of a flush that it has not promised.
func TestRelaxedCommitDoesNotFlush(t *testing.T) {
	t.Parallel()
	s, vfs := openFaulty(t, Config{Relaxed: true})
	CheckpointAfter(s, 100)
	mustCommit(t, s, created(1))
	vfs.Inject(faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Sync}, Forever: true})
	for num := int64(2); num < 1000; num++ { // with checkpoints, which fail
		mustCommit(t, s, created(num))
	}
	if hits := vfs.Heal(); hits == 0 {
		t.Error("no checkpoint was tried")
	}
}

// TestErrorsBeforeCommit has reads and writes fail while statements execute.
func TestErrorsBeforeCommit(t *testing.T) {
	t.Parallel()
	s, vfs := openFaulty(t, Config{})
	mustCommit(t, s, created(1))
	if err := s.w.exec("PRAGMA shrink_memory"); err != nil { // so that pages have to be read again
		t.Fatal(err)
	}
	vfs.Inject(faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Read}, Forever: true})
	err := s.Commit(context.Background(), []store.Change{&store.TaskDecided{Run: 1, Ready: true, At: 1}})
	if hits := vfs.Heal(); !errors.Is(err, store.ErrUnavailable) || hits == 0 {
		t.Fatalf("%d hits: got %v", hits, err)
	}
	mustCommit(t, s, &store.TaskDecided{Run: 1, Ready: true, At: 1})
}

// TestReadsThatFail says of a read that fails what failed and nothing else, and
// of a purge, which writes, that it may be tried again.
func TestReadsThatFail(t *testing.T) {
	t.Parallel()
	s, vfs := openFaulty(t, Config{Readers: 1})
	mustCommit(t, s, created(1), &store.RunEnded{Run: 1, Status: engine.RunCompleted, At: 2})
	if _, err := s.Find(context.Background(), "run-1"); err != nil {
		t.Fatal(err)
	}
	err := s.read(context.Background(), func(c conn) error { // so that pages have to be read again
		return query(background, c, "PRAGMA shrink_memory", func([]driver.Value) error { return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	vfs.Inject(faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Read}, Forever: true})
	_, err = s.Find(context.Background(), "run-1")
	if err == nil || code(err) != lib.SQLITE_IOERR || strings.Contains(err.Error(), "transaction") {
		t.Errorf("find: got %v", err)
	}
	deleted, err := s.Purge(context.Background(), store.PurgeFilter{})
	if hits := vfs.Heal(); !errors.Is(err, store.ErrUnavailable) || deleted != 0 || hits == 0 {
		t.Errorf("purge: %d, %v; %d hits", deleted, err, hits)
	}
	if deleted, err := s.Purge(context.Background(), store.PurgeFilter{}); deleted != 1 || err != nil {
		t.Errorf("purge afterwards: %d, %v", deleted, err)
	}
}

// TestWritingOverIsFlushed looks for the flush, also where commits have none.
func TestWritingOverIsFlushed(t *testing.T) {
	t.Parallel()
	s, vfs := openFaulty(t, Config{Relaxed: true})
	mustCommit(t, s, created(1))
	before := vfs.Len()
	if err := s.w.overwrite(); err != nil {
		t.Fatal(err)
	}
	if ops := vfs.Journal(); len(ops) == before || ops[len(ops)-1].Kind != faultvfs.Sync {
		t.Errorf("there were %d operations, the last one is %v", len(ops)-before, ops[len(ops)-1].Kind)
	}
	before = vfs.Len()
	mustCommit(t, s, created(2))
	for _, op := range vfs.Journal()[before:] {
		if op.Kind == faultvfs.Sync {
			t.Error("the next commit is flushed, too")
		}
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
