package engine_test

import "github.com/cloacina-go/cloacina/internal/engine"

// tally counts what happened.
type tally struct {
	events    [engine.Unblock + 1]int
	decisions [engine.RunUnblocked + 1]int
	ends      [engine.RunCancelled + 1]int // of runs, by their state
	other     [others]int
}

// What else is counted.
const (
	crashed = iota
	lostCommit
	shutDown
	lateEvent
	twice
	givenUp
	largePlan
	others
)

var otherNames = [others]string{
	crashed: "crash", lostCommit: "lost commit", shutDown: "shutdown", lateEvent: "late event", twice: "twice",
	givenUp: "given up", largePlan: "large plan",
}

// count counts a committed event.
func (t *tally) count(e *engine.Event, decisions []engine.Decision) {
	t.events[e.Kind]++
	for i := range decisions {
		d := &decisions[i]
		t.decisions[d.Kind]++
		if d.Interrupted {
			t.other[givenUp]++
		}
		if d.Kind == engine.RunEnded {
			t.ends[d.Status]++
		}
	}
}

func (t *tally) add(more *tally) {
	for i, n := range more.events {
		t.events[i] += n
	}
	for i, n := range more.decisions {
		t.decisions[i] += n
	}
	for i, n := range more.ends {
		t.ends[i] += n
	}
	for i, n := range more.other {
		t.other[i] += n
	}
}

// named returns the counts by name.
func (t *tally) named() map[string]int {
	all := map[string]int{}
	for k := engine.Begin; int(k) < len(t.events); k++ {
		all["event "+k.String()] = t.events[k]
	}
	for k := engine.BecameReady; int(k) < len(t.decisions); k++ {
		all[k.String()] = t.decisions[k]
	}
	for s := engine.RunRunning; int(s) < len(t.ends); s++ {
		all["run "+s.String()] = t.ends[s]
	}
	for i, n := range t.other {
		all[otherNames[i]] = n
	}
	return all
}
