package proof

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// recorder is a test whose failures are looked at.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	errors   []string
	cleanups []func()
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.errors) > 0
}

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

// run runs a test with a row and returns its result, as it is kept.
func run(t *testing.T, test func(r *Row)) (*recorder, Result) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "results")
	t.Setenv(Variable, path)
	rec := &recorder{TB: t}
	test(Begin(rec, "row", 10))
	for _, f := range slices.Backward(rec.cleanups) {
		f()
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var result Result
	if err := json.Unmarshal(data, &result); err != nil {
		t.Fatal(err)
	}
	return rec, result
}

func TestARowDoesItsShare(t *testing.T) {
	var mu sync.Mutex
	var seeds []uint64
	rec, result := run(t, func(r *Row) {
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				for seed := range r.Seeds() {
					mu.Lock()
					seeds = append(seeds, seed)
					mu.Unlock()
					r.Done(1)
				}
			})
		}
		group.Wait()
		r.Figure("p99 ms", 2)
	})
	slices.Sort(seeds)
	if rec.Failed() || !slices.Equal(seeds[:10], []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) || len(seeds) > 12 {
		t.Errorf("seeds are %v, errors %v", seeds, rec.errors)
	}
	if result.Target != 10 || result.Done != int64(len(seeds)) || result.Figures["p99 ms"] != 2 {
		t.Errorf("result is %+v", result)
	}
}

func TestARowBelowItsTargetFails(t *testing.T) {
	rec, result := run(t, func(r *Row) { r.Done(9) })
	if !rec.Failed() || result.Failures != 1 || !strings.Contains(rec.errors[0], "9 done of 10") {
		t.Errorf("result is %+v, errors %v", result, rec.errors)
	}
}

func TestARowStopsAtItsFailures(t *testing.T) {
	rec, result := run(t, func(r *Row) {
		for seed := range r.Seeds() {
			r.Fail(seed, "wrong %d", 7)
		}
	})
	if len(rec.errors) != MaxFailures || rec.errors[2] != "row, seed 3: wrong 7" || result.Failures != MaxFailures || result.FirstFailed != 1 {
		t.Errorf("result is %+v, errors %v", result, rec.errors)
	}
}

// A test that fails by other means than its row is a failure of the row.
func TestATestThatFailsFailsItsRow(t *testing.T) {
	rec, result := run(t, func(r *Row) { r.Done(10); r.tb.Errorf("otherwise") })
	if len(rec.errors) != 1 || result.Failures != 1 {
		t.Errorf("result is %+v, errors %v", result, rec.errors)
	}
}

func TestABudgetEndsARow(t *testing.T) {
	*budgetFlag = time.Nanosecond
	defer func() { *budgetFlag = 0 }()
	rec, result := run(t, func(r *Row) {
		for range r.Seeds() {
			t.Error("a seed after the budget")
		}
		if r.More() {
			t.Error("more to do after the budget")
		}
	})
	if rec.Failed() || result.Done != 0 {
		t.Errorf("result is %+v, errors %v", result, rec.errors)
	}
}
