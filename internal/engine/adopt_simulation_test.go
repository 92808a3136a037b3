package engine_test

import (
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/proof"
)

// TestAdoptionSimulation runs random workflows through random schedules, and
// gives their runs other plans on the way: edited, back to an earlier one, or
// edited again. See checkAdoption and body for what must hold; the invariants
// of checkStep hold before and after.
//
//	go test ./internal/engine -run 'AdoptionSimulation$' -proof.target 1000000
//	go test ./internal/engine -run 'AdoptionSimulation$' -proof.seed 4711 -proof.target 1 -v
func TestAdoptionSimulation(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "changed code", usualAdoptions)
	seen := make([]map[string]int, runtime.GOMAXPROCS(0))
	done := make([]int, len(seen))
	var all sync.WaitGroup
	for w := range seen {
		seen[w] = map[string]int{}
		all.Go(func() {
			for seed := range row.Seeds() {
				a := newAdoptions(seed, seen[w])
				if err := a.simulate(seed); err != nil {
					row.Fail(seed, "%v\n%s", err, replayAdoptions(seed))
				}
				for what, n := range a.tally.named() {
					seen[w][what] += n
				}
				done[w]++
				row.Done(1)
			}
		})
	}
	all.Wait()
	if row.Target() == 1 {
		t.Log("\n" + replayAdoptions(row.Seed()))
		return
	}
	total, schedules := map[string]int{}, 0
	for w := range seen {
		for what, n := range seen[w] {
			total[what] += n
		}
		schedules += done[w]
	}
	if !t.Failed() {
		checkAdoptionCoverage(t, total, schedules)
	}
}

// replayAdoptions runs the schedule of a seed for somebody who reads what happens.
func replayAdoptions(seed uint64) string {
	a := newAdoptions(seed, map[string]int{})
	a.traced = true
	_ = a.simulate(seed) // as before
	return a.trace.String()
}

// adoptionCoverage is how often something happens in a thousand schedules at least.
var adoptionCoverage = map[string]int{
	"adopted": 1000, "accepted": 50, "again": 1000, "hopeless": 20, "refused": 100, "unblocked": 20, "back": 20,
	"the same": 20, "decided by it": 50, "listed delete": 100, "fill": 50, "miss": 100, "promised": 1000,
	"accepted miss": 10, "walk": 20, "history": 10, "crash": 50, "task_gone": 20, "other_dependencies": 20,
	"task_before": 20, "other_value": 1, "key_not_written": 10, "key_mistyped": 10, "input_missing": 10,
}

func checkAdoptionCoverage(t *testing.T, total map[string]int, schedules int) {
	t.Helper()
	for what, least := range adoptionCoverage {
		if total[what] < max(1, least*schedules/1000) {
			t.Errorf("%q happened %d times in %d schedules, want %d in a thousand", what, total[what], schedules, least)
		}
	}
	if schedules >= 10_000 { // else it is chance that leaves out a cell
		checkCells(t, total)
	}
	t.Logf("%d schedules: %v", schedules, total)
}

// checkCells fails if a kind of edit never met a state.
func checkCells(t *testing.T, total map[string]int) {
	t.Helper()
	for _, kind := range editKinds {
		for s := engine.TaskWaiting; s <= engine.TaskCancelled; s++ {
			if cell := cellOf(kind, s.String()); s != engine.TaskDeferred && total[cell] == 0 {
				t.Errorf("no schedule had %s", cell)
			}
		}
		for s := engine.RunRunning; s <= engine.RunCancelled; s++ {
			if cell := cellOf(kind, "run "+s.String()); s != engine.RunPaused && total[cell] == 0 {
				t.Errorf("no schedule had %s", cell)
			}
		}
	}
}

// cellOf is a kind of edit and the state of the task that it touches, or of the run: no
// state is left out but those that nothing leads to.
func cellOf(kind, state string) string { return kind + ", " + state }

// countCells counts what edits have touched in a run under its plan.
func (a *adoptions) countCells(r *engine.Run, edits []edit) {
	for _, e := range edits {
		a.seen[cellOf(e.kind, "run "+r.Status.String())]++
		for i := range r.Tasks {
			if slices.Contains(e.touched, a.plan.Tasks[i].ID) {
				a.seen[cellOf(e.kind, r.Tasks[i].Status.String())]++
			}
		}
	}
}
