package cloacina

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// Permanent marks an error as one that no retry can mend: whatever the task's
// retry condition says, no attempt follows. Permanent(nil) is nil. [errors.Is]
// and [errors.As] see through the mark.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &markedError{err: err, permanent: true}
}

// Transient marks an error as one that may pass: it is retried under
// retry_condition=transient. Transient(nil) is nil. [errors.Is] and
// [errors.As] see through the mark.
func Transient(err error) error {
	if err == nil {
		return nil
	}
	return &markedError{err: err}
}

type markedError struct {
	err       error
	permanent bool
}

func (e *markedError) Error() string { return e.err.Error() }
func (e *markedError) Unwrap() error { return e.err }

// retryable decides whether another attempt may follow one that failed with
// err. The mark of Permanent comes first, then the task's retry_if, then its
// condition. Errors of the context are permanent, because the next attempt
// would see the same values. A panic in anything of the user's that has to be
// asked means no retry.
func retryable(p plan.Retry, retryIf func(error) bool, err error) (again bool) {
	defer func() {
		if recover() != nil {
			again = false
		}
	}()
	switch {
	case p.Attempts == 0 || isContextError(err) || anyIn(err, isPermanent):
		return false
	case retryIf != nil:
		return retryIf(err)
	}
	switch p.Condition {
	case plan.RetryAll:
		return true
	case plan.RetryTransient:
		return anyIn(err, isTransient)
	case plan.RetryMatching:
		text := err.Error()
		return slices.ContainsFunc(p.Matches, func(m string) bool { return strings.Contains(text, m) })
	default:
		return false
	}
}

// anyIn reports whether pred holds for err or for anything it wraps. Unlike
// errors.As it does not stop at the first error that could be asked.
func anyIn(err error, pred func(error) bool) bool {
	if err == nil {
		return false
	}
	if pred(err) {
		return true
	}
	switch x := err.(type) { //nolint:errorlint // it takes one step at a time
	case interface{ Unwrap() error }:
		return anyIn(x.Unwrap(), pred)
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(x.Unwrap(), func(e error) bool { return anyIn(e, pred) })
	default:
		return false
	}
}

func isPermanent(err error) bool {
	m, ok := err.(*markedError) //nolint:errorlint // anyIn does the unwrapping
	return ok && m.permanent
}

// connectionErrors are errors that break or refuse a connection.
var connectionErrors = []error{
	syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE,
	syscall.ETIMEDOUT, syscall.EHOSTUNREACH, syscall.ENETUNREACH,
	io.ErrUnexpectedEOF, driver.ErrBadConn, context.DeadlineExceeded,
}

// isTransient looks at one error, not at what it wraps.
func isTransient(err error) bool {
	switch x := err.(type) { //nolint:errorlint // anyIn does the unwrapping
	case *markedError:
		return !x.permanent
	case *net.OpError:
		// What the operating system refused, whatever the system's error number is.
		var sys *os.SyscallError
		if errors.As(x.Err, &sys) {
			return true
		}
	}
	if t, ok := err.(interface{ Temporary() bool }); ok && t.Temporary() {
		return true
	}
	if t, ok := err.(interface{ Timeout() bool }); ok && t.Timeout() {
		return true
	}
	return slices.Contains(connectionErrors, err)
}
