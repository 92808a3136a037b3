package storetest

import (
	"context"
	"errors"
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// changesOfTask are all changes of a task, each of which is refused once the
// task or its run has ended.
func changesOfTask(run int64, task int) map[string]store.Change {
	return map[string]store.Change{
		"decided":     ready(run, task, 90),
		"skipped":     &store.TaskDecided{Run: run, Task: task, At: 90},
		"started":     start(run, task, 1, 90),
		"next":        start(run, task, 2, 90),
		"retried":     fail(run, task, 1, "late", 90, 190),
		"stopped":     end(run, task, 1, store.AttemptStopped, 90),
		"interrupted": end(run, task, 1, store.AttemptInterrupted, 90),
		"requeued":    &store.TaskRequeued{Run: run, Task: task, At: 90},
		"completed":   complete(run, task, 1, 90, entry("late", "1")),
		"second":      complete(run, task, 2, 90, entry("late", "1")),
		"gave up":     giveUp(run, task, 1, "late", 90),
		"cut off":     cancel(run, task, 1, 90),
		"cancelled":   cancel(run, task, 0, 90),
	}
}

// states bring task 0 of run 1 into a state; the names of changes that fit it
// are listed, all others have to be refused.
var states = map[string]struct {
	life []store.Change
	fit  []string
}{
	"waiting": {nil, []string{"decided", "skipped", "cancelled"}},
	"ready":   {list(ready(1, 0, 10)), []string{"started", "cancelled"}},
	"running": {
		list(ready(1, 0, 10), start(1, 0, 1, 20)),
		[]string{"retried", "stopped", "interrupted", "completed", "gave up", "cut off"},
	},
	"running again": {
		list(ready(1, 0, 10), start(1, 0, 1, 20), fail(1, 0, 1, "x", 30, 130), start(1, 0, 2, 130)),
		[]string{"second"},
	},
	"retrying": {
		list(ready(1, 0, 10), start(1, 0, 1, 20), fail(1, 0, 1, "x", 30, 130)),
		[]string{"requeued", "next", "cancelled"},
	},
	"requeued": {
		list(ready(1, 0, 10), start(1, 0, 1, 20), fail(1, 0, 1, "x", 30, 130), &store.TaskRequeued{Run: 1, At: 130}),
		[]string{"next", "cancelled"},
	},
	"stopped": {
		list(ready(1, 0, 10), start(1, 0, 1, 20), end(1, 0, 1, store.AttemptStopped, 30)),
		[]string{"started", "cancelled"},
	},
	"interrupted": {
		list(ready(1, 0, 10), start(1, 0, 1, 20), end(1, 0, 1, store.AttemptInterrupted, 30)),
		[]string{"started", "cancelled"},
	},
	"completed": {list(ready(1, 0, 10), start(1, 0, 1, 20), complete(1, 0, 1, 30)), nil},
	"skipped":   {list(&store.TaskDecided{Run: 1, At: 10}), nil},
	"given up": {
		list(ready(1, 0, 10), start(1, 0, 1, 20), giveUp(1, 0, 1, "x", 30)), nil,
	},
	"cancelled": {list(cancel(1, 0, 0, 30)), nil},
	"run ended": {
		list(ready(1, 0, 10), start(1, 0, 1, 20), &store.RunEnded{Run: 1, Status: engine.RunFailed, At: 30}), nil,
	},
	"run waiting": {list(&store.RunEnded{Run: 1, Status: engine.RunCancelled, At: 30}), nil},
}

// fences are the tests about changes that have to be refused.
var fences = map[string]func(*bed){
	"every change in every state": func(b *bed) {
		num := int64(0)
		for state, s := range states {
			for name, change := range changesOfTask(1, 0) {
				num++
				b.commit(append([]store.Change{create(num)}, moveTo(num, s.life)...)...)
				if num%16 == 0 {
					b.reopen()
				}
				b.fits(state+", "+name, num, moveTo(num, []store.Change{change})[0], slices.Contains(s.fit, name))
			}
		}
	},
	"every change behind every state, in one batch": func(b *bed) {
		num := int64(0)
		for state, s := range states {
			for name, change := range changesOfTask(1, 0) {
				num++
				batch := append([]store.Change{create(num)}, moveTo(num, s.life)...)
				batch = append(batch, moveTo(num, []store.Change{change})[0])
				err := b.s.Commit(context.Background(), batch)
				if !expected(err, slices.Contains(s.fit, name)) {
					b.Errorf("%s, %s: got %v", state, name, err)
				}
				if err != nil {
					_, err = b.s.Find(context.Background(), create(num).ID)
					if !errors.Is(err, store.ErrNotFound) {
						b.Errorf("%s, %s: the refused run can be found: %v", state, name, err)
					}
				}
			}
		}
	},
	"an ended run never changes": func(b *bed) {
		b.commit(create(1), &store.RunEnded{Run: 1, Status: engine.RunCompleted, At: 30})
		for _, status := range []engine.RunStatus{
			engine.RunCompleted, engine.RunFailed, engine.RunCancelled,
		} {
			b.refused(store.ErrFenced, &store.RunEnded{Run: 1, Status: status, At: 40})
		}
		b.reopen()
		b.refused(store.ErrFenced, &store.RunEnded{Run: 1, Status: engine.RunFailed, At: 40})
		b.refused(store.ErrFenced, block(1, "late"))
		b.refused(store.ErrFenced, &store.RunUnblocked{Run: 1, At: 40})
		b.refused(store.ErrFenced, replan(later("v2", "a", "b", "c"), 0, 1, 2))
	},
	"a failing batch leaves nothing": func(b *bed) {
		b.commit(create(1), ready(1, 0, 10), start(1, 0, 1, 20))
		b.refused(store.ErrFenced, list(
			create(2, entry("a", "1")), ready(2, 0, 30), start(2, 0, 1, 30),
			complete(1, 0, 1, 40, entry("k", "1")), ready(1, 1, 40), start(1, 1, 1, 40),
			&store.RunEnded{Run: 2, Status: engine.RunFailed, At: 50}, ready(2, 1, 60),
		)...)
		b.commit(list(complete(1, 0, 1, 40, entry("k", "1")), create(2), ready(2, 0, 30))...)
	},
	"unknown runs": func(b *bed) {
		for name, c := range changesOfTask(5, 0) {
			if err := b.s.Commit(context.Background(), []store.Change{c}); !errors.Is(err, store.ErrNotFound) {
				b.Errorf("%s: got %v", name, err)
			}
		}
		b.refused(store.ErrNotFound, &store.RunEnded{Run: 5, Status: engine.RunFailed, At: 1})
		b.refused(store.ErrNotFound, block(5, "x"))
		b.refused(store.ErrNotFound, &store.RunUnblocked{Run: 5, At: 1})
		_, err := b.s.Run(context.Background(), "nobody")
		if !errors.Is(err, store.ErrNotFound) {
			b.Errorf("run: %v", err)
		}
		if _, err = b.s.Find(context.Background(), "nobody"); !errors.Is(err, store.ErrNotFound) {
			b.Errorf("find: %v", err)
		}
	},
	"tasks that the plan does not have": func(b *bed) {
		b.commit(create(1))
		b.refused(store.ErrInvalid, ready(1, 3, 10))
		b.refused(store.ErrInvalid, ready(1, -1, 10))
		b.reopen()
		b.refused(store.ErrInvalid, ready(1, 3, 10))
	},
	"values that no state allows": func(b *bed) {
		b.commit(create(1), ready(1, 0, 10), start(1, 0, 1, 20))
		b.refused(store.ErrInvalid, end(1, 0, 1, 0, 30))
		b.refused(store.ErrInvalid, end(1, 0, 1, 99, 30))
		b.refused(store.ErrInvalid, end(1, 0, 1, store.AttemptSucceeded, 30))
		b.refused(store.ErrInvalid, end(1, 0, 1, store.AttemptCancelled, 30))
		b.refused(store.ErrInvalid, fail(1, 0, 1, "x", 30, 0))
		for _, outcome := range []store.AttemptOutcome{
			0, store.AttemptSucceeded, store.AttemptFailed, store.AttemptStopped, store.AttemptInterrupted,
			store.AttemptCancelled, 99,
		} {
			for _, status := range []engine.TaskStatus{
				0, engine.TaskReady, engine.TaskCompleted, engine.TaskFailed, engine.TaskSkipped,
				engine.TaskCancelled, 99,
			} {
				c := complete(1, 0, 1, 40)
				if c.Last.Outcome, c.Status = outcome, status; !endsWith(status, outcome) {
					b.refused(store.ErrInvalid, c)
				}
			}
		}
		late, counted, said := end(1, 0, 1, store.AttemptStopped, 30), fail(1, 0, 1, "x", 30, 40), complete(1, 0, 1, 40)
		late.Due, counted.Interruptions, said.Last.Error = 40, 1, "but"
		b.refused(store.ErrInvalid, late)
		b.refused(store.ErrInvalid, counted)
		b.refused(store.ErrInvalid, said)
		counts := complete(1, 0, 1, 40)
		counts.Last.Interruptions = 1
		b.refused(store.ErrInvalid, counts)
		for _, status := range []engine.TaskStatus{engine.TaskCompleted, engine.TaskFailed} {
			b.refused(store.ErrInvalid, &store.TaskEnded{Run: 1, Status: status, At: 40})
		}
		nameless := cancel(1, 1, 0, 40)
		nameless.Last.Outcome = store.AttemptCancelled
		b.refused(store.ErrInvalid, nameless)
		wrote := cancel(1, 0, 1, 40)
		wrote.Writes = []engine.Entry{entry("k", "1")}
		b.refused(store.ErrInvalid, wrote)
		b.refused(store.ErrInvalid, complete(1, 0, 1, 40, entry("k", "1"), entry("a", "1")))
		for _, status := range []engine.RunStatus{0, engine.RunRunning, engine.RunPaused, engine.RunBlocked, 99} {
			b.refused(store.ErrInvalid, &store.RunEnded{Run: 1, Status: status, At: 40})
		}
		b.refused(store.ErrInvalid, nil)
	},
	"errors say what was refused": func(b *bed) {
		b.commit(create(1))
		c := start(1, 2, 1, 5)
		err := b.s.Commit(context.Background(), list(c))
		var fenced *store.FencedError
		if !errors.As(err, &fenced) || fenced.Change != c {
			b.Fatalf("got %v", err)
		}
		want := "start of attempt 1 of task 2 of run 1: the task is neither ready nor retrying"
		if err.Error() != want {
			b.Errorf("got %q, want %q", err, want)
		}
	},
	"a cancelled context": func(b *bed) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := b.s.Commit(ctx, list(create(1))); !errors.Is(err, context.Canceled) {
			b.Errorf("got %v", err)
		}
		if _, err := b.s.Find(ctx, "run-1"); !errors.Is(err, context.Canceled) {
			b.Errorf("got %v", err)
		}
		b.equal("open runs", b.openRuns(), []*store.OpenRun{})
		b.commit(create(1))
	},
	"a closed store": func(b *bed) {
		closeStore(b, b.s)
		ctx := context.Background()
		_, num := b.s.LastNum(ctx)
		_, find := b.s.Find(ctx, "x")
		_, run := b.s.Run(ctx, "x")
		_, runs := b.s.Runs(ctx, store.Filter{})
		_, purge := b.s.Purge(ctx, store.PurgeFilter{})
		_, oldest := b.s.OldestEnd(ctx, "")
		_, callbacks := b.s.Callbacks(ctx)
		var open error
		for _, err := range b.s.OpenRuns(ctx) {
			open = err
		}
		for name, err := range map[string]error{
			"commit": b.s.Commit(ctx, list(create(1))), "last number": num,
			"find": find, "run": run, "runs": runs, "open": open,
			"purge": purge, "oldest end": oldest, "callbacks": callbacks,
		} {
			if !errors.Is(err, store.ErrClosed) {
				b.Errorf("%s: got %v", name, err)
			}
		}
	},
}

// endsWith reports whether a task that is running can end in a state with an outcome.
func endsWith(status engine.TaskStatus, outcome store.AttemptOutcome) bool {
	switch status {
	case engine.TaskCompleted:
		return outcome == store.AttemptSucceeded
	case engine.TaskFailed:
		return outcome == store.AttemptFailed || outcome == store.AttemptInterrupted
	case engine.TaskCancelled:
		return outcome == store.AttemptCancelled
	default:
		return false
	}
}

// expected reports whether the error of a commit is right for a change that
// fits or does not fit.
func expected(err error, fit bool) bool {
	if fit {
		return err == nil
	}
	return errors.Is(err, store.ErrFenced)
}

// fits commits a change that has to be accepted, or refused without a trace.
func (b *bed) fits(what string, num int64, c store.Change, fit bool) {
	b.Helper()
	before := b.run(create(num).ID)
	err := b.s.Commit(context.Background(), []store.Change{c})
	if !expected(err, fit) {
		b.Errorf("%s: got %v", what, err)
	}
	if err != nil {
		b.equal(what, b.run(create(num).ID), before)
	}
}
