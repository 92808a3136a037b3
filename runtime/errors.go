package cloacina

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cloacina-go/cloacina/internal/store"
)

// Errors of runs and runners, to be tested with [errors.Is]. The errors of
// reading and writing context values are [ErrMissingKey] and its neighbours.
var (
	// ErrUnknownWorkflow says that no workflow of that name is registered.
	ErrUnknownWorkflow = errors.New("unknown workflow")
	// ErrRunNotFound says that the store holds no run with that ID, or no longer:
	// ended runs may be removed, see [Runner.Purge].
	ErrRunNotFound = errors.New("run not found")
	// ErrRunConflict says that a run with the ID exists and was started from
	// another workflow or another input.
	ErrRunConflict = errors.New("run ID is taken")
	// ErrInvalidID says that the ID of a run that is to be started is not valid
	// UTF-8 of 1 to 256 bytes.
	ErrInvalidID = errors.New("invalid run ID")
	// ErrInputKey says that a key of the initial context is not allowed or is missing.
	ErrInputKey = errors.New("invalid input key")
	// ErrCancelled is the error of a cancelled run, and the cause that ends
	// the contexts of its attempts.
	ErrCancelled = errors.New("run was cancelled")
	// ErrRunTimeout is among the errors of a run that reached its timeout, and
	// is the cause that ends the contexts of its attempts. The error's text has
	// the duration.
	ErrRunTimeout = errors.New("run timed out")
	// ErrAttemptTimeout is the error of an attempt that reached its deadline,
	// and the cause that ends its context. It also is a
	// [context.DeadlineExceeded]. The error's text has the duration.
	ErrAttemptTimeout error = attemptTimeout{}
	// ErrShutdown says that the runner is shut down, and is the cause that
	// ends the contexts of attempts that a shutdown does not wait for.
	ErrShutdown = errors.New("runner is shut down")
	// ErrInterrupted is the error of a task during which the process died more
	// often than [Config.MaxInterruptions] allows. The error's text has how often.
	ErrInterrupted = errors.New("the process died during the task too often")
	// ErrOwned says that another runner, in this process or another one, has
	// the store open. The error's text says which.
	ErrOwned = store.ErrOwned
	// ErrBlocked says that a run cannot go on: the registered code does not fit
	// what it has done, an assertion failed, or nothing of it can be stored. The
	// error's text has the reasons and what can be done; see [Runner.Unblock].
	ErrBlocked = errors.New("run is blocked")
	// ErrStore says that the store failed. The runner then stops: it never
	// reports as done what may not be on disk. A store that is unavailable for a
	// while, because its disk is full or another program holds a lock, is no
	// failure: what is to be stored is tried again until it is, nothing is
	// acknowledged before, and only the ctx of a call ends its wait. If the store
	// is well and only refuses what one run asks of it, that is [ErrBlocked], about
	// that run alone.
	ErrStore = errors.New("the store failed")
	// ErrGoexit is the error of an attempt that ended its goroutine with
	// [runtime.Goexit], as the FailNow of a test does.
	ErrGoexit = errors.New("task called runtime.Goexit")
	// ErrNotAncestor says that [TaskInfo.Outcome] was asked about a task that
	// need not have ended before the asking one started.
	ErrNotAncestor = errors.New("not an ancestor of the task")
)

// attemptTimeout is an error of its own type so that everything that knows
// timeouts (retry conditions, net.Error, context) recognises it.
type attemptTimeout struct{ after time.Duration } // zero for the kind of error

func (e attemptTimeout) Error() string {
	if e.after == 0 {
		return "attempt timed out"
	}
	return fmt.Sprintf("attempt timed out after %v (timeout of the task)", e.after)
}

func (attemptTimeout) Timeout() bool   { return true }
func (attemptTimeout) Temporary() bool { return true }

// Is makes it a deadline that was exceeded, and one of its kind.
func (attemptTimeout) Is(target error) bool {
	return target == context.DeadlineExceeded || target == attemptTimeout{}
}

// runTimeout is the error of a run that reached its timeout, in milliseconds.
func runTimeout(ms int64) error {
	return fmt.Errorf("%w after %v (timeout of the workflow)", ErrRunTimeout, time.Duration(ms)*time.Millisecond)
}

// RunFailedError is the error of a run that ended failed. [errors.Is] and
// [errors.As] reach the errors of its tasks: the very errors that the tasks
// returned if they did so in this process, else their texts.
type RunFailedError struct {
	// Run is the ID of the run.
	Run string
	// Workflow is the name of its workflow.
	Workflow string
	// Reason is why the run failed as a whole, such as [ErrRunTimeout]; nil if
	// it failed because of its tasks alone.
	Reason error
	// Tasks are the failed tasks in the order of the workflow. Tasks with
	// allow_failure are among them.
	Tasks []TaskFailure
}

// TaskFailure is one failed task of a run.
type TaskFailure struct {
	// Task is the task's id.
	Task string
	// Attempts is how many attempts it had.
	Attempts int
	// AllowFailure says that this failure did not fail the run.
	AllowFailure bool
	// Err is the error of the last attempt.
	Err error
}

// Error names the run and each failed task with its last error.
func (e *RunFailedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "run %s of workflow %s failed", e.Run, e.Workflow)
	sep := ": "
	if e.Reason != nil {
		b.WriteString(sep + e.Reason.Error())
		sep = "; "
	}
	for _, t := range e.Tasks {
		fmt.Fprintf(&b, "%stask %s failed after %s: %s", sep, t.Task, plural(t.Attempts, "attempt"), errorText(t.Err))
		sep = "; "
	}
	return b.String()
}

// Unwrap returns the reason and the errors of the tasks.
func (e *RunFailedError) Unwrap() []error {
	var errs []error
	if e.Reason != nil {
		errs = append(errs, e.Reason)
	}
	for _, t := range e.Tasks {
		errs = append(errs, t.Err)
	}
	return errs
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// storedError is what is left of an error once it went through the store: its text.
type storedError string

func (e storedError) Error() string { return string(e) }

// interruptedError is what is left of an [ErrInterrupted] that went through the
// store.
type interruptedError string

func (e interruptedError) Error() string { return string(e) }

// Is makes it one of its kind.
func (interruptedError) Is(target error) bool { return target == ErrInterrupted }

// maxErrorBytes bounds the text of an error that is stored.
const maxErrorBytes = 64 << 10

// errorText is the text of an error as it is stored and logged: valid UTF-8 of
// at most 64 KiB. An Error method that panics yields a text that says so.
func errorText(err error) (text string) {
	defer func() {
		if v := recover(); v != nil {
			text = fmt.Sprintf("%T, whose Error method panics", err)
		}
	}()
	return bounded(err.Error())
}

// bounded makes text valid UTF-8 and cuts it, with a note, at 64 KiB.
func bounded(text string) string { return boundedTo(maxErrorBytes, text) }

// withRemedy is bounded for a text with what can be done behind it, which is
// never cut.
func withRemedy(text, remedy string) string {
	return boundedTo(maxErrorBytes-len("; ")-len(remedy), text) + "; " + remedy
}

func boundedTo(most int, text string) string {
	size := len(text)
	if size > most {
		text = text[:most]
	}
	text = strings.ToValidUTF8(text, "\uFFFD") // may grow, or shrink: one mark of three bytes stands for a run
	if size <= most && len(text) <= most {
		return text
	}
	note := fmt.Sprintf(" ... (cut, %d bytes in all)", size)
	cut := min(len(text), most-len(note))
	for cut < len(text) && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + note
}
