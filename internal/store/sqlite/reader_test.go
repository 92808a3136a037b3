package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// numbers returns the numbers of the open runs that a reader sees.
func numbers(t *testing.T, r *sqlite.Reader) (nums []int64) {
	t.Helper()
	for run, err := range r.OpenRuns(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		nums = append(nums, run.Num)
	}
	return nums
}

// snapshotOf returns the content of all files of a store, but for the index of
// its log, whose locks every reader changes.
func snapshotOf(t *testing.T, path string) string {
	t.Helper()
	text := fmt.Sprintln(filesBeside(t, path))
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		text += fmt.Sprintf("%s %x %v\n", suffix, b, err != nil)
	}
	return text
}

// TestReaderSeesAndChangesNothing follows a store from its first commit to the
// next owner with one reader, which has to see every commit.
func TestReaderSeesAndChangesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	mine()(t, path)
	r, err := sqlite.OpenReader(context.Background(), "sqlite://"+path)
	if err != nil {
		t.Fatal(err)
	}
	look := func(what string, want ...int64) {
		t.Helper()
		before := snapshotOf(t, path)
		if got := numbers(t, r); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
		if _, err := r.Run(context.Background(), id(1)); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := r.Find(context.Background(), "none"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
		if page, err := r.Runs(context.Background(), store.Filter{}); err != nil || len(page) != len(want) {
			t.Errorf("%s: %d runs, %v", what, len(page), err)
		}
		if snapshotOf(t, path) != before {
			t.Errorf("%s: files have changed: %s", what, filesBeside(t, path))
		}
	}
	look("closed", 1)
	s := open(t, path)
	look("owned", 1)
	commit(t, s, created(2))
	look("after a commit", 1, 2)
	closed(t, s)
	look("closed again", 1, 2)
	s = open(t, path)
	commit(t, s, created(3))
	closed(t, s)
	look("after the next owner", 1, 2, 3)
	closed(t, r)
	closed(t, r)
	if _, err := r.Find(context.Background(), id(1)); !errors.Is(err, store.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

// TestReaderOfWhatAKilledProcessLeft reads commits that are in the log only.
func TestReaderOfWhatAKilledProcessLeft(t *testing.T) {
	t.Parallel()
	live := open(t, filepath.Join(t.TempDir(), "runs.db"))
	t.Cleanup(func() { closed(t, live) })
	commit(t, live, created(1))
	for _, suffixes := range [][]string{{"", "-wal"}, {"", "-wal", "-shm"}} {
		path := filepath.Join(t.TempDir(), "runs.db")
		for _, suffix := range suffixes {
			content(read(t, live.Path()+suffix))(t, path+suffix)
		}
		before := read(t, path+"-wal")
		r, err := sqlite.OpenReader(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		if got := numbers(t, r); len(got) != 1 {
			t.Errorf("%v: %v", suffixes, got)
		}
		closed(t, r)
		if !slices.Equal(read(t, path+"-wal"), before) {
			t.Errorf("%v: the log has changed", suffixes)
		}
		s := open(t, path) // what the reader left is in nobody's way
		commit(t, s, created(2))
		closed(t, s)
	}
}

// TestReaderBesideAWriterThatComesAndGoes opens and closes a store all the
// time, so that reads begin in one state of the files and end in another.
func TestReaderBesideAWriterThatComesAndGoes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	mine()(t, path)
	r, err := sqlite.OpenReader(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, r)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for num := int64(2); num <= 60; num++ {
			s, err := sqlite.Open(context.Background(), path, sqlite.Config{Relaxed: true})
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(s.Commit(context.Background(), []store.Change{created(num)}), s.Close()); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	last := 1
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		nums := numbers(t, r)
		for i, num := range nums {
			if num != int64(i+1) {
				t.Fatalf("saw %v", nums)
			}
		}
		if len(nums) < last {
			t.Fatalf("saw %d runs after %d", len(nums), last)
		}
		last = len(nums)
	}
	if last != 60 {
		t.Errorf("at the end there are %d runs", last)
	}
}
