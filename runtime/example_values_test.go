package cloacina_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// A dynamic task reads and writes keys by name. What it writes counts when it
// succeeds.
func ExampleContext() {
	result, err := execute(single("count", func(_ context.Context, c *cloacina.Context) error {
		n, err := cloacina.Get[int](c, "n")
		if err != nil {
			return err
		}
		return errors.Join(
			c.Update("n", n+1),            // has to be there
			c.Insert("by", "count"),       // must not be there
			c.Set("tags", []string{"a"}),  // either
			c.Delete("draft"),             // gone for all that follow
			expect(c.Has("draft"), false), // it sees its own writes
			expect(len(c.Keys()), 3),      // n, by and tags
		)
	}), cloacina.Values{"n": 41, "draft": true})
	if err != nil {
		fmt.Println(err)
		return
	}
	values, err := result.Values()
	fmt.Println(values, err)
	// Output: map[by:count n:42 tags:[a]] <nil>
}

func expect[T comparable](got, want T) error {
	if got != want {
		return fmt.Errorf("got %v, want %v", got, want)
	}
	return nil
}

// Numbers are read by value and exactly, and never rounded to fit.
func ExampleGet() {
	_, err := execute(single("read", func(_ context.Context, c *cloacina.Context) error {
		whole, err := cloacina.Get[int](c, "price")
		fmt.Println(whole, err)
		_, err = cloacina.Get[int](c, "rate")
		fmt.Println(errors.Is(err, cloacina.ErrWrongType), err)
		_, err = cloacina.Get[string](c, "name")
		fmt.Println(errors.Is(err, cloacina.ErrMissingKey), err)
		return nil
	}), cloacina.Values{"price": 80.0, "rate": 0.5})
	fmt.Println(err)
	// Output:
	// 80 <nil>
	// true task "read": key "rate": wrong type: want int, have number 0.5; read it as what was written, or change the writer
	// true task "read": key "name": is missing, want string: neither the input nor a completed ancestor wrote it; make the read optional, or let a trigger rule such as all_success skip the task
	// <nil>
}

func ExampleLookup() {
	_, err := execute(single("greet", func(_ context.Context, c *cloacina.Context) error {
		name, ok, err := cloacina.Lookup[string](c, "name")
		if !ok && err == nil {
			name = "whoever you are"
		}
		fmt.Println("hello", name)
		return err
	}), nil)
	fmt.Println(err)
	// Output:
	// hello whoever you are
	// <nil>
}

// A task that misses a key is not tried again: the next attempt would miss it, too.
func ExampleKeyError() {
	result, err := execute(single("read", func(_ context.Context, c *cloacina.Context) error {
		_, err := cloacina.Get[int](c, "score")
		return err
	}), cloacina.Values{"scores": 3})

	wrong, ok := errors.AsType[*cloacina.KeyError](err)
	fmt.Println(ok, wrong.Key, errors.Is(wrong, cloacina.ErrMissingKey), "attempts:", result.Tasks[0].Attempts)
	// Output: true score true attempts: 1
}

func ExampleResult_Context() {
	result, err := execute(greeting(), cloacina.Values{"name": "world"})
	if err != nil {
		fmt.Println(err)
		return
	}
	left, err := result.Context()
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := cloacina.Get[string](left, "text")
	fmt.Println(text, left.Keys(), err)
	// Output: hello world! [name text] <nil>
}

// withFallback is what cloacina-gen writes for
//
//	//cloacina:task allow_failure retry_attempts=0
//	func Fetch(...)
//
//	//cloacina:task dependencies=fetch trigger_rules=task_failed("fetch")
//	func Guess(...)
//
//	//cloacina:task dependencies=fetch trigger_rules=all(task_success("fetch"), context_value("score", greater_than, 80))
//	func Praise(...)
func withFallback(fetch, guess, praise func(ctx context.Context, c *cloacina.Context) error) *cloacina.Workflow {
	p := cloacina.Plan{Name: "fallback", Tasks: []cloacina.PlanTask{
		{ID: "fetch", AllowFailure: true, Open: true},
		{ID: "guess", DependsOn: []int{0}, Open: true,
			Rule: cloacina.Rule{Text: `task_failed("fetch")`, Tree: cloacina.TaskFailed(0)}},
		{ID: "praise", DependsOn: []int{0}, Open: true,
			Rule: cloacina.Rule{
				Text:  `all(task_success("fetch"), context_value("score", greater_than, 80))`,
				Tree:  cloacina.All(cloacina.TaskSuccess(0), cloacina.ContextValue("score", cloacina.GreaterThan, cloacina.Int(80))),
				Reads: []cloacina.PlanRead{{Key: "score", Optional: true, Walk: true}},
			}},
	}}
	p.Fingerprint = p.ComputeFingerprint()
	return &cloacina.Workflow{Plan: p, Code: []cloacina.TaskCode{
		{Call: cloacina.CallDynamic(fetch)},
		{Call: cloacina.CallDynamic(guess), When: func(v *cloacina.View) (bool, cloacina.Leaves) {
			p0 := v.Failed(0)
			return p0, cloacina.LeavesOf(p0)
		}},
		{Call: cloacina.CallDynamic(praise), When: func(v *cloacina.View) (bool, cloacina.Leaves) {
			p0, p1 := v.Success(0), v.Value(0).CompareInt(80).Greater()
			return p0 && p1, cloacina.LeavesOf(p0, p1)
		}},
	}}
}

// say is a task that prints a line.
func say(text string) func(context.Context, *cloacina.Context) error {
	return func(context.Context, *cloacina.Context) error {
		fmt.Println(text)
		return nil
	}
}

// Rules decide which tasks run, and every skip has its reason.
func ExampleResult() {
	result, err := execute(withFallback(
		func(_ context.Context, c *cloacina.Context) error { return c.Set("score", 75) },
		say("guessed"), say("well done"),
	), nil)
	for _, task := range result.Tasks {
		fmt.Printf("%s %s %q\n", task.ID, task.State, task.Reason)
	}
	fmt.Println(err)
	// Output:
	// fetch completed ""
	// guess skipped "trigger rule not satisfied: task_failed(\"fetch\") is false"
	// praise skipped "trigger rule not satisfied: context_value(\"score\", greater_than, 80) is false"
	// <nil>
}

// A task can ask how those ended that it follows.
func ExampleTaskInfo_Outcome() {
	_, err := execute(withFallback(
		func(context.Context, *cloacina.Context) error { return errors.New("the source is down") },
		func(ctx context.Context, _ *cloacina.Context) error {
			fetch, err := cloacina.TaskFrom(ctx).Outcome("fetch")
			fmt.Println("guessing, because fetch", fetch.State, "with:", fetch.Err)
			return err
		},
		say("well done"),
	), nil)
	fmt.Println(err) // allow_failure: the run completes
	// Output:
	// guessing, because fetch failed with: the source is down
	// <nil>
}

// The second program opens the same file and registers the same workflow; the run
// that the first one left goes on.
func ExampleRunner_Register() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "cloacina")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program := func(task func(context.Context, *cloacina.Context) error) *cloacina.Runner {
		r, err := cloacina.Open(ctx, filepath.Join(dir, "runs.db"), cloacina.Config{})
		if err != nil {
			panic(err)
		}
		if err := r.Register(single("pack", task)); err != nil {
			panic(err)
		}
		return r
	}

	packing := make(chan struct{})
	first := program(func(ctx context.Context, _ *cloacina.Context) error {
		close(packing)
		<-ctx.Done()
		return ctx.Err()
	})
	_, err = first.Start(ctx, "pack", nil, cloacina.StartOptions{ID: "order-42"})
	<-packing
	impatient, cancel := context.WithCancel(ctx)
	cancel()
	fmt.Println(err, first.Shutdown(impatient))

	second := program(func(ctx context.Context, _ *cloacina.Context) error {
		fmt.Println("packing, attempt", cloacina.TaskFrom(ctx).Attempt)
		return nil
	})
	result, err := second.Wait(ctx, "order-42")
	fmt.Println(result.State, err, second.Shutdown(ctx))
	// Output:
	// <nil> context canceled
	// packing, attempt 1
	// completed <nil> <nil>
}

// A file has one owner.
func ExampleOpen() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "cloacina")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "runs.db")
	r, err := cloacina.Open(ctx, file, cloacina.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = cloacina.Open(ctx, file, cloacina.Config{})
	fmt.Println(errors.Is(err, cloacina.ErrOwned), r.Shutdown(ctx))

	r, err = cloacina.Open(ctx, file, cloacina.Config{})
	fmt.Println(err, r.Shutdown(ctx))
	// Output:
	// true <nil>
	// <nil> <nil>
}
