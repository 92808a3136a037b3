package storetest

import (
	"context"
	"errors"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// creation are the tests about the beginning of runs.
var creation = map[string]func(*bed){
	"an empty store": func(b *bed) {
		if n, err := b.s.LastNum(context.Background()); n != 0 || err != nil {
			b.Errorf("last number %d, %v", n, err)
		}
		b.equal("open runs", b.openRuns(), []*store.OpenRun{})
		runs, err := b.s.Runs(context.Background(), store.Filter{})
		if len(runs) != 0 || err != nil {
			b.Errorf("runs %v, %v", runs, err)
		}
		b.commit()
	},
	"a created run": func(b *bed) {
		c := create(7, entry("a", "1"), entry("b", `"x"`))
		c.Deadline = 99_000
		b.commit(c)
		b.reopen()
		info := store.RunInfo{
			Num: 7, ID: "run-7", Workflow: "chain", Fingerprint: "chain of 3",
			Status: engine.RunRunning, Created: 7000, Deadline: 99_000,
		}
		waiting := store.TaskDetail{Status: engine.TaskWaiting}
		b.equal("run", b.run("run-7"), &store.RunDetail{
			RunInfo: info, Plan: c.Plan, Initial: c.Initial, Tasks: []store.TaskDetail{waiting, waiting, waiting},
		})
		found, err := b.s.Find(context.Background(), "run-7")
		if err != nil {
			b.Fatal(err)
		}
		b.equal("header", found, &info)
		if n, err := b.s.LastNum(context.Background()); n != 7 || err != nil {
			b.Errorf("last number %d, %v", n, err)
		}
	},
	"an ID is taken once": func(b *bed) {
		b.commit(create(1))
		again := create(2)
		again.ID = "run-1"
		b.refused(store.ErrExists, again)
		again.Num = 5
		b.refused(store.ErrExists, create(3), create(4), again)
		b.commit(create(2))
		b.refused(store.ErrExists, func() store.Change { c := create(9); c.ID = "run-2"; return c }())
	},
	"an ID is taken once within a batch": func(b *bed) {
		second := create(2)
		second.ID = "run-1"
		b.refused(store.ErrExists, create(1), second)
		var exists *store.ExistsError
		err := b.s.Commit(context.Background(), list(create(1), second))
		if !errors.As(err, &exists) || exists.Change.Num != 2 {
			b.Errorf("got %v", err)
		}
		b.equal("open runs", b.openRuns(), []*store.OpenRun{})
	},
	"an ended run keeps its ID": func(b *bed) {
		b.commit(create(1), &store.RunEnded{Run: 1, Status: engine.RunCancelled, At: 2})
		again := create(2)
		again.ID = "run-1"
		b.refused(store.ErrExists, again)
	},
	"a number is used once": func(b *bed) {
		b.commit(create(5))
		b.reopen()
		other := create(5)
		other.ID = "other"
		b.refused(store.ErrFenced, other)
		b.commit(create(6))
	},
	"a refused creation does not use up its number": func(b *bed) {
		b.commit(create(1))
		taken := create(5)
		taken.ID = "run-1"
		b.refused(store.ErrExists, taken)
		if n, err := b.s.LastNum(context.Background()); n != 1 || err != nil {
			b.Errorf("last number %d, %v", n, err)
		}
		b.commit(create(2))
	},
	"what is no run": func(b *bed) {
		for name, spoil := range map[string]func(*store.RunCreated){
			"number 0":       func(c *store.RunCreated) { c.Num = 0 },
			"number below 0": func(c *store.RunCreated) { c.Num = -1 },
			"number too big": func(c *store.RunCreated) { c.Num = 1 << 60 },
			"no ID":          func(c *store.RunCreated) { c.ID = "" },
			"no plan":        func(c *store.RunCreated) { c.Plan = nil },
			"no name":        func(c *store.RunCreated) { c.Plan.Name = "" },
			"no fingerprint": func(c *store.RunCreated) { c.Plan.Fingerprint = "" },
			"keys unsorted":  func(c *store.RunCreated) { c.Initial = valuesOf("b", "a") },
			"keys repeated":  func(c *store.RunCreated) { c.Initial = valuesOf("a", "a") },
			"key not UTF-8":  func(c *store.RunCreated) { c.Initial = valuesOf("a\xff") },
		} {
			c := create(1)
			spoil(c)
			if err := b.s.Commit(context.Background(), []store.Change{c}); !errors.Is(err, store.ErrInvalid) {
				b.Errorf("%s: got %v", name, err)
			}
		}
		b.equal("open runs", b.openRuns(), []*store.OpenRun{})
	},
	"plans of one name differ by fingerprint": func(b *bed) {
		first, second := create(1), create(2)
		second.Plan = chain("chain", 5)
		third := create(3)
		third.Plan = chain("other", 3)
		third.Plan.Fingerprint = first.Plan.Fingerprint
		b.commit(first, second, third)
		b.reopen()
		b.commit(create(4))
		for id, want := range map[string]*plan.Plan{
			"run-1": first.Plan, "run-2": second.Plan, "run-3": third.Plan, "run-4": first.Plan,
		} {
			b.equal(id, b.run(id).Plan, want)
		}
	},
	"a plan comes back whole": func(b *bed) {
		c := create(1)
		c.Plan = richPlan()
		b.commit(c)
		b.reopen()
		b.equal("plan", b.run("run-1").Plan, richPlan())
		b.equal("plan of the open run", b.openRun().Plan, richPlan())
	},
	"a plan that was refused with its run is stored later": func(b *bed) {
		c := create(1)
		b.refused(store.ErrNotFound, c, ready(2, 0, 1))
		b.commit(c)
		b.reopen()
		b.equal("plan", b.run("run-1").Plan, c.Plan)
	},
	"a workflow without tasks": func(b *bed) {
		c := create(1)
		c.Plan = chain("empty", 0)
		b.commit(c, &store.RunEnded{Run: 1, Status: engine.RunCompleted, At: 1001})
		b.equal("tasks", b.run("run-1").Tasks, []store.TaskDetail{})
	},
}

// valuesOf returns a value for each key.
func valuesOf(keys ...string) (entries []engine.Entry) {
	for _, key := range keys {
		entries = append(entries, entry(key, "1"))
	}
	return entries
}

// richPlan returns a plan that uses every field.
func richPlan() *plan.Plan {
	return &plan.Plan{
		Name: "rich", Description: "Has \"everything\".", Fingerprint: "f", Timeout: 5e9, InputDeclared: true,
		Input: []plan.Input{{Name: "n", Shape: "int", Optional: true, Default: "3"}},
		Tasks: []plan.Task{
			{
				ID: "a", Func: "A", Doc: "A does <things> & more.\n", Timeout: 1e9, AllowFailure: true, Open: true,
				Retry: plan.Retry{
					Attempts: 3, Delay: 1e9, MaxDelay: 3e10, Backoff: plan.Fixed, Jitter: true,
					Condition: plan.RetryMatching, Matches: []string{"busy", "\x01"},
				},
				Writes: []plan.Write{{Key: "k", Shape: "int", Optional: true}},
			},
			{
				ID: "b", DependsOn: []int{0},
				Rule: plan.Rule{
					Text:  `all(task_success("a"), context_value("k", greater_than, 80))`,
					Reads: []plan.Read{{Key: "k", Optional: true, Writers: []int{0}, Walk: true}},
					Tree: &plan.Node{Op: plan.OpAll, Args: []*plan.Node{
						{Op: plan.OpTaskSuccess, Task: 0},
						{
							Op: plan.OpValue, Key: "k", Cmp: plan.CmpIn,
							Literals: []plan.Literal{
								{Kind: plan.LitInt, Int: -1 << 63},
								{Kind: plan.LitUint, Uint: 1<<64 - 1},
								{Kind: plan.LitFloat, Float: 0.1},
								{Kind: plan.LitString, String: "x\x00y"},
								{Kind: plan.LitNil},
							},
						},
					}},
				},
			},
		},
	}
}

// refused commits changes that have to be refused with an error, and checks
// that none of them left a trace.
func (b *bed) refused(want error, changes ...store.Change) {
	b.Helper()
	before := b.everything()
	err := b.s.Commit(context.Background(), changes)
	if !errors.Is(err, want) {
		b.Errorf("commit of %s: got error %v, want %v", store.Describe(changes[len(changes)-1]), err, want)
	}
	b.equal("after the refused commit", b.everything(), before)
}

// everything returns all that can be read from the store.
func (b *bed) everything() any {
	b.Helper()
	ctx := context.Background()
	runs, err := b.s.Runs(ctx, store.Filter{Limit: 1 << 20})
	if err != nil {
		b.Fatal(err)
	}
	var details []*store.RunDetail
	for _, r := range runs {
		details = append(details, b.run(r.ID))
	}
	last, err := b.s.LastNum(ctx)
	if err != nil {
		b.Fatal(err)
	}
	oldest, err := b.s.OldestEnd(ctx, "")
	if err != nil {
		b.Fatal(err)
	}
	return []any{last, details, b.openRuns(), b.callbacks(), oldest}
}
