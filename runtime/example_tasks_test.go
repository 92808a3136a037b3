package cloacina_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// single is what cloacina-gen writes for a workflow of one dynamic task:
//
//	//cloacina:task retry_attempts=2 retry_delay=1ms
func single(id string, fn func(ctx context.Context, c *cloacina.Context) error) *cloacina.Workflow {
	p := cloacina.Plan{Name: id, Tasks: []cloacina.PlanTask{{
		ID: id, Open: true,
		Retry: cloacina.Retry{Attempts: 2, Delay: time.Millisecond, MaxDelay: time.Millisecond},
	}}}
	p.Fingerprint = p.ComputeFingerprint()
	return &cloacina.Workflow{Plan: p, Code: []cloacina.TaskCode{{Call: cloacina.CallDynamic(fn)}}}
}

// execute runs a workflow once, in a store of its own.
func execute(w *cloacina.Workflow, input cloacina.Values) (*cloacina.Result, error) {
	ctx := context.Background()
	r, err := cloacina.Open(ctx, ":memory:", cloacina.Config{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Shutdown(ctx) }()
	if err := r.Register(w); err != nil {
		return nil, err
	}
	return r.Execute(ctx, w.Plan.Name, input)
}

// A task may ask who it is. The key is the same for all attempts, so that a bank
// that has seen it does not charge twice.
func ExampleTaskFrom() {
	_, err := execute(single("charge", func(ctx context.Context, _ *cloacina.Context) error {
		info := cloacina.TaskFrom(ctx)
		fmt.Println(info.Task, "of", info.Workflow, "attempt", info.Attempt, info.IdempotencyKey == info.Run+"/charge")
		if info.Attempt == 1 {
			return errors.New("no connection")
		}
		return nil
	}), nil)
	fmt.Println(err)
	// Output:
	// charge of charge attempt 1 true
	// charge of charge attempt 2 true
	// <nil>
}

// An error that no retry can mend ends a task at its first attempt, whatever its
// policy is.
func ExamplePermanent() {
	errNoAccount := errors.New("there is no such account")
	result, err := execute(single("charge", func(context.Context, *cloacina.Context) error {
		return cloacina.Permanent(errNoAccount)
	}), nil)
	fmt.Println(result.Tasks[0].State, "after attempt", result.Tasks[0].Attempts, errors.Is(err, errNoAccount))
	// Output: failed after attempt 1 true
}

// Under retry_condition=transient a task says which of its errors may pass.
func ExampleTransient() {
	w := single("ask", func(ctx context.Context, _ *cloacina.Context) error {
		if cloacina.TaskFrom(ctx).Attempt == 1 {
			return cloacina.Transient(errors.New("the service is busy"))
		}
		return errors.New("the question makes no sense")
	})
	w.Plan.Tasks[0].Retry.Condition = cloacina.RetryTransient
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	result, _ := execute(w, nil)
	task := result.Tasks[0]
	fmt.Println(task.State, "after attempt", task.Attempts, "of 3:", task.Err)
	// Output: failed after attempt 2 of 3: the question makes no sense
}

// The error of a failed run reaches the errors of its tasks.
func ExampleRunFailedError() {
	declined := errors.New("the card was declined")
	_, err := execute(single("charge", func(context.Context, *cloacina.Context) error {
		return fmt.Errorf("charge 12 EUR: %w", declined)
	}), nil)

	failed, ok := errors.AsType[*cloacina.RunFailedError](err)
	fmt.Println(ok, errors.Is(err, declined))
	for _, task := range failed.Tasks {
		fmt.Println(task.Task, "failed after attempt", task.Attempts, task.Err)
	}
	// Output:
	// true true
	// charge failed after attempt 3 charge 12 EUR: the card was declined
}

// A panic is a failed attempt like any other.
func ExamplePanicError() {
	_, err := execute(single("divide", func(_ context.Context, c *cloacina.Context) error {
		n, err := cloacina.Get[int](c, "n")
		if err != nil {
			return err
		}
		return c.Set("result", 100/n)
	}), cloacina.Values{"n": 0})

	panicked, ok := errors.AsType[*cloacina.PanicError](err)
	fmt.Println(ok, panicked.Task, panicked.Value)
	// Output: true divide runtime error: integer divide by zero
}

// What runs and how often is kept with every run.
func ExampleRunner_Run() {
	ctx := context.Background()
	r, err := cloacina.Open(ctx, ":memory:", cloacina.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = r.Shutdown(ctx) }()
	if err := r.Register(single("upload", func(ctx context.Context, _ *cloacina.Context) error {
		if cloacina.TaskFrom(ctx).Attempt < 3 {
			return errors.New("no connection")
		}
		return nil
	})); err != nil {
		fmt.Println(err)
		return
	}
	result, err := r.Execute(ctx, "upload", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	detail, err := r.Run(ctx, result.Run)
	fmt.Println(detail.State, err)
	for _, attempt := range detail.Tasks[0].Attempts {
		fmt.Println(attempt.Number, attempt.Outcome, attempt.Error)
	}
	// Output:
	// completed <nil>
	// 1 failed no connection
	// 2 failed no connection
	// 3 succeeded
}

// Cancel ends a run at once; the context of a running attempt says why.
func ExampleRunner_Cancel() {
	ctx := context.Background()
	r, err := cloacina.Open(ctx, ":memory:", cloacina.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = r.Shutdown(ctx) }()
	started, cause := make(chan struct{}), make(chan error, 1)
	if err := r.Register(single("wait", func(ctx context.Context, _ *cloacina.Context) error {
		close(started)
		<-ctx.Done()
		cause <- context.Cause(ctx)
		return ctx.Err()
	})); err != nil {
		fmt.Println(err)
		return
	}
	run, err := r.Start(ctx, "wait", nil, cloacina.StartOptions{ID: "order-42"})
	<-started
	fmt.Println(err, r.Cancel(ctx, "order-42"))
	result, err := run.Wait(ctx)
	fmt.Println(result.State, errors.Is(err, cloacina.ErrCancelled), <-cause)
	// Output:
	// <nil> <nil>
	// cancelled true run was cancelled
}

// A function of on_failure is called once the failure is on disk.
func ExampleTaskEnd() {
	w := single("charge", func(context.Context, *cloacina.Context) error {
		return cloacina.Permanent(errors.New("the card was declined"))
	})
	called := make(chan struct{})
	w.Code[0].OnFailure = func(_ context.Context, e cloacina.TaskEnd) {
		fmt.Println("tell somebody:", e.Task, e.State, "after attempt", e.Attempts, e.Err)
		close(called)
	}
	_, err := execute(w, nil)
	<-called
	fmt.Println(err != nil)
	// Output:
	// tell somebody: charge failed after attempt 1 the card was declined
	// true
}
