package storetest

import (
	"reflect"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// attempt returns the row of an attempt as [start] begins it.
func attempt(number int, outcome store.AttemptOutcome, started, ended int64) store.Attempt {
	return store.Attempt{
		Number: number, Outcome: outcome, Started: started, Ended: ended, Host: "host", Version: "v1",
	}
}

// progress are the tests about the way of tasks through their states. Each
// runs one transaction per step and then everything in one transaction.
var progress = map[string]func(*bed){
	"a task completes": func(b *bed) {
		b.lives(list(ready(1, 0, 10), start(1, 0, 1, 20), complete(1, 0, 1, 30, entry("k", "1"))), store.TaskDetail{
			Status: engine.TaskCompleted, Decided: 10, Ended: 30, Writes: []engine.Entry{entry("k", "1")},
			Attempts: []store.Attempt{attempt(1, store.AttemptSucceeded, 20, 30)},
		})
	},
	"a task is skipped": func(b *bed) {
		leaves := plan.LeavesOf(true, false, true)
		b.lives(list(&store.TaskDecided{Run: 1, Leaves: leaves, At: 10}), store.TaskDetail{
			Status: engine.TaskSkipped, Decided: 10, Ended: 10, Leaves: leaves,
		})
	},
	"a task is ready": func(b *bed) {
		leaves := plan.LeavesOf(false, true)
		b.lives(list(&store.TaskDecided{Run: 1, Ready: true, Leaves: leaves, At: 10}), store.TaskDetail{
			Status: engine.TaskReady, Decided: 10, Leaves: leaves,
		})
	},
	"a task fails after retries": func(b *bed) {
		b.lives(list(
			ready(1, 0, 10), start(1, 0, 1, 10), fail(1, 0, 1, "first", 20, 120),
			&store.TaskRequeued{Run: 1, At: 120}, start(1, 0, 2, 125), fail(1, 0, 2, "second", 130, 330),
			start(1, 0, 3, 330), giveUp(1, 0, 3, "third", 340),
		), store.TaskDetail{Status: engine.TaskFailed, Decided: 10, Ended: 340, Attempts: []store.Attempt{
			failed(1, "first", 10, 20, 120), failed(2, "second", 125, 130, 330), failed(3, "third", 330, 340, 0),
		}})
	},
	"a task waits for its retry": func(b *bed) {
		b.lives(list(ready(1, 0, 10), start(1, 0, 1, 10), fail(1, 0, 1, "first", 20, 120)), store.TaskDetail{
			Status: engine.TaskRetrying, Decided: 10, Attempts: []store.Attempt{failed(1, "first", 10, 20, 120)},
		})
	},
	"a retry is ready": func(b *bed) {
		b.lives(list(ready(1, 0, 10), start(1, 0, 1, 10), fail(1, 0, 1, "first", 20, 120),
			&store.TaskRequeued{Run: 1, At: 121}), store.TaskDetail{
			Status: engine.TaskReady, Decided: 10, Attempts: []store.Attempt{failed(1, "first", 10, 20, 120)},
		})
	},
	"a stopped attempt starts again": func(b *bed) {
		again := start(1, 0, 1, 40)
		again.Host, again.Version = "elsewhere", "v2"
		b.lives(list(ready(1, 0, 10), start(1, 0, 1, 20), end(1, 0, 1, store.AttemptStopped, 30), again,
			complete(1, 0, 1, 50)), store.TaskDetail{
			Status: engine.TaskCompleted, Decided: 10, Ended: 50, Attempts: []store.Attempt{{
				Number: 1, Outcome: store.AttemptSucceeded, Started: 40, Ended: 50, Host: "elsewhere", Version: "v2",
			}},
		})
	},
	"interruptions are counted": func(b *bed) {
		b.lives(list(ready(1, 0, 10), start(1, 0, 1, 20), interrupted(1, 30), start(1, 0, 1, 40), interrupted(2, 50),
			start(1, 0, 1, 60), end(1, 0, 1, store.AttemptStopped, 70), start(1, 0, 1, 80),
			fail(1, 0, 1, "at last", 90, 95), start(1, 0, 2, 95)), store.TaskDetail{
			Status: engine.TaskRunning, Decided: 10, Attempts: []store.Attempt{
				{
					Number: 1, Outcome: store.AttemptFailed, Error: "at last", Started: 80, Ended: 90, Due: 95,
					Interruptions: 2, Host: "host", Version: "v1",
				},
				attempt(2, 0, 95, 0),
			},
		})
	},
	"a task is given up after interruptions": func(b *bed) {
		last := giveUp(1, 0, 1, "", 30)
		last.Last = interrupted(4, 30).AttemptEnd
		b.lives(list(ready(1, 0, 10), start(1, 0, 1, 20), last),
			store.TaskDetail{Status: engine.TaskFailed, Decided: 10, Ended: 30, Attempts: []store.Attempt{{
				Number: 1, Outcome: store.AttemptInterrupted, Started: 20, Ended: 30,
				Interruptions: 4, Host: "host", Version: "v1",
			}}})
	},
	"a waiting task is cancelled": func(b *bed) {
		b.lives(list(cancel(1, 0, 0, 10)),
			store.TaskDetail{Status: engine.TaskCancelled, Ended: 10})
	},
	"a ready task is cancelled": func(b *bed) {
		b.lives(list(ready(1, 0, 10), cancel(1, 0, 0, 20)),
			store.TaskDetail{Status: engine.TaskCancelled, Decided: 10, Ended: 20})
	},
	"a running task is cancelled": func(b *bed) {
		b.lives(list(ready(1, 0, 10), start(1, 0, 1, 20), cancel(1, 0, 1, 30)), store.TaskDetail{
			Status: engine.TaskCancelled, Decided: 10, Ended: 30,
			Attempts: []store.Attempt{attempt(1, store.AttemptCancelled, 20, 30)},
		})
	},
	"a retrying task is cancelled": func(b *bed) {
		b.lives(list(ready(1, 0, 10), start(1, 0, 1, 10), fail(1, 0, 1, "first", 20, 120),
			cancel(1, 0, 0, 50)), store.TaskDetail{
			Status: engine.TaskCancelled, Decided: 10, Ended: 50,
			Attempts: []store.Attempt{failed(1, "first", 10, 20, 120)},
		})
	},
	"a requeued task is cancelled": func(b *bed) {
		b.lives(list(ready(1, 0, 10), start(1, 0, 1, 10), fail(1, 0, 1, "first", 20, 120),
			&store.TaskRequeued{Run: 1, At: 120}, cancel(1, 0, 0, 150)), store.TaskDetail{
			Status: engine.TaskCancelled, Decided: 10, Ended: 150,
			Attempts: []store.Attempt{failed(1, "first", 10, 20, 120)},
		})
	},
	"many leaves": func(b *bed) {
		bits := make([]bool, 200)
		bits[0], bits[63], bits[64], bits[199] = true, true, true, true
		leaves := plan.LeavesOf(bits...)
		b.lives(list(&store.TaskDecided{Run: 1, Leaves: leaves, At: 10}), store.TaskDetail{
			Status: engine.TaskSkipped, Decided: 10, Ended: 10, Leaves: leaves,
		})
	},
	"a run ends": func(b *bed) {
		for i, status := range []engine.RunStatus{engine.RunCompleted, engine.RunFailed, engine.RunCancelled} {
			num := int64(i + 1)
			b.commit(create(num))
			b.commit(&store.RunEnded{Run: num, Status: status, Error: "why", At: 5})
			b.reopen()
			info := b.run(create(num).ID).RunInfo
			if info.Status != status || info.Ended != 5 || info.Error != "why" {
				b.Errorf("got %+v", info)
			}
			b.equal("open runs", b.openRuns(), []*store.OpenRun{})
		}
	},
}

// failed returns the row of a failed attempt.
func failed(number int, text string, started, ended, due int64) store.Attempt {
	return store.Attempt{
		Number: number, Outcome: store.AttemptFailed, Error: text,
		Started: started, Ended: ended, Due: due, Host: "host", Version: "v1",
	}
}

// interrupted is the interruption of the first attempt of the first task.
func interrupted(count int, at int64) *store.AttemptEnded {
	c := end(1, 0, 1, store.AttemptInterrupted, at)
	c.Interruptions = count
	return c
}

// lives checks what is left of a life of task 0 of run 1, for every way to cut
// it into two transactions, and for one transaction per change.
func (b *bed) lives(changes []store.Change, want store.TaskDetail) {
	b.Helper()
	for cut := range changes {
		num := int64(cut + 1)
		moved := moveTo(num, changes)
		b.commit(append([]store.Change{create(num)}, moved[:cut]...)...)
		if cut%2 == 1 {
			b.reopen()
		}
		b.commit(moved[cut:]...)
		b.equal("task", b.run(create(num).ID).Tasks[0], want)
	}
	num := int64(len(changes) + 1)
	b.commit(create(num))
	for _, c := range moveTo(num, changes) {
		b.commit(c)
	}
	b.equal("task", b.run(create(num).ID).Tasks[0], want)
	b.reopen()
	b.equal("task, after opening again", b.run(create(num).ID).Tasks[0], want)
}

// moveTo returns copies of changes with another run number.
func moveTo(num int64, changes []store.Change) []store.Change {
	moved := make([]store.Change, len(changes))
	for i, c := range changes {
		to := reflect.New(reflect.TypeOf(c).Elem())
		to.Elem().Set(reflect.ValueOf(c).Elem())
		to.Elem().FieldByName("Run").SetInt(num)
		moved[i] = to.Interface().(store.Change)
	}
	return moved
}
