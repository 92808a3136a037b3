package cloacinatest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/cloacina-go/cloacina/annotations"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// fake is one change of what a task calls.
type fake struct {
	task  string
	kind  string // what it is called in messages
	apply func(c *code) error
}

// always is a number of attempts that is never reached.
const always = int(^uint(0) >> 1)

// prepare returns a copy of the workflow in which tasks call what the options
// say, watched by calls.
func (s *setup) prepare(w *cloacina.Workflow, calls *calls) (*cloacina.Workflow, error) {
	switch {
	case w == nil:
		return nil, errors.New("the workflow is nil; pass what a generated Workflow function returns")
	case len(w.Code) != len(w.Plan.Tasks):
		return w, nil // which registering it explains
	}
	codes := make([]code, len(w.Code))
	for i := range codes {
		codes[i].Call = w.Code[i].Call
	}
	var errs []error
	for _, f := range s.fakes {
		i, err := find(&w.Plan, f.task)
		if err == nil && codes[i].Call != nil {
			err = f.apply(&codes[i])
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s of task %q: %w", f.kind, f.task, err))
		}
	}
	made := &cloacina.Workflow{Plan: steady(w.Plan), Code: slices.Clone(w.Code)}
	for i := range codes {
		if codes[i].Call != nil {
			made.Code[i].Call = &watched{Call: &codes[i], calls: calls, task: w.Plan.Tasks[i].ID}
		}
	}
	return made, errors.Join(errs...)
}

// find returns the index of a task, or an error that says which there are.
func find(p *cloacina.Plan, id string) (int, error) {
	ids := make([]string, len(p.Tasks))
	for i := range p.Tasks {
		if ids[i] = p.Tasks[i].ID; ids[i] == id {
			return i, nil
		}
	}
	return 0, fmt.Errorf("workflow %s has no such task%s", p.Name, otherwise(id, ids))
}

// otherwise says what a word that is none of these may have been meant to be.
func otherwise(word string, these []string) string {
	if s := annotations.Suggest(word, these); s != "" {
		return fmt.Sprintf("; did you mean %q?", s)
	}
	return fmt.Sprintf("; there are %q", these)
}

// steady is the plan without jitter, so that a test can name the delays.
func steady(p cloacina.Plan) cloacina.Plan {
	jitter := func(t cloacina.PlanTask) bool { return t.Retry.Jitter }
	if !slices.ContainsFunc(p.Tasks, jitter) || p.Fingerprint != p.ComputeFingerprint() {
		return p // a wrong fingerprint is for registering it to find
	}
	p.Tasks = slices.Clone(p.Tasks)
	for i := range p.Tasks {
		p.Tasks[i].Retry.Jitter = false
	}
	p.Fingerprint = p.ComputeFingerprint()
	return p
}

// code is what a task calls: a Call of the workflow, its own or with another
// function, after a delay and failures.
type code struct {
	cloacina.Call
	replaced bool
	delay    time.Duration

	mu       sync.Mutex
	failures []failure
}

// failure is what the next n attempts fail with.
type failure struct {
	call cloacina.Call
	n    int
}

// Execute is one attempt.
func (c *code) Execute(ctx context.Context, k *cloacina.Keys) error {
	if c.delay > 0 {
		timer := time.NewTimer(c.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return c.next().Execute(ctx, k)
}

// next is what the next attempt calls.
func (c *code) next() cloacina.Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.failures) == 0 {
		return c.Call
	}
	f := &c.failures[0]
	call := f.call
	if f.n--; f.n == 0 {
		c.failures = c.failures[1:]
	}
	return call
}

// replace puts fn in the place of the function.
func (c *code) replace(fn any) error {
	if c.replaced {
		return errors.New("it has one already; remove one of them")
	}
	if is, want := reflect.TypeOf(fn), reflect.TypeOf(c.Func()); is != nil && !is.ConvertibleTo(want) {
		return differ("the function is not of the type of the task's", is, want)
	}
	call, err := c.With(fn)
	if err != nil {
		return err
	}
	c.Call, c.replaced = call, true
	return nil
}

// returns makes the function return value.
func (c *code) returns(value any) error {
	fn := reflect.TypeOf(c.Func())
	if fn.NumOut() == 1 {
		if value != nil {
			return fmt.Errorf("the function of the task returns no result but a %T is given; "+
				"give nil, or a Fake that writes its keys if it is dynamic", value)
		}
		return c.replace(constant(fn))
	}
	want, v := fn.Out(0), reflect.ValueOf(value)
	switch {
	case value == nil:
		v = reflect.Zero(want)
	case !v.Type().AssignableTo(want):
		return differ("the value is not of the type of the task's result", v.Type(), want)
	}
	return c.replace(constant(fn, v))
}

// constant is a function of a type that returns these values and no error.
func constant(fn reflect.Type, values ...reflect.Value) any {
	results := append(slices.Clone(values), reflect.Zero(reflect.TypeFor[error]()))
	return reflect.MakeFunc(fn, func([]reflect.Value) []reflect.Value { return results }).Interface()
}

// fails makes n attempts fail. They read what the task reads before.
func (c *code) fails(err error, n int) error {
	switch {
	case err == nil:
		return errors.New("the error is nil; to succeed without doing anything is a Fake")
	case n < 1:
		return fmt.Errorf("it is for %d attempts, want at least 1", n)
	}
	fn := reflect.TypeOf(c.Func())
	results := make([]reflect.Value, fn.NumOut())
	for i := range results {
		results[i] = reflect.Zero(fn.Out(i))
	}
	results[len(results)-1] = reflect.ValueOf(&err).Elem()
	call, failed := c.With(reflect.MakeFunc(fn, func([]reflect.Value) []reflect.Value { return results }).Interface())
	c.failures = append(c.failures, failure{call, n})
	return failed
}

// takes makes attempts take time.
func (c *code) takes(d time.Duration) error {
	if d <= 0 {
		return fmt.Errorf("it is %v, want a positive duration", d)
	}
	c.delay += d
	return nil
}

// differ says what something is and what it should be, one below the other.
func differ(text string, is, want reflect.Type) error {
	a, b := is.String(), want.String()
	if a == b {
		b += "\n     whose types are of the same names in other packages, or declared in other functions"
	}
	return fmt.Errorf("%s:\n     is   %s\n     want %s", text, a, b)
}
