package engine

import (
	"fmt"
	"strings"
)

// Violation says that an assertion of the engine failed: the plan, the program
// or the stored state contradicts itself, or the engine has a bug. The run is as
// it was before the event. The driver blocks the run and logs the dump; other
// runs are not concerned.
type Violation struct {
	// Run is the ID of the run.
	Run string
	// Reason says what does not hold.
	Reason string
	// Event is the event that was applied; the zero Event if the run was restored.
	Event Event
	// Dump is the state of the run, for people. It holds keys but no values,
	// which may be secrets.
	Dump string
	// Stack is where a rule panicked; else nil.
	Stack []byte
}

// Error returns the run, the event and the reason on one line.
func (v *Violation) Error() string {
	if v.Event.Kind == 0 {
		return fmt.Sprintf("run %q cannot be restored: %s", v.Run, v.Reason)
	}
	return fmt.Sprintf("run %q: assertion failed on event %v (task %d, attempt %d): %s",
		v.Run, v.Event.Kind, v.Event.Task, v.Event.Attempt, v.Reason)
}

// Undecided reports whether the event was to decide about every task that waits
// for nothing: the run is then left with such, which no other run has.
func (v *Violation) Undecided() bool {
	return v.Event.Kind == Begin || v.Event.Kind == Replan || v.Event.Kind == Unblock
}

// maxDumped bounds the tasks of a dump; more help nobody.
const maxDumped = 200

// dump describes a run. It must bear a run of any shape, since it is made when
// something is wrong with it.
func (g *Graph) dump(r *Run) string {
	var b strings.Builder
	fmt.Fprintf(&b, "run %q of %q, plan %s: %v, %d of %d tasks open, deadline %d, initial keys %q\n",
		r.ID, g.plan.Name, g.plan.Fingerprint, r.Status, r.Open, len(r.Tasks), r.Deadline, keysOf(r.Initial))
	for i := range r.Tasks {
		if i == maxDumped {
			fmt.Fprintf(&b, "and %d more tasks\n", len(r.Tasks)-i)
			break
		}
		t := &r.Tasks[i]
		fmt.Fprintf(&b, "task %d %q after %d: %v, %d pending, ", i, g.idOf(i), g.dependenciesOf(i), t.Status, t.Pending)
		fmt.Fprintf(&b, "attempt %d (again %t), due %d, %d interruptions, ", t.Attempt, t.Again, t.Due, t.Interruptions)
		fmt.Fprintf(&b, "leaves %x, keys %q\n", t.Leaves.AppendBytes(nil), keysOf(t.Writes))
	}
	return b.String()
}

func (g *Graph) idOf(task int) string {
	if task >= 0 && task < len(g.plan.Tasks) {
		return g.plan.Tasks[task].ID
	}
	return "?"
}

func (g *Graph) dependenciesOf(task int) []int {
	if task < len(g.plan.Tasks) {
		return g.plan.Tasks[task].DependsOn
	}
	return nil
}

func keysOf(entries []Entry) []string {
	keys := make([]string, len(entries))
	for i, e := range entries {
		keys[i] = e.Key
	}
	return keys
}
