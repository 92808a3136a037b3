package cloacina

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// failure is an error with all that the runner has to know of it. The loop
// asks the failure and never the error, whose methods are code of the user's:
// they may panic, end their goroutine, or not return.
type failure struct {
	err       error
	text      string // as it is stored and logged
	stack     string // of a panic, else empty
	retryable bool   // another attempt may follow
}

// unexamined is a failure about whose error nothing is known yet.
func unexamined(err error) *failure {
	return &failure{err: err, text: fmt.Sprintf("%T, whose methods do not work", err)}
}

// newFailure is the failure that an error of the runner's own is.
func newFailure(err error) *failure {
	f := unexamined(err)
	f.describe()
	return f
}

// examine asks the error of an attempt, on the goroutine of the attempt. What
// it has found out stays if a method of the error ends the goroutine.
func (f *failure) examine(p plan.Retry, retryIf func(error) bool) {
	f.describe()
	f.retryable = retryable(p, retryIf, f.err)
}

func (f *failure) describe() {
	f.text = errorText(f.err)
	f.stack = stackOf(f.err)
}

// stackOf is the stack of the panic in err, if there is one.
func stackOf(err error) (stack string) {
	defer func() {
		if recover() != nil { // in a method of the error
			stack = ""
		}
	}()
	var p *PanicError
	if errors.As(err, &p) {
		return bounded(string(p.Stack))
	}
	return ""
}

// stored is the text with what a reader of the store needs beyond it.
func (f *failure) stored() string {
	if f.stack == "" {
		return f.text
	}
	return bounded(f.text + "\n\n" + f.stack)
}

// attrs are the fields of a log record about the failure.
func (f *failure) attrs() []slog.Attr {
	attrs := []slog.Attr{slog.String(fieldError, f.text)}
	if f.stack != "" {
		attrs = append(attrs, slog.String("stack", f.stack))
	}
	return attrs
}
