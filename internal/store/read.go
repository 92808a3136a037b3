package store

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// OpenRun is a run that has not ended, with its state rebuilt from its rows.
// A task that was running when the process died is still running in State;
// saying what that means is the engine's part.
//
// State.Open and every Pending are 0: engine.Graph.Restore computes them.
type OpenRun struct {
	Num      int64
	Created  int64
	Workflow string
	Plan     *plan.Plan
	State    *engine.Run
	// Cause and Reason say why a blocked run is blocked.
	Cause  BlockCause
	Reason string
	// Delayed has the delay in milliseconds of each retrying task by its index:
	// how long after the end of its failed attempt its Due is. It bounds the
	// wait of a driver whose clock was set back meanwhile.
	Delayed map[int]int64
	// Damage is not nil if what is stored of the run cannot be relied on. State
	// may then be incomplete, Plan may be nil, and nothing can be committed
	// about the run. Other runs are fine.
	Damage error
	// Failures are the failures of the last failed attempts by task index.
	Failures map[int]Failure
}

// Failure is how an attempt failed.
type Failure struct {
	// Error is the text of the error.
	Error string
	// Interrupted says that the attempt was interrupted, once too often.
	Interrupted bool
}

// Callback is a callback about the end of a task that is pending: the process
// may have died before, during or after its call.
type Callback struct {
	Run      int64 // the number of the run
	ID       string
	Workflow string
	Task     int
	TaskID   string
	Status   engine.TaskStatus // completed or failed
	Attempts int
	// Failure is that of the last attempt of a failed task.
	Failure Failure
}

// RunInfo is the header of a run.
type RunInfo struct {
	Num         int64
	ID          string
	Workflow    string
	Fingerprint string
	Status      engine.RunStatus
	Cause       BlockCause // 0 unless it is blocked
	Error       string     // also the reason of a blocked run
	Created     int64
	Ended       int64 // 0 while it goes on
	Deadline    int64 // 0 means none
	// Damage is not nil if what is stored of the run cannot be relied on; the
	// rest is then as it was read.
	Damage error
}

// RunDetail is a run with everything that is known of it.
type RunDetail struct {
	RunInfo
	Plan    *plan.Plan
	Initial []engine.Entry
	// Tasks runs parallel to the plan's tasks.
	Tasks []TaskDetail
	// Replans are the changes of its plan, in their order; Plan is the last one's To.
	Replans []Replan
}

// Replan is one change of a run's plan.
type Replan struct {
	At       int64
	From, To *plan.Plan
}

// TaskDetail is a task of a run with its attempts.
type TaskDetail struct {
	Status   engine.TaskStatus
	Decided  int64 // 0 before the decision
	Leaves   plan.Leaves
	Ended    int64 // 0 before the end
	Writes   []engine.Entry
	Attempts []Attempt
}

// Attempt is one row of a task's history.
type Attempt struct {
	Number        int
	Outcome       AttemptOutcome // 0 while it goes on
	Error         string
	Started       int64
	Ended         int64
	Due           int64 // when the next attempt starts, if one follows
	Interruptions int
	Host          string // empty if what is stored of it is damaged, and so is Version
	Version       string
}

// Failure returns how the attempt failed; ok is false if it did not. An
// interruption is a failure only if it ended the task, and then has an error.
func (a *Attempt) Failure() (f Failure, ok bool) {
	switch {
	case a.Outcome == AttemptFailed:
		return Failure{Error: a.Error}, true
	case a.Outcome == AttemptInterrupted && a.Error != "":
		return Failure{Error: a.Error, Interrupted: true}, true
	default:
		return Failure{}, false
	}
}

// PurgeFilter selects ended runs to delete. The zero value selects all.
type PurgeFilter struct {
	// Workflow selects by name; empty means any.
	Workflow string
	// Statuses selects by final state; empty means any. Runs that have not
	// ended are never selected.
	Statuses []engine.RunStatus
	// EndedBefore selects runs that ended earlier, in Unix milliseconds; 0 means all.
	EndedBefore int64
	// Limit bounds how many runs one call deletes. Defaults to 500.
	Limit int
}

// DefaultPurge is how many runs are deleted if a [PurgeFilter] sets no limit.
const DefaultPurge = 500

// Most returns the limit with its default applied.
func (f PurgeFilter) Most() int {
	if f.Limit <= 0 {
		return DefaultPurge
	}
	return f.Limit
}

// Matches reports whether the filter selects a run, its limit and pending
// callbacks aside.
func (f PurgeFilter) Matches(r *RunInfo) bool {
	return r.Status.Ended() &&
		(f.Workflow == "" || f.Workflow == r.Workflow) &&
		(len(f.Statuses) == 0 || slices.Contains(f.Statuses, r.Status)) &&
		(f.EndedBefore == 0 || r.Ended < f.EndedBefore)
}

// Filter selects runs. The zero value selects all.
type Filter struct {
	// Workflow selects by name; empty means any.
	Workflow string
	// Statuses selects by state; empty means any.
	Statuses []engine.RunStatus
	// Before selects runs with a smaller number, for paging; 0 means all.
	Before int64
	// Limit bounds the page. Defaults to 100.
	Limit int
}

// DefaultLimit is the size of a page whose [Filter] sets no limit.
const DefaultLimit = 100

// PageSize returns the limit with its default applied.
func (f Filter) PageSize() int {
	if f.Limit <= 0 {
		return DefaultLimit
	}
	return f.Limit
}

// Matches reports whether the filter selects a run, its limit aside.
func (f Filter) Matches(r *RunInfo) bool {
	return (f.Workflow == "" || f.Workflow == r.Workflow) &&
		(len(f.Statuses) == 0 || slices.Contains(f.Statuses, r.Status)) &&
		(f.Before == 0 || r.Num < f.Before)
}
