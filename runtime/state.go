package cloacina

import (
	"fmt"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// State is the state of a run or of a task, as it is shown and filtered.
type State string

// The states. A run is running, paused or blocked until it ends completed,
// failed or cancelled. A task is waiting, ready, running, retrying or deferred
// until it ends completed, failed, skipped or cancelled. An ended state is
// never left.
//
// A run is blocked because the registered code does not fit what it has done, or
// an assertion failed, which is stored; or in this process only, because nothing
// of it can be stored: its rows are damaged, or the store refused a change. In
// every blocked run tasks keep their states, and the timeout of the run waits
// until it goes on.
const (
	Running   State = "running"   // run, task
	Paused    State = "paused"    // run
	Blocked   State = "blocked"   // run: see above
	Waiting   State = "waiting"   // task: a dependency has not ended
	Ready     State = "ready"     // task: waits for a slot
	Retrying  State = "retrying"  // task: waits for the delay of a retry
	Deferred  State = "deferred"  // task
	Completed State = "completed" // run, task
	Failed    State = "failed"    // run, task
	Skipped   State = "skipped"   // task: its trigger rule was false
	Cancelled State = "cancelled" // run, task
)

// Ended reports whether the state is final.
func (s State) Ended() bool {
	switch s {
	case Completed, Failed, Skipped, Cancelled:
		return true
	default:
		return false
	}
}

func runState(s engine.RunStatus) State   { return State(s.String()) }
func taskState(s engine.TaskStatus) State { return State(s.String()) }

// The states of runs, and of those that have ended.
var (
	runStates   = []State{Running, Paused, Blocked, Completed, Failed, Cancelled}
	endedStates = []State{Completed, Failed, Cancelled}
)

// runStatus is the engine's name of a run's state.
func runStatus(s State) (engine.RunStatus, error) {
	var status engine.RunStatus
	if err := status.UnmarshalText([]byte(s)); err != nil {
		return 0, fmt.Errorf("%q is not the state of a run, which is %s", string(s), choice(s, runStates))
	}
	return status, nil
}

// choice lists states, and which of them somebody probably meant.
func choice(wrong State, states []State) string {
	var b strings.Builder
	meant, fewest := State(""), 3 // further apart, it was something else
	for i, s := range states {
		switch i {
		case 0:
		case len(states) - 1:
			b.WriteString(" or ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(string(s))
		if n := distance(strings.ToLower(string(wrong)), string(s)); n < fewest {
			meant, fewest = s, n
		}
	}
	if meant != "" {
		fmt.Fprintf(&b, "; did you mean %q?", string(meant))
	}
	return b.String()
}

// distance counts the bytes to insert, remove or replace that make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
