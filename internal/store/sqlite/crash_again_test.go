//go:build linux

package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// aftermath is what follows a power failure: a program opens what is left, reads
// it, goes on from there, and the power may fail once more.
type aftermath struct {
	t    *testing.T
	dir  string
	rng  *rand.Rand
	seen *crashTally
	// check looks at what was read.
	check func(s *sqlite.Store, got string) error
	// failures is how many power failures there were before this one.
	failures int
	// last says that there is no further one.
	last bool
}

// run returns how many images it has looked at.
func (a *aftermath) run() (images int, err error) {
	a.seen.images.Add(1)
	path := filepath.Join(a.dir, "runs.db")
	again := !a.last && a.failures < 3 && a.rng.IntN(5) < 2
	if !again && a.rng.IntN(8) == 0 { // on the disk of the system
		_, err := reopen(path, reopening{name: a.name(), verify: true, check: a.check})
		return 1, err
	}
	var disk *faultvfs.Disk
	if again {
		if disk, err = faultvfs.DiskOf(a.rng.Uint64(), a.dir); err != nil {
			return 1, err
		}
	}
	v := registered()
	found, err := reopen(path, reopening{vfs: v, name: a.name(), verify: a.rng.IntN(3) == 0, check: a.check})
	ops := v.Journal()
	if err := errors.Join(err, v.Close()); err != nil || !again {
		return 1, err
	}
	n, err := a.again(disk, ops, found)
	return 1 + n, err
}

// name is the ID of the run with which the program goes on.
func (a *aftermath) name() string { return fmt.Sprint(furtherPrefix, a.failures) }

// again has the power fail at some operation of the program.
func (a *aftermath) again(disk *faultvfs.Disk, ops []faultvfs.Op, first *reopened) (images int, err error) {
	end := len(ops)
	if a.rng.IntN(2) == 0 { // while it opens the file, or when it has just read it
		end = first.told
	}
	at := a.rng.IntN(end)
	for at < end-1 && (ops[at].Kind == faultvfs.Read || ops[at].Kind == faultvfs.Close) {
		at++
	}
	for i := range ops[:at+1] {
		disk.Apply(&ops[i])
	}
	dir := memoryDir(a.t)
	defer removeAll(a.t, dir)
	if err := disk.Image(dir, a.rng.Uint64()); err != nil {
		return 0, err
	}
	a.seen.again.Add(1)
	next := aftermath{t: a.t, dir: dir, rng: a.rng, seen: a.seen, failures: a.failures + 1}
	next.check = func(s *sqlite.Store, got string) error {
		if got != first.text {
			return fmt.Errorf("not what was there before (-before +got):\n%s", diff(first.text, got))
		}
		_, err := s.Find(context.Background(), a.name())
		switch there := err == nil; {
		case err != nil && !errors.Is(err, store.ErrNotFound):
			return err
		case there && at < first.told:
			return errors.New("what was not yet committed is there")
		case !there && at >= first.done:
			return errors.New("what was acknowledged after the first failure is not there")
		}
		return nil
	}
	images, err = next.run()
	if err != nil {
		err = fmt.Errorf("failure %d, after operation %d of %d (%v of %s): %w",
			a.failures+2, at+1, len(ops), ops[at].Kind, filepath.Base(ops[at].Path), err)
	}
	return images, err
}
