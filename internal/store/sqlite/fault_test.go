//go:build linux

package sqlite_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/faultvfs"
	lib "modernc.org/sqlite/lib"
)

var faults = flag.Int("faults", 1_000, "number of injected faults")

// TestFaults has one operation on the files fail in random workloads, or all
// from some operation on, and holds the store to its word: what a commit says
// is so, nothing wrong is read, the store goes on when the disk works again,
// and the file opens.
//
//	go test ./internal/store/sqlite -run Faults -faults=100000
//	go test ./internal/store/sqlite -run Faults -seed=4711
func TestFaults(t *testing.T) {
	t.Parallel()
	const faultsPerWorkload = 50
	seen := &faultTally{counts: map[string]int{}}
	var done atomic.Int64
	onAllProcessors(t, func(t *testing.T, seed uint64) (more bool) {
		t.Helper()
		return done.Add(faultWorkload(t, seed, faultsPerWorkload, seen)) < int64(*faults)
	})
	seen.check(t)
	t.Logf("%d faults:\n%s", done.Load(), seen)
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
func (f *faultTally) check(t *testing.T) {
	t.Helper()
	for _, what := range []string{
		"hit open", "hit read", "hit write", "hit truncate", "hit sync", "hit delete", "once", "for good",
		"commit unavailable", "commit uncertain", "open failed", "read failed", "backup failed",
	} {
		if f.counts[what] == 0 && *seed == 0 && *faults >= 1_000 {
			t.Errorf("%q never happened:\n%s", what, f)
		}
	}
}

// faultWorkload runs a workload without a fault to count its operations, and
// then again and again with one.
func faultWorkload(t *testing.T, seed uint64, count int, seen *faultTally) int64 {
	t.Helper()
	plain := newFaultRun(t, seed)
	defer plain.remove()
	plain.run()
	if plain.err != nil {
		t.Fatalf("seed %d, without a fault: %v", seed, plain.err)
	}
	var ops []faultvfs.Op
	for _, op := range plain.vfs.Journal() {
		if op.Kind != faultvfs.Close {
			ops = append(ops, op)
		}
	}
	rng := rand.New(rand.NewPCG(seed, 5))
	for i := range count {
		from, to := i*len(ops)/count, (i+1)*len(ops)/count
		at := from + rng.IntN(max(to-from, 1))
		faultCase(t, seed, drawFault(rng, at+1, &ops[at]), seen)
	}
	return int64(count)
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
	faultvfs.Sync:     {lib.SQLITE_IOERR_FSYNC, lib.SQLITE_FULL},
	faultvfs.Delete:   {lib.SQLITE_IOERR_DELETE},
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
func faultCase(t *testing.T, seed uint64, f faultvfs.Fault, seen *faultTally) {
	t.Helper()
	r := newFaultRun(t, seed)
	defer r.remove()
	r.seen, r.fault = seen, f
	r.vfs.Inject(f)
	began := time.Now()
	r.run()
	if took := time.Since(began); r.err == nil && took > 8*time.Second {
		r.err = fmt.Errorf("it took %v", took)
	}
	if r.err != nil {
		t.Errorf("seed %d, fault %+v: %v\nreplay with -run '%s' -seed=%d",
			seed, f, r.err, strings.SplitN(t.Name(), "/", 2)[0], seed)
	}
	r.count()
}
