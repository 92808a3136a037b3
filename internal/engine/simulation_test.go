package engine_test

import (
	"flag"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
)

var (
	schedules = flag.Int("schedules", usualSchedules, "number of simulated schedules")
	oneSeed   = flag.Uint64("seed", 0, "simulate the schedule with this seed only, and print it")
)

// TestSimulation runs random workflows through random schedules: slots,
// failures, retries, crashes before and after a commit, shutdowns, timeouts,
// cancels, late and repeated events. See checkStep for what must hold.
//
//	go test ./internal/engine -run Simulation -schedules=10000000
//	go test ./internal/engine -run Simulation -seed=4711 -v
func TestSimulation(t *testing.T) {
	t.Parallel()
	if *oneSeed > 0 {
		s, err := simulate(*oneSeed)
		t.Log("\n" + s.trace.String())
		if err != nil {
			t.Error(err)
		}
		return
	}
	var next atomic.Uint64
	workers := runtime.GOMAXPROCS(0)
	seen := make([]tally, workers)
	t.Run("schedules", func(t *testing.T) {
		for w := range workers {
			t.Run(fmt.Sprint(w), func(t *testing.T) {
				t.Parallel()
				for seed := next.Add(1); seed <= uint64(*schedules); seed = next.Add(1) {
					s, err := simulate(seed)
					if err != nil {
						t.Fatalf("seed %d: %v\nreplay with -run Simulation -seed=%d -v\n%s", seed, err, seed, s.trace.String())
					}
					seen[w].add(s.seen)
				}
			})
		}
	})
	if !t.Failed() {
		checkCoverage(t, seen)
	}
}

// checkCoverage fails if something never happened: a simulation in which
// nothing crashes proves nothing about crashes.
func checkCoverage(t *testing.T, seen []tally) {
	t.Helper()
	total := tally{}
	for _, s := range seen {
		total.add(s)
	}
	least := max(1, *schedules/1000)
	for _, what := range []string{
		"became_ready", "was_skipped", "started", "completed", "failed_for_good", "was_cancelled", "will_retry",
		"run_ended", "run completed", "run failed", "run cancelled", "run blocked", "crash", "lost commit", "shutdown",
		"late event", "run_unblocked", "given up", "timed_out", "cancel", "twice",
	} {
		if total[what] < least {
			t.Errorf("%q happened %d times in %d schedules", what, total[what], *schedules)
		}
	}
	t.Logf("%d schedules: %v", *schedules, total)
}

// tally counts what happened.
type tally map[string]int

func (t *tally) add(other tally) {
	if *t == nil {
		*t = tally{}
	}
	for what, n := range other {
		(*t)[what] += n
	}
}

// The same seed is the same schedule, decision by decision.
func TestSimulationReplays(t *testing.T) {
	t.Parallel()
	different := map[string]bool{}
	for seed := range uint64(50) {
		play := func() string {
			s, err := simulate(1_000_000_000 + seed)
			if err != nil {
				t.Fatal(err)
			}
			return s.trace.String()
		}
		first := play()
		if again := play(); again != first {
			t.Fatalf("seed %d does not replay", seed)
		}
		different[first] = true
	}
	if len(different) < 50 {
		t.Errorf("50 seeds gave %d schedules", len(different))
	}
}
