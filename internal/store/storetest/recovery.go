package storetest

import (
	"context"
	"errors"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// recovery are the tests about going on with open runs.
var recovery = map[string]func(*bed){
	"a run goes on where it was": func(b *bed) {
		c := create(1, entry("in", "1"))
		c.Plan = chain("mixed", 8)
		c.Deadline = 777
		leaves := plan.LeavesOf(true, false, true)
		b.commit(list(c,
			ready(1, 0, 1), start(1, 0, 1, 2), complete(1, 0, 1, 3, entry("a", "1"), deleted("b")),
			&store.TaskDecided{Run: 1, Task: 1, Leaves: leaves, At: 3},
			ready(1, 2, 3), start(1, 2, 1, 3), fail(1, 2, 1, "one", 4, 5),
			start(1, 2, 2, 5), fail(1, 2, 2, "two", 6, 99),
			&store.TaskDecided{Run: 1, Task: 3, Ready: true, Leaves: leaves, At: 3},
			ready(1, 4, 3), start(1, 4, 1, 3), fail(1, 4, 1, "again", 4, 5), start(1, 4, 2, 6),
			ready(1, 5, 3), start(1, 5, 1, 3), end(1, 5, 1, store.AttemptStopped, 4),
			ready(1, 6, 3), start(1, 6, 1, 3), fail(1, 6, 1, "last", 4, 5), &store.TaskRequeued{Run: 1, Task: 6, At: 5},
		)...)
		b.reopen()
		b.equal("open run", b.openRun(), &store.OpenRun{
			Num: 1, Created: 1000, Workflow: "mixed", Plan: c.Plan, Delayed: map[int]int64{2: 93},
			Failures: map[int]store.Failure{2: {Error: "two"}, 4: {Error: "again"}, 6: {Error: "last"}},
			State: &engine.Run{
				ID: "run-1", Status: engine.RunRunning, Deadline: 777, Initial: c.Initial,
				Tasks: []engine.Task{
					{Status: engine.TaskCompleted, Attempt: 1, Writes: []engine.Entry{entry("a", "1"), deleted("b")}},
					{Status: engine.TaskSkipped, Leaves: leaves},
					{Status: engine.TaskRetrying, Attempt: 2, Due: 99},
					{Status: engine.TaskReady, Leaves: leaves},
					{Status: engine.TaskRunning, Attempt: 2},
					{Status: engine.TaskReady, Attempt: 1, Again: true},
					{Status: engine.TaskReady, Attempt: 1},
					{Status: engine.TaskWaiting},
				},
			},
		})
		b.commit(start(1, 3, 1, 10), start(1, 5, 1, 10), start(1, 6, 2, 10), start(1, 2, 3, 99))
	},
	"an interrupted task keeps its count": func(b *bed) {
		b.commit(create(1), ready(1, 0, 1), start(1, 0, 1, 2))
		b.reopen()
		b.equal("running", b.openRun().State.Tasks[0], engine.Task{Status: engine.TaskRunning, Attempt: 1})
		b.commit(interrupted(1, 10))
		b.reopen()
		b.equal("interrupted", b.openRun().State.Tasks[0],
			engine.Task{Status: engine.TaskReady, Attempt: 1, Again: true, Interruptions: 1})
		b.commit(start(1, 0, 1, 11))
		b.reopen()
		b.equal("running again", b.openRun().State.Tasks[0],
			engine.Task{Status: engine.TaskRunning, Attempt: 1, Interruptions: 1})
		b.commit(fail(1, 0, 1, "x", 12, 13), start(1, 0, 2, 13))
		b.reopen()
		b.equal("next attempt", b.openRun().State.Tasks[0], engine.Task{Status: engine.TaskRunning, Attempt: 2})
	},
	"an interruption that ends a task is its failure": func(b *bed) {
		c := create(1)
		c.Plan = chain("mixed", 3)
		b.commit(list(c, ready(1, 0, 1), start(1, 0, 1, 2), fail(1, 0, 1, "first", 3, 4), start(1, 0, 2, 4))...)
		last := giveUp(1, 0, 2, "too often", 10)
		last.Last.Outcome, last.Last.Interruptions = store.AttemptInterrupted, 4
		b.commit(last)
		b.commit(ready(1, 1, 1), start(1, 1, 1, 2), end(1, 1, 1, store.AttemptInterrupted, 3))
		b.reopen()
		b.equal("failures", b.openRun().Failures, map[int]store.Failure{0: {Error: "too often", Interrupted: true}})
	},
	"ended runs are not open": func(b *bed) {
		var want []int64
		for num := int64(1); num <= 40; num++ {
			b.commit(create(num), ready(num, 0, 1), start(num, 0, 1, 2))
			if num%3 == 0 {
				want = append(want, num)
				continue
			}
			b.commit(&store.RunEnded{Run: num, Status: engine.RunFailed, At: 9})
		}
		b.reopen()
		var got []int64
		for _, r := range b.openRuns() {
			got = append(got, r.Num)
			b.equal("task", r.State.Tasks[0], engine.Task{Status: engine.TaskRunning, Attempt: 1})
		}
		b.equal("open runs", got, want)
	},
	"more open runs than a page holds": func(b *bed) {
		const runs = 2500
		var batch []store.Change
		for num := int64(1); num <= runs; num++ {
			batch = append(batch, create(num), ready(num, 0, num), start(num, 0, 1, num))
		}
		b.commit(batch...)
		b.reopen()
		open := b.openRuns()
		if len(open) != runs {
			b.Fatalf("%d open runs", len(open))
		}
		for i, r := range open {
			if r.Num != int64(i+1) || r.State.ID != create(r.Num).ID || r.State.Tasks[0].Status != engine.TaskRunning {
				b.Fatalf("run %d: %+v", i, r)
			}
		}
	},
	"an iteration can be left and can commit": func(b *bed) {
		b.commit(create(1), create(2), create(3))
		for r, err := range b.s.OpenRuns(context.Background()) {
			if err != nil {
				b.Fatal(err)
			}
			b.commit(&store.RunEnded{Run: r.Num, Status: engine.RunCancelled, At: 5})
			if r.Num == 2 {
				break
			}
		}
		if r := b.openRun(); r.Num != 3 {
			b.Errorf("run %d is open", r.Num)
		}
		for num := int64(1); num <= 2; num++ {
			b.refused(store.ErrFenced, ready(num, 0, 6))
		}
	},
	"a workflow of ten thousand tasks": func(b *bed) {
		const tasks = 10_000
		c := create(1)
		c.Plan = chain("long", tasks)
		b.commit(c)
		for first := 0; first < tasks; first += 1000 {
			var batch []store.Change
			for task := first; task < first+1000; task++ {
				batch = append(batch, ready(1, task, 1), start(1, task, 1, 2))
				if task < tasks-1 {
					batch = append(batch, complete(1, task, 1, 3, entry("k", "1")))
				}
			}
			b.commit(batch...)
		}
		b.reopen()
		open := b.openRun()
		for i, t := range open.State.Tasks[:tasks-1] {
			if t.Status != engine.TaskCompleted || len(t.Writes) != 1 || string(t.Writes[0].Value) != "1" {
				b.Fatalf("task %d: %+v", i, t)
			}
		}
		b.equal("last task", open.State.Tasks[tasks-1], engine.Task{Status: engine.TaskRunning, Attempt: 1})
		b.commit(complete(1, tasks-1, 1, 4))
		if err := b.s.Commit(context.Background(), list(ready(1, tasks, 5))); !errors.Is(err, store.ErrInvalid) {
			b.Errorf("task behind the last: %v", err)
		}
	},
	"a thousand attempts": func(b *bed) {
		b.commit(create(1), ready(1, 0, 1))
		for n := 1; n <= 1001; n++ {
			b.commit(start(1, 0, n, 1), fail(1, 0, n, "x", 2, 3))
		}
		b.reopen()
		d := b.run("run-1").Tasks[0]
		if len(d.Attempts) != 1001 || d.Attempts[1000].Number != 1001 {
			b.Errorf("%d attempts", len(d.Attempts))
		}
		if a := b.openRun().State.Tasks[0].Attempt; a != 1001 {
			b.Errorf("attempt %d", a)
		}
	},
}
