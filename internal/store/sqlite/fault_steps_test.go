//go:build linux

package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	"github.com/cloacina-go/cloacina/internal/store/storetest"
	lib "modernc.org/sqlite/lib"
)

// open opens the store, with a disk that works again if need be.
func (r *faultRun) open() {
	if r.err != nil {
		return
	}
	r.doing = "open"
	var err error
	if r.s, err = openWith(r.path(), r.cfg, r.pages); err != nil {
		r.seen.add("open failed")
		if r.vfs.Heal() == 0 {
			r.fail("without a fault: %w", err)
		}
		if r.s, err = openWith(r.path(), r.cfg, r.pages); err != nil {
			r.fail("after a failed one: %w", err)
		}
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

// foreign reports whether another program makes checkpoints. If one of its flushes
// fails the store cannot know, so there are none of a relaxed store, whose log would
// not be on disk then, nor where readers have the file written in two parts.
func (r *faultRun) foreign() bool { return !r.cfg.Relaxed && r.seed%2 == 0 }

// checkpointByAnother makes a checkpoint from outside.
func (r *faultRun) checkpointByAnother() {
	r.doing = "checkpoint of another program"
	r.copied(checkpoint(r.path(), r.vfs.Name(), r.rng))
}

// checkpoint has the store make a checkpoint of some kind, often a first one while
// somebody reads an older state, which copies a part of the log and flushes nothing.
func (r *faultRun) checkpoint() {
	r.doing = "checkpoint"
	if r.rng.IntN(2) == 0 {
		r.copied(sqlite.Checkpoint(r.s, checkpointMode(r.rng)))
		return
	}
	r.doing = "read an older state"
	r.copied(r.pin())
	batch := r.work.next()
	r.commit("commit", func(s store.Store) error { return s.Commit(context.Background(), batch) })
	if r.err == nil {
		r.doing = "checkpoint beside a reader"
		r.copied(sqlite.Checkpoint(r.s, "PASSIVE"))
	}
	if r.copied(r.unpin()); r.err != nil {
		return
	}
	if r.rng.IntN(2) == 0 {
		r.doing = "checkpoint of the rest"
		r.copied(sqlite.Checkpoint(r.s, checkpointMode(r.rng)))
	}
}

// pin begins to read, which ends with unpin.
func (r *faultRun) pin() error {
	db, err := sql.Open("sqlite", "file:"+r.path()+"?mode=ro&vfs="+r.vfs.Name())
	if err != nil {
		return err
	}
	tx, err := db.Begin()
	if err != nil {
		return errors.Join(err, db.Close())
	}
	r.pinned = func() error { return errors.Join(tx.Rollback(), db.Close()) }
	var n int
	return tx.QueryRow("SELECT count(*) FROM run").Scan(&n)
}

// unpin ends what pin has begun.
func (r *faultRun) unpin() (err error) {
	if r.pinned != nil {
		err = r.pinned()
	}
	r.pinned = nil
	return err
}

// copied notes what came of a checkpoint.
func (r *faultRun) copied(err error) {
	if err == nil {
		return
	}
	r.seen.add("checkpoint failed")
	if r.vfs.Hits() == 0 {
		r.fail("without a fault: %w", err)
	}
}

// read reads everything, right or not at all.
func (r *faultRun) read() {
	if r.err != nil {
		return
	}
	r.doing = "read"
	got, err := describe(r.s)
	if err != nil {
		r.seen.add("read failed")
		if r.vfs.Hits() == 0 {
			r.fail("without a fault: %w", err)
		}
		return
	}
	if want := r.moments.last().text; got != want {
		r.fail("(-want +got):\n%s", storetest.Diff(want, got))
	}
}

// backup makes a copy, which is whole or not there.
func (r *faultRun) backup() {
	r.doing = "backup"
	dir := r.mkdir()
	path := filepath.Join(dir, "runs.db")
	err := r.s.Backup(context.Background(), path)
	switch {
	case err == nil && r.rng.IntN(3) > 0: // looking at each would take much of the time
	case err == nil:
		r.hold(dir, func(text string) error {
			if want := r.moments.last().text; text != want {
				return fmt.Errorf("the copy (-want +got):\n%s", storetest.Diff(want, text))
			}
			return nil
		})
	case r.vfs.Hits() == 0:
		r.fail("without a fault: %w", err)
	default:
		r.seen.add("backup failed")
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			r.fail("left behind: %v, %w", left, err)
		}
	}
}

// commit commits, and tries again as a driver would. do does it to any store.
func (r *faultRun) commit(what string, do func(store.Store) error) {
	if r.err != nil {
		return
	}
	r.doing = what
	if err := do(r.model); err != nil {
		r.fail("the store in memory: %w", err)
	}
	with := described(r.t, r.model)
	for attempt := 1; r.err == nil; attempt++ {
		hits, began := r.vfs.Hits(), r.at()
		err := do(r.s)
		switch {
		case err == nil:
			if r.vfs.Hits() > hits {
				r.seen.add(what + " stored in spite of the fault")
			}
			r.moments.follow(with, began, r.at())
			return
		case errors.Is(err, store.ErrUncertain):
			r.seen.add(what + " uncertain")
			r.uncertain(do, with, began)
			return
		case what == "commit" && !errors.Is(err, store.ErrUnavailable):
			r.fail("an error of another kind: %w", err)
		case r.vfs.Hits() == 0:
			r.fail("without a fault: %w", err)
		case attempt == 3:
			r.fail("with a disk that works again: %w", err)
		}
		r.refused(what, with, began)
		if attempt == 2 || !r.fault.Forever {
			r.vfs.Heal()
			r.read()
		}
	}
}

// refused notes that a commit was not stored. Nothing of it is there, nor comes
// back. A failed flush of the log leaves that open, so it must not be said then,
// unless commits are not flushed at all.
func (r *faultRun) refused(what, with string, began int) {
	r.seen.add(what + " unavailable")
	r.moments.refuse(with, began, r.at())
	r.points = append(r.points, r.at())
	flushed := false
	for _, op := range r.vfs.Journal()[began-len(r.ops):] {
		if op.Kind != faultvfs.Sync || op.Code == lib.SQLITE_OK || !strings.HasSuffix(op.Path, "-wal") {
			continue
		}
		if flushed = true; op.Code == lib.SQLITE_IOERR_FSYNC && !r.cfg.Relaxed {
			r.fail("a flush of the log failed, and the commit is said to be not stored")
		}
	}
	if flushed || r.rng.IntN(4) == 0 {
		r.killed()
	}
}

// uncertain finds out what became of a commit, by opening the file again, in the
// same process or in another one after a kill. Until then the store takes no
// commit. What is found is told to whoever asks and must not change again.
func (r *faultRun) uncertain(do func(store.Store) error, with string, began int) {
	other := &store.RunCreated{Num: 1 << 30, ID: "other", Plan: planBefore, At: 1}
	if err := r.s.Commit(context.Background(), []store.Change{other}); err == nil {
		r.fail("a commit after an uncertain one")
	}
	r.vfs.Heal()
	r.copied(r.unpin())
	r.points = append(r.points, r.at())
	if r.rng.IntN(3) == 0 {
		r.close()
		r.open()
	} else if r.restart(); r.err != nil {
		return
	}
	if r.err != nil {
		return
	}
	r.points = append(r.points, r.at())
	r.doing = "read after an uncertain commit"
	got, err := describe(r.s)
	switch {
	case err != nil:
		r.fail("%w", err)
	case got == with:
		r.seen.add("uncertain: stored")
		r.moments.follow(with, began, r.at())
	default:
		r.seen.add("uncertain: not stored")
		r.moments.refuse(with, began, r.at())
		r.read()
		again := r.at()
		if err := do(r.s); err != nil {
			r.fail("commit again: %w", err)
		}
		r.moments.follow(with, again, r.at())
	}
}

// restart kills the process and begins another one, whose disk works.
func (r *faultRun) restart() {
	r.doing = "open after a kill"
	if err := r.die(r.vfs.Len()); err != nil {
		r.fail("%w", err)
		return
	}
	if err := r.begin(); err != nil {
		r.fail("%w", err)
	}
}
