package engine

import "fmt"

// Obstacle is one reason why a run cannot go on under another plan.
type Obstacle struct {
	// Kind says what is in the way.
	Kind ObstacleKind
	// Task is the id of the task that it is about.
	Task string
	// Status is the state of that task.
	Status TaskStatus
	// Other is the id of the other task that it is about; empty if there is none.
	Other string
	// Key is the context key that it is about; empty if there is none.
	Key string
	// Detail says more in words, for OtherDependencies, KeyNotWritten,
	// KeyMistyped and StateBroken.
	Detail string
	// Acceptable says that the run can go on all the same, if somebody accepts it.
	Acceptable bool
}

// ObstacleKind is the kind of an [Obstacle].
type ObstacleKind uint8

// The kinds of obstacles.
const (
	// TaskGone: Task was decided, and is gone from the plan.
	TaskGone ObstacleKind = iota + 1
	// OtherDependencies: Task was decided, and has other dependencies.
	OtherDependencies
	// TaskBefore: Other, which has not ended, would have to end before Task is
	// decided, which it is.
	TaskBefore
	// OtherValue: Task goes on, and would see another value of Key than the
	// decision about it did, because dependencies stand in another order or have
	// other ancestors.
	OtherValue
	// KeyNotWritten: Task requires Key of Other, which would have written it
	// under the new plan, and has ended without doing so.
	KeyNotWritten
	// KeyMistyped: Task reads Key, and what Other has written, or the run was
	// started with if Other is empty, is of another type.
	KeyMistyped
	// InputMissing: Task requires Key of the input, which the run was started without.
	InputMissing
	// StateBroken: the run does not even fit its own plan.
	StateBroken
)

var obstacleNames = []string{
	TaskGone: "task_gone", OtherDependencies: "other_dependencies", TaskBefore: "task_before",
	OtherValue: "other_value", KeyNotWritten: "key_not_written", KeyMistyped: "key_mistyped",
	InputMissing: "input_missing", StateBroken: "state_broken",
}

// String returns the name of the kind, such as "task_gone".
func (k ObstacleKind) String() string { return nameOf(obstacleNames, k) }

// String returns the obstacle as a phrase, such as `task "fetch" has completed
// and is gone from the plan`.
func (o Obstacle) String() string {
	switch o.Kind {
	case TaskGone:
		return fmt.Sprintf("task %q %s and is gone from the plan", o.Task, happened(o.Status))
	case OtherDependencies:
		return fmt.Sprintf("task %q %s and has other dependencies: %s", o.Task, happened(o.Status), o.Detail)
	case TaskBefore:
		return fmt.Sprintf("task %q would have to end before task %q, which %s", o.Other, o.Task, happened(o.Status))
	case OtherValue:
		return fmt.Sprintf("task %q %s and would find another value of the key %q, "+
			"because dependencies changed", o.Task, happened(o.Status), o.Key)
	case KeyNotWritten:
		return fmt.Sprintf("task %q requires the key %q of task %q, which %s",
			o.Task, o.Key, o.Other, o.Detail)
	case KeyMistyped:
		source := "the run was started with"
		if o.Other != "" {
			source = fmt.Sprintf("task %q has written", o.Other)
		}
		return fmt.Sprintf("task %q reads the key %q, and the value that %s is of another type: %s",
			o.Task, o.Key, source, o.Detail)
	case InputMissing:
		return fmt.Sprintf("task %q requires the key %q of the input, which the run was started without",
			o.Task, o.Key)
	case StateBroken:
		return "what is stored of the run does not fit its own plan: " + o.Detail
	default:
		return fmt.Sprintf("%v: task %q", o.Kind, o.Task)
	}
}

// happened says how far a task got, as a phrase.
func happened(s TaskStatus) string {
	switch s {
	case TaskReady:
		return "is about to run"
	case TaskRunning:
		return "is running"
	case TaskRetrying:
		return "waits for a retry"
	case TaskDeferred:
		return "is deferred"
	case TaskSkipped:
		return "was skipped"
	case TaskCancelled:
		return "was cancelled"
	default:
		return "has " + s.String()
	}
}
