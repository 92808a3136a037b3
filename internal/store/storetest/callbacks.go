package storetest

import (
	"context"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// callbacks are the tests about the callbacks that are pending.
var callbacks = map[string]func(*bed){
	"a callback is pending from the end of its task": func(b *bed) {
		b.commit(list(create(1), ready(1, 0, 10), start(1, 0, 1, 20), called(complete(1, 0, 1, 30)))...)
		b.reopen()
		b.pending(callbackOf(1, 0, engine.TaskCompleted, 1))
		b.commit(&store.CallbackDone{Run: 1, Task: 0})
		b.pending()
		b.reopen()
		b.pending()
	},
	"a failed task with its last failure": func(b *bed) {
		b.commit(list(create(1), ready(1, 0, 10), start(1, 0, 1, 20), fail(1, 0, 1, "first", 30, 40),
			start(1, 0, 2, 40), called(giveUp(1, 0, 2, "last", 50)),
			&store.RunEnded{Run: 1, Status: engine.RunFailed, At: 50})...)
		b.reopen()
		want := callbackOf(1, 0, engine.TaskFailed, 2)
		want.Failure = store.Failure{Error: "last"}
		b.pending(want)
	},
	"an interrupted task": func(b *bed) {
		last := giveUp(1, 0, 1, "too often", 10)
		last.Last.Outcome, last.Last.Interruptions = store.AttemptInterrupted, 4
		b.commit(create(1), ready(1, 0, 1), start(1, 0, 1, 2), called(last))
		b.reopen()
		want := callbackOf(1, 0, engine.TaskFailed, 1)
		want.Failure = store.Failure{Error: "too often", Interrupted: true}
		b.pending(want)
	},
	"callbacks outlive their runs and come in order": func(b *bed) {
		var want []store.Callback
		for _, num := range []int64{1, 2, 3} {
			b.commit(create(num))
			for task := range 3 {
				b.commit(list(ready(num, task, 10), start(num, task, 1, 20), called(complete(num, task, 1, 30)))...)
			}
			b.commit(&store.RunEnded{Run: num, Status: engine.RunCompleted, At: 40})
			for task := range 3 {
				want = append(want, callbackOf(num, task, engine.TaskCompleted, 1))
			}
		}
		b.reopen()
		b.pending(want...)
		b.commit(&store.CallbackDone{Run: 2, Task: 1}, &store.CallbackDone{Run: 1, Task: 0})
		b.reopen()
		b.pending(append(append(want[1:4:4], want[5]), want[6:]...)...)
	},
	"done in the same commit": func(b *bed) {
		b.commit(list(create(1), ready(1, 0, 10), start(1, 0, 1, 20), called(complete(1, 0, 1, 30)),
			&store.CallbackDone{Run: 1, Task: 0})...)
		b.pending()
	},
	"what is not pending can be done": func(b *bed) {
		b.commit(list(create(1), ready(1, 0, 10), start(1, 0, 1, 20), called(complete(1, 0, 1, 30)))...)
		b.commit(&store.CallbackDone{Run: 1, Task: 1}, &store.CallbackDone{Run: 9},
			&store.CallbackDone{Run: -1, Task: -1})
		b.pending(callbackOf(1, 0, engine.TaskCompleted, 1))
		b.commit(&store.CallbackDone{Run: 1, Task: 0}, &store.CallbackDone{Run: 1, Task: 0})
		b.pending()
	},
	"a refused commit leaves callbacks as they were": func(b *bed) {
		b.commit(list(create(1), ready(1, 0, 10), start(1, 0, 1, 20), called(complete(1, 0, 1, 30)),
			ready(1, 1, 30), start(1, 1, 1, 40))...)
		b.refused(store.ErrFenced, list(
			&store.CallbackDone{Run: 1, Task: 0}, called(complete(1, 1, 1, 50)), ready(1, 0, 60))...)
		b.pending(callbackOf(1, 0, engine.TaskCompleted, 1))
		b.commit(called(complete(1, 1, 1, 50)))
		b.pending(callbackOf(1, 0, engine.TaskCompleted, 1), callbackOf(1, 1, engine.TaskCompleted, 1))
	},
	"there is none about a cancelled task": func(b *bed) {
		b.commit(create(1))
		b.refused(store.ErrInvalid, called(cancel(1, 0, 0, 10)))
	},
}

// called makes the end of a task one with a callback.
func called(end *store.TaskEnded) *store.TaskEnded {
	end.Callback = true
	return end
}

// callbackOf is the callback about a task of a run that create created.
func callbackOf(run int64, task int, status engine.TaskStatus, attempts int) store.Callback {
	c := create(run)
	return store.Callback{
		Run: run, ID: c.ID, Workflow: c.Plan.Name, Task: task, TaskID: c.Plan.Tasks[task].ID,
		Status: status, Attempts: attempts,
	}
}

// pending compares the callbacks that are pending.
func (b *bed) pending(want ...store.Callback) {
	b.Helper()
	b.equal("pending callbacks", b.callbacks(), want)
}

// callbacks returns the callbacks that are pending.
func (b *bed) callbacks() []store.Callback {
	b.Helper()
	pending, err := b.s.Callbacks(context.Background())
	if err != nil {
		b.Fatalf("callbacks: %v", err)
	}
	return pending
}
