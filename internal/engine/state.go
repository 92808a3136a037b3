package engine

import (
	"github.com/cloacina-go/cloacina/internal/plan"
)

// RunStatus is the state of a run.
type RunStatus uint8

// The states of a run. The last three are final.
const (
	RunRunning RunStatus = iota + 1
	RunPaused
	RunBlocked
	RunCompleted
	RunFailed
	RunCancelled
)

// TaskStatus is the state of a task.
type TaskStatus uint8

// The states of a task. The last four are final.
const (
	TaskWaiting TaskStatus = iota + 1
	TaskReady
	TaskRunning
	TaskRetrying
	TaskDeferred
	TaskCompleted
	TaskFailed
	TaskSkipped
	TaskCancelled
)

// Run is the state of one run. It is changed by [Graph.Step] alone and rebuilt
// by a driver from the rows it stored.
type Run struct {
	// ID is the run's identifier; the jitter of its retries depends on it.
	ID string
	// Status is the state of the run.
	Status RunStatus
	// Deadline is the instant of the run's timeout in Unix milliseconds; 0 means none.
	Deadline int64
	// Initial is the initial context, sorted by key.
	Initial []Entry
	// Tasks runs parallel to the plan's tasks.
	Tasks []Task
	// Open counts the tasks that have not ended. It follows from the states and
	// is not stored; [Graph.Restore] computes it.
	Open int
}

// Task is the state of one task of a run.
type Task struct {
	// Status is the state of the task.
	Status TaskStatus
	// Again says, while ready, that the attempt with the number Attempt was
	// stopped or interrupted and is to start again under that number. Without
	// it the next attempt is Attempt+1.
	Again bool
	// Pending counts the dependencies that have not ended. It follows from the
	// states and is not stored; [Graph.Restore] computes it.
	Pending int32
	// Attempt is the number of the current or last attempt, from 1; 0 before the first.
	Attempt int
	// Due is when a retry starts, in Unix milliseconds, while retrying; else 0.
	Due int64
	// Interruptions counts how often the process died during the attempt with
	// the number Attempt. See [Task.Suspect].
	Interruptions int
	// Leaves are the truth values of the rule's leaves at the decision.
	Leaves plan.Leaves
	// Writes are what the completed task wrote, sorted by key.
	Writes []Entry
}

// Suspect reports whether the attempt that runs, or is to run next, may be what
// kills its process: it was interrupted limit times, and once more makes the
// task fail. Drivers run one suspect at a time, so that it takes no neighbour
// with it. A negative limit suspects nobody.
func (t *Task) Suspect(limit int) bool {
	current := t.Status == TaskRunning || t.Again
	return limit >= 0 && current && t.Interruptions >= limit
}

// Next returns the number of the attempt that the next start of the task has.
func (t *Task) Next() int {
	if t.Again {
		return t.Attempt
	}
	return t.Attempt + 1
}

// Entry is one key of a context with its JSON.
type Entry struct {
	// Key is the context key.
	Key string
	// Value is the JSON of the value; nil is a tombstone, left by a delete.
	Value []byte
}
