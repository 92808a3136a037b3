package sqlite_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/proof"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	cloacina "github.com/cloacina-go/cloacina/runtime"
	"golang.org/x/sys/unix"
)

// tmpfsVariable is set in a process that has mounts of its own; its value is
// where the small file system is to be.
const tmpfsVariable = "STORE_TEST_TMPFS"

// onSmallDisk runs a test in a process of its own, in which dir is a file
// system of 1 MiB. It skips the test where nobody may have mounts of their own.
func onSmallDisk(t *testing.T, test func(t *testing.T, dir string)) {
	t.Helper()
	const refused = "mounting is refused"
	if dir := os.Getenv(tmpfsVariable); dir != "" {
		if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1m,mode=0700"); err != nil {
			t.Fatalf("%s: %v", refused, err)
		}
		test(t, dir)
		return
	}
	t.Parallel()
	cmd := exec.Command(os.Args[0], append(proofFlags(), "-test.run=^"+t.Name()+"$", "-test.v")...)
	cmd.Env = append(os.Environ(), tmpfsVariable+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &exit), strings.Contains(string(out), refused):
		t.Skipf("this system does not let a process have mounts of its own: %v %s", err, out)
	case err != nil:
		t.Fatalf("%v:\n%s", err, out)
	}
	t.Logf("%s", out)
}

// fill takes all space of a file system, and free gives it back.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	path := filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return func() { remove(t, path) }
}

// proofFlags are the flags by which a row knows how much it is to do.
func proofFlags() (flags []string) {
	flag.Visit(func(f *flag.Flag) {
		if strings.HasPrefix(f.Name, "proof.") {
			flags = append(flags, "-"+f.Name+"="+f.Value.String())
		}
	})
	return flags
}

// TestFullDisk fills a disk in the middle of work, again and again: that of a
// store, which refuses commits until there is space, and that of a runner, which
// waits for it. It is skipped where a process may not mount a file system of its
// own; the row then has no result.
func TestFullDisk(t *testing.T) {
	onSmallDisk(t, func(t *testing.T, dir string) {
		row := proof.Begin(t, "full disk", 70)
		for seed := range row.Seeds() {
			if seed%3 == 0 {
				row.Done(runnerOnFullDisk(t, dir, seed))
			} else {
				row.Done(storeOnFullDisk(t, dir, seed))
			}
			if t.Failed() {
				row.Fail(seed, "see above")
				break
			}
			for _, name := range filesBeside(t, filepath.Join(dir, "any")) {
				remove(t, filepath.Join(dir, name))
			}
		}
	})
}

// storeOnFullDisk returns how many commits were refused.
func storeOnFullDisk(t *testing.T, dir string, seed uint64) (refused int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 12))
	s := open(t, filepath.Join(dir, "runs.db"))
	num, value := int64(0), make([]byte, 3000+rng.IntN(4000))
	next := func() []store.Change {
		c := created(num+1, engine.Entry{Key: "k", Value: value})
		c.Plan = orders()
		return []store.Change{c, changesOf(num + 1).decided(0)}
	}
	for range 3 {
		for range 1 + rng.IntN(8) {
			commit(t, s, next()...)
			num++
		}
		free := fill(t, dir)
		for failed := 0; failed < 10; {
			err := s.Commit(context.Background(), next())
			if err == nil { // the log has space that it does not need
				num++
				continue
			}
			failed++
			if !errors.Is(err, store.ErrUnavailable) || !errors.Is(err, sqlite.ErrFull) || errors.Is(err, store.ErrUncertain) {
				t.Fatalf("got %v", err)
			}
			checkAll(t, s, num)
		}
		refused += 10
		free()
	}
	commit(t, s, next()...)
	checkAll(t, s, num+1)
	free := fill(t, dir)
	if err := s.Backup(context.Background(), filepath.Join(dir, "backup.db")); !errors.Is(err, sqlite.ErrFull) {
		t.Errorf("backup: got %v", err)
	}
	closed(t, s)
	if names := fmt.Sprint(filesBeside(t, s.Path())); strings.Contains(names, "backup") {
		t.Errorf("a backup is left: %v", names)
	}
	if s, err := sqlite.Open(context.Background(), s.Path(), sqlite.Config{}); err == nil {
		checkAll(t, s, num+1)
		closed(t, s)
	} else if !errors.Is(err, sqlite.ErrFull) {
		t.Errorf("open on a full disk: %v", err)
	}
	if _, err := sqlite.Open(context.Background(), filepath.Join(dir, "new.db"), sqlite.Config{}); !errors.Is(err, sqlite.ErrFull) {
		t.Errorf("a new store on a full disk: %v", err)
	}
	free()
	s = open(t, s.Path())
	checkAll(t, s, num+1)
	closed(t, s)
	closed(t, open(t, filepath.Join(dir, "new.db")))
	if problems := verified(t, s.Path()); len(problems) > 0 {
		t.Error(strings.Join(problems, "\n"))
	}
	return refused
}

// runnerOnFullDisk fills the disk in the middle of some attempt. The runner begins
// nothing more and acknowledges no start until there is space; then it goes on.
func runnerOnFullDisk(t *testing.T, dir string, seed uint64) (waits int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 13))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var free func()
	filled := make(chan struct{})
	at := "" // when all runs have ended
	if i := rng.IntN(5); i < 4 {
		at = fmt.Sprint("run-", rng.IntN(3), []string{"fetch", "process", "audit", "report"}[i]) // which run in any case
	}
	var once sync.Once
	fillUp := func() { once.Do(func() { free = fill(t, dir); close(filled) }) }
	b := &book{at: func() int { return 0 }, inside: func(run, task string, _ int) {
		if run+task == at {
			fillUp()
		}
	}}
	r, err := cloacina.Open(ctx, filepath.Join(dir, "runs.db"), cloacina.Config{})
	if err == nil {
		err = r.Register(newFlow(b))
	}
	if err != nil {
		t.Fatal(err)
	}
	var runs sync.WaitGroup
	for i := range 3 {
		runs.Go(func() {
			run, err := r.Start(ctx, "flow", inputOf(i), cloacina.StartOptions{ID: fmt.Sprint("run-", i)})
			if err != nil {
				t.Error(err)
				return
			}
			result, err := run.Wait(ctx)
			if err == nil {
				err = checkResult(result, int64(i))
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	if at == "" {
		runs.Wait()
		fillUp()
	}
	<-filled
	blocked := 0
	for n := range 200 { // the log has some space that it does not need
		short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
		if _, err := r.Start(short, "flow", inputOf(1), cloacina.StartOptions{ID: fmt.Sprint("more-", n)}); err != nil {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("start on a full disk: %v", err)
			}
			blocked++
		}
		cancel()
		if blocked == 2 {
			break
		}
	}
	if blocked != 2 {
		t.Error("the disk was never full")
	}
	free()
	runs.Wait()
	run, err := r.Start(ctx, "flow", inputOf(1), cloacina.StartOptions{ID: "last"})
	if err != nil {
		t.Fatal(err)
	}
	result, err := run.Wait(ctx)
	if err == nil {
		err = checkResult(result, 1)
	}
	if err = errors.Join(err, r.Shutdown(ctx)); err != nil {
		t.Error(err)
	}
	return blocked
}

// checkAll checks that a store has the runs up to a number and no other.
func checkAll(t *testing.T, s *sqlite.Store, last int64) {
	t.Helper()
	n := int64(0)
	for r, err := range s.OpenRuns(context.Background()) {
		if n++; err != nil || r.Num != n {
			t.Fatalf("run %d: %+v, %v", n, r, err)
		}
	}
	if n != last {
		t.Fatalf("%d runs, want %d", n, last)
	}
}

// TestReadOnlyFileSystem opens and reads a store that nobody can write.
func TestReadOnlyFileSystem(t *testing.T) {
	onSmallDisk(t, func(t *testing.T, dir string) {
		path := filepath.Join(dir, "runs.db")
		mine()(t, path)
		if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"runs.db", "new.db"} {
			if _, err := sqlite.Open(context.Background(), filepath.Join(dir, name), sqlite.Config{}); !errors.Is(err, sqlite.ErrReadOnly) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		r, err := sqlite.OpenReader(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer closed(t, r)
		if _, err := r.Find(context.Background(), id(1)); err != nil {
			t.Error(err)
		}
		if _, err := sqlite.Verify(context.Background(), path); err != nil {
			t.Error(err)
		}
		s := open(t, filepath.Join(t.TempDir(), "runs.db"))
		defer closed(t, s)
		if err := s.Backup(context.Background(), filepath.Join(dir, "backup.db")); !errors.Is(err, sqlite.ErrReadOnly) {
			t.Errorf("backup: got %v", err)
		}
	})
}
