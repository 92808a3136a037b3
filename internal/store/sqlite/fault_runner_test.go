//go:build linux

package sqlite_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloacina-go/cloacina/internal/faultvfs"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// runnerFaults runs a runner without a fault to count the operations of its disk,
// and then again and again with one. The runner waits for the disk or stops;
// another one then finishes what it began. Nothing that showed outside is lost or
// happens again. The time between two tries is that of a bubble, so it costs none.
func runnerFaults(t *testing.T, seed uint64, seen *faultTally) (faults int, err error) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 9))
	runs := 1 + rng.IntN(3)
	plain, err := runnerCase(t, rng, runs, nil, seen)
	if err != nil {
		return 0, fmt.Errorf("a runner without a fault: %w", err)
	}
	for _, f := range drawFaults(rng, plain, faultsOf/2) {
		faults++
		ops, err := runnerCase(t, rng, runs, &f, seen)
		if err != nil {
			return faults, fmt.Errorf("a runner, fault %+v: %w", f, err)
		}
		countFault(&f, ops, seen)
	}
	return faults, nil
}

// runnerCase runs all runs to their end on a disk with a fault, in a bubble.
func runnerCase(
	t *testing.T, rng *rand.Rand, runs int, f *faultvfs.Fault, seen *faultTally,
) (ops []faultvfs.Op, err error) {
	t.Helper()
	home := memoryDir(t)
	defer removeAll(t, home)
	synctest.Test(t, func(t *testing.T) {
		r := &faultyRunner{t: t, rng: rng, home: home, runs: runs, seen: seen}
		if err = r.run(f); err == nil && f != nil {
			err = r.powerLoss(f)
		}
		ops = r.ops
	})
	return ops, err
}

// faultyRunner is a workload of runners, one after the other, on a disk that fails.
type faultyRunner struct {
	t    *testing.T
	rng  *rand.Rand
	home string
	runs int
	seen *faultTally

	processes int
	ops       []faultvfs.Op // of the processes before
	vfs       *faultvfs.VFS
	book      *book
	facts     []fact // that showed outside of the processes before
}

func (r *faultyRunner) dir() string { return filepath.Join(r.home, fmt.Sprint(r.processes)) }

// run runs one process after the other until all runs have ended.
func (r *faultyRunner) run(f *faultvfs.Fault) error {
	if err := os.Mkdir(r.dir(), 0o700); err != nil {
		return err
	}
	for {
		var err error
		if r.vfs, err = faultvfs.Intercept(r.dir()); err != nil {
			return err
		}
		before, v := len(r.ops), r.vfs
		r.book = &book{at: func() int { return before + v.Len() }}
		var healed *time.Timer
		if f != nil && r.processes == 0 {
			v.Inject(*f)
			healed = time.AfterFunc(700*time.Millisecond, func() { v.Heal() })
		}
		err = runAll(filepath.Join(r.dir(), "runs.db"), r.book, r.runs, r.facts)
		if healed != nil {
			healed.Stop()
		}
		hits := v.Hits()
		if ended := r.next(); ended != nil {
			return ended
		}
		switch {
		case err == nil && hits > 0:
			r.seen.add("runner: hit")
			return nil
		case err == nil:
			return nil
		case hits == 0:
			return fmt.Errorf("without a fault: %w", err)
		case errors.Is(err, cloacina.ErrStore):
			r.seen.add("runner: stopped")
		default:
			r.seen.add("runner: not opened, or an error of a call")
		}
		if r.processes > 3 {
			return fmt.Errorf("with a disk that works again: %w", err)
		}
	}
}

// next ends a process, whose files the next one finds as they are.
func (r *faultyRunner) next() error {
	for _, op := range r.vfs.Journal() {
		op.Path = filepath.Join("/", filepath.Base(op.Path))
		r.ops = append(r.ops, op)
	}
	facts := r.book.until(ever)
	err := errors.Join(repeated(r.facts, facts), r.vfs.Close())
	r.facts = append(r.facts, facts...)
	left := filepath.Join(r.home, fmt.Sprint(r.processes+1))
	err = errors.Join(err, os.Mkdir(left, 0o700), copyFiles(r.dir(), left))
	r.processes++
	return err
}

// powerLoss looks at what a power failure leaves at some time after the fault,
// and has a runner go on with that.
func (r *faultyRunner) powerLoss(f *faultvfs.Fault) error {
	first := slices.IndexFunc(r.ops, func(op faultvfs.Op) bool { return failed(f, &op) })
	if first < 0 || r.rng.IntN(3) == 0 {
		return nil
	}
	n := first + 1 + r.rng.IntN(len(r.ops)-first)
	disk := faultvfs.NewDisk(r.rng.Uint64())
	for i := range r.ops[:n] {
		disk.Apply(&r.ops[i])
	}
	facts := slices.DeleteFunc(slices.Clone(r.facts), func(fact fact) bool { return fact.at > n })
	if err := runnerImage(r.t, disk, r.rng.Uint64(), facts, r.runs); err != nil {
		return fmt.Errorf("power failure after operation %d of %d, of which %d failed: %w", n, len(r.ops), first+1, err)
	}
	return nil
}
