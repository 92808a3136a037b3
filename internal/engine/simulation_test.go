package engine_test

import (
	"runtime"
	"runtime/debug"
	"sync"
	"testing"

	"github.com/cloacina-go/cloacina/internal/proof"
)

// TestSimulation runs random workflows through random schedules: slots,
// failures, retries, crashes before and after a commit, shutdowns, timeouts,
// cancels, late and repeated events. See checkStep for what must hold. A schedule
// is a run from its start to its end. Its seed determines it on every machine; a
// few that follow each other share a plan, see schedulesPerPlan.
//
//	go test ./internal/engine -run 'Simulation$' -proof.target 10000000
//	go test ./internal/engine -run 'Simulation$' -proof.seed 4711 -proof.target 1 -v
func TestSimulation(t *testing.T) {
	row := proof.Begin(t, "step function", usualSchedules)
	// Next to nothing stays alive, so that there is no use in collecting often.
	defer debug.SetGCPercent(debug.SetGCPercent(800))
	var plans catalogue
	workers := make([]worker, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() { workers[i].work(row, &plans) })
	}
	all.Wait()
	total := workers[0]
	for i := range workers[1:] {
		total.done += workers[1+i].done
		total.seen.add(&workers[1+i].seen)
	}
	if row.Target() == 1 {
		trace, _ := replay(&plans, row.Seed())
		t.Log("\n" + trace)
		return
	}
	if !t.Failed() {
		checkCoverage(t, total.seen.named(), total.done)
	}
}

// worker runs schedules one after the other.
type worker struct {
	done int
	seen tally
}

func (w *worker) work(row *proof.Row, plans *catalogue) {
	s := newSimulation()
	for seed := range row.Seeds() {
		if err := s.simulate(plans, seed); err != nil {
			trace, _ := replay(plans, seed)
			row.Fail(seed, "%v\n%s", err, trace)
			s = newSimulation()
		}
		w.done++
		w.seen.add(&s.tally)
		row.Done(1)
	}
}

// replay runs the schedule of a seed for somebody who reads what happens.
func replay(plans *catalogue, seed uint64) (string, error) {
	s := newSimulation()
	s.traced = true
	err := s.simulate(plans, seed)
	return s.trace.String(), err
}

// coverage is how often something happens in a thousand schedules at least, about
// half of what is usual: a simulation in which nothing crashes proves nothing about
// crashes.
var coverage = map[string]int{
	"became_ready": 2500, "was_skipped": 1200, "started": 2500, "completed": 1400, "failed_for_good": 450,
	"will_retry": 300, "was_cancelled": 280, "run completed": 250, "run failed": 200, "run cancelled": 40,
	"run blocked": 15, "run_unblocked": 6, "event cancel": 40, "event timed_out": 10, "event interrupted": 180,
	"event stopped": 80, "event retry_due": 300, "crash": 280, "lost commit": 80, "shutdown": 130,
	"late event": 6000, "twice": 1400, "given up": 35, "large plan": 20,
}

// checkCoverage fails if something happened too seldom.
func checkCoverage(t *testing.T, total map[string]int, schedules int) {
	t.Helper()
	for what, least := range coverage {
		if total[what] < least*schedules/1000 {
			t.Errorf("%q happened %d times in %d schedules, want %d in a thousand", what, total[what], schedules, least)
		}
	}
	t.Logf("%d schedules: %v", schedules, total)
}

// The same seed is the same schedule, decision by decision.
func TestSimulationReplays(t *testing.T) {
	t.Parallel()
	different := map[string]bool{}
	var plans catalogue
	for seed := range uint64(50) {
		play := func(plans *catalogue) string {
			trace, err := replay(plans, 1_000_000_000+seed)
			if err != nil {
				t.Fatal(err)
			}
			return trace
		}
		first := play(&plans)
		if again := play(new(catalogue)); again != first {
			t.Fatalf("seed %d does not replay", seed)
		}
		different[first] = true
	}
	if len(different) < 50 {
		t.Errorf("50 seeds gave %d schedules", len(different))
	}
}
