package trust

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/proof"
	"github.com/cloacina-go/cloacina/internal/store"
)

// slots is how many attempts run at once: the default of the runner.
const slots = 64

// TestRecoveryIsImmediate kills processes that have many open runs at a random
// moment, while they start, end and cancel others, and measures how long the
// next process takes until it is at work again: from before its start until
// Register has returned and every slot has an attempt of a run that was open. One seed
// is one kill with 10,000 open runs and one with 100.
//
// Each open run has a task that has completed, which never runs again, and one
// that does not end, whose attempt keeps its number however often it is
// interrupted. In the first process all of these run, so that its death interrupts
// one in each run; in the others 64, the default.
func TestRecoveryIsImmediate(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "recovery", 3)
	crowds := []*crowded{{runs: 10_000, bound: time.Second}, {runs: 100, bound: 250 * time.Millisecond}}
	for _, c := range crowds {
		c.begin(t, row.Seed())
	}
	for seed := range row.Seeds() {
		for _, c := range crowds {
			c.again(rand.New(rand.NewPCG(seed, 5)))
		}
		if row.Done(1); t.Failed() || row.Left() < 3*time.Second {
			break
		}
	}
	for _, c := range crowds {
		c.end(row)
	}
}

// crowded is a store with many open runs.
type crowded struct {
	t       *testing.T
	runs    int
	bound   time.Duration // of the slowest recovery in a hundred
	job     job
	process *process // the one that works
	ledger  reading
	book    crowdBook
	// How long the recoveries took: until the first attempt runs, and until as
	// many run as there are slots.
	first, full []time.Duration
}

// begin starts the runs.
func (c *crowded) begin(t *testing.T, seed uint64) {
	t.Helper()
	path := filepath.Join(keptDir(t), "runs.db")
	c.t, c.book = t, newCrowdBook()
	c.job = job{Role: "crowd", Path: path, Ledger: path + ".ledger", Generation: 1, Count: c.runs, Seed: seed}
	c.ledger = reading{path: c.job.Ledger}
	c.process = start(t, c.job)
	c.process.expect("running")
	c.process.expect("crowded")
}

// again kills the process at a random moment of its work, and has the next one
// recover. That one is killed at times before it has, which only means more work
// for the one that is measured.
func (c *crowded) again(rng *rand.Rand) {
	c.t.Helper()
	c.process.pause(rng, 30*time.Millisecond)
	c.die()
	if rng.IntN(4) == 0 {
		c.next()
		c.process.pause(rng, 30*time.Millisecond)
		c.die()
	}
	c.next()
	c.process.expect("running")
	first := time.Since(c.process.begun)
	c.process.expect("crowded")
	c.first, c.full = append(c.first, first), append(c.full, time.Since(c.process.begun))
}

func (c *crowded) next() {
	c.t.Helper()
	c.job.Generation++
	c.job.Count = 0
	c.process = start(c.t, c.job)
}

// die kills the process and compares what it wrote down with what was before.
func (c *crowded) die() {
	c.t.Helper()
	if !c.process.kill() {
		c.t.Fatalf("process %d has ended\n%s", c.process.pid(), c.process.stderr.String())
	}
	for _, e := range c.ledger.more(c.t) {
		c.book.add(e)
	}
	for _, text := range c.book.problems[:min(5, len(c.book.problems))] {
		c.t.Errorf("%d runs, generation %d: %s", c.runs, c.job.Generation, text)
	}
	c.book.problems = nil
}

// end compares the store with all that was written down, and tells the figures.
// They have a bound if the row has its full target: in the quick tests a slow
// recovery says nothing but that the machine has other things to do.
func (c *crowded) end(row *proof.Row) {
	c.t.Helper()
	if c.t.Failed() {
		return
	}
	c.die()
	clean(c.t, c.job.Path)
	now := look(c.t, c.job.Path, &snapshot{}, true)
	open := 0
	for id, d := range now.runs {
		if d.Status == engine.RunRunning {
			open++
		}
		c.interrupted(id, d)
	}
	for id, r := range c.book.runs {
		if d := now.runs[id]; r.started && d == nil || r.cancelled && (d == nil || d.Status != engine.RunCancelled) {
			c.t.Errorf("run %s: told %+v, stored %+v", id, *r, d)
		}
	}
	if open < c.runs {
		c.t.Errorf("%d runs are open, want %d", open, c.runs)
	}
	p99 := quantile(c.full, 0.99)
	c.t.Logf("%d open runs, %d kills: all slots taken after %v, p99 %v; the first after %v, p99 %v", c.runs,
		len(c.full), quantile(c.full, 0.5), p99, quantile(c.first, 0.5), quantile(c.first, 0.99))
	row.Figure(fmt.Sprintf("p50 ms, %d runs", c.runs), milliseconds(quantile(c.full, 0.5)))
	row.Figure(fmt.Sprintf("p99 ms, %d runs", c.runs), milliseconds(p99))
	if row.Target() >= 50 && len(c.full) >= 10 && p99 >= c.bound {
		row.Fail(row.Seed(), "%d open runs: p99 is %v, want less than %v", c.runs, p99, c.bound)
	}
}

// interrupted checks that each interruption of the attempt that does not end was
// counted, and nothing else: it was begun once more than it was interrupted, or
// its last begin was never noticed, or stored and not written down.
func (c *crowded) interrupted(id string, d *store.RunDetail) {
	c.t.Helper()
	r := c.book.runs[id]
	a := d.Tasks[1].Attempts
	if r == nil || d.Tasks[1].Status == engine.TaskCancelled || len(a) == 0 {
		return
	}
	if len(a) > 1 || a[0].Interruptions < r.begins-1 || a[0].Interruptions > c.job.Generation {
		c.t.Errorf("run %s: begun %d times, stored %+v", id, r.begins, a)
	}
}

// quantile is the value below which a share of the values lies.
func quantile(values []time.Duration, share float64) time.Duration {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(share*float64(len(sorted)-1)+0.5)]
}
