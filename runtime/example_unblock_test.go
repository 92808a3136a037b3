package cloacina_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// letters is what cloacina-gen writes for a workflow of two tasks that have
// nothing to do with each other.
func letters(first, second string, send func(ctx context.Context) error) *cloacina.Workflow {
	p := cloacina.Plan{Name: "letters", Tasks: []cloacina.PlanTask{{ID: first}, {ID: second}}}
	p.Fingerprint = p.ComputeFingerprint()
	done := func(context.Context) error { return nil }
	return &cloacina.Workflow{Plan: p, Code: []cloacina.TaskCode{
		{Call: cloacina.CallPlain(done)}, {Call: cloacina.CallPlain(send)},
	}}
}

// A run does not fit the new program, because a task that it has completed has
// another name there. Somebody looks at it and decides to go on.
func ExampleRunner_Unblock() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "letters")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program := func(w *cloacina.Workflow) *cloacina.Runner {
		r, err := cloacina.Open(ctx, filepath.Join(dir, "runs.db"), cloacina.Config{MaxConcurrentTasks: 1})
		if err == nil {
			err = r.Register(w)
		}
		if err != nil {
			panic(err)
		}
		return r
	}

	// The old program ends when write has completed and send is under way.
	sending := make(chan struct{})
	old := program(letters("write", "send", func(ctx context.Context) error {
		close(sending)
		<-ctx.Done()
		return ctx.Err()
	}))
	_, err = old.Start(ctx, "letters", nil, cloacina.StartOptions{ID: "order-42"})
	<-sending
	ended, end := context.WithCancel(ctx)
	end()
	fmt.Println(err, old.Shutdown(ended))

	r := program(letters("compose", "send", func(context.Context) error { return nil }))
	blocked, err := r.Runs(ctx, cloacina.RunFilter{States: []cloacina.State{cloacina.Blocked}})
	for _, run := range blocked {
		fmt.Println(run.ID, "is blocked:", run.Error)
		fmt.Println(r.Unblock(ctx, run.ID, cloacina.UnblockAccept))
	}
	fmt.Println(err)
	result, err := r.Wait(ctx, "order-42")
	for _, t := range result.Tasks {
		fmt.Println(t.ID, t.State)
	}
	fmt.Println(err, r.Shutdown(ctx))
	// Output:
	// <nil> context canceled
	// order-42 is blocked: the registered plan does not fit what it has done: task "write" has completed and is gone from the plan; register the code it last ran under, go on under the registered plan nevertheless with r.Unblock(ctx, "order-42", cloacina.UnblockAccept), or give it up with r.Cancel(ctx, "order-42")
	// <nil>
	// <nil>
	// compose completed
	// send completed
	// write completed
	// <nil> <nil>
}
