package cloacinatest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// Outcomes is how a run and its tasks ended. Its methods are assertions: one that
// does not hold fails the test, which goes on, and returns the Outcomes for the
// next one. It belongs to the goroutine of its test.
type Outcomes struct {
	// Result is the result of the run, with the errors that its tasks returned.
	Result *cloacina.Result
	// Detail is the run as it is stored, with the attempts of its tasks.
	Detail *cloacina.RunDetail

	t     *testing.T
	plan  *cloacina.Plan
	shown bool // the table of outcomes
}

// Completed asserts that these tasks completed.
func (o *Outcomes) Completed(tasks ...string) *Outcomes {
	o.t.Helper()
	return o.ended(cloacina.Completed, tasks)
}

// Failed asserts that these tasks failed, be it with or without allow_failure.
func (o *Outcomes) Failed(tasks ...string) *Outcomes {
	o.t.Helper()
	return o.ended(cloacina.Failed, tasks)
}

// Cancelled asserts that these tasks were cancelled with the run.
func (o *Outcomes) Cancelled(tasks ...string) *Outcomes {
	o.t.Helper()
	return o.ended(cloacina.Cancelled, tasks)
}

// Skipped asserts that a task was skipped, and that the reason, a list of the
// conditions of its rule with what they were, contains this text. Conditions are
// named in one form, whichever the rule is written in:
// context_value("score", greater_or_equal, 80) is false.
func (o *Outcomes) Skipped(task, reason string) *Outcomes {
	o.t.Helper()
	switch i, ok := o.find(task); {
	case !ok:
	case o.Result.Tasks[i].State != cloacina.Skipped:
		o.errorf("task %q has ended %s, want skipped", task, o.Result.Tasks[i].State)
	case !strings.Contains(o.Result.Tasks[i].Reason, reason):
		o.errorf("task %q was skipped for another reason:\n     is   %s\n     want %s",
			task, o.Result.Tasks[i].Reason, reason)
	}
	return o
}

// Attempts asserts how many attempts a task had; 0 if it was not executed.
func (o *Outcomes) Attempts(task string, n int) *Outcomes {
	o.t.Helper()
	if i, ok := o.find(task); ok && o.Result.Tasks[i].Attempts != n {
		o.errorf("task %q had %d attempts, want %d", task, o.Result.Tasks[i].Attempts, n)
	}
	return o
}

// Delays asserts what passed between each failed attempt of a task and the next
// one, to the millisecond; none if there was no second attempt.
func (o *Outcomes) Delays(task string, delays ...time.Duration) *Outcomes {
	o.t.Helper()
	i, ok := o.find(task)
	if !ok {
		return o
	}
	var is []time.Duration
	for n, a := range o.Detail.Tasks[i].Attempts {
		if n > 0 {
			is = append(is, a.Started.Sub(o.Detail.Tasks[i].Attempts[n-1].Ended))
		}
	}
	if !slices.Equal(is, delays) {
		o.errorf("task %q was retried after other delays:\n     is   %v\n     want %v", task, is, delays)
	}
	return o
}

// Error asserts that the last failed attempt of a task failed with an error that
// is target, as [errors.Is] tells; nil asserts that no attempt failed.
func (o *Outcomes) Error(task string, target error) *Outcomes {
	o.t.Helper()
	if i, ok := o.find(task); ok && !errors.Is(o.Result.Tasks[i].Err, target) {
		o.errorf("task %q has another error:\n     is   %s\n     want %s",
			task, text(o.Result.Tasks[i].Err), text(target))
	}
	return o
}

// Took asserts how long the run lasted, in its time and to the millisecond.
func (o *Outcomes) Took(d time.Duration) *Outcomes {
	o.t.Helper()
	if is := o.Result.Duration(); is != d {
		o.errorf("the run took %v, want %v", is, d)
	}
	return o
}

// Value returns the value that the run has left under a key. The test ends if
// there is none, or one of another type.
func Value[T any](o *Outcomes, key string) T {
	o.t.Helper()
	c, err := o.Result.Context()
	if err != nil {
		o.t.Fatal(err)
	}
	v, ok, err := cloacina.Lookup[T](c, key)
	if err == nil && !ok {
		err = fmt.Errorf("the run has left nothing under %q%s", key, otherwise(key, c.Keys()))
	}
	if err != nil {
		o.errorf("%v", err)
		o.t.FailNow()
	}
	return v
}

// ended asserts the state of tasks.
func (o *Outcomes) ended(want cloacina.State, tasks []string) *Outcomes {
	o.t.Helper()
	for _, id := range tasks {
		if i, ok := o.find(id); ok && o.Result.Tasks[i].State != want {
			o.errorf("task %q has ended %s, want %s", id, o.Result.Tasks[i].State, want)
		}
	}
	return o
}

// find returns the index of a task; there is none for an id that is misspelt.
func (o *Outcomes) find(task string) (int, bool) {
	o.t.Helper()
	i, err := find(o.plan, task)
	if err != nil {
		o.errorf("task %q: %v", task, err)
	}
	return i, err == nil
}

// errorf fails the test. The first message shows how all tasks ended.
func (o *Outcomes) errorf(format string, args ...any) {
	o.t.Helper()
	message := fmt.Sprintf(format, args...)
	if !o.shown {
		o.shown = true
		message += "\n" + outcomes(o.Detail)
	}
	o.t.Error(message)
}

// text is the text of an error, with all its lines below each other.
func text(err error) string {
	if err == nil {
		return "no error"
	}
	return strings.ReplaceAll(err.Error(), "\n", "\n          ")
}
