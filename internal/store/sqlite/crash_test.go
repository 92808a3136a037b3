//go:build linux

package sqlite_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/proof"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

func init() { dyingChild = sqlite.MigrateAndDie }

// TestPowerFailure has the power fail at any operation of random workloads, and
// looks at what is left: the file opens, everything that was acknowledged is
// there, what was being committed is there as a whole or not at all, and the
// store goes on from it. The power fails again while what is left is opened and
// goes on, up to four times in a row. In some workloads processes are killed, and
// others open what they leave; in others there is a runner, see [runnerWorkload].
//
//	go test ./internal/store/sqlite -run 'PowerFailure$' -proof.target 100000
//	go test ./internal/store/sqlite -run 'PowerFailure$' -proof.target 1 -proof.seed 4711
func TestPowerFailure(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "power loss", 1_000)
	seen := new(crashTally)
	forSeeds(t, row, func(t *testing.T, seed uint64) (int, error) {
		t.Helper()
		if seed%8 == 7 {
			return runnerWorkload(t, seed, seen)
		}
		return crashWorkload(t, crash{}, seed, seen)
	})
	done := seen.images.Load()
	// Images with nothing at stake would prove nothing.
	for what, n := range map[string]*atomic.Int64{
		"in the middle of a commit": &seen.underWay, "with the commit under way stored": &seen.early,
		"in the middle of a checkpoint within a commit": &seen.checkpoint, "of a log": &seen.wal,
		"of a file in the making": &seen.fresh, "of a second failure": &seen.again,
		"of a log that a dead process left": &seen.left, "of a runner": &seen.runners,
	} {
		if n.Load() < done/200 {
			t.Errorf("%d of %d images %s; want more", n.Load(), done, what)
		}
		row.Figure(what, float64(n.Load()))
	}
}

// TestPowerFailureOfARelaxedStore shows what Relaxed gives up, and that it is
// not more: the last commits get lost, but every image is a state that was.
func TestPowerFailureOfARelaxedStore(t *testing.T) {
	t.Parallel()
	lossy(t, proof.Begin(t, "power loss, relaxed", 250), crash{relaxed: true})
}

// TestPowerFailureOfALyingDisk shows that the images are able to show losses: on
// a disk that only says that it has synced, they have to.
func TestPowerFailureOfALyingDisk(t *testing.T) {
	t.Parallel()
	lossy(t, proof.Begin(t, "power loss, lying disk", 100), crash{lying: true})
}

// lossy takes images that may lack what was acknowledged, some of which have to.
func lossy(t *testing.T, row *proof.Row, c crash) {
	t.Helper()
	seen := new(crashTally)
	forSeeds(t, row, func(t *testing.T, seed uint64) (int, error) {
		t.Helper()
		return crashWorkload(t, c, seed, seen)
	})
	lost, done := seen.lost.Load(), seen.images.Load()
	row.Figure("images that lack something", float64(lost))
	if lost == 0 && done >= 100 {
		t.Errorf("nothing was lost in %d images, so they do not show what a power failure does", done)
	}
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
	images, underWay, early, checkpoint, wal, fresh, again, left, runners, lost atomic.Int64
}

// forSeeds calls f with the seeds of a row on all processors. It returns how
// much it did, and what is wrong.
func forSeeds(t *testing.T, row *proof.Row, f func(t *testing.T, seed uint64) (int, error)) {
	t.Helper()
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for seed := range row.Seeds() {
				n, err := f(t, seed)
				if row.Done(n); err != nil {
					row.Fail(seed, "%v\nreplay with -run '^%s$' -proof.target 1 -proof.seed %d", err, t.Name(), seed)
				}
			}
		})
	}
	wg.Wait()
}

// imagesOf is how many images of a workload there are, those of further failures
// aside.
const imagesOf = 12

// crashWorkload runs a workload and checks images of it.
func crashWorkload(t *testing.T, c crash, seed uint64, seen *crashTally) (images int, err error) {
	t.Helper()
	r, err := record(t, c, seed)
	defer r.remove()
	if err != nil {
		return 0, fmt.Errorf("the workload: %w", err)
	}
	rng := rand.New(rand.NewPCG(seed, 3))
	points := drawPoints(rng, r.ops, imagesOf)
	for _, at := range r.told {
		points[at-1]++
	}
	disk := faultvfs.NewDisk(seed)
	for i := range r.ops {
		disk.Apply(&r.ops[i])
		for range points[i] {
			n, err := crashImage(t, disk, r, i+1, c, rng, seen)
			if images += n; err != nil {
				return images, fmt.Errorf("image after operation %d (%v of %s): %w",
					i+1, r.ops[i].Kind, filepath.Base(r.ops[i].Path), err)
			}
		}
	}
	return images, nil
}

// drawPoints draws after which operations images are made, and how many.
func drawPoints(rng *rand.Rand, ops []faultvfs.Op, count int) []int {
	points := make([]int, len(ops))
	for range count {
		i := rng.IntN(len(ops))
		for ops[i].Kind == faultvfs.Read || ops[i].Kind == faultvfs.Close { // changes nothing
			i = (i + 1) % len(ops)
		}
		points[i]++
	}
	return points
}

// crashImage checks an image that is made after so many operations, and images
// of what follows it.
func crashImage(
	t *testing.T, disk *faultvfs.Disk, r *recording, n int, c crash, rng *rand.Rand, seen *crashTally,
) (images int, err error) {
	t.Helper()
	dir := memoryDir(t)
	defer removeAll(t, dir)
	if err := disk.Image(dir, rng.Uint64()); err != nil {
		return 0, err
	}
	seen.note(r, dir, n)
	a := aftermath{t: t, dir: dir, rng: rng, seen: seen, last: c.lying, check: func(_ *sqlite.Store, got string) error {
		v, err := r.moments.judge(got, n)
		switch v {
		case early:
			seen.early.Add(1)
		case late:
			seen.lost.Add(1)
			if c.lying || c.relaxed && err == nil {
				return nil
			}
			if err == nil {
				err = fmt.Errorf("a commit that was acknowledged is not there")
			}
		}
		return err
	}}
	images, err = a.run()
	if c.lying && err != nil {
		seen.lost.Add(1)
		return images, nil
	}
	return images, err
}

// note counts what is special about an image.
func (seen *crashTally) note(r *recording, dir string, n int) {
	path := filepath.Join(dir, "runs.db")
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		seen.wal.Add(1)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		seen.fresh.Add(1)
	}
	if slices.ContainsFunc(r.told, func(told int) bool { return n >= told && n < told+8 }) {
		seen.left.Add(1)
	}
	if !r.moments.underWay(n) {
		return
	}
	seen.underWay.Add(1)
	if op := &r.ops[n-1]; op.Kind == faultvfs.Write && strings.HasSuffix(op.Path, ".db") {
		seen.checkpoint.Add(1)
	}
}

// remove removes all that the recording has outside memory, at once: there
// are many in a test.
func (r *recording) remove() {
	if r.s != nil {
		_ = r.s.Close() // if something has failed
	}
	if r.vfs != nil {
		_ = r.vfs.Close() // likewise
	}
	removeAll(r.t, r.home)
}
