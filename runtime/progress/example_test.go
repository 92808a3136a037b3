package progress_test

import (
	"context"
	"fmt"
	"os"

	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/cloacina-go/cloacina/runtime/progress"
)

// hello is what cloacina-gen writes for a workflow of one task.
func hello() *cloacina.Workflow {
	p := cloacina.Plan{Name: "hello", Tasks: []cloacina.PlanTask{{ID: "greet"}}}
	p.Fingerprint = p.ComputeFingerprint()
	greet := func(context.Context) error { return nil }
	return &cloacina.Workflow{Plan: p, Code: []cloacina.TaskCode{{Call: cloacina.CallPlain(greet)}}}
}

// A program shows how its run goes, and then looks at the result. The run of this
// example has ended before; the output of an example is no terminal.
func ExampleShow() {
	ctx := context.Background()
	r, err := cloacina.Open(ctx, ":memory:", cloacina.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = r.Shutdown(ctx) }()
	if err := r.Register(hello()); err != nil {
		fmt.Println(err)
		return
	}
	run, err := r.Start(ctx, "hello", nil, cloacina.StartOptions{ID: "42"})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := run.Wait(ctx)
	fmt.Println(result.State, err)
	if err := progress.Show(ctx, os.Stdout, r, run.ID()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// completed <nil>
	//          greet completed
	//          hello completed: 1 completed (run 42)
}
