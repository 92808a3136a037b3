package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// TestBackupBesideCommits makes backups while commits go on, and looks for the
// commits in each of them: all that returned before the backup began, none
// that began after it returned, and no gap.
func TestBackupBesideCommits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := sqlite.Open(context.Background(), filepath.Join(dir, "runs.db"), sqlite.Config{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	var begun, done atomic.Int64
	ctx, stop := context.WithCancel(context.Background())
	finished, tick := make(chan error), make(chan struct{}, 1)
	go func() {
		var err error
		for ctx.Err() == nil && err == nil {
			num := begun.Add(1)
			err = s.Commit(context.Background(), []store.Change{
				&store.RunCreated{Num: num, ID: id(num), Plan: orders(), At: 90, Initial: []engine.Entry{
					{Key: "k", Value: []byte(`"` + strings.Repeat("x", 3000) + `"`)},
				}}, changesOf(num).decided(0), changesOf(num).started(0, 1),
			})
			done.Store(num)
			select {
			case tick <- struct{}{}:
			default:
			}
		}
		finished <- err
	}()
	const backups = 5
	var least, most [backups]int64
	target := func(n int) string { return filepath.Join(dir, fmt.Sprintf("backup-%d.db", n)) }
	for n := range backups {
		for range 30 {
			<-tick
		}
		least[n] = done.Load()
		if err := s.Backup(context.Background(), target(n)); err != nil {
			t.Error(err)
		}
		most[n] = begun.Load()
	}
	stop()
	if err := <-finished; err != nil {
		t.Fatal(err)
	}
	for n := range backups {
		checkBackup(t, target(n), least[n], most[n])
	}
	closed(t, s)
	for _, name := range filesBeside(t, s.Path()) {
		if strings.Contains(name, "partial") {
			t.Errorf("%s is left", name)
		}
	}
}

// TestBackupBesideAnotherLog finds the log of a file that was there before. The
// copy would be opened with it.
func TestBackupBesideAnotherLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "runs.db"))
	defer closed(t, s)
	target := filepath.Join(dir, "backup.db")
	for _, suffix := range []string{"-wal", "-journal"} {
		content([]byte("x"))(t, target+suffix)
		err := s.Backup(context.Background(), target)
		if !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), target+suffix) {
			t.Errorf("got %v", err)
		}
		if err := os.Remove(target + suffix); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Backup(context.Background(), target); err != nil {
		t.Error(err)
	}
}

// checkBackup checks that a backup is a whole store of its owner's with the
// first runs and nothing else.
func checkBackup(t *testing.T, path string, least, most int64) {
	t.Helper()
	if problems := verified(t, path); len(problems) > 0 {
		t.Errorf("%s: %s", path, strings.Join(problems, "\n"))
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
	s := open(t, path)
	defer closed(t, s)
	var nums []int64
	for r, err := range s.OpenRuns(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		nums = append(nums, r.Num)
	}
	last := int64(len(nums))
	if last < least || last > most || !slices.IsSorted(nums) || nums[last-1] != last {
		t.Errorf("%d runs, the last is %d; %d were committed before and %d after it", last, nums[last-1], least, most)
	}
	commit(t, s, created(last+1))
}

func TestBackupReplacesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "runs.db"))
	defer closed(t, s)
	commit(t, s, created(1))
	file := filepath.Join(dir, "file")
	content([]byte("mine"))(t, file)
	symlink(t, filepath.Join(dir, "file"), filepath.Join(dir, "link"))
	for _, target := range []string{file, filepath.Join(dir, "link"), s.Path(), dir} {
		if err := s.Backup(context.Background(), target); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), target) {
			t.Errorf("%s: got %v", target, err)
		}
	}
	if got := string(read(t, file)); got != "mine" {
		t.Errorf("the file now has %q", got)
	}
	if names := filesBeside(t, file); len(names) != 6 { // the file, the link, and the four of the store
		t.Errorf("files: %v", names)
	}
}

func TestBackupThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "runs.db"))
	commit(t, s, created(1))
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	into := filepath.Join(dir, "backups")
	if err := os.Mkdir(into, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(cancelled, filepath.Join(into, "a.db")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
	if err := s.Backup(context.Background(), filepath.Join(into, "missing", "a.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: got %v", err)
	}
	if err := s.Backup(context.Background(), ":memory:"); err == nil {
		t.Error("in memory: no error")
	}
	closed(t, s)
	if err := s.Backup(context.Background(), filepath.Join(into, "a.db")); !errors.Is(err, store.ErrClosed) {
		t.Errorf("closed: got %v", err)
	}
	if names := filesBeside(t, filepath.Join(into, "a.db")); len(names) > 0 {
		t.Errorf("left: %v", names)
	}
}

// TestBackupEndsWithItsContext ends the context at some moments of a backup
// that takes a while.
func TestBackupEndsWithItsContext(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "runs.db"))
	defer closed(t, s)
	value := make([]byte, 1<<20)
	for num := int64(1); num <= 16; num++ {
		commit(t, s, created(num, engine.Entry{Key: "k", Value: value}))
	}
	ended := 0
	for n := range 5 {
		ctx, cancel := context.WithCancel(context.Background())
		target := filepath.Join(dir, fmt.Sprintf("backup-%d", n))
		go func() {
			defer cancel()
			for grown := int64(0); grown < int64(n)<<21 && ctx.Err() == nil; {
				grown = sizeOfPartial(target)
				runtime.Gosched()
			}
		}()
		err := s.Backup(ctx, target)
		cancel()
		if _, stat := os.Stat(target); (err == nil) != (stat == nil) {
			t.Errorf("backup: %v; its file: %v", err, stat)
		}
		if errors.Is(err, context.Canceled) {
			ended++
		} else if err != nil {
			t.Error(err)
		}
	}
	if ended == 0 {
		t.Error("no backup was cut short")
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*partial*")); len(left) > 0 || err != nil {
		t.Errorf("left: %v, %v", left, err)
	}
}

// sizeOfPartial returns how much of a backup there is.
func sizeOfPartial(target string) (size int64) {
	names, _ := filepath.Glob(target + ".partial-*")
	for _, name := range names {
		if info, err := os.Stat(name); err == nil {
			size += info.Size()
		}
	}
	return size
}
