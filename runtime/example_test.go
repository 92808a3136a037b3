package cloacina_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// greeting is what cloacina-gen writes for a workflow of two tasks: greet
// reads the input, shout reads what greet wrote.
func greeting() *cloacina.Workflow {
	p := cloacina.Plan{
		Name:          "greeting",
		InputDeclared: true,
		Input:         []cloacina.PlanInput{{Name: "name", Shape: "string"}},
		Tasks: []cloacina.PlanTask{
			{
				ID:     "greet",
				Reads:  []cloacina.PlanRead{{Key: "name", Shape: "string"}},
				Writes: []cloacina.PlanWrite{{Key: "text", Shape: "string"}},
			},
			{
				ID:        "shout",
				DependsOn: []int{0},
				Retry:     cloacina.Retry{Attempts: 3, Delay: time.Second, MaxDelay: time.Minute},
				Open:      true,
			},
		},
	}
	p.Fingerprint = p.ComputeFingerprint()
	return &cloacina.Workflow{Plan: p, Code: []cloacina.TaskCode{
		{Call: cloacina.CallInOut(
			func(_ context.Context, name string) (string, error) { return "hello " + name, nil },
			func(k *cloacina.Keys, name *string) { cloacina.Require[string](k, "name", name) },
			func(k *cloacina.Keys, text *string) { cloacina.Write[string](k, "text", *text) },
		)},
		{Call: cloacina.CallDynamic(func(_ context.Context, c *cloacina.Context) error {
			text, err := cloacina.Get[string](c, "text")
			if err != nil {
				return err
			}
			return c.Set("text", text+"!")
		})},
	}}
}

func open(ctx context.Context) *cloacina.Runner {
	r, err := cloacina.Open(ctx, ":memory:", cloacina.Config{})
	if err != nil {
		panic(err)
	}
	if err := r.Register(greeting()); err != nil {
		panic(err)
	}
	return r
}

func ExampleRunner_Execute() {
	ctx := context.Background()
	r := open(ctx)
	defer func() { _ = r.Shutdown(ctx) }()

	result, err := r.Execute(ctx, "greeting", cloacina.Values{"name": "world"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range result.Tasks {
		fmt.Println(t.ID, t.State, t.Attempts)
	}
	final, err := result.Values()
	fmt.Println(final["text"], err)
	// Output:
	// greet completed 1
	// shout completed 1
	// hello world! <nil>
}

func ExampleRunner_Start() {
	ctx := context.Background()
	r := open(ctx)
	defer func() { _ = r.Shutdown(ctx) }()

	// The ID makes starting idempotent.
	for _, name := range []string{"ann", "ann", "bob"} {
		run, err := r.Start(ctx, "greeting", cloacina.Values{"name": name}, cloacina.StartOptions{ID: "order-42"})
		if err != nil {
			fmt.Println(errors.Is(err, cloacina.ErrRunConflict), err)
			continue
		}
		result, err := run.Wait(ctx)
		fmt.Println(run.ID(), result.State, err)
	}
	// Output:
	// order-42 completed <nil>
	// order-42 completed <nil>
	// true start run order-42 of workflow greeting: run ID is taken by a run with another input
}

func ExampleRunner_Start_input() {
	ctx := context.Background()
	r := open(ctx)
	defer func() { _ = r.Shutdown(ctx) }()

	_, err := r.Start(ctx, "greeting", cloacina.Values{"nam": "world"}, cloacina.StartOptions{})
	fmt.Println(err)
	// Output:
	// start workflow greeting: invalid input key "name" is missing: it is required (string)
	// invalid input key "nam" is unknown: the workflow accepts name
}

// A program that ends well at an interrupt: what runs may finish, and what does
// not goes on at the next start.
func ExampleRunner_Shutdown() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r := open(ctx)

	run, err := r.Start(ctx, "greeting", cloacina.Values{"name": "world"}, cloacina.StartOptions{ID: "order-42"})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := run.Wait(ctx) // an interrupt ends the wait, not the run
	if err == nil {
		fmt.Println(result.State)
	}

	// Not ctx, which the interrupt has ended: Shutdown would wait for nothing.
	patience, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	fmt.Println(r.Shutdown(patience))
	// Output:
	// completed
	// <nil>
}

func ExampleStartOf() {
	ctx := context.Background()
	r := open(ctx)
	defer func() { _ = r.Shutdown(ctx) }()

	type Result struct{ Text string }
	run, err := cloacina.StartOf(ctx, r, "greeting", cloacina.StartOptions{},
		func(k *cloacina.Keys) { cloacina.Write[string](k, "name", "typed world") },
		func(k *cloacina.Keys, out *Result) { cloacina.Require[string](k, "text", &out.Text) })
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := run.Wait(ctx)
	fmt.Println(result.Text, err)
	// Output: hello typed world! <nil>
}

func ExampleRunner_Runs() {
	ctx := context.Background()
	r := open(ctx)
	defer func() { _ = r.Shutdown(ctx) }()

	for _, id := range []string{"first", "second", "third"} {
		run, err := r.Start(ctx, "greeting", cloacina.Values{"name": id}, cloacina.StartOptions{ID: id})
		if err == nil {
			_, err = run.Wait(ctx)
		}
		if err != nil {
			fmt.Println(err)
		}
	}
	for filter := (cloacina.RunFilter{Limit: 2}); ; {
		page, err := r.Runs(ctx, filter)
		if err != nil || len(page) == 0 {
			fmt.Println("end", err)
			return
		}
		for _, run := range page {
			fmt.Println(run.Number, run.ID, run.State)
		}
		filter.Before = page[len(page)-1].Number
	}
	// Output:
	// 3 third completed
	// 2 second completed
	// 1 first completed
	// end <nil>
}
