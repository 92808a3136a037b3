package cloacinatest

import (
	"context"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// Option says what is different in a run.
type Option func(*setup)

// setup is what the options say.
type setup struct {
	config   cloacina.Config
	fakes    []fake
	ends     []cloacina.State
	anyEnd   bool
	at       []moment
	limit    time.Duration // zero: the default
	patience time.Duration // zero: the default
	realTime bool
}

// moment is something to be done while a run goes on.
type moment struct {
	after time.Duration
	do    func(ctx context.Context, r *cloacina.Runner, run string)
}

const (
	defaultLimit     = 30 * 24 * time.Hour
	defaultRealLimit = time.Minute
	defaultPatience  = time.Minute
)

// Fake makes a task call fn. It has to have the type of the task's function:
// func(context.Context, *cloacina.Context) error for a dynamic task, for example.
func Fake(task string, fn any) Option {
	return add(fake{task: task, kind: "fake", apply: func(c *code) error { return c.replace(fn) }})
}

// Returns makes a task call nothing and return value, whose type is that of the
// function's result. A task without result takes a nil.
func Returns(task string, value any) Option {
	return add(fake{task: task, kind: "fake", apply: func(c *code) error { return c.returns(value) }})
}

// Fails makes the first n attempts of a task fail with err. Later ones call the
// task's function or its fake. Several Fails of a task follow each other. Whether
// another attempt follows is decided by the retry policy of the task, which may
// ask err: a task without retries fails at once.
func Fails(task string, err error, n int) Option {
	return add(fake{task: task, kind: "failure", apply: func(c *code) error { return c.fails(err, n) }})
}

// AlwaysFails makes all attempts of a task fail with err.
func AlwaysFails(task string, err error) Option {
	return add(fake{task: task, kind: "failure", apply: func(c *code) error { return c.fails(err, always) }})
}

// Takes makes every attempt of a task wait for d before it does what it does
// otherwise. An attempt that reaches its timeout, or whose run is cancelled,
// meanwhile fails with the cause of that.
func Takes(task string, d time.Duration) Option {
	return add(fake{task: task, kind: "delay", apply: func(c *code) error { return c.takes(d) }})
}

func add(f fake) Option { return func(s *setup) { s.fakes = append(s.fakes, f) } }

// Ends says how the run may end: Completed, Failed or Cancelled, any of them if
// none is named. Defaults to Completed.
func Ends(states ...cloacina.State) Option {
	return func(s *setup) { s.ends, s.anyEnd = states, len(states) == 0 }
}

// At calls do once the run has lasted for d, beside everything else, if it still
// goes on. The ctx ends when the run does. What do leaves behind has to end, too.
func At(d time.Duration, do func(ctx context.Context, r *cloacina.Runner, run string)) Option {
	return func(s *setup) { s.at = append(s.at, moment{d, do}) }
}

// CancelAfter cancels the run once it has lasted for d. Such a run ends
// Cancelled, which [Ends] has to allow.
func CancelAfter(d time.Duration) Option {
	return At(d, func(ctx context.Context, r *cloacina.Runner, run string) {
		_ = r.Cancel(ctx, run) // fails if the run has ended just now, which the test sees
	})
}

// Config gives the runner a configuration. Defaults to the zero value. A logger
// shows what happens:
//
//	cloacinatest.Config(cloacina.Config{Handler: slog.NewTextHandler(t.Output(), nil)})
func Config(c cloacina.Config) Option { return func(s *setup) { s.config = c } }

// Limit bounds how long the run may last, in the time of the run. Defaults to 30
// days, and in real time to a minute.
func Limit(d time.Duration) Option { return func(s *setup) { s.limit = d } }

// Patience bounds the real time that a run in virtual time may take. Defaults to
// a minute, or to what the deadline of the test binary leaves if that is less.
func Patience(d time.Duration) Option { return func(s *setup) { s.patience = d } }

// RealTime executes the run in real time, for tasks that wait for something from
// outside the run, such as a server.
func RealTime() Option { return func(s *setup) { s.realTime = true } }

// lasts is how long the run may last.
func (s *setup) lasts() time.Duration {
	switch {
	case s.limit != 0:
		return s.limit
	case s.realTime:
		return defaultRealLimit
	default:
		return defaultLimit
	}
}

// time is what the time of the run is called.
func (s *setup) time() string {
	if s.realTime {
		return "real"
	}
	return "virtual"
}
