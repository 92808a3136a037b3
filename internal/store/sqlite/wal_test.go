package sqlite_test

import (
	"context"
	"database/sql"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// logLimit is the size above which a log is emptied. If its readers are in the
// way at some moments it is emptied a bit later, but before it has twice the size.
const logLimit = 16 << 20

// logSize returns the size of a store's log.
func logSize(t *testing.T, s *sqlite.Store) int64 {
	t.Helper()
	info, err := os.Stat(s.Path() + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// TestLogStaysSmallBesideReaders has four readers overlap all the time, each in
// a snapshot that ends only after the next reader has begun one.
func TestLogStaysSmallBesideReaders(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "runs.db"), sqlite.Config{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, s)
	db, err := sql.Open("sqlite", "file:"+s.Path()+"?mode=ro") // waits for no lock
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var stop atomic.Bool
	var reads atomic.Int64
	for range 4 {
		wg.Go(func() {
			for !stop.Load() {
				if err := readBriefly(db, &reads); err != nil {
					t.Errorf("reader: %v", err)
					return
				}
			}
		})
	}
	const commits = 5000
	largest, value := int64(0), make([]byte, 5<<10)
	for num := int64(1); num <= commits; num++ {
		commit(t, s, created(num, engine.Entry{Key: "k", Value: value}),
			&store.RunEnded{Run: num, Status: engine.RunCompleted, At: num})
		largest = max(largest, logSize(t, s))
	}
	stop.Store(true)
	wg.Wait()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	t.Logf("the log had up to %d KiB; %d reads", largest>>10, reads.Load())
	if largest > 2*logLimit {
		t.Errorf("the log grew to %d bytes", largest)
	}
	if reads.Load() < 100 {
		t.Errorf("%d reads are no load", reads.Load())
	}
}

// readBriefly holds a snapshot until two more reads have begun, by others or
// after a while by itself.
func readBriefly(db *sql.DB, reads *atomic.Int64) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	var n int
	err = tx.QueryRow("SELECT count(*) FROM (SELECT 1 FROM run LIMIT 20)").Scan(&n)
	begun := reads.Add(1)
	for range 100 {
		if reads.Load() >= begun+2 {
			break
		}
		runtime.Gosched()
	}
	if ended := tx.Rollback(); err == nil {
		err = ended
	}
	return err
}

// TestLogOutgrownByAForeignReader has another program read for long.
func TestLogOutgrownByAForeignReader(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "runs.db"), sqlite.Config{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, s)
	commit(t, s, created(1))
	db, err := sql.Open("sqlite", "file:"+s.Path()+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	for round := range int64(2) {
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		count := func() (n int64) {
			if err := tx.QueryRow("SELECT count(*) FROM run").Scan(&n); err != nil {
				t.Error(err)
			}
			return n
		}
		before, value := count(), make([]byte, 256<<10)
		num := 1 + 1000*round
		notes := map[string]bool{}
		for logSize(t, s) < logLimit+8<<20 {
			num++
			commit(t, s, created(num, engine.Entry{Key: "k", Value: value}))
			for _, note := range s.Notes() {
				notes[note] = strings.Contains(note, s.Path()+`-wal" has grown to more than 16 MiB`)
			}
		}
		if all := slices.Collect(maps.Keys(notes)); len(all) != 1 || !notes[all[0]] { // it does not change with the size
			t.Errorf("notes: %q", all)
		}
		if after := count(); after != before {
			t.Errorf("the reader saw %d runs and then %d", before, after)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		for range 16 {
			num++
			commit(t, s, created(num))
		}
		if size := logSize(t, s); size > logLimit {
			t.Errorf("after the reader the log has %d bytes", size)
		}
		if notes := strings.Join(s.Notes(), "\n"); strings.Contains(notes, "-wal") {
			t.Errorf("notes afterwards: %s", notes)
		}
	}
}
