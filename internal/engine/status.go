package engine

import (
	"fmt"
	"slices"
)

// The names of the states. Stores keep them, so they never change.
var (
	runNames = []string{
		RunRunning: "running", RunPaused: "paused", RunBlocked: "blocked",
		RunCompleted: "completed", RunFailed: "failed", RunCancelled: "cancelled",
	}
	taskNames = []string{
		TaskWaiting: "waiting", TaskReady: "ready", TaskRunning: "running",
		TaskRetrying: "retrying", TaskDeferred: "deferred",
		TaskCompleted: "completed", TaskFailed: "failed", TaskSkipped: "skipped", TaskCancelled: "cancelled",
	}
)

// runTransitions and taskTransitions are the legal changes of state, by the
// state they leave. They are all that the assertions of Step allow.
var (
	runTransitions = [...][]RunStatus{
		RunRunning:   {RunBlocked, RunCompleted, RunFailed, RunCancelled},
		RunPaused:    {RunBlocked, RunCompleted, RunFailed, RunCancelled},
		RunBlocked:   {RunRunning, RunCancelled},
		RunCancelled: nil,
	}
	taskTransitions = [...][]TaskStatus{
		TaskWaiting:   {TaskReady, TaskSkipped, TaskCancelled},
		TaskReady:     {TaskRunning, TaskCancelled},
		TaskRunning:   {TaskReady, TaskRetrying, TaskCompleted, TaskFailed, TaskCancelled},
		TaskRetrying:  {TaskReady, TaskCancelled},
		TaskDeferred:  {TaskCancelled},
		TaskCancelled: nil,
	}
)

// RunTransitions returns the states a run can change to from s; none if it has ended.
func RunTransitions(s RunStatus) []RunStatus {
	if int(s) >= len(runTransitions) {
		return nil
	}
	return slices.Clone(runTransitions[s])
}

// TaskTransitions returns the states a task can change to from s; none if it has ended.
func TaskTransitions(s TaskStatus) []TaskStatus {
	if int(s) >= len(taskTransitions) {
		return nil
	}
	return slices.Clone(taskTransitions[s])
}

func (s RunStatus) canBecome(next RunStatus) bool {
	return s.known() && slices.Contains(runTransitions[s], next)
}

func (s TaskStatus) canBecome(next TaskStatus) bool {
	return s.known() && slices.Contains(taskTransitions[s], next)
}

func (s RunStatus) known() bool  { return s >= RunRunning && s <= RunCancelled }
func (s TaskStatus) known() bool { return s >= TaskWaiting && s <= TaskCancelled }

// Ended reports whether the run has ended; it then never changes again.
func (s RunStatus) Ended() bool { return s >= RunCompleted }

// Ended reports whether the task has ended; it then never changes again.
func (s TaskStatus) Ended() bool { return s >= TaskCompleted }

// Decided reports whether the rule of a task in this state was evaluated. A
// cancelled task may have been decided or not.
func (s TaskStatus) Decided() bool { return s > TaskWaiting && s < TaskCancelled }

// String returns the name of the state, such as "running".
func (s RunStatus) String() string { return nameOf(runNames, s) }

// MarshalText returns the name; a state that does not exist is an error.
func (s RunStatus) MarshalText() ([]byte, error) { return textOf("run state", runNames, s) }

// UnmarshalText accepts exactly the names.
func (s *RunStatus) UnmarshalText(text []byte) error { return valueOf("run state", runNames, text, s) }

// String returns the name of the state, such as "waiting".
func (s TaskStatus) String() string { return nameOf(taskNames, s) }

// MarshalText returns the name; a state that does not exist is an error.
func (s TaskStatus) MarshalText() ([]byte, error) { return textOf("task state", taskNames, s) }

// UnmarshalText accepts exactly the names.
func (s *TaskStatus) UnmarshalText(text []byte) error {
	return valueOf("task state", taskNames, text, s)
}

// nameOf returns the name of a value of an enumeration that starts at 1.
func nameOf[T ~uint8](names []string, v T) string {
	if v == 0 || int(v) >= len(names) {
		return fmt.Sprintf("unknown(%d)", uint8(v))
	}
	return names[v]
}

func textOf[T ~uint8](what string, names []string, v T) ([]byte, error) {
	if v == 0 || int(v) >= len(names) {
		return nil, fmt.Errorf("unknown %s %d", what, uint8(v))
	}
	return []byte(names[v]), nil
}

func valueOf[T ~uint8](what string, names []string, text []byte, v *T) error {
	i := slices.Index(names, string(text))
	if i < 1 {
		return fmt.Errorf("unknown %s %q", what, text)
	}
	*v = T(i)
	return nil
}
