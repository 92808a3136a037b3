//go:build linux

package sqlite_test

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	"github.com/cloacina-go/cloacina/internal/store/storetest"
)

// reopening says how a file is opened again.
type reopening struct {
	// vfs is its disk, on which nobody waits for a sync; nil for that of the system.
	vfs *faultvfs.VFS
	// name is the ID of a run that the store goes on with. What is described of a
	// store leaves out those that begin with furtherPrefix.
	name string
	// verify says that the file is to be checked for damage.
	verify bool
	// check looks at the store and what is described of it.
	check func(s *sqlite.Store, text string) error
}

// reopened is what was found.
type reopened struct {
	text string
	// told is the length of the journal when it had been read, and done when the
	// store had gone on.
	told, done int
}

// reopen opens a file as any program would, looks at what is in it, and goes on
// from there.
func reopen(path string, o reopening) (found *reopened, err error) {
	cfg, length := sqlite.Config{}, func() int { return 0 }
	if o.vfs != nil {
		cfg.VFS, length = o.vfs.Name(), o.vfs.Len
	}
	s, err := sqlite.Open(context.Background(), path, cfg)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	found = new(reopened)
	if found.text, err = describe(s); err != nil {
		return nil, err
	}
	found.told = length()
	if o.check != nil {
		err = o.check(s, found.text)
	}
	if err == nil && o.verify {
		err = sound(path, cfg.VFS)
	}
	if err == nil {
		err = goOn(s, o.name)
	}
	found.done = length()
	return found, err
}

// furtherPrefix is how the IDs of the runs begin with which stores go on.
const furtherPrefix = "further-"

func isFurther(id string) bool { return strings.HasPrefix(id, furtherPrefix) }

// goOn commits something to a store.
func goOn(s store.Store, name string) error {
	ctx := context.Background()
	last, err := s.LastNum(ctx)
	if err != nil {
		return err
	}
	more := &store.RunCreated{Num: last + 1, ID: name, Plan: planAfter, At: 1}
	if err := s.Commit(ctx, []store.Change{more, &store.TaskDecided{Run: more.Num, Ready: true, At: 1}}); err != nil {
		return fmt.Errorf("another commit: %w", err)
	}
	d, err := s.Run(ctx, name)
	if err == nil && d.Tasks[0].Status != engine.TaskReady {
		err = fmt.Errorf("another commit: its task is %v", d.Tasks[0].Status)
	}
	return err
}

// sound checks a file that is open.
func sound(path, vfs string) (err error) {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&vfs="+cmp.Or(vfs, "unix"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var text string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&text); err != nil || text != "ok" {
		return errors.Join(fmt.Errorf("integrity check: %s", text), err)
	}
	if err := settled(path); err != nil {
		return err
	}
	report, err := sqlite.Verify(context.Background(), path)
	if err == nil && len(report.Problems) > 0 {
		err = fmt.Errorf("verify: %+v", report.Problems)
	}
	return err
}

// checkpoint makes a checkpoint of some kind, as another program could.
func checkpoint(path, vfs string, rng *rand.Rand) error {
	db, err := sql.Open("sqlite", "file:"+path+"?vfs="+vfs)
	if err != nil {
		return err
	}
	_, err = db.Exec("PRAGMA wal_checkpoint(" + checkpointMode(rng) + ")")
	return errors.Join(err, db.Close())
}

// checkpointMode draws a mode of checkpoints.
func checkpointMode(rng *rand.Rand) string {
	return []string{"PASSIVE", "FULL", "RESTART", "TRUNCATE"}[rng.IntN(4)]
}

// registrations counts the VFS, to give each another name.
var registrations atomic.Int64

// registered returns a VFS with a new name.
func registered() *faultvfs.VFS {
	v, err := faultvfs.Register(fmt.Sprintf("fault-%d", registrations.Add(1)))
	if err != nil {
		panic(err) // there is nothing to test without one
	}
	return v
}

// checkpoints are after how many pages in the log workloads make checkpoints.
var checkpoints = []int{4, 15, 1_000}

// openWith opens a store that makes checkpoints by itself.
func openWith(path string, cfg sqlite.Config, pages int) (*sqlite.Store, error) {
	s, err := sqlite.Open(context.Background(), path, cfg)
	if err != nil {
		return nil, err
	}
	sqlite.CheckpointAfter(s, pages)
	return s, nil
}

// described is describe for a store that can be read.
func described(t *testing.T, s store.Store) string {
	t.Helper()
	text, err := describe(s)
	if err != nil {
		t.Error(err)
	}
	return text
}

func diff(want, got string) string { return storetest.Diff(want, got) }

// memoryDir makes a directory, in memory if there is such a file system: whether
// these files outlive a real power failure does not matter.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "cloacina-test-")
	if err != nil {
		dir, err = os.MkdirTemp(t.TempDir(), "")
	}
	if err != nil {
		panic(err) // likewise; it may not be the goroutine of the test
	}
	return dir
}

func removeAll(t *testing.T, dir string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Error(err)
	}
}
