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
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/store"
)

// What a child process is to do; see [MigrateAndDie].
const (
	dieVariable      = "STORE_TEST_DIE"      // the operation before which it is killed, 0 for none
	versionsVariable = "STORE_TEST_VERSIONS" // how many migrations there are
)

// secondMigration is the migration of a later version, which rewrites much.
const secondMigration = `
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
	if os.Getenv(versionsVariable) == "2" {
		migrations = []string{schema, secondMigration}
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

// TestKilledCreation kills the process that makes a file at every operation.
// What is left opens as a new and complete store.
func TestKilledCreation(t *testing.T) {
	t.Parallel()
	k := killing{t: t, versions: 1, prepare: func(string) {}, check: func(path string, left int64) error {
		if left != 0 && left != 1 {
			return fmt.Errorf("it has version %d", left)
		}
		return checkMigrated(path, 1, 0)
	}}
	k.run()
}

// TestKilledMigration kills the process that migrates a file with runs in it at
// every operation. What is left has the old version or the new one, with all
// runs in it, and is migrated when it is opened.
func TestKilledMigration(t *testing.T) {
	const runs = 40
	old := filepath.Join(t.TempDir(), "runs.db")
	s, err := Open(context.Background(), old, Config{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	for num := range int64(runs) {
		mustCommit(t, s, created(num+1), store.TaskDecided{Run: num + 1, Ready: true, At: 1})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(old)
	if err != nil {
		t.Fatal(err)
	}
	before := migrations
	t.Cleanup(func() { migrations = before })
	migrations = []string{schema, secondMigration}
	prepare := func(path string) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Error(err)
		}
	}
	var versions [3]atomic.Int64
	k := killing{t: t, versions: 2, prepare: prepare, check: func(path string, left int64) error {
		if left != 1 && left != 2 {
			return fmt.Errorf("it has version %d", left)
		}
		versions[left].Add(1)
		return checkMigrated(path, 2, runs)
	}}
	k.run()
	if versions[1].Load() == 0 || versions[2].Load() == 0 {
		t.Errorf("%d remnants had the old version and %d the new one; want both",
			versions[1].Load(), versions[2].Load())
	}
}

// killing opens a store in child processes that die.
type killing struct {
	t        *testing.T
	versions int
	prepare  func(path string)                   // makes the file
	check    func(path string, left int64) error // checks what is left and has this version
}

// run kills a process at every operation, until one comes to its end.
func (k *killing) run() {
	k.t.Helper()
	var next, kills atomic.Int64
	var done atomic.Bool
	k.t.Run("kills", func(t *testing.T) {
		for w := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint(w), func(t *testing.T) {
				t.Parallel()
				for !done.Load() && !t.Failed() {
					at := next.Add(1)
					killed, err := k.kill(t, at)
					switch {
					case err != nil:
						t.Errorf("killed at operation %d: %v", at, err)
					case killed:
						kills.Add(1)
					default:
						done.Store(true)
					}
				}
			})
		}
	})
	k.t.Logf("%d kills", kills.Load())
	if n := kills.Load(); n < 30 {
		k.t.Errorf("%d kills; a migration is known to take more operations", n)
	}
}

// kill kills a process at one operation and checks what is left. It reports
// whether the process got there.
func (k *killing) kill(t *testing.T, at int64) (killed bool, err error) {
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		return false, err
	}
	path := filepath.Join(dir, "runs.db")
	k.prepare(path)
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
	left, err := versionOf(path)
	if err == nil {
		err = k.check(path, left)
	}
	return killed, errors.Join(err, os.RemoveAll(dir))
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

// checkMigrated checks that a store opens, has the version and all runs, and
// takes another one.
func checkMigrated(path string, version int64, runs int) (err error) {
	s, err := Open(context.Background(), path, Config{Relaxed: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	got, err := s.w.number("PRAGMA user_version")
	if err != nil || got != version {
		return errors.Join(fmt.Errorf("opened with version %d", got), err)
	}
	page, err := s.Runs(context.Background(), store.Filter{Limit: 1000})
	if err != nil || len(page) != runs {
		return errors.Join(fmt.Errorf("%d runs of %d", len(page), runs), err)
	}
	for _, info := range page {
		if _, err := s.Run(context.Background(), info.ID); err != nil {
			return err
		}
	}
	if err := s.Commit(context.Background(), []store.Change{created(int64(runs) + 1)}); err != nil {
		return err
	}
	text, err := word(background, s.w.conn, "PRAGMA integrity_check")
	if err == nil && text != "ok" {
		err = errors.New(strings.TrimSpace(text))
	}
	return err
}
