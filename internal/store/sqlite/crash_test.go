//go:build linux

package sqlite_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	"github.com/cloacina-go/cloacina/internal/store/storetest"
)

var (
	images = flag.Int("images", 1_000, "number of simulated power failures")
	seed   = flag.Uint64("seed", 0, "simulate the power failures or faults of the workload with this seed only")
)

func init() { dyingChild = sqlite.MigrateAndDie }

// TestPowerFailure has the power fail at any operation of random workloads, and
// looks at what is left: the file opens, everything that was acknowledged is
// there, what was being committed is there as a whole or not at all, and the
// store goes on from it.
//
//	go test ./internal/store/sqlite -run PowerFailure -images=100000
//	go test ./internal/store/sqlite -run PowerFailure -seed=4711
func TestPowerFailure(t *testing.T) {
	t.Parallel()
	seen := crashes(t, *images, crash{})
	if lost := seen.lost.Load(); lost > 0 {
		t.Errorf("%d images lack a commit that was acknowledged", lost)
	}
	// Images with nothing at stake would prove nothing.
	for what, n := range map[string]int64{
		"in the middle of a commit": seen.inFlight.Load(), "with the commit under way stored": seen.early.Load(),
		"in the middle of a checkpoint within a commit": seen.checkpoint.Load(),
		"of a WAL": seen.wal.Load(), "of a file in the making": seen.fresh.Load(),
	} {
		if n < int64(*images/200) && *seed == 0 {
			t.Errorf("%d images %s; want more", n, what)
		}
	}
	t.Logf("%d images of %d workloads: %d in the middle of a commit, which %d have, %d of them of its checkpoint; "+
		"%d have a WAL, %d were in the making", seen.images.Load(), seen.workloads.Load(), seen.inFlight.Load(),
		seen.early.Load(), seen.checkpoint.Load(), seen.wal.Load(), seen.fresh.Load())
}

// TestPowerFailureOfARelaxedStore shows what Relaxed gives up, and that it is
// not more: the last commits get lost, but every image is a state that was.
func TestPowerFailureOfARelaxedStore(t *testing.T) {
	t.Parallel()
	seen := crashes(t, *images/4, crash{relaxed: true})
	if seen.lost.Load() == 0 && *seed == 0 {
		t.Error("nothing was lost, so the images do not show what a power failure does")
	}
	t.Logf("%d of %d images lack a commit that was acknowledged", seen.lost.Load(), seen.images.Load())
}

// TestPowerFailureOfALyingDisk shows that the images are able to show losses: on
// a disk that only says that it has synced, they have to.
func TestPowerFailureOfALyingDisk(t *testing.T) {
	t.Parallel()
	seen := crashes(t, *images/10, crash{lying: true})
	if seen.lost.Load() == 0 && *seed == 0 {
		t.Error("nothing was lost, so the images do not show what a power failure does")
	}
	t.Logf("%d of %d images lack a commit that was acknowledged", seen.lost.Load(), seen.images.Load())
}

// crash is what power failures are simulated of.
type crash struct {
	relaxed bool
	// lying says that the disk lies about syncs, from the middle of the workload
	// on, so that nothing is known about an image but what must be in it.
	lying bool
}

// crashTally counts what images showed.
type crashTally struct {
	workloads, images, inFlight, early, checkpoint, wal, fresh, lost atomic.Int64
}

// crashes simulates power failures on all processors.
func crashes(t *testing.T, total int, c crash) *crashTally {
	t.Helper()
	const imagesPerWorkload = 20
	seen := new(crashTally)
	onAllProcessors(t, func(t *testing.T, seed uint64) (more bool) {
		t.Helper()
		seen.workloads.Add(1)
		crashWorkload(t, c, seed, imagesPerWorkload, seen)
		return seen.images.Load() < int64(total)
	})
	return seen
}

// onAllProcessors calls f with the seeds from 1 on until it returns false, or
// once with the one that the flag says.
func onAllProcessors(t *testing.T, f func(t *testing.T, seed uint64) (more bool)) {
	t.Helper()
	if *seed > 0 {
		f(t, *seed)
		return
	}
	var next atomic.Uint64
	t.Run("seeds", func(t *testing.T) {
		for w := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint(w), func(t *testing.T) {
				t.Parallel()
				for more := true; more && !t.Failed(); {
					more = f(t, next.Add(1))
				}
			})
		}
	})
}

// crashWorkload runs a workload and checks images of it.
func crashWorkload(t *testing.T, c crash, seed uint64, count int, seen *crashTally) {
	t.Helper()
	r := record(t, c, seed)
	defer r.remove(t)
	journal := r.vfs.Journal()
	rng := rand.New(rand.NewPCG(seed, 3))
	points := make([]int, len(journal)) // how many images there are after each operation
	for range count {
		i := rng.IntN(len(journal))
		for journal[i].Kind == faultvfs.Read || journal[i].Kind == faultvfs.Close { // changes nothing
			i = (i + 1) % len(journal)
		}
		points[i]++
	}
	disk := faultvfs.NewDisk(seed)
	for i := range journal {
		disk.Apply(&journal[i])
		for n := range points[i] {
			image := filepath.Join(r.dir, "image")
			if err := os.Mkdir(image, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := disk.Image(image, rng.Uint64()); err != nil {
				t.Fatal(err)
			}
			if acknowledged, begun := r.between(i + 1); begun > acknowledged && journal[i].Kind == faultvfs.Write &&
				strings.HasSuffix(journal[i].Path, ".db") {
				seen.checkpoint.Add(1)
			}
			if err := r.check(t, image, i+1, c, seen); err != nil {
				t.Fatalf("seed %d, image %d after operation %d (%v of %s): %v\nreplay with -run '%s' -seed=%d",
					seed, n, i+1, journal[i].Kind, filepath.Base(journal[i].Path), err, strings.SplitN(t.Name(), "/", 2)[0], seed)
			}
			if err := os.RemoveAll(image); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// recording is a workload that ran, with the states that it went through.
type recording struct {
	dir    string
	vfs    *faultvfs.VFS
	states []string // before the first commit and after each
	// begin and end are the lengths of the journal around each commit.
	begin, end []int
}

// record runs a workload: commits, purges, reads, checkpoints, and closing and
// opening in between. The states are those of a store in memory that does the same.
func record(t *testing.T, c crash, seed uint64) *recording {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 4))
	v := registered(t)
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	r := &recording{dir: dir, vfs: v}
	cfg := sqlite.Config{Relaxed: c.relaxed, VFS: v.Name()}
	path := filepath.Join(r.dir, "runs.db")
	pages := checkpoints[seed%uint64(len(checkpoints))]
	s, model, w := openWith(t, path, cfg, pages), memory.New(), newWorkload(rng)
	r.states = []string{described(t, model)}
	steps := 4 + rng.IntN(30)
	for i := range steps {
		if c.lying && i == steps/2 {
			v.Lie()
		}
		switch rng.IntN(12) {
		case 0:
			closed(t, s)
			s = openWith(t, path, cfg, pages)
		case 1, 2:
			if err := checkpoint(path, v.Name(), rng); err != nil {
				t.Fatal(err)
			}
		case 3:
			if got := described(t, s); got != r.states[len(r.states)-1] {
				t.Fatalf("seed %d: read (-want +got):\n%s", seed, storetest.Diff(r.states[len(r.states)-1], got))
			}
		case 4:
			f := store.PurgeFilter{Limit: 1 + rng.IntN(3)}
			r.commit(t, seed, model, func(s store.Store) error { _, err := s.Purge(context.Background(), f); return err }, s)
		default:
			batch := w.next()
			r.commit(t, seed, model, func(s store.Store) error { return s.Commit(context.Background(), batch) }, s)
		}
	}
	closed(t, s)
	return r
}

// remove removes all that the recording has outside memory, at once: there
// are many in a test.
func (r *recording) remove(t *testing.T) {
	t.Helper()
	if err := errors.Join(r.vfs.Close(), os.RemoveAll(r.dir)); err != nil {
		t.Error(err)
	}
}

// commit does the same to both stores.
func (r *recording) commit(t *testing.T, seed uint64, model store.Store, do func(store.Store) error, s store.Store) {
	t.Helper()
	if err := do(model); err != nil {
		t.Fatalf("seed %d: the store in memory: %v", seed, err)
	}
	r.begin = append(r.begin, r.vfs.Len())
	if err := do(s); err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	r.end = append(r.end, r.vfs.Len())
	r.states = append(r.states, described(t, model))
}

// between returns how many commits were acknowledged before an operation, and
// how many had begun.
func (r *recording) between(op int) (acknowledged, begun int) {
	for i := range r.begin {
		if r.end[i] <= op {
			acknowledged++
		}
		if r.begin[i] < op {
			begun++
		}
	}
	return acknowledged, begun
}

// check checks an image that was made after so many operations.
func (r *recording) check(t *testing.T, dir string, op int, c crash, seen *crashTally) error {
	t.Helper()
	path := filepath.Join(dir, "runs.db")
	seen.images.Add(1)
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		seen.wal.Add(1)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		seen.fresh.Add(1)
	}
	acknowledged, begun := r.between(op)
	if begun > acknowledged {
		seen.inFlight.Add(1)
	}
	got, err := reopen(t, path, true)
	if err != nil && c.lying {
		seen.lost.Add(1)
		return nil
	}
	if err != nil {
		return err
	}
	for k := begun; k >= 0; k-- {
		if r.states[k] != got {
			continue
		}
		switch {
		case k > acknowledged:
			seen.early.Add(1)
		case k < acknowledged:
			seen.lost.Add(1)
			if !c.relaxed && !c.lying {
				return fmt.Errorf("%d commits of %d that were acknowledged are there", k, acknowledged)
			}
		}
		return nil
	}
	if c.lying {
		seen.lost.Add(1)
		return nil
	}
	return fmt.Errorf("no state that ever was; %d commits were acknowledged, %d had begun (-acknowledged +got):\n%s",
		acknowledged, begun, storetest.Diff(r.states[acknowledged], got))
}
