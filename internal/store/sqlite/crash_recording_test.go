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
	"testing"

	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	"github.com/cloacina-go/cloacina/internal/store/storetest"
)

// recording is a workload that ran on a disk: its journal, and the states that
// the store went through.
type recording struct {
	t    *testing.T
	cfg  sqlite.Config
	rng  *rand.Rand
	home string // holds a directory for each process

	// processes are the directories of the processes so far, of which all but
	// the last were killed, and ops is the journal of those that were.
	processes int
	ops       []faultvfs.Op
	vfs       *faultvfs.VFS // nil between two processes
	pages     int
	s         *sqlite.Store
	model     *memory.Store
	moments   moments
	// told are the lengths of the journal when a process had opened what another
	// one had left.
	told []int
}

// record runs a workload: commits, purges, reads, checkpoints, closing and
// opening, and processes that are killed in between. The states are those of a
// store in memory that does the same.
func record(t *testing.T, c crash, seed uint64) (r *recording, err error) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 4))
	r = &recording{
		t: t, cfg: sqlite.Config{Relaxed: c.relaxed}, rng: rng, home: memoryDir(t),
		pages: checkpoints[seed%uint64(len(checkpoints))], model: memory.New(),
	}
	r.moments = moments{{text: described(t, r.model), from: -1, until: ever}}
	if err := errors.Join(os.Mkdir(r.dir(), 0o700), r.begin()); err != nil {
		return r, err
	}
	w := newWorkload(rng)
	steps := 4 + rng.IntN(30)
	for i := range steps {
		if c.lying && i >= steps/2 {
			r.vfs.Lie()
		}
		if err := r.step(w); err != nil {
			return r, fmt.Errorf("step %d: %w", i, err)
		}
	}
	if rng.IntN(2) == 0 { // else it is left as it is, and closed behind the end of the journal
		err = r.s.Close()
	}
	r.end(r.vfs.Len())
	return r, err
}

// dir is the directory of the present process.
func (r *recording) dir() string { return filepath.Join(r.home, fmt.Sprint(r.processes)) }

// path is that of its file.
func (r *recording) path() string { return filepath.Join(r.dir(), "runs.db") }

// at is the length of the journal of all processes.
func (r *recording) at() int {
	if r.vfs == nil {
		return len(r.ops)
	}
	return len(r.ops) + r.vfs.Len()
}

// begin begins a process.
func (r *recording) begin() (err error) {
	r.vfs = registered()
	r.cfg.VFS = r.vfs.Name()
	r.s, err = openWith(r.path(), r.cfg, r.pages)
	return err
}

// step does something.
func (r *recording) step(w *workload) error {
	switch r.rng.IntN(14) {
	case 0:
		err := r.s.Close()
		if err == nil {
			r.s, err = openWith(r.path(), r.cfg, r.pages)
		}
		return err
	case 1, 2:
		return checkpoint(r.path(), r.vfs.Name(), r.rng)
	case 3:
		if got := described(r.t, r.s); got != r.moments.last().text {
			return fmt.Errorf("read (-want +got):\n%s", storetest.Diff(r.moments.last().text, got))
		}
		return nil
	case 4:
		f := store.PurgeFilter{Limit: 1 + r.rng.IntN(3)}
		return r.commit(func(s store.Store) error { _, err := s.Purge(context.Background(), f); return err })
	case 5, 6:
		batch := w.next()
		return r.kill(func(s store.Store) error { return s.Commit(context.Background(), batch) })
	default:
		batch := w.next()
		return r.commit(func(s store.Store) error { return s.Commit(context.Background(), batch) })
	}
}

// commit does the same to both stores.
func (r *recording) commit(do func(store.Store) error) error {
	if err := do(r.model); err != nil {
		return fmt.Errorf("the store in memory: %w", err)
	}
	began := r.at()
	if err := do(r.s); err != nil {
		return err
	}
	r.moments.follow(described(r.t, r.model), began, r.at())
	return nil
}

// kill kills the process at some operation of a commit or behind it, and begins
// another one, which is told what the files hold. It commits again what is lost.
func (r *recording) kill(do func(store.Store) error) error {
	if err := do(r.model); err != nil {
		return fmt.Errorf("the store in memory: %w", err)
	}
	with := described(r.t, r.model)
	began := r.at()
	if r.rng.IntN(2) == 0 {
		r.vfs.Inject(faultvfs.Fault{At: 1 + r.rng.IntN(16), Dead: true})
	} else { // when all is written
		r.vfs.Inject(faultvfs.Fault{At: 1 + r.rng.IntN(2), Kinds: []faultvfs.Kind{faultvfs.Sync}, Dead: true})
	}
	acknowledged := do(r.s) == nil
	if err := r.die(r.vfs.Before()); err != nil {
		return err
	}
	if acknowledged {
		r.moments.follow(with, began, r.at())
	}
	if err := r.begin(); err != nil {
		return fmt.Errorf("after a kill: %w", err)
	}
	r.told = append(r.told, r.at())
	got := described(r.t, r.s)
	switch {
	case acknowledged && got == with:
	case got == with:
		r.moments.follow(with, began, r.at())
	case !acknowledged && got == r.moments.last().text:
		r.moments.refuse(with, began, r.at())
		again := r.at()
		if err := do(r.s); err != nil {
			return fmt.Errorf("again after a kill: %w", err)
		}
		r.moments.follow(with, again, r.at())
	default:
		return fmt.Errorf("after a kill (acknowledged %t, -with +got):\n%s", acknowledged, storetest.Diff(with, got))
	}
	return nil
}

// die ends a process that is killed, of which n operations are left in the
// journal, and copies what it leaves for the next one.
func (r *recording) die(n int) error {
	left := filepath.Join(r.home, fmt.Sprint(r.processes+1))
	if err := errors.Join(os.Mkdir(left, 0o700), copyFiles(r.dir(), left)); err != nil {
		return err
	}
	r.end(n)
	r.processes++
	return nil
}

// end ends a process, of which n operations are left in the journal. They become
// operations on the files of the first one: those of all processes are the same.
func (r *recording) end(n int) {
	for _, op := range r.vfs.Journal()[:n] {
		op.Path = filepath.Join("/", filepath.Base(op.Path))
		r.ops = append(r.ops, op)
	}
	if r.s != nil {
		_ = r.s.Close() // if it is not yet; nobody sees what that does
	}
	if err := r.vfs.Close(); err != nil {
		r.t.Error(err)
	}
	r.s, r.vfs = nil, nil
}

// copyFiles copies what a process that is killed now leaves, but for the index
// of the log, which the next one makes anew.
func copyFiles(from, to string) error {
	for _, suffix := range []string{"", "-wal", "-journal"} {
		content, err := os.ReadFile(filepath.Join(from, "runs.db"+suffix))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, "runs.db"+suffix), content, 0o600)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
