package sqlite

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/store"
	lib "modernc.org/sqlite/lib"
)

// copyOf copies a store that is open, as a killed process would leave it, but
// for the index of its log.
func copyOf(t *testing.T, s *Store) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "runs.db")
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(s.Path() + suffix)
		if err == nil {
			err = os.WriteFile(path+suffix, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// TestWhatADeadProcessLeftIsDurable opens a store whose last commit was written
// but not flushed when its process died. Once it is open the commit is told to
// whoever asks, so a power failure must not undo it, even if the system never
// writes what it once failed to flush.
func TestWhatADeadProcessLeftIsDurable(t *testing.T) {
	t.Parallel()
	s, vfs := openFaulty(t, Config{})
	mustCommit(t, s, created(1))
	vfs.Inject(faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Sync}})
	if err := s.Commit(context.Background(), []store.Change{created(2)}); !errors.Is(err, store.ErrUncertain) {
		t.Fatalf("got %v", err)
	}
	path := copyOf(t, s)
	second, err := faultvfs.Register(t.Name() + "-second")
	if err != nil {
		t.Fatal(err)
	}
	s, err = Open(context.Background(), path, Config{VFS: second.Name()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Find(context.Background(), "run-2"); err != nil {
		t.Errorf("it is not in the log, so this shows nothing: %v", err)
	}
	disk := faultvfs.NewDisk(1)
	for _, op := range second.Journal() {
		if filepath.Ext(op.Path) == ".db" { // what is in the log counts as lost
			disk.Apply(&op)
		}
	}
	if err := errors.Join(s.Close(), second.Close()); err != nil {
		t.Error(err)
	}
	left := t.TempDir()
	if err := disk.Durable(left); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(context.Background(), filepath.Join(left, "runs.db"), Config{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Find(context.Background(), "run-2"); err != nil {
		t.Errorf("after a power failure: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestAFailedFlushOfADeadProcess has the last commit of a process written and its
// flush fail, behind a commit that is on disk. The next process finds both in the
// log and copies them into the file. If what the first one failed to flush is lost
// in a power failure, only the older commit is in the log, whose pages must not
// take the place of the newer ones in the file.
func TestAFailedFlushOfADeadProcess(t *testing.T) {
	t.Parallel()
	s, first := openFaulty(t, Config{})
	mustCommit(t, s, created(1))
	first.Inject(faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Sync}})
	if err := s.Commit(context.Background(), []store.Change{created(2)}); !errors.Is(err, store.ErrUncertain) {
		t.Fatalf("got %v", err)
	}
	path, journal := copyOf(t, s), first.Journal()
	second, err := faultvfs.Register(t.Name() + "-second")
	if err != nil {
		t.Fatal(err)
	}
	if s, err = Open(context.Background(), path, Config{VFS: second.Name()}); err != nil {
		t.Fatal(err)
	}
	journal = append(journal, second.Journal()...)
	if err := errors.Join(s.Close(), second.Close()); err != nil {
		t.Error(err)
	}
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
			t.Fatalf("seed %d: %v", seed, err)
		}
		for _, id := range []string{"run-1", "run-2"} {
			if _, err := s.Run(context.Background(), id); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestOpeningOnAFullDisk opens what a dead process left where the log cannot be
// copied into the file. Reading has to work, and commits as soon as there is space.
func TestOpeningOnAFullDisk(t *testing.T) {
	t.Parallel()
	s, _ := openFaulty(t, Config{})
	mustCommit(t, s, created(1))
	path := copyOf(t, s)
	full, err := faultvfs.Register(t.Name() + "-full")
	if err != nil {
		t.Fatal(err)
	}
	full.Inject(faultvfs.Fault{Kinds: []faultvfs.Kind{faultvfs.Write}, Code: lib.SQLITE_FULL, Forever: true})
	s, err = Open(context.Background(), path, Config{VFS: full.Name()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Find(context.Background(), "run-1"); err != nil {
		t.Error(err)
	}
	if err := s.Commit(context.Background(), []store.Change{created(2)}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	if full.Heal() == 0 {
		t.Error("nothing was written")
	}
	mustCommit(t, s, created(2))
	if err := errors.Join(s.Close(), full.Close()); err != nil {
		t.Error(err)
	}
}

// TestLogWithADamagedHeader tears the header of a log as if it was beginning
// anew, and damages it in other ways. The log is refused unless all that is in
// it is in the file.
func TestLogWithADamagedHeader(t *testing.T) {
	t.Parallel()
	damages := map[string]func(log []byte){
		"torn": func(log []byte) {
			binary.BigEndian.PutUint32(log[12:], binary.BigEndian.Uint32(log[12:])+1)
			binary.BigEndian.PutUint32(log[16:], binary.BigEndian.Uint32(log[16:])+1)
		},
		"sum":   func(log []byte) { log[31] ^= 1 },
		"magic": func(log []byte) { log[0] = 0 },
		"salt":  func(log []byte) { log[18] ^= 4 },
		"zeros": func(log []byte) { clear(log[:walHeaderSize]) },
	}
	end := int64(0) // of the log, whose file has what it was before it began anew behind it
	// lost are damages by which it cannot be told that all is in the file.
	lost := map[string]func(log []byte){
		"the first page, too":  func(log []byte) { clear(log[:200]); log[300] ^= 1 },
		"the second page, too": func(log []byte) { clear(log[:32]); log[32+24+pageSize+50] ^= 1 },
		"the last page, too":   func(log []byte) { clear(log[:32]); log[end-50] ^= 1 },
		"all":                  func(log []byte) { clear(log) },
	}
	for _, copied := range []bool{true, false} {
		s := openStore(t)
		mustCommit(t, s, created(1))
		// Long enough to have several pages, and one page more than once.
		big := created(2)
		big.Initial = []engine.Entry{{Key: "k", Value: make([]byte, 10_000)}}
		mustCommit(t, s, big)
		if err := s.w.overwrite(); err != nil { // changes nothing in the file
			t.Fatal(err)
		}
		frames, err := s.w.logged()
		if err != nil {
			t.Fatal(err)
		}
		end = walHeaderSize + frames*(frameHeaderSize+pageSize)
		if copied {
			if err := s.w.checkpoint("PASSIVE"); err != nil {
				t.Fatal(err)
			}
		}
		for name, damage := range damages {
			tryDamagedLog(t, fmt.Sprintf("copied %v, %s", copied, name), copyOf(t, s), damage, copied)
		}
		for name, damage := range lost {
			tryDamagedLog(t, fmt.Sprintf("copied %v, %s", copied, name), copyOf(t, s), damage, false)
		}
	}
}

// tryDamagedLog opens a store with a damaged log.
func tryDamagedLog(t *testing.T, name, path string, damage func(log []byte), opens bool) {
	t.Helper()
	log, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	damage(log)
	if err := os.WriteFile(path+"-wal", log, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := OpenReader(context.Background(), path)
	if err == nil {
		err = r.Close()
	}
	if (err == nil) != opens || !opens && !errors.Is(err, ErrDamaged) {
		t.Errorf("%s: a reader got %v", name, err)
	}
	s, err := Open(context.Background(), path, Config{})
	if !opens {
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: got %v", name, err)
		}
		return
	}
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	for _, id := range []string{"run-1", "run-2"} {
		if _, err := s.Run(context.Background(), id); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	mustCommit(t, s, created(3))
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
