//go:build linux

package sqlite_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/faultvfs"
	"github.com/cloacina-go/cloacina/internal/proof"
	lib "modernc.org/sqlite/lib"
)

// TestFaults has one operation on the files fail in random workloads, or all
// from some operation on, and holds the store to its word: what a commit says
// is so, nothing wrong is read, the store goes on when the disk works again, and
// the file opens. Where a failure leaves a commit unknown, another process finds
// out and goes on, and the power may fail at any time after that: a flush that
// succeeds after one that failed brings nothing back. In some workloads there is
// a runner, see [runnerFaults].
//
//	go test ./internal/store/sqlite -run 'Faults$' -proof.target 100000
//	go test ./internal/store/sqlite -run 'Faults$' -proof.target 1 -proof.seed 4711
func TestFaults(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "faults", 1_000)
	seen := &faultTally{counts: map[string]int{}}
	forSeeds(t, row, func(t *testing.T, seed uint64) (int, error) {
		t.Helper()
		if seed%8 == 5 {
			return runnerFaults(t, seed, seen)
		}
		return faultWorkload(t, seed, false, seen)
	})
	seen.check(t, "open failed", "commit uncertain", "uncertain: stored", "uncertain: not stored",
		"runner: hit", "runner: stopped")
	for what, n := range seen.counts {
		row.Figure(what, float64(n))
	}
}

// TestFaultsOfARelaxedStore does the same where commits are not flushed. The end of
// a process then still loses nothing, and a power failure only the last commits: what
// it leaves is what was at some moment, also where a flush has failed before.
func TestFaultsOfARelaxedStore(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "faults, relaxed", 200)
	seen := &faultTally{counts: map[string]int{}}
	forSeeds(t, row, func(t *testing.T, seed uint64) (int, error) {
		t.Helper()
		return faultWorkload(t, seed, true, seen)
	})
	seen.check(t, "lost in a power failure", "checkpoint failed")
	for what, n := range seen.counts {
		row.Figure(what, float64(n))
	}
}

// TestFaultsThatWereFound repeats the workloads that have found something.
func TestFaultsThatWereFound(t *testing.T) {
	t.Parallel()
	for seed, what := range map[uint64]string{
		271: "a log that is deleted after an uncertain commit comes back in a power failure",
		66:  "the page cache stays in error because the view is kept when a transaction is taken back",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			seen := &faultTally{counts: map[string]int{}}
			if _, err := faultWorkload(t, seed, false, seen); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		})
	}
}

// faultTally counts what faults hit and what came of it. It is safe for
// concurrent use.
type faultTally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (f *faultTally) add(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts[what]++
}

// String returns the counts, one a line.
func (f *faultTally) String() string {
	var b strings.Builder
	for _, what := range slices.Sorted(maps.Keys(f.counts)) {
		fmt.Fprintf(&b, "%6d %s\n", f.counts[what], what)
	}
	return b.String()
}

// check fails the test if something never happened, which it then did not prove.
func (f *faultTally) check(t *testing.T, further ...string) {
	t.Helper()
	faults := f.counts["once"] + f.counts["for good"]
	if faults < 900 {
		return
	}
	for _, what := range append(further,
		"hit open", "hit read", "hit write", "hit truncate", "hit sync", "hit delete", "once", "for good",
		"commit unavailable", "read failed", "backup failed", "power loss after a failed sync",
	) {

		if f.counts[what] == 0 {
			t.Errorf("%q never happened:\n%s", what, f)
		}
	}
	if syncs := f.counts["hit sync"]; syncs < faults/4 {
		t.Errorf("%d of %d faults are those of syncs; want a quarter", syncs, faults)
	}
}

// faultsOf is how many faults a workload gets.
const faultsOf = 40

// faultWorkload runs a workload without a fault to count its operations, and
// then again and again with one.
func faultWorkload(t *testing.T, seed uint64, relaxed bool, seen *faultTally) (faults int, err error) {
	t.Helper()
	start, err := newFaultStart(t, seed, relaxed)
	if err != nil {
		return 0, fmt.Errorf("before the workload: %w", err)
	}
	plain := start.newRun(t)
	defer plain.remove()
	plain.run()
	if plain.err != nil {
		return 0, fmt.Errorf("without a fault: %w", plain.err)
	}
	rng := rand.New(rand.NewPCG(seed, 5))
	for _, f := range drawFaults(rng, plain.ops[len(start.ops):], faultsOf) {
		faults++
		if err := faultCase(t, start, f, seen); err != nil {
			return faults, fmt.Errorf("fault %+v: %w", f, err)
		}
	}
	return faults, nil
}

// mayFail are the kinds of operations that can fail.
var mayFail = []faultvfs.Kind{
	faultvfs.Open, faultvfs.Read, faultvfs.Write, faultvfs.Truncate, faultvfs.Sync, faultvfs.Delete,
}

// codes are the result codes of failures. A file of the database that seems to
// be shorter than it is would be damage and not a failure, so short reads
// concern the files beside it.
var codes = map[faultvfs.Kind][]int32{
	faultvfs.Open:     {lib.SQLITE_CANTOPEN, lib.SQLITE_IOERR, lib.SQLITE_IOERR_NOMEM},
	faultvfs.Read:     {lib.SQLITE_IOERR_READ, lib.SQLITE_IOERR_READ, lib.SQLITE_IOERR_NOMEM, lib.SQLITE_IOERR_SHORT_READ},
	faultvfs.Write:    {lib.SQLITE_IOERR_WRITE, lib.SQLITE_FULL},
	faultvfs.Truncate: {lib.SQLITE_IOERR_TRUNCATE},
	faultvfs.Sync:     {lib.SQLITE_IOERR_FSYNC, lib.SQLITE_IOERR_FSYNC, lib.SQLITE_FULL},
	faultvfs.Delete:   {lib.SQLITE_IOERR_DELETE},
}

// drawFaults draws faults that hit some of these operations: three in ten a sync,
// the others spread over all of them.
func drawFaults(rng *rand.Rand, journal []faultvfs.Op, count int) (faults []faultvfs.Fault) {
	var ops []faultvfs.Op
	var syncs []int
	for _, op := range journal {
		if op.Kind == faultvfs.Close {
			continue
		}
		if op.Kind == faultvfs.Sync {
			syncs = append(syncs, len(ops))
		}
		ops = append(ops, op)
	}
	for i := range count {
		from, to := i*len(ops)/count, (i+1)*len(ops)/count
		at := from + rng.IntN(max(to-from, 1))
		if i%10 < 3 && len(syncs) > 0 {
			at = syncs[rng.IntN(len(syncs))]
		}
		faults = append(faults, drawFault(rng, at+1, &ops[at]))
	}
	return faults
}

// drawFault draws what happens to an operation.
func drawFault(rng *rand.Rand, at int, op *faultvfs.Op) faultvfs.Fault {
	list := codes[op.Kind]
	f := faultvfs.Fault{At: at, Kinds: mayFail, Code: list[rng.IntN(len(list))], Partial: rng.IntN(2) == 0}
	if f.Code == lib.SQLITE_IOERR_SHORT_READ && !strings.HasSuffix(op.Path, "-wal") {
		f.Code = lib.SQLITE_IOERR_READ
	}
	f.Forever = rng.IntN(3) == 0
	if f.Forever { // every kind fails in its own way
		f.Code = 0
	}
	return f
}

// faultCase runs a workload with a fault.
func faultCase(t *testing.T, start *faultStart, f faultvfs.Fault, seen *faultTally) error {
	t.Helper()
	r := start.newRun(t)
	defer r.remove()
	r.seen, r.fault = seen, f
	r.vfs.Inject(f)
	began := time.Now()
	r.run()
	if took := time.Since(began); r.err == nil && took > 20*time.Second {
		r.err = fmt.Errorf("it took %v", took)
	}
	countFault(&f, r.ops, seen)
	return r.err
}
