package cloacina_test

import (
	"context"
	"fmt"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// A watch tells how the tasks of a run are, and then whatever changes. The run of
// this example has ended before, so that it is always told the same.
func ExampleRunner_Watch() {
	ctx := context.Background()
	r := open(ctx)
	defer func() { _ = r.Shutdown(ctx) }()

	run, err := r.Start(ctx, "greeting", cloacina.Values{"name": "world"}, cloacina.StartOptions{ID: "42"})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := run.Wait(ctx); err != nil {
		fmt.Println(err)
	}
	for change, err := range r.Watch(ctx, run.ID()) {
		switch {
		case err != nil:
			fmt.Println(err)
		case change.Task == "":
			fmt.Println("run", change.Run, "of", change.Workflow, change.State)
		default:
			fmt.Println("task", change.Task, change.State, "after attempt", change.Attempt, change.DependsOn)
		}
	}
	// Output:
	// task greet completed after attempt 1 []
	// task shout completed after attempt 1 [greet]
	// run 42 of greeting completed
}
