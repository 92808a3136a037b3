package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/proof"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// TestVerifyAfterFlippedBytes changes bytes of what is stored, and has Verify
// look at the file. Most changes are of the bytes of one value, of each column in
// turn; the others are of any byte that is in use, and count only if they change
// what is stored.
//
//	go test ./internal/store/sqlite -run FlippedBytes -proof.target 20000
//	go test ./internal/store/sqlite -run FlippedBytes -proof.target 1 -proof.seed 4711
func TestVerifyAfterFlippedBytes(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "damage", 250)
	f := newFlips(t)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			path := filepath.Join(f.dir(t), "runs.db")
			for seed := range row.Seeds() {
				changed, err := f.flip(t, path, seed)
				if err != nil {
					row.Fail(seed, "%v", err)
				}
				if changed || err != nil {
					row.Done(1)
				}
			}
		})
	}
	wg.Wait()
	least := row.Target()
	for _, column := range f.columns {
		least = min(least, int64(f.flipped[column]))
	}
	row.Figure("columns", float64(len(f.columns)))
	row.Figure("least of a column", float64(least))
	row.Figure("elsewhere", float64(f.flipped["elsewhere"]))
	if total := len(f.columns); row.Target() > int64(2*total) && row.Left() > 0 && (least == 0 || f.flipped["elsewhere"] == 0) {
		t.Errorf("not everything was flipped: %v", f.flipped)
	}
}

// flips changes bytes of a file that has values in all columns.
type flips struct {
	home    string
	file    []byte
	before  string // its contents
	used    []int
	columns []string
	values  map[string][]sqlite.Stored // by column

	mu      sync.Mutex
	flipped map[string]int // by column
}

func newFlips(t *testing.T) *flips {
	t.Helper()
	f := &flips{home: t.TempDir(), values: map[string][]sqlite.Stored{}, flipped: map[string]int{}}
	path := filepath.Join(f.home, "runs.db")
	s := open(t, path)
	everyState(t, s)
	everyOtherColumn(t, s)
	closed(t, s)
	f.file = read(t, path)
	for _, v := range sqlite.StoredValues(t, path, f.file) {
		f.values[v.String()] = append(f.values[v.String()], v)
	}
	for column := range f.values {
		f.columns = append(f.columns, column)
	}
	slices.Sort(f.columns)
	for _, column := range sqlite.SummedColumns() {
		if f.values[column] == nil {
			t.Fatalf("column %s has no value", column)
		}
	}
	f.used = sqlite.UsedBytes(f.file)
	if f.before, _ = sqlite.Contents(t, f.file); f.before == "" {
		t.Fatal("the contents cannot be read")
	}
	if err := f.verify(path, f.file, "no change", false); err != nil {
		t.Fatal(err)
	}
	return f
}

// everyOtherColumn commits what everyState leaves out.
func everyOtherColumn(t *testing.T, s *sqlite.Store) {
	t.Helper()
	run := changesOf(11)
	commit(t, s, &store.RunCreated{
		Num: 11, ID: id(11), Plan: orders(), At: 90, Deadline: 99_999, Initial: []engine.Entry{{Key: "k", Value: []byte("1")}},
	}, run.decided(0, true, false, true), run.started(0, 1))
	interrupted, late := run.over(0, 1, store.AttemptInterrupted, 0), run.finished(0, 1, engine.TaskCompleted)
	interrupted.Interruptions, late.At = 1, 150
	late.Writes = append(late.Writes, engine.Entry{Key: "story", Value: bytes.Repeat([]byte("7"), 9_000)})
	commit(t, s, interrupted, run.started(0, 1))
	commit(t, s, late, run.decided(1), run.decided(2, false))
	commit(t, s, &store.RunCreated{Num: 12, ID: id(12), Plan: orders(), At: 5}, changesOf(12).decided(0),
		changesOf(12).finished(0, 0, engine.TaskCancelled), changesOf(12).finished(1, 0, engine.TaskCancelled),
		changesOf(12).finished(2, 0, engine.TaskCancelled), changesOf(12).finished(3, 0, engine.TaskCancelled),
		&store.RunEnded{Run: 12, Status: engine.RunFailed, Error: "too late", At: 6})
	if n, err := s.Purge(context.Background(), store.PurgeFilter{EndedBefore: 50}); n != 1 || err != nil {
		t.Fatalf("purge: %d, %v", n, err)
	}
}

// dir makes a directory for a worker.
func (f *flips) dir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(f.home, "")
	if err != nil {
		panic(err) // it may not be the goroutine of the test
	}
	return dir
}

// flip changes something, and reports whether it has changed what is stored. It is
// an error if it has and Verify does not find it.
func (f *flips) flip(t *testing.T, path string, seed uint64) (changed bool, err error) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	what, file := "elsewhere", slices.Clone(f.file)
	var where []int
	if column := int(seed % uint64(len(f.columns)+len(f.columns)/4)); column < len(f.columns) {
		what = f.columns[column]
		value := f.values[what][rng.IntN(len(f.values[what]))]
		for range 1 + rng.IntN(3)*rng.IntN(2) {
			where = append(where, value.Offsets[rng.IntN(len(value.Offsets))])
		}
		slices.Sort(where)
		where = slices.Compact(where)
		changed = true
	} else {
		where = []int{f.used[rng.IntN(len(f.used))]}
	}
	for _, at := range where {
		bits := byte(1 + rng.IntN(255))
		if file[at] == 8 || file[at] == 9 && len(where) == 1 { // it may say 0 or 1
			bits = 1
		}
		file[at] ^= bits
	}
	if !changed {
		after, problems := sqlite.Contents(t, file)
		changed = problems != "" || after != f.before
	}
	f.mu.Lock()
	f.flipped[what]++
	f.mu.Unlock()
	return changed, f.verify(path, file, fmt.Sprintf("%s, bytes %v", what, where), changed)
}

// verify looks at a file, in which something is to be found if it was changed.
func (f *flips) verify(path string, file []byte, what string, changed bool) error {
	if err := errors.Join(os.WriteFile(path, file, 0o600), settled(path)); err != nil {
		return err
	}
	report, err := sqlite.Verify(context.Background(), path)
	switch {
	case err != nil && !errors.Is(err, sqlite.ErrDamaged) && !errors.Is(err, sqlite.ErrNotDatabase):
		return fmt.Errorf("%s: an error of another kind: %w", what, err)
	case err == nil && (len(report.Problems) > 0) != changed:
		return fmt.Errorf("%s: what was stored is changed: %t, what is found: %v", what, changed, report.Problems)
	}
	return nil
}

// settled makes a file look as if nobody had written to it for a while: one who
// only reads waits for that, which would take most of the time of the tests.
func settled(path string) error {
	earlier := time.Now().Add(-time.Minute)
	return os.Chtimes(path, earlier, earlier)
}
