package storetest

import (
	"fmt"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// later returns another plan of the workflow of the runs that create creates.
func later(fingerprint string, tasks ...string) *plan.Plan {
	p := &plan.Plan{Name: "chain", Fingerprint: fingerprint}
	for _, id := range tasks {
		p.Tasks = append(p.Tasks, plan.Task{ID: id})
	}
	return p
}

// replan gives run 1 another plan.
func replan(p *plan.Plan, tasks ...int) *store.RunReplanned {
	return &store.RunReplanned{Run: 1, Plan: p, Tasks: tasks, At: 500}
}

// replanning are the tests about runs that go on under another plan.
var replanning = map[string]func(*bed){
	"a run goes on under another plan": func(b *bed) {
		p := later("v2", "new", "task_1", "task_0", "other")
		leaves := plan.LeavesOf(true, false, true)
		b.commit(list(create(1, entry("in", "1")), &store.TaskDecided{Run: 1, Ready: true, Leaves: leaves, At: 10},
			start(1, 0, 1, 20), fail(1, 0, 1, "x", 30, 40), start(1, 0, 2, 40),
			complete(1, 0, 2, 50, entry("k", "1"), deleted("l")), ready(1, 1, 50), start(1, 1, 1, 60))...)
		before := b.run("run-1")
		b.commit(replan(p, 2, 1, -1))
		b.reopen()
		d := b.run("run-1")
		want := *before
		want.Plan, want.Fingerprint = p, "v2"
		waiting := store.TaskDetail{Status: engine.TaskWaiting}
		want.Tasks = []store.TaskDetail{waiting, before.Tasks[1], before.Tasks[0], waiting}
		want.Replans = []store.Replan{{At: 500, From: before.Plan, To: p}}
		b.equal("run", d, &want)
		b.equal("tasks of the open run", b.openRun().State.Tasks, []engine.Task{
			{Status: engine.TaskWaiting}, {Status: engine.TaskRunning, Attempt: 1},
			{
				Status: engine.TaskCompleted, Attempt: 2, Leaves: leaves,
				Writes: []engine.Entry{entry("k", "1"), deleted("l")},
			},
			{Status: engine.TaskWaiting},
		})
		b.equal("plan of the open run", b.openRun().Plan, p)
		b.refused(store.ErrFenced, ready(1, 2, 600))
		b.commit(list(ready(1, 0, 600), complete(1, 1, 1, 600, entry("m", "2")), ready(1, 3, 600),
			start(1, 3, 1, 600))...)
	},
	"tasks exchange their numbers": func(b *bed) {
		b.commit(list(create(1), ready(1, 0, 10), start(1, 0, 1, 20), fail(1, 0, 1, "first", 30, 40),
			start(1, 0, 2, 40), &store.TaskDecided{Run: 1, Task: 1, At: 10}, cancel(1, 2, 0, 10))...)
		before := b.run("run-1").Tasks
		b.commit(replan(later("v2", "task_2", "task_0", "task_1"), 1, 2, 0))
		b.reopen()
		b.equal("tasks", b.run("run-1").Tasks, []store.TaskDetail{before[2], before[0], before[1]})
		b.commit(fail(1, 1, 2, "second", 600, 700), start(1, 1, 3, 700))
		b.refused(store.ErrFenced, ready(1, 0, 800))
		b.refused(store.ErrFenced, ready(1, 2, 800))
	},
	"a plan with the same numbers": func(b *bed) {
		b.commit(create(1), ready(1, 0, 10), start(1, 0, 1, 20))
		before := b.run("run-1").Tasks
		b.commit(replan(later("v2", "task_0", "task_1", "task_2"), 0, 1, 2))
		b.reopen()
		b.equal("tasks", b.run("run-1").Tasks, before)
		b.equal("plan", b.run("run-1").Fingerprint, "v2")
	},
	"several changes, also back": func(b *bed) {
		c := create(1)
		v2, v3 := later("v2", "task_1", "task_0", "task_2"), later("v3", "task_0", "task_1", "task_2", "new")
		b.commit(c, ready(1, 0, 10), start(1, 0, 1, 20))
		before := b.run("run-1").Tasks
		b.commit(replan(v2, 1, 0, 2), replan(v3, 1, 0, 2))
		b.reopen()
		b.commit(replan(c.Plan, 0, 1, 2, -1))
		b.reopen()
		b.equal("changes", b.run("run-1").Replans, []store.Replan{
			{At: 500, From: c.Plan, To: v2}, {At: 500, From: v2, To: v3}, {At: 500, From: v3, To: c.Plan},
		})
		b.equal("tasks", b.run("run-1").Tasks, before)
	},
	"other runs of the plan stay with it": func(b *bed) {
		b.commit(list(create(1), create(2), ready(1, 0, 10), ready(2, 0, 10), start(2, 0, 1, 20),
			called(complete(2, 0, 1, 30)))...)
		before := b.run("run-2")
		b.commit(replan(later("v2", "x", "task_0", "task_1", "task_2"), 1, 2, 3))
		b.reopen()
		b.equal("other run", b.run("run-2"), before)
		b.pending(callbackOf(2, 0, engine.TaskCompleted, 1))
	},
	"pending callbacks go with their tasks": func(b *bed) {
		b.commit(list(create(1), ready(1, 0, 10), start(1, 0, 1, 20), called(complete(1, 0, 1, 30)),
			ready(1, 1, 30), start(1, 1, 1, 40), called(complete(1, 1, 1, 50)))...)
		p := later("v2", "task_1", "task_0", "task_2")
		b.commit(replan(p, 1, 0, 2))
		b.reopen()
		first, second := callbackOf(1, 0, engine.TaskCompleted, 1), callbackOf(1, 1, engine.TaskCompleted, 1)
		first.TaskID, second.TaskID = "task_1", "task_0"
		b.pending(first, second)
		b.commit(&store.CallbackDone{Run: 1, Task: 0})
		b.pending(second)
		b.commit(replan(later("v3", "new", "task_1", "task_0", "task_2"), 1, 2, 3),
			&store.CallbackDone{Run: 1, Task: 1})
		second.Task = 2
		b.reopen()
		b.pending(second)
		b.commit(&store.CallbackDone{Run: 1, Task: 2})
		b.pending()
	},
	"a blocked run stays blocked": func(b *bed) {
		b.commit(create(1), ready(1, 0, 10), block(1, "task gone"))
		b.commit(replan(later("v2", "new", "task_0", "task_1", "task_2"), 1, 2, 3))
		b.reopen()
		b.isBlocked(store.BlockedByPlan, "task gone")
		b.refused(store.ErrFenced, start(1, 1, 1, 600))
		b.commit(&store.RunUnblocked{Run: 1, At: 600}, start(1, 1, 1, 600))
	},
	"in one commit with changes before and behind": func(b *bed) {
		p := later("v2", "new", "task_0", "task_1", "task_2")
		b.commit(list(create(1), ready(1, 0, 10), replan(p, 1, 2, 3), start(1, 1, 1, 20), ready(1, 0, 20),
			start(1, 0, 1, 20), fail(1, 1, 1, "x", 30, 31),
			replan(later("v3", "task_0", "new"), 1, 0, -1, -1),
			start(1, 0, 2, 31), complete(1, 0, 2, 31, entry("k", "1")), called(complete(1, 1, 1, 32)))...)
		b.reopen()
		b.equal("tasks", b.run("run-1").Tasks, []store.TaskDetail{
			{
				Status: engine.TaskCompleted, Decided: 10, Ended: 31, Writes: []engine.Entry{entry("k", "1")},
				Attempts: []store.Attempt{failed(1, "x", 20, 30, 31), attempt(2, store.AttemptSucceeded, 31, 31)},
			},
			{
				Status: engine.TaskCompleted, Decided: 20, Ended: 32,
				Attempts: []store.Attempt{attempt(1, store.AttemptSucceeded, 20, 32)},
			},
		})
	},
	"a number means another task behind a change in one commit": func(b *bed) {
		b.commit(create(1), ready(1, 1, 10))
		b.commit(ready(1, 0, 20), replan(later("v2", "task_1", "task_0", "task_2"), 1, 0, 2), start(1, 0, 1, 30))
		b.reopen()
		tasks := b.run("run-1").Tasks
		b.equal("tasks", tasks[:2], []store.TaskDetail{
			{Status: engine.TaskRunning, Decided: 10, Attempts: []store.Attempt{attempt(1, 0, 30, 0)}},
			{Status: engine.TaskReady, Decided: 20},
		})
	},
	"tasks that are gone must not have been decided": func(b *bed) {
		num := int64(0)
		for state, s := range states {
			num++
			b.commit(append([]store.Change{create(num)}, moveTo(num, s.life)...)...)
			if num%4 == 0 {
				b.reopen()
			}
			c := &store.RunReplanned{Run: num, Plan: later("v2", "a", "b"), Tasks: []int{-1, 0, 1}, At: 500}
			b.fits(state, num, c, state == "waiting")
		}
	},
	"replannings that do not fit": func(b *bed) {
		b.commit(create(1), ready(1, 0, 10))
		other := later("v2", "a", "b", "c")
		other.Name = "other"
		b.refused(store.ErrFenced, replan(other, 0, 1, 2))
		for _, tasks := range [][]int{nil, {0}, {0, 1}, {0, 1, 2, 3}} {
			b.refused(store.ErrFenced, replan(later("v2", "a", "b", "c", "d"), tasks...))
		}
		b.refused(store.ErrNotFound, &store.RunReplanned{Run: 9, Plan: later("v2", "a"), Tasks: []int{0}})
	},
	"what is no replanning": func(b *bed) {
		b.commit(create(1))
		for _, tasks := range [][]int{{0, 0, 1}, {0, 1, 3}, {-2, 0, 1}, {2, 1, 1}} {
			b.refused(store.ErrInvalid, replan(later("v2", "a", "b", "c"), tasks...))
		}
		b.refused(store.ErrInvalid, replan(nil, 0, 1, 2))
		b.refused(store.ErrInvalid, replan(later("", "a", "b", "c"), 0, 1, 2))
	},
	"a refused commit leaves the plan": func(b *bed) {
		b.commit(list(create(1), ready(1, 0, 10), start(1, 0, 1, 20), called(complete(1, 0, 1, 30)),
			ready(1, 1, 30))...)
		b.refused(store.ErrFenced, replan(later("v2", "task_1", "task_0", "task_2"), 1, 0, 2), start(1, 0, 1, 40),
			ready(1, 0, 50))
		b.commit(start(1, 1, 1, 60))
	},
	"a hundred tasks with a hundred attempts": func(b *bed) {
		const tasks = 100
		c := create(1)
		c.Plan = chain("chain", tasks)
		batch := []store.Change{c}
		var ids []string
		var reversed []int
		for i := range tasks {
			batch = append(batch, ready(1, i, 1))
			for n := 1; n <= 1+i; n++ {
				batch = append(batch, start(1, i, n, 1), fail(1, i, n, fmt.Sprint("task ", i), 2, 3))
			}
			ids = append(ids, fmt.Sprint("new_", i))
			reversed = append(reversed, tasks-1-i)
		}
		b.commit(batch...)
		b.commit(replan(later("v2", ids...), reversed...))
		b.reopen()
		for i, t := range b.run("run-1").Tasks {
			if n := tasks - i; len(t.Attempts) != n || t.Attempts[n-1].Error != fmt.Sprint("task ", n-1) {
				b.Fatalf("task %d has %d attempts: %+v", i, len(t.Attempts), t.Attempts[0])
			}
		}
	},
}
