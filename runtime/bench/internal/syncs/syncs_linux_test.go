package syncs_test

import (
	"path/filepath"
	"testing"

	"github.com/cloacina-go/cloacina/runtime/bench/internal/limit"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/syncs"
)

// count returns what a hundred runs ask the disk for.
func count(t *testing.T, relaxed bool) syncs.Counts {
	t.Helper()
	f, err := limit.Open(filepath.Join(t.TempDir(), "runs.db"), limit.Config{Relaxed: relaxed, Checkpoint: 1000})
	if err != nil {
		t.Fatal(err)
	}
	before := syncs.Now()
	if _, err := f.Do(limit.Load{Shape: limit.Shape{1}, First: 1, Runs: 100, InFlight: 1}); err != nil {
		t.Fatal(err)
	}
	counts := syncs.Now().Sub(before)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return counts
}

// A commit is flushed if it counts as done only when it is on disk; else next to
// nothing is. Files that are opened before or after counting do not count.
func TestCount(t *testing.T) { //nolint:paralleltest // the counts are those of the process
	if c := count(t, false); c != (syncs.Counts{}) {
		t.Errorf("%+v without counting", c)
	}
	stop, err := syncs.Count()
	if err != nil {
		t.Fatal(err)
	}
	full, relaxed := count(t, false), count(t, true)
	if full.Syncs < 200 || full.Syncs > 250 {
		t.Errorf("%d flushes of 200 commits", full.Syncs)
	}
	if relaxed.Syncs > 10 {
		t.Errorf("%d flushes of 200 relaxed commits", relaxed.Syncs)
	}
	if full.Bytes < 200*4096 || relaxed.Bytes < 200*4096 {
		t.Errorf("%d and %d bytes of 200 commits, each of which writes a page", full.Bytes, relaxed.Bytes)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if c := count(t, false); c != (syncs.Counts{}) {
		t.Errorf("%+v after counting", c)
	}
	if stop, err = syncs.Count(); err != nil {
		t.Fatal(err)
	}
	if c := count(t, false); c.Syncs < 200 {
		t.Errorf("%d flushes of 200 commits, counted again", c.Syncs)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}
