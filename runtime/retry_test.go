package cloacina

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"syscall"
	"testing"
)

// asks is an error that answers the questions of package net.
type asks struct{ temporary, timeout bool }

func (asks) Error() string     { return "asks" }
func (a asks) Temporary() bool { return a.temporary }
func (a asks) Timeout() bool   { return a.timeout }

// hides wraps an error and answers no itself.
type hides struct {
	asks
	err error
}

func (h hides) Unwrap() error { return h.err }

// explodes panics when it is asked for its text.
type explodes struct{}

func (explodes) Error() string { panic("no text") }

func TestRetryConditions(t *testing.T) {
	t.Parallel()
	policy := func(c Retry) Retry {
		c.Attempts = 1
		return c
	}
	all, never := policy(Retry{Condition: RetryAll}), policy(Retry{Condition: RetryNever})
	transient := policy(Retry{Condition: RetryTransient})
	matching := policy(Retry{Condition: RetryMatching, Matches: []string{"busy", "Later"}})
	custom := policy(Retry{Condition: RetryIf})
	yes := func(error) bool { return true }
	wrapped := func(err error) error { return fmt.Errorf("task: %w", errors.Join(errSource, err)) }
	_, refused := net.Dial("tcp", "127.0.0.1:1") //nolint:noctx // the error is what is wanted
	for _, c := range []struct {
		name    string
		policy  Retry
		retryIf func(error) bool
		err     error
		want    bool
	}{
		{"all", all, nil, errSource, true},
		{"all, panic", all, nil, &PanicError{Value: 1}, true},
		{"all, Goexit", all, nil, ErrGoexit, true},
		{"all, permanent", all, nil, Permanent(errSource), false},
		{"all, permanent within", all, nil, wrapped(Permanent(errSource)), false},
		{"all, panic with permanent", all, nil, &PanicError{Value: Permanent(errSource)}, false},
		{"all, missing key within", all, nil, wrapped(&KeyError{Err: ErrMissingKey}), false},
		{"all, wrong type", all, nil, ErrWrongType, false},
		{"all, over", all, nil, ErrAttemptOver, false},
		{"none left to give", Retry{Condition: RetryAll}, nil, errSource, false},
		{"never", never, nil, Transient(errSource), false},
		{"transient, plain", transient, nil, errSource, false},
		{"transient, marked", transient, nil, Transient(errSource), true},
		{"transient, marked within", transient, nil, wrapped(Transient(errSource)), true},
		{"transient, marked both", transient, nil, Transient(Permanent(errSource)), false},
		{"transient, temporary", transient, nil, wrapped(asks{temporary: true}), true},
		{"transient, timeout", transient, nil, asks{timeout: true}, true},
		{"transient, neither", transient, nil, asks{}, false},
		{"transient, outer says no", transient, nil, hides{err: asks{timeout: true}}, true},
		{"transient, deadline", transient, nil, wrapped(context.DeadlineExceeded), true},
		{"transient, cancelled", transient, nil, context.Canceled, false},
		{"transient, attempt timeout", transient, nil, ErrAttemptTimeout, true},
		{"transient, os deadline", transient, nil, os.ErrDeadlineExceeded, true},
		{"transient, refused", transient, nil, refused, true},
		{"transient, reset", transient, nil, os.NewSyscallError("read", syscall.ECONNRESET), true},
		{"transient, broken pipe", transient, nil, wrapped(syscall.EPIPE), true},
		{"transient, cut off", transient, nil, io.ErrUnexpectedEOF, true},
		{"transient, no such file", transient, nil, os.ErrNotExist, false},
		{"transient, unknown network", transient, nil, &net.OpError{Err: net.UnknownNetworkError("x")}, false},
		{"matching", matching, nil, errors.New("the source is busy"), true},
		{"matching, second", matching, nil, errors.New("Later"), true},
		{"matching, case", matching, nil, errors.New("BUSY later"), false},
		{"matching, permanent", matching, nil, Permanent(errors.New("busy")), false},
		{"matching, no text", matching, nil, explodes{}, false},
		{"retry_if", custom, yes, errSource, true},
		{"retry_if says no", custom, func(error) bool { return false }, Transient(errSource), false},
		{"retry_if panics", custom, func(error) bool { panic("boom") }, errSource, false},
		{"retry_if, permanent", custom, yes, Permanent(errSource), false},
		{"retry_if, missing key", custom, yes, ErrMissingKey, false},
		{"retry_if gets the error", custom, func(err error) bool { return errors.Is(err, errSource) }, errSource, true},
	} {
		if got := retryable(c.policy, c.retryIf, c.err); got != c.want {
			t.Errorf("%s: retryable is %t, want %t", c.name, got, c.want)
		}
	}
}

func TestMarksAreTransparent(t *testing.T) {
	t.Parallel()
	for _, mark := range []func(error) error{Permanent, Transient} {
		if mark(nil) != nil {
			t.Error("a mark of nil is not nil")
		}
		if err := mark(errSource); !errors.Is(err, errSource) || err.Error() != errSource.Error() {
			t.Errorf("marked error is %v", err)
		}
	}
}

// A retry_if that ends its goroutine means no retry, and does not hang the run.
func TestRetryIfThatExits(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		for name, f := range map[string]func(context.Context) error{"fails": failing(errSource), "late": forever} {
			a := plain("a", f).timeout(1e9)
			a.Retry = Retry{Attempts: 1, Delay: 1e9, MaxDelay: 1e9, Condition: RetryIf}
			a.RetryIf = func(error) bool { runtime.Goexit(); return true }
			r := p.open(t, flow(name, a))
			if result, err := r.Execute(t.Context(), name, nil); err == nil || result.Tasks[0].Attempts != 1 {
				t.Errorf("%s: %v, %+v", name, err, result)
			}
			shutdown(t, r)
		}
	})
}
