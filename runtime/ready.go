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

// readyList is a first-in, first-out list of the ready tasks of all runs.
// What becomes stale in it is dropped when it comes to the front.
type readyList struct {
	tasks []readyTask
	head  int
}

func (q *readyList) push(t readyTask) { q.tasks = append(q.tasks, t) }

// pop removes the oldest task that is not stale.
func (q *readyList) pop() (readyTask, bool) {
	for q.head < len(q.tasks) {
		t := q.tasks[q.head]
		q.tasks[q.head] = readyTask{}
		q.head++
		q.compact()
		if !t.stale() {
			return t, true
		}
	}
	return readyTask{}, false
}

// compact gives the space of popped tasks back once they are the greater half,
// so that each task is moved a constant number of times on average.
func (q *readyList) compact() {
	if q.head < 64 || q.head*2 < len(q.tasks) {
		return
	}
	n := copy(q.tasks, q.tasks[q.head:])
	clear(q.tasks[n:])
	q.tasks, q.head = q.tasks[:n], 0
}
