package cloacina

import "github.com/cloacina-go/cloacina/internal/engine"

// readyTask is a task that waits for a slot.
type readyTask struct {
	run  *openRun
	task int
}

// stale reports whether the task needs no slot any more: its run was ended or
// blocked while it waited.
func (t readyTask) stale() bool {
	return t.run.closed || t.run.state.Tasks[t.task].Status != engine.TaskReady
}

// readyList has the ready tasks of all runs, the oldest first. What becomes stale in
// it is dropped when it comes to the front.
type readyList struct{ tasks fifo[readyTask] }

func (q *readyList) push(t readyTask) { q.tasks.push(t) }

// pop removes the oldest task that is not stale.
func (q *readyList) pop() (readyTask, bool) {
	for {
		if t, ok := q.tasks.pop(); !ok || !t.stale() {
			return t, ok
		}
	}
}
