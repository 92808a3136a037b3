//go:build linux

package sqlite_test

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// reopen opens a file as any program would, and returns what is stored. It also
// checks that the file is sound, if asked to, and that the store goes on from
// there. Most files are opened on a disk without faults, which differs from the
// system's in that it waits for no sync.
func reopen(t *testing.T, path string, verify bool) (got string, err error) {
	t.Helper()
	cfg := sqlite.Config{}
	if n := reopened.Add(1); n%8 != 0 {
		v := registered(t)
		defer func() { err = errors.Join(err, v.Close()) }()
		cfg.VFS = v.Name()
	}
	ctx := context.Background()
	s, err := sqlite.Open(ctx, path, cfg)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if got, err = describe(s); err != nil {
		return "", err
	}
	if verify {
		err = sound(path, cfg.VFS)
	}
	return got, errors.Join(err, goOn(s))
}

// reopened counts the files that were opened.
var reopened atomic.Int64

// goOn commits something to a store.
func goOn(s store.Store) error {
	ctx := context.Background()
	last, err := s.LastNum(ctx)
	if err != nil {
		return err
	}
	more := store.RunCreated{Num: last + 1, ID: "more", Plan: planAfter, At: 1}
	if err := s.Commit(ctx, []store.Change{more, store.TaskDecided{Run: more.Num, Ready: true, At: 1}}); err != nil {
		return fmt.Errorf("another commit: %w", err)
	}
	d, err := s.Run(ctx, "more")
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
	kind := []string{"PASSIVE", "FULL", "RESTART", "TRUNCATE"}[rng.IntN(4)]
	_, err = db.Exec("PRAGMA wal_checkpoint(" + kind + ")")
	return errors.Join(err, db.Close())
}

// registrations counts the VFS, to give each another name.
var registrations atomic.Int64

// registered returns a VFS with a new name.
func registered(t *testing.T) *faultvfs.VFS {
	t.Helper()
	v, err := faultvfs.Register(fmt.Sprintf("fault-%d", registrations.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// checkpoints are after how many pages in the log workloads make checkpoints.
var checkpoints = []int{4, 15, 1_000}

// openWith opens a store that has to open.
func openWith(t *testing.T, path string, cfg sqlite.Config, pages int) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), path, cfg)
	if err == nil {
		err = sqlite.CheckpointAfter(s, pages)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// described is describe for a store that can be read.
func described(t *testing.T, s store.Store) string {
	t.Helper()
	text, err := describe(s)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
