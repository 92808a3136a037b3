//go:build linux

package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	"github.com/cloacina-go/cloacina/internal/store/storetest"
	lib "modernc.org/sqlite/lib"
)

// faultRun is a workload on a disk that fails. The store in memory is what the
// file has to hold.
type faultRun struct {
	t     *testing.T
	rng   *rand.Rand
	seed  uint64
	dir   string
	path  string
	vfs   *faultvfs.VFS
	fault faultvfs.Fault
	seen  *faultTally

	s     *sqlite.Store // nil while it is closed
	model *memory.Store
	// applied is what made the model.
	applied []func(store.Store) error
	work    *workload
	doing   string
	err     error // what went wrong first
}

func newFaultRun(t *testing.T, seed uint64) *faultRun {
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(seed, 6))
	return &faultRun{
		t: t, rng: rng, seed: seed, dir: dir, path: filepath.Join(dir, "runs.db"), vfs: registered(t),
		model: memory.New(), work: newWorkload(rng), seen: &faultTally{counts: map[string]int{}},
	}
}

// remove removes all that the run has outside memory.
func (r *faultRun) remove() {
	if r.s != nil {
		_ = r.s.Close() // the test has failed already
	}
	if err := errors.Join(r.vfs.Close(), os.RemoveAll(r.dir)); err != nil {
		r.t.Error(err)
	}
}

// count records what the fault hit.
func (r *faultRun) count() {
	if r.fault.Forever {
		r.seen.add("for good")
	} else {
		r.seen.add("once")
	}
	for _, op := range r.vfs.Journal() {
		if r.failed(&op) {
			r.seen.add("hit " + op.Kind.String())
			return
		}
	}
	r.seen.add("hit nothing")
}

// failed reports whether an operation was hit by the fault. Apart from it, only
// what has always been normal fails: reading beyond the end, and a name that is not there.
func (r *faultRun) failed(op *faultvfs.Op) bool {
	switch op.Code {
	case lib.SQLITE_OK, lib.SQLITE_IOERR_DELETE_NOENT:
		return false
	case lib.SQLITE_IOERR_SHORT_READ:
		return r.fault.Code == op.Code
	}
	return true
}

// fail records what went wrong first, and when.
func (r *faultRun) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %w", r.doing, fmt.Errorf(format, args...))
	}
}

// run runs the workload.
func (r *faultRun) run() {
	r.open()
	for range 8 {
		if r.err != nil {
			return
		}
		switch r.rng.IntN(11) {
		case 0:
			r.close()
			r.open()
		case 10:
			r.backup()
		case 1:
			r.checkpoint()
		case 2:
			r.read()
		case 3:
			f := store.PurgeFilter{Limit: 2}
			r.commit("purge", func(s store.Store) error { _, err := s.Purge(context.Background(), f); return err })
		default:
			batch := r.work.next()
			r.commit("commit", func(s store.Store) error { return s.Commit(context.Background(), batch) })
		}
	}
	if r.err != nil {
		return
	}
	if r.fault.At%4 == 0 {
		r.crash(r.model)
	}
	r.close()
	r.vfs.Heal()
	r.doing = "open with a disk that works"
	r.hold(r.path, r.model)
}

// hold checks that a file opens, is sound, and holds what one of the stores holds.
func (r *faultRun) hold(path string, models ...store.Store) {
	got, err := reopen(r.t, path, r.fault.At%4 == 0) // checking each would take half of the time
	if err != nil {
		r.fail("%w", err)
		return
	}
	for _, m := range models {
		if described(r.t, m) == got {
			return
		}
	}
	r.fail("what is stored (-want +got):\n%s", storetest.Diff(described(r.t, models[0]), got))
}

// open opens the store, with a disk that works again if need be.
func (r *faultRun) open() {
	r.doing = "open"
	cfg := sqlite.Config{VFS: r.vfs.Name(), Readers: 2}
	s, err := sqlite.Open(context.Background(), r.path, cfg)
	if err != nil {
		r.seen.add("open failed")
		if r.vfs.Heal() == 0 {
			r.fail("without a fault: %w", err)
		}
		if s, err = sqlite.Open(context.Background(), r.path, cfg); err != nil {
			r.fail("after a failed one: %w", err)
			return
		}
	}
	r.s = s
	if err := sqlite.CheckpointAfter(s, checkpoints[r.seed%uint64(len(checkpoints))]); err != nil {
		r.fail("%w", err)
	}
}

// close closes the store, which may say that something failed.
func (r *faultRun) close() {
	r.doing = "close"
	err := r.s.Close()
	r.s = nil
	if err != nil {
		r.seen.add("close failed")
		if r.vfs.Hits() == 0 {
			r.fail("without a fault: %w", err)
		}
	}
}

// checkpoint makes a checkpoint from outside.
func (r *faultRun) checkpoint() {
	r.doing = "checkpoint"
	if err := checkpoint(r.path, r.vfs.Name(), r.rng); err != nil {
		r.seen.add("checkpoint failed")
		if r.vfs.Hits() == 0 {
			r.fail("without a fault: %w", err)
		}
	}
}

// read reads everything, right or not at all.
func (r *faultRun) read() {
	r.doing = "read"
	got, err := describe(r.s)
	if err != nil {
		r.seen.add("read failed")
		if r.vfs.Hits() == 0 {
			r.fail("without a fault: %w", err)
		}
		return
	}
	if want := described(r.t, r.model); got != want {
		r.fail("(-want +got):\n%s", storetest.Diff(want, got))
	}
}

// backup makes a copy, which is whole or not there.
func (r *faultRun) backup() {
	r.doing = "backup"
	dir := r.mkdir()
	path := filepath.Join(dir, "copy.db")
	if err := r.s.Backup(context.Background(), path); err == nil {
		r.hold(path, r.model)
		return
	} else if r.vfs.Hits() == 0 {
		r.fail("without a fault: %w", err)
	}
	r.seen.add("backup failed")
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		r.fail("left behind: %v, %w", left, err)
	}
}

// commit commits, and tries again as a driver would. do does it to any store.
func (r *faultRun) commit(what string, do func(store.Store) error) {
	r.doing = what
	for attempt := 1; r.err == nil; attempt++ {
		hits := r.vfs.Hits()
		err := do(r.s)
		switch {
		case err == nil:
			if r.vfs.Hits() > hits {
				r.seen.add(what + " stored in spite of the fault")
			}
			r.apply(do)
			return
		case errors.Is(err, store.ErrUncertain):
			r.seen.add(what + " uncertain")
			r.uncertain(do)
			return
		case what == "commit" && !errors.Is(err, store.ErrUnavailable):
			r.fail("an error of another kind: %w", err)
		case r.vfs.Hits() == 0:
			r.fail("without a fault: %w", err)
		case attempt == 3:
			r.fail("with a disk that works again: %w", err)
		}
		if attempt == 1 { // nothing of it is there, nor comes back
			r.crash(r.model)
		}
		if attempt == 2 || !r.fault.Forever {
			r.vfs.Heal()
			r.read()
		}
		r.seen.add(what + " unavailable")
	}
}

// apply applies what is stored to the store in memory.
func (r *faultRun) apply(do func(store.Store) error) {
	r.applied = append(r.applied, do)
	if err := do(r.model); err != nil {
		r.fail("the store in memory: %w", err)
	}
}

// uncertain finds out what became of a commit, by opening the file again. Until
// then the store takes no commit. If it crashes instead, everything else is there.
func (r *faultRun) uncertain(do func(store.Store) error) {
	other := store.RunCreated{Num: 1 << 30, ID: "other", Plan: planBefore, At: 1}
	if err := r.s.Commit(context.Background(), []store.Change{other}); err == nil {
		r.fail("a commit after an uncertain one")
	}
	r.vfs.Heal()
	with := r.copyModel(do)
	r.crash(r.model, with)
	r.close()
	r.open()
	if r.err != nil {
		return
	}
	r.doing = "read after an uncertain commit"
	got, err := describe(r.s)
	switch {
	case err != nil:
		r.fail("%w", err)
	case got == described(r.t, with):
		r.seen.add("uncertain: stored")
		r.apply(do)
	default:
		r.seen.add("uncertain: not stored")
		r.read()
		if err := do(r.s); err != nil {
			r.fail("commit again: %w", err)
		}
		r.apply(do)
	}
}

// copyModel returns a store in memory with one more commit.
func (r *faultRun) copyModel(do func(store.Store) error) *memory.Store {
	m := memory.New()
	for _, earlier := range append(slices.Clip(r.applied), do) {
		if err := earlier(m); err != nil {
			r.fail("the store in memory: %w", err)
		}
	}
	return m
}

// crash checks what is left if the power fails now, and if the process is killed
// now: what one of the stores in memory holds.
func (r *faultRun) crash(models ...store.Store) {
	doing := r.doing
	r.doing = doing + ", power failure"
	image := r.mkdir()
	disk := faultvfs.NewDisk(r.seed)
	for _, op := range r.vfs.Journal() {
		disk.Apply(&op)
	}
	if err := disk.Image(image, uint64(r.fault.At)); err != nil {
		r.t.Fatal(err)
	}
	r.hold(filepath.Join(image, "runs.db"), models...)
	r.doing = doing + ", kill"
	image = r.mkdir()
	for _, suffix := range []string{"", "-wal", "-journal"} {
		content, err := os.ReadFile(r.path + suffix)
		if err == nil {
			err = os.WriteFile(filepath.Join(image, "runs.db"+suffix), content, 0o600)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			r.t.Fatal(err)
		}
	}
	r.hold(filepath.Join(image, "runs.db"), models...)
	r.doing = doing
}

// mkdir makes a directory.
func (r *faultRun) mkdir() string {
	dir, err := os.MkdirTemp(r.dir, "image")
	if err != nil {
		r.t.Fatal(err)
	}
	return dir
}
