//go:build linux

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/proof"
	"github.com/cloacina-go/cloacina/internal/store"
)

// What a child process is to do; see [MigrateAndDie].
const (
	dieVariable      = "STORE_TEST_DIE"      // the operation before which it is killed, 0 for none
	versionsVariable = "STORE_TEST_VERSIONS" // how many migrations there are
)

// nextMigration is the migration of a version to come, which rewrites much.
const nextMigration = `
	CREATE TABLE copied AS SELECT * FROM run;
	ALTER TABLE run ADD COLUMN extra INTEGER;
	CREATE INDEX run_extra ON run (extra, num);
	UPDATE run SET extra = num * 2;`

// MigrateAndDie is the child process of the tests below: it opens and closes a
// store on a disk that kills it. It prints the number of operations if it
// comes to its end.
func MigrateAndDie(path string) int {
	at, err := strconv.Atoi(os.Getenv(dieVariable))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if os.Getenv(versionsVariable) == fmt.Sprint(len(migrations)+1) {
		migrations = append(migrations, nextMigration)
	}
	v, err := faultvfs.Register("dying")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if at > 0 {
		v.Inject(faultvfs.Fault{At: at, Kill: true})
	}
	s, err := Open(context.Background(), path, Config{VFS: v.Name()})
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(v.Len())
	return 0
}

// TestKilledUpgrades kills the process that makes a file, or migrates one of an
// earlier version, at every operation. What is left has the old version or the
// new one, with all that was in it, and is migrated when it is opened.
func TestKilledUpgrades(t *testing.T) {
	row := proof.Begin(t, "upgrade", 80)
	before := migrations
	t.Cleanup(func() { migrations = before })
	for pass := 0; pass == 0 || row.More(); pass++ { // one is all that there is
		migrations = before
		(&killing{t: t, row: row, name: "creation", versions: len(migrations)}).run()
		migrations = append(slices.Clone(before), nextMigration)
		for version := 1; version < len(migrations); version++ {
			old, contents := released(t, version)
			k := &killing{
				t: t, row: row, name: fmt.Sprintf("version %d", version), versions: len(migrations),
				old: old, oldVersion: version, contents: contents,
			}
			k.run()
			if row.Left() > 0 && (k.left[version].Load() == 0 || k.left[len(migrations)].Load() == 0) {
				t.Errorf("of version %d, none was left in the old version, or none in the new one", version)
			}
		}
	}
}

// killing opens a store in child processes that die.
type killing struct {
	t        *testing.T
	row      *proof.Row
	name     string
	versions int // of the schema that the process knows
	// old is the file, with its version and what is in it; nil is none.
	old        []byte
	oldVersion int
	contents   map[string]string
	left       [100]atomic.Int64 // what was left, by version
}

// run kills a process at every operation, until one comes to its end.
func (k *killing) run() {
	k.t.Helper()
	var next, kills atomic.Int64
	var done atomic.Bool
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for !done.Load() && k.row.Left() > 0 {
				at := next.Add(1)
				killed, err := k.kill(at)
				switch {
				case err != nil:
					k.row.Fail(uint64(at), "%s, killed at this operation: %v", k.name, err)
					done.Store(true)
				case killed:
					kills.Add(1)
					k.row.Done(1)
				default:
					done.Store(true)
				}
			}
		})
	}
	wg.Wait()
	k.row.Figure(k.name, float64(kills.Load()))
	if n := kills.Load(); n < 30 && k.row.Left() > 0 {
		k.t.Errorf("%s: %d kills; it is known to take more operations", k.name, n)
	}
}

// kill kills a process at one operation and checks what is left. It reports
// whether the process got there.
func (k *killing) kill(at int64) (killed bool, err error) {
	dir, err := os.MkdirTemp("", "upgrade")
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "runs.db")
	if k.old != nil {
		if err := os.WriteFile(path, k.old, 0o600); err != nil {
			return false, err
		}
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_TEST_CHILD="+path,
		dieVariable+"="+fmt.Sprint(at), versionsVariable+"="+fmt.Sprint(k.versions))
	out, err := cmd.Output()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL:
		killed = true
	case err != nil:
		return false, fmt.Errorf("child: %w\n%s", err, out)
	}
	return killed, k.check(path)
}

// check looks at what is left.
func (k *killing) check(path string) error {
	version, err := versionOf(path)
	if err != nil {
		return err
	}
	if version != int64(k.oldVersion) && version != int64(k.versions) {
		return fmt.Errorf("what is left has version %d", version)
	}
	k.left[version].Add(1)
	return checkMigrated(path, int64(k.versions), k.contents)
}

// versionOf returns the version of the schema in a copy of a file, because
// whoever looks at a file repairs it.
func versionOf(path string) (version int64, err error) {
	dir, err := os.MkdirTemp(filepath.Dir(path), "copy")
	if err != nil {
		return 0, err
	}
	for _, suffix := range []string{"", "-wal", "-journal"} {
		content, err := os.ReadFile(path + suffix)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "runs.db"+suffix), content, 0o600)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return 0, err
		}
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "runs.db"))
	if err != nil {
		return 0, err
	}
	err = db.QueryRow("PRAGMA user_version").Scan(&version)
	return version, errors.Join(err, db.Close())
}

// checkMigrated checks that a store opens, has the version and all contents, and
// takes another run.
func checkMigrated(path string, version int64, contents map[string]string) (err error) {
	s, err := Open(context.Background(), path, Config{Relaxed: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	got, err := s.w.number("PRAGMA user_version")
	if err != nil || got != version {
		return errors.Join(fmt.Errorf("opened with version %d", got), err)
	}
	for view, want := range contents {
		if got, err := viewOf(s.w.conn, view); err != nil || got != want {
			return errors.Join(fmt.Errorf("view %s shows\n%s\nand showed before\n%s", view, got, want), err)
		}
	}
	page, err := s.Runs(context.Background(), store.Filter{Limit: 1000})
	if err != nil {
		return err
	}
	for _, info := range page {
		if _, err := s.Run(context.Background(), info.ID); err != nil {
			return err
		}
	}
	if found := len(page); contents != nil && found == 0 {
		return errors.New("there are no runs")
	}
	last, err := s.LastNum(context.Background())
	if err != nil {
		return err
	}
	more := created(last + 1)
	more.ID = "another"
	if err := s.Commit(context.Background(), []store.Change{more}); err != nil {
		return err
	}
	text, err := word(background, s.w.conn, "PRAGMA integrity_check")
	if err == nil && text != "ok" {
		err = errors.New(strings.TrimSpace(text))
	}
	return err
}
