package proof

import (
	"encoding/json"
	"flag"
	"iter"
	"os"
	"sync"
	"testing"
	"time"
)

var (
	targetFlag = flag.Int64("proof.target", 0, "how much each row does instead of its share of the quick tests")
	budgetFlag = flag.Duration("proof.budget", 0, "when a row stops, whatever it has done; 0 is never")
	seedFlag   = flag.Uint64("proof.seed", 1, "the first seed")
)

// Variable is the environment variable that names the file of results.
const Variable = "CLOACINA_PROOF"

// MaxFailures is how many failures of one row are looked at; it stops behind them.
const MaxFailures = 10

// Result is what a row did.
type Result struct {
	// Name is that of the row.
	Name string
	// Target is how much was to be done, Done how much was.
	Target, Done int64
	// Failures counts the seeds that failed.
	Failures int64
	// Seed is the first seed; FirstFailed the first that failed, if any did.
	Seed, FirstFailed uint64
	// Seconds is the time that the row took.
	Seconds float64
	// Figures are further measurements, such as "p99 ms".
	Figures map[string]float64 `json:",omitempty"`
}

// Row is a promise under test. Its methods are safe for concurrent use.
type Row struct {
	tb    testing.TB
	begun time.Time

	mu     sync.Mutex
	next   uint64
	result Result
}

// Begin begins a row. At the end of the test the row fails if it has done less than
// its target, unless its budget was used up: then whoever reads the result decides.
func Begin(tb testing.TB, name string, share int64) *Row {
	tb.Helper()
	target := share
	if *targetFlag > 0 {
		target = *targetFlag
	}
	r := &Row{tb: tb, begun: time.Now(), next: *seedFlag}
	r.result = Result{Name: name, Target: target, Seed: *seedFlag}
	tb.Cleanup(r.end)
	return r
}

// FirstSeed is the first seed, for what has to be there before a row begins.
func FirstSeed() uint64 { return *seedFlag }

// Target is how much is to be done.
func (r *Row) Target() int64 { return r.result.Target }

// Seed is the first seed, for a test that makes its own choices from it.
func (r *Row) Seed() uint64 { return r.result.Seed }

// Left is the time that is left of the budget; very long without one.
func (r *Row) Left() time.Duration {
	if *budgetFlag == 0 {
		return 365 * 24 * time.Hour
	}
	return *budgetFlag - time.Since(r.begun)
}

// More reports whether there is more to do: the target is not reached, the budget is
// not used up, and few seeds failed.
func (r *Row) More() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.more()
}

func (r *Row) more() bool {
	return r.result.Done < r.result.Target && r.result.Failures < MaxFailures && r.Left() > 0
}

// Next returns the next seed, and false if there is nothing more to do.
func (r *Row) Next() (seed uint64, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.more() {
		return 0, false
	}
	r.next++
	return r.next - 1, true
}

// Seeds are seeds as long as there is more to do. Several goroutines may range over
// the seeds of one row; each seed is given once.
func (r *Row) Seeds() iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for {
			seed, ok := r.Next()
			if !ok || !yield(seed) {
				return
			}
		}
	}
}

// Done says that n more were done.
func (r *Row) Done(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Done += int64(n)
}

// Fail says that a seed failed, and fails the test.
func (r *Row) Fail(seed uint64, format string, args ...any) {
	r.tb.Helper()
	r.mu.Lock()
	if r.result.Failures == 0 {
		r.result.FirstFailed = seed
	}
	r.result.Failures++
	r.mu.Unlock()
	r.tb.Errorf("%s, seed %d: "+format, append([]any{r.result.Name, seed}, args...)...)
}

// Figure adds a measurement to the result.
func (r *Row) Figure(name string, value float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.result.Figures == nil {
		r.result.Figures = make(map[string]float64)
	}
	r.result.Figures[name] = value
}

func (r *Row) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	result := &r.result
	result.Seconds = time.Since(r.begun).Seconds()
	if result.Done < result.Target && r.Left() > 0 && !r.tb.Failed() {
		r.tb.Errorf("%s: %d done of %d", result.Name, result.Done, result.Target)
	}
	if r.tb.Failed() && result.Failures == 0 {
		result.Failures = 1
	}
	if path := os.Getenv(Variable); path != "" {
		if err := add(path, result); err != nil {
			r.tb.Errorf("the result of %s is not kept: %v", result.Name, err)
		}
	}
}

// add adds a line to the file of results.
func add(path string, result *Result) error {
	line, err := json.Marshal(result)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.Write(append(line, '\n')); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
