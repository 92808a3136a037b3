// Package store says what a store of runs has to do. The engine decides, a
// driver turns its decisions into changes, and a store makes them durable.
//
// A store never interprets what it keeps: it does not know rules, retries or
// the order of a graph.
package store

import (
	"context"
	"errors"
	"iter"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// Errors of a store, to be tested with [errors.Is].
var (
	// ErrNotFound says that no such run exists.
	ErrNotFound = errors.New("run not found")
	// ErrExists says that a run with the same ID exists. See [ExistsError].
	ErrExists = errors.New("run exists already")
	// ErrClosed says that the store was closed.
	ErrClosed = errors.New("store is closed")
	// ErrFenced says that a change does not fit the stored state, such as any
	// change of a run or a task that has ended. See [FencedError].
	ErrFenced = errors.New("change does not fit the stored state")
	// ErrInvalid says that a change cannot be stored whatever the state is.
	ErrInvalid = errors.New("change is not valid")
	// ErrUncertain says that a commit failed in a way that leaves open whether
	// the changes are stored. The store takes no further commit; opening it
	// again and reading tells.
	ErrUncertain = errors.New("outcome of the commit is unknown")
	// ErrUnavailable says that nothing of a commit was stored although the store
	// is fine: the disk is full, say, or another program holds a lock. Trying
	// the same commit again may succeed.
	ErrUnavailable = errors.New("store is not available at the moment")
	// ErrOwned says that another process, or this one, has the store open.
	ErrOwned = errors.New("store is owned by another runner")
)

// Store keeps runs. Commit is called by one goroutine at a time, the others
// by any number at once. All times are Unix milliseconds.
type Store interface {
	// Commit makes the changes durable in one transaction, in their order, or
	// none of them. When it returns nil they are on disk. Its ctx is looked at
	// before the transaction begins; from then on it runs to its end. An error
	// means that nothing is stored, except [ErrUncertain].
	//
	// Changes that do not fit the stored state are refused with [ErrFenced], a
	// known ID with [ErrExists], an unknown run with [ErrNotFound], and what
	// can never be stored with [ErrInvalid]. A known ID may be noticed after
	// the rest of the batch. The slice and the changes are the caller's again when
	// it returns: nothing in them is altered, and none is kept, except that an error
	// may refer to one.
	Commit(ctx context.Context, changes []Change) error
	// LastNum returns the greatest run number in use, 0 if there is none.
	LastNum(ctx context.Context) (int64, error)
	// OpenRuns yields every run that has not ended, oldest first, with all
	// that is needed to go on with it.
	OpenRuns(ctx context.Context) iter.Seq2[*OpenRun, error]
	// Callbacks returns the callbacks that are pending, also of runs that have
	// ended, ordered by run and task.
	Callbacks(ctx context.Context) ([]Callback, error)
	// Find returns a run's header by its ID, or ErrNotFound. It is an error if
	// the header is damaged.
	Find(ctx context.Context, id string) (*RunInfo, error)
	// Run returns a run with its tasks and attempts, or ErrNotFound.
	Run(ctx context.Context, id string) (*RunDetail, error)
	// Runs returns a page of runs, newest first, with those that are damaged.
	Runs(ctx context.Context, f Filter) ([]RunInfo, error)
	// Purge deletes ended runs with all that is stored about them, those first
	// that ended first, and returns how many. A run with a pending callback
	// stays. A run is deleted whole or not at all; if an error is returned,
	// some runs may be gone, as the count says. The numbers of deleted runs are
	// not used again, their IDs can be.
	//
	// It may be called at any time, also beside Commit.
	Purge(ctx context.Context, f PurgeFilter) (deleted int, err error)
	// OldestEnd returns when that stored run of a workflow ended which ended
	// first, 0 if there is none; a pending callback does not matter. An empty
	// name stands for every workflow.
	OldestEnd(ctx context.Context, workflow string) (int64, error)
	// Close releases everything. Nothing is lost by not calling it.
	Close() error
}

// Change is one thing to store, a pointer to a [RunCreated], [TaskDecided], [AttemptStarted],
// [AttemptEnded], [TaskRequeued], [TaskEnded], [RunBlocked], [RunUnblocked],
// [RunReplanned], [RunEnded] or [CallbackDone].
type Change interface{ change() }

// RunCreated inserts a run with its initial context, sorted by key. Num is
// chosen by the driver, greater than all that it knows of; no number is used
// twice, also not after a purge. A store that only one process writes to may refuse
// one that is not greater than all before. The plan is stored once per name and
// fingerprint, neither of which may be empty.
type RunCreated struct {
	Num      int64
	ID       string
	Plan     *plan.Plan
	Initial  []engine.Entry
	At       int64
	Deadline int64 // 0 means none
}

// TaskDecided records the one decision about a waiting task: it became ready, or it was skipped.
type TaskDecided struct {
	Run    int64
	Task   int
	Ready  bool
	Leaves plan.Leaves
	At     int64
}

// AttemptStarted records that an attempt of a ready or retrying task begins.
// Attempts count from 1; the number goes up by one after a failed attempt and
// stays after a stopped or interrupted one. Starting the same attempt again
// replaces the start of its row, empties its end and keeps its count of
// interruptions.
type AttemptStarted struct {
	Run     int64
	Task    int
	Attempt int
	At      int64
	Host    string
	Version string // the build that runs it
}

// AttemptOutcome says how an attempt ended.
type AttemptOutcome uint8

// The ends of an attempt.
const (
	AttemptSucceeded AttemptOutcome = iota + 1
	AttemptFailed
	AttemptStopped     // by a shutdown; runs again with the same number
	AttemptInterrupted // the process died; runs again with the same number
	AttemptCancelled   // by the end of its run
)

// AttemptEnd is how an attempt ended.
type AttemptEnd struct {
	Attempt int
	Outcome AttemptOutcome
	Error   string // none of one that succeeded
	// Interruptions is the task's count after an AttemptInterrupted, else 0.
	Interruptions int
}

// AttemptEnded records the end of the attempt that goes on and is followed by
// another one: after a failed attempt the task is retrying, and Due is when the next
// one starts; after a stopped or interrupted one it is ready. An attempt that ends
// in another way ends its task, see [TaskEnded].
type AttemptEnded struct {
	Run  int64
	Task int
	AttemptEnd
	At  int64
	Due int64 // of a failed attempt, else 0
}

// TaskRequeued records that a retrying task is ready again, its delay having passed.
type TaskRequeued struct {
	Run  int64
	Task int
	At   int64
}

// TaskEnded records the final state of a task that was not skipped, and with it the
// end of the attempt that goes on: a completed task ends with an attempt that
// succeeded, a failed one with one that failed or was interrupted, and a cancelled
// one with one that was cancelled, if any goes on.
type TaskEnded struct {
	Run  int64
	Task int
	// Last is the end of the attempt that goes on; zero if none does.
	Last   AttemptEnd
	Status engine.TaskStatus // completed, failed or cancelled
	// Callback says that a function of the user's is to be called about this
	// end. The callback is pending until [CallbackDone], whatever becomes of the
	// run. There is none about a cancelled task.
	Callback bool
	// Writes are what a completed task wrote, sorted by key.
	Writes []engine.Entry
	At     int64
}

// CallbackDone records that the callback about the end of a task is not to be
// called again. It is the one change of a run that has ended, and it fits every
// state: if no such callback is pending it changes nothing.
type CallbackDone struct {
	Run  int64
	Task int
}

// BlockCause says why a run is blocked.
type BlockCause uint8

// The causes of a blocked run.
const (
	// BlockedByPlan means that the registered plan does not fit what the run
	// has done. Another program may register one that does.
	BlockedByPlan BlockCause = iota + 1
	// BlockedByViolation means that an assertion about the run failed.
	BlockedByViolation
	// BlockedUndecided means that an assertion failed when the run was to decide
	// about tasks that wait for nothing, so that they are undecided still.
	BlockedUndecided
)

// Violated reports whether an assertion failed.
func (c BlockCause) Violated() bool { return c == BlockedByViolation || c == BlockedUndecided }

// RunBlocked records that nothing of a run goes on until [RunUnblocked] or its
// end. Its tasks keep their states; all that can be recorded of them is that
// they are cancelled. Blocking a blocked run replaces cause and reason.
type RunBlocked struct {
	Run    int64
	Cause  BlockCause
	Reason string
	At     int64
}

// RunUnblocked records that a blocked run is running again.
type RunUnblocked struct {
	Run int64
	At  int64
}

// RunReplanned records that a run, blocked or not, goes on under another plan
// of its workflow. The history of its tasks and their pending callbacks are
// renumbered with it, and the change itself is kept.
type RunReplanned struct {
	Run  int64
	Plan *plan.Plan
	// Tasks has the index in Plan of each task of the plan before; -1 for one
	// that is gone, which has to be waiting. Tasks of Plan that none of the
	// plan before became are waiting.
	Tasks []int
	At    int64
}

// RunEnded records the final state of a run, blocked or not. Nothing of a run
// but its pending callbacks can be changed after its end.
type RunEnded struct {
	Run    int64
	Status engine.RunStatus
	Error  string // why it failed as a whole, such as its timeout
	At     int64
}

func (*RunCreated) change()     {}
func (*TaskDecided) change()    {}
func (*AttemptStarted) change() {}
func (*AttemptEnded) change()   {}
func (*TaskRequeued) change()   {}
func (*TaskEnded) change()      {}
func (*RunBlocked) change()     {}
func (*RunUnblocked) change()   {}
func (*RunReplanned) change()   {}
func (*RunEnded) change()       {}
func (*CallbackDone) change()   {}
