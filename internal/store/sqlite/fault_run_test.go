//go:build linux

package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
	"github.com/cloacina-go/cloacina/internal/store/storetest"
	lib "modernc.org/sqlite/lib"
)

// faultStart is what a workload begins with: nothing, or what a process left
// that was killed.
type faultStart struct {
	seed    uint64
	relaxed bool // see [sqlite.Config]
	files   map[string][]byte
	ops     []faultvfs.Op
	moments moments
	batches int // that the process committed
}

// newFaultStart makes the start of a workload.
func newFaultStart(t *testing.T, seed uint64, relaxed bool) (*faultStart, error) {
	t.Helper()
	start := &faultStart{
		seed: seed, relaxed: relaxed, moments: moments{{text: described(t, memory.New()), from: -1, until: ever}},
	}
	if seed%3 != 0 {
		return start, nil
	}
	r := start.newRun(t)
	defer r.remove()
	if r.open(); r.err != nil {
		return nil, r.err
	}
	for range 2 {
		batch := r.work.next()
		r.commit("commit", func(s store.Store) error { return s.Commit(context.Background(), batch) })
		start.batches++
	}
	if err := r.die(r.vfs.Len()); err != nil {
		return nil, err
	}
	start.ops, start.moments, start.files = r.ops, r.moments, map[string][]byte{}
	entries, err := os.ReadDir(r.dir())
	for i := 0; i < len(entries) && err == nil; i++ {
		start.files[entries[i].Name()], err = os.ReadFile(filepath.Join(r.dir(), entries[i].Name()))
	}
	return start, err
}

// faultRun is a workload on a disk that fails. Its last moment is what the file
// has to hold.
type faultRun struct {
	recording
	seed  uint64
	fault faultvfs.Fault
	seen  *faultTally
	work  *workload
	doing string
	err   error // what went wrong first
	// pinned ends the reading of an older state.
	pinned func() error
	// points are lengths of the journal at which the power is likely to fail.
	points []int
}

// newRun makes a run, whose process has not opened the file yet.
func (start *faultStart) newRun(t *testing.T) *faultRun {
	t.Helper()
	rng := rand.New(rand.NewPCG(start.seed, 6))
	r := &faultRun{seed: start.seed, work: newWorkload(rng), seen: &faultTally{counts: map[string]int{}}}
	r.recording = recording{
		t: t, rng: rng, home: memoryDir(t), pages: checkpoints[start.seed%uint64(len(checkpoints))],
		model: memory.New(), moments: slices.Clone(start.moments), ops: slices.Clip(start.ops), vfs: registered(),
	}
	r.cfg.VFS, r.cfg.Readers, r.cfg.Relaxed = r.vfs.Name(), 2, start.relaxed
	for range start.batches {
		if err := r.model.Commit(context.Background(), r.work.next()); err != nil {
			r.fail("the store in memory: %w", err)
		}
	}
	err := os.Mkdir(r.dir(), 0o700)
	for name, content := range start.files {
		err = errors.Join(err, os.WriteFile(filepath.Join(r.dir(), name), content, 0o600))
	}
	if err != nil {
		r.fail("%w", err)
	}
	return r
}

// countFault records what a fault hit.
func countFault(f *faultvfs.Fault, ops []faultvfs.Op, seen *faultTally) {
	if f.Forever {
		seen.add("for good")
	} else {
		seen.add("once")
	}
	if i := slices.IndexFunc(ops, func(op faultvfs.Op) bool { return failed(f, &op) }); i >= 0 {
		seen.add("hit " + ops[i].Kind.String())
	} else {
		seen.add("hit nothing")
	}
}

// failed reports whether an operation was hit by the fault. Apart from it, only
// what has always been normal fails: reading beyond the end, and a name that is not there.
func failed(f *faultvfs.Fault, op *faultvfs.Op) bool {
	switch op.Code {
	case lib.SQLITE_OK, lib.SQLITE_IOERR_DELETE_NOENT:
		return false
	case lib.SQLITE_IOERR_SHORT_READ:
		return f.Code == op.Code
	}
	return true
}

// fail records what went wrong first, and when.
func (r *faultRun) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %w", r.doing, fmt.Errorf(format, args...))
	}
}

// run runs the workload, ends the process, and looks at what is left.
func (r *faultRun) run() {
	r.open()
	for i := 0; i < 6 && r.err == nil; i++ {
		r.step()
	}
	if r.err == nil && r.rng.IntN(2) == 0 {
		r.close()
	}
	if r.err != nil {
		return
	}
	r.vfs.Heal()
	r.doing = "end"
	if err := r.die(r.vfs.Len()); err != nil {
		r.fail("%w", err)
		return
	}
	r.doing = "open with a disk that works"
	r.hold(r.dir(), func(text string) error {
		if want := r.moments.last().text; text != want {
			return fmt.Errorf("what is stored (-want +got):\n%s", storetest.Diff(want, text))
		}
		return nil
	})
	r.powerLoss()
}

// step does something.
func (r *faultRun) step() {
	switch r.rng.IntN(12) {
	case 0:
		r.close()
		r.open()
	case 1:
		if r.foreign() {
			r.checkpointByAnother()
		} else {
			r.checkpoint()
		}
	case 2:
		r.read()
	case 3:
		f := store.PurgeFilter{Limit: 2}
		r.commit("purge", func(s store.Store) error { _, err := s.Purge(context.Background(), f); return err })
	case 4:
		r.backup()
	default:
		batch := r.work.next()
		r.commit("commit", func(s store.Store) error { return s.Commit(context.Background(), batch) })
	}
}

// hold checks that the file in a directory opens and holds the right thing, and
// that a store goes on from it.
func (r *faultRun) hold(dir string, right func(text string) error) {
	v := registered()
	var text string
	found, err := reopen(filepath.Join(dir, "runs.db"), reopening{
		vfs: v, name: furtherPrefix, verify: r.rng.IntN(6) == 0,
	})
	if err == nil {
		text = found.text
		err = right(text)
	}
	if err = errors.Join(err, v.Close()); err != nil {
		r.fail("%w", err)
	}
}

// powerLoss looks at an image of what a power failure leaves at some time after
// the fault.
func (r *faultRun) powerLoss() {
	first := slices.IndexFunc(r.ops, func(op faultvfs.Op) bool { return failed(&r.fault, &op) })
	if r.err != nil || first < 0 {
		return
	}
	n := first + 1 + r.rng.IntN(len(r.ops)-first)
	if len(r.points) > 0 && r.rng.IntN(2) == 0 {
		n = r.points[r.rng.IntN(len(r.points))]
	}
	disk := faultvfs.NewDisk(r.rng.Uint64())
	for i := range r.ops[:n] {
		disk.Apply(&r.ops[i])
	}
	if r.ops[first].Kind == faultvfs.Sync && n > first {
		r.seen.add("power loss after a failed sync")
	}
	r.doing = fmt.Sprintf("power failure after operation %d of %d, of which %d failed", n, len(r.ops), first+1)
	dir := r.mkdir()
	if err := disk.Image(dir, r.rng.Uint64()); err != nil {
		r.fail("%w", err)
		return
	}
	r.hold(dir, func(text string) error {
		v, err := r.moments.judge(text, n)
		if err != nil || v != late {
			return err
		}
		if r.seen.add("lost in a power failure"); !r.cfg.Relaxed {
			err = errors.New("a commit that was acknowledged is not there")
		}
		return err
	})
}

// killed looks at what a process leaves that is killed now.
func (r *faultRun) killed() {
	doing := r.doing
	r.doing = doing + ", kill"
	dir, n := r.mkdir(), r.at()
	if err := copyFiles(r.dir(), dir); err != nil {
		r.fail("%w", err)
		return
	}
	r.hold(dir, func(text string) error { return r.moments.hold(text, n) })
	r.doing = doing
}

// mkdir makes a directory.
func (r *faultRun) mkdir() string {
	dir, err := os.MkdirTemp(r.home, "image")
	if err != nil {
		r.fail("%w", err)
	}
	return dir
}
