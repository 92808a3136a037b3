package engine

import "github.com/cloacina-go/cloacina/internal/plan"

// Event is something that happened to a run. Now is in Unix milliseconds; the
// engine reads no clock.
type Event struct {
	// Kind says what happened.
	Kind EventKind
	// Now is when it happened.
	Now int64
	// Task is the index of the task it happened to, for task events.
	Task int
	// Attempt is the number of the attempt it belongs to, for attempt events;
	// an event of another attempt than the current one changes nothing. For
	// RetryDue it is the failed attempt.
	Attempt int
	// Writes are the writes of a Succeeded attempt, sorted by key.
	Writes []Entry
	// Retryable says that a Failed attempt may be followed by another.
	Retryable bool
	// MaxInterruptions is the limit that Interrupted applies: the task fails
	// when one attempt is interrupted more often. -1 means none.
	MaxInterruptions int
}

// EventKind is the kind of an [Event].
type EventKind uint8

// The kinds of events. An event that does not fit the state of the run or the
// task changes nothing.
const (
	// Begin starts the run: tasks without dependencies are decided.
	Begin EventKind = iota + 1
	// Start gives a ready task a slot.
	Start
	// Succeeded, Failed and Stopped end an attempt. Stopped is the end that a
	// shutdown brings: the task is ready again and nothing is used up.
	Succeeded
	Failed
	Stopped
	// Interrupted says that the process died during the attempt.
	Interrupted
	// RetryDue says that the delay of a retry has passed.
	RetryDue
	// Cancel ends the run and all that is open in it as cancelled. A blocked
	// run is cancelled without any check, since this is the way out of it.
	Cancel
	// TimedOut ends the run as failed and all that is open in it as cancelled.
	TimedOut
	// Block blocks the run: nothing of it runs any more, and only Cancel and
	// Unblock still have an effect. Its tasks keep their states. It is the
	// answer to a [*Violation], and so it checks nothing.
	Block
	// Replan follows [Adopt]: tasks that wait for nothing under the new plan are
	// decided, and a run of which nothing is left ends.
	Replan
	// Unblock lets a blocked run go on where it was, after checking its states
	// as Restore does, and then does what Replan does.
	Unblock
)

var eventNames = []string{
	Begin: "begin", Start: "start", Succeeded: "succeeded", Failed: "failed", Stopped: "stopped",
	Interrupted: "interrupted", RetryDue: "retry_due", Cancel: "cancel", TimedOut: "timed_out", Block: "block",
	Replan: "replan", Unblock: "unblock",
}

// String returns the name of the kind, such as "retry_due".
func (k EventKind) String() string { return nameOf(eventNames, k) }

// Decision is one consequence of an event, for the driver to store and to act on.
type Decision struct {
	// Kind says what was decided.
	Kind DecisionKind
	// Task is the index of the task, except for RunEnded and RunUnblocked.
	Task int
	// Attempt is the attempt that is to start (BecameReady), starts (Started) or
	// ended. It is 0 for WasSkipped, RunEnded, RunUnblocked, and WasCancelled of
	// a task that was not running.
	Attempt int
	// Due is when a retry starts, in Unix milliseconds.
	Due int64
	// Leaves are the truth values behind a verdict (Ready and Skip after a decision).
	Leaves plan.Leaves
	// Verdict says that the decision is the rule's (Ready or Skip of a waiting task).
	Verdict bool
	// Interrupted says that a FailedForGood task was interrupted too often; it
	// is no error that the task returned.
	Interrupted bool
	// Status is the state the run ended in, for RunEnded; RunBlocked after
	// Block; RunRunning for RunUnblocked.
	Status RunStatus
}

// DecisionKind is the kind of a [Decision].
type DecisionKind uint8

// The kinds of decisions.
const (
	// BecameReady puts a task into the queue for a slot.
	BecameReady DecisionKind = iota + 1
	// WasSkipped ends a task whose rule is false.
	WasSkipped
	// Started begins an attempt.
	Started
	// Completed, FailedForGood and WasCancelled end a task.
	Completed
	FailedForGood
	WasCancelled
	// WillRetry ends a failed attempt that another one follows at Due.
	WillRetry
	// RunEnded ends the run, or blocks it; see Status. It is always the last
	// decision of its event.
	RunEnded
	// RunUnblocked lets a blocked run go on. It is always the first decision of
	// its event.
	RunUnblocked
)

var decisionNames = []string{
	BecameReady: "became_ready", WasSkipped: "was_skipped", Started: "started",
	Completed: "completed", FailedForGood: "failed_for_good", WasCancelled: "was_cancelled",
	WillRetry: "will_retry", RunEnded: "run_ended", RunUnblocked: "run_unblocked",
}

// String returns the name of the kind, such as "became_ready".
func (k DecisionKind) String() string { return nameOf(decisionNames, k) }
