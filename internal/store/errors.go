package store

import "fmt"

// FencedError is a change that does not fit the stored state. It matches
// [ErrFenced] under [errors.Is].
type FencedError struct {
	// Change is the change that was refused.
	Change Change
	// Reason says what in the stored state it does not fit.
	Reason string
}

// Error names the change and the reason.
func (e *FencedError) Error() string {
	return fmt.Sprintf("%s: %s", Describe(e.Change), e.Reason)
}

// Unwrap returns [ErrFenced].
func (e *FencedError) Unwrap() error { return ErrFenced }

// InvalidError is a change that cannot be stored in any state. It matches
// [ErrInvalid] under [errors.Is].
type InvalidError struct {
	// Change is the change that was refused.
	Change Change
	// Reason says what is wrong with it.
	Reason string
}

// Error names the change and the reason.
func (e *InvalidError) Error() string {
	return fmt.Sprintf("%s: %s", Describe(e.Change), e.Reason)
}

// Unwrap returns [ErrInvalid].
func (e *InvalidError) Unwrap() error { return ErrInvalid }

// ExistsError is the creation of a run whose ID is known, to the store or from
// earlier in the same batch. It matches [ErrExists] under [errors.Is].
type ExistsError struct {
	// Change is the creation that was refused.
	Change *RunCreated
}

// Error names the run.
func (e *ExistsError) Error() string {
	return fmt.Sprintf("%s: %s", Describe(e.Change), ErrExists)
}

// Unwrap returns [ErrExists].
func (e *ExistsError) Unwrap() error { return ErrExists }

// Describe names a change for a message, such as "start of attempt 2 of task 3 of run 17".
func Describe(c Change) string {
	switch c := c.(type) {
	case *RunCreated:
		return fmt.Sprintf("creation of run %d (%q)", c.Num, c.ID)
	case *TaskDecided:
		return fmt.Sprintf("decision of task %d of run %d", c.Task, c.Run)
	case *AttemptStarted:
		return fmt.Sprintf("start of attempt %d of task %d of run %d", c.Attempt, c.Task, c.Run)
	case *AttemptEnded:
		return fmt.Sprintf("end of attempt %d of task %d of run %d", c.Attempt, c.Task, c.Run)
	case *TaskRequeued:
		return fmt.Sprintf("requeueing of task %d of run %d", c.Task, c.Run)
	case *TaskEnded:
		return fmt.Sprintf("end of task %d of run %d", c.Task, c.Run)
	case *RunBlocked:
		return fmt.Sprintf("blocking of run %d", c.Run)
	case *RunUnblocked:
		return fmt.Sprintf("unblocking of run %d", c.Run)
	case *RunReplanned:
		return fmt.Sprintf("another plan of run %d", c.Run)
	case *RunEnded:
		return fmt.Sprintf("end of run %d", c.Run)
	case *CallbackDone:
		return fmt.Sprintf("callback about task %d of run %d", c.Task, c.Run)
	default:
		return fmt.Sprintf("change of type %T", c)
	}
}
