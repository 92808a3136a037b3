package storetest

import (
	"context"
	"errors"
	"sync"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// purging are the tests about deleting ended runs.
var purging = map[string]func(*bed){
	"the oldest end goes first": func(b *bed) {
		b.commit(list(ended(1, engine.RunCompleted, 300), ended(2, engine.RunFailed, 100),
			ended(3, engine.RunCancelled, 200), ended(4, engine.RunCompleted, 100), create(5))...)
		b.reopen()
		b.purge(store.PurgeFilter{Limit: 1}, 1, 5, 4, 3, 1)
		b.purge(store.PurgeFilter{Limit: 2}, 2, 5, 1)
		b.purge(store.PurgeFilter{Limit: 2}, 1, 5)
		b.purge(store.PurgeFilter{}, 0, 5)
		b.reopen()
		b.purge(store.PurgeFilter{}, 0, 5)
	},
	"filters of a purge": func(b *bed) {
		for num := int64(1); num <= 8; num++ {
			status := []engine.RunStatus{engine.RunCompleted, engine.RunFailed, engine.RunCancelled}[num%3]
			all := ended(num, status, 100*num)
			all[0].(*store.RunCreated).Plan = chain([]string{"even", "odd"}[num%2], 3)
			b.commit(all...)
		}
		b.purge(store.PurgeFilter{Workflow: "nobody"}, 0, numbersDown(8, 1)...)
		b.purge(store.PurgeFilter{EndedBefore: 100}, 0, numbersDown(8, 1)...)
		b.purge(store.PurgeFilter{EndedBefore: 101}, 1, numbersDown(8, 2)...)
		b.purge(store.PurgeFilter{Workflow: "odd", EndedBefore: 700}, 2, 8, 7, 6, 4, 2)
		b.purge(store.PurgeFilter{Statuses: []engine.RunStatus{engine.RunFailed}}, 2, 8, 6, 2)
		b.purge(store.PurgeFilter{Statuses: []engine.RunStatus{engine.RunCompleted, engine.RunFailed}}, 1, 8, 2)
		b.purge(store.PurgeFilter{Statuses: []engine.RunStatus{engine.RunRunning, engine.RunBlocked}}, 0, 8, 2)
	},
	"runs that have not ended stay": func(b *bed) {
		b.commit(create(1), create(2), block(2, "x"), ready(1, 0, 1))
		b.purge(store.PurgeFilter{}, 0, 2, 1)
		b.purge(store.PurgeFilter{Statuses: []engine.RunStatus{engine.RunRunning}, EndedBefore: 1 << 60}, 0, 2, 1)
		b.commit(start(1, 0, 1, 2))
	},
	"runs with a pending callback stay": func(b *bed) {
		b.commit(list(create(1), ready(1, 0, 10), start(1, 0, 1, 20), called(complete(1, 0, 1, 30)),
			&store.RunEnded{Run: 1, Status: engine.RunFailed, At: 40}, ended(2, engine.RunFailed, 50))...)
		b.purge(store.PurgeFilter{Limit: 1}, 1, 1)
		b.purge(store.PurgeFilter{}, 0, 1)
		b.reopen()
		b.pending(callbackOf(1, 0, engine.TaskCompleted, 1))
		b.commit(&store.CallbackDone{Run: 1, Task: 0})
		b.purge(store.PurgeFilter{}, 1)
	},
	"nothing else is touched": func(b *bed) {
		b.commit(list(ended(1, engine.RunFailed, 100), create(2), ready(2, 0, 10), start(2, 0, 1, 20),
			called(complete(2, 0, 1, 30, entry("k", "1"))), create(3), block(3, "x"),
			ended(4, engine.RunFailed, 300))...)
		all := func() any {
			return []any{b.run("run-2"), b.run("run-3"), b.run("run-4"), b.openRuns(), b.callbacks()}
		}
		before := all()
		b.purge(store.PurgeFilter{EndedBefore: 200}, 1, 4, 3, 2)
		b.equal("what is left", all(), before)
		b.reopen()
		b.equal("what is left", all(), before)
		b.commit(ready(2, 1, 40), &store.RunUnblocked{Run: 3, At: 50})
	},
	"deleted runs are gone": func(b *bed) {
		b.commit(list(ended(1, engine.RunFailed, 100), ended(2, engine.RunFailed, 100))...)
		b.purge(store.PurgeFilter{}, 2)
		ctx := context.Background()
		for range 2 {
			if _, err := b.s.Find(ctx, "run-1"); !errors.Is(err, store.ErrNotFound) {
				b.Errorf("find: %v", err)
			}
			if _, err := b.s.Run(ctx, "run-1"); !errors.Is(err, store.ErrNotFound) {
				b.Errorf("run: %v", err)
			}
			b.refused(store.ErrNotFound, ready(1, 2, 10))
			b.refused(store.ErrNotFound, &store.RunEnded{Run: 1, Status: engine.RunFailed, At: 10})
			b.commit(&store.CallbackDone{Run: 1, Task: 0})
			b.reopen()
		}
	},
	"numbers are not used again, IDs can be": func(b *bed) {
		b.commit(list(ended(1, engine.RunFailed, 100), ended(7, engine.RunFailed, 100),
			ended(3000, engine.RunFailed, 100))...)
		b.purge(store.PurgeFilter{}, 3)
		b.reopen()
		if n, err := b.s.LastNum(context.Background()); n != 3000 || err != nil {
			b.Errorf("last number %d, %v", n, err)
		}
		b.refused(store.ErrFenced, create(7))
		again := create(3001, entry("second", "2"))
		again.ID = "run-7"
		b.commit(again, &store.RunEnded{Run: 3001, Status: engine.RunFailed, At: 1})
		b.equal("run", b.run("run-7").Initial, again.Initial)
		b.purge(store.PurgeFilter{}, 1)
		b.reopen()
		b.refused(store.ErrFenced, create(3001))
	},
	"plans come back after their runs are gone": func(b *bed) {
		first, second := create(1), create(2)
		second.Plan = later("v2", "a", "b", "c")
		b.commit(first, second, &store.RunEnded{Run: 1, Status: engine.RunFailed, At: 5})
		b.commit(&store.RunReplanned{Run: 2, Plan: later("v3", "b", "a", "c"), Tasks: []int{1, 0, 2}, At: 6})
		b.purge(store.PurgeFilter{}, 1, 2)
		b.reopen()
		b.equal("changes", b.run("run-2").Replans,
			[]store.Replan{{At: 6, From: second.Plan, To: later("v3", "b", "a", "c")}})
		b.commit(create(3))
		for num := int64(2); num <= 3; num++ {
			b.commit(&store.RunEnded{Run: num, Status: engine.RunFailed, At: 7})
		}
		b.purge(store.PurgeFilter{Limit: 1}, 1, 3)
		b.equal("plan", b.run("run-3").Plan, first.Plan)
		b.purge(store.PurgeFilter{}, 1)
		third := create(4)
		third.Plan = second.Plan
		b.commit(third, create(5))
		b.reopen()
		b.equal("plan", b.run("run-4").Plan, second.Plan)
		b.equal("plan", b.run("run-5").Plan, first.Plan)
	},
	"the default of a purge": func(b *bed) {
		const runs = 510
		var batch []store.Change
		for num := int64(1); num <= runs; num++ {
			batch = append(batch, create(num), &store.RunEnded{Run: num, Status: engine.RunFailed, At: 2000 - num})
		}
		b.commit(batch...)
		b.purge(store.PurgeFilter{}, store.DefaultPurge, numbersDown(runs-store.DefaultPurge, 1)...)
		b.purge(store.PurgeFilter{Limit: -1}, runs-store.DefaultPurge)
	},
	"the oldest end": func(b *bed) {
		b.oldest("", 0)
		other := create(4)
		other.Plan = chain("other", 1)
		old := create(5)
		old.Plan = later("v2", "a")
		b.commit(list(create(1), ended(2, engine.RunFailed, 700), ended(3, engine.RunFailed, 600), other, old)...)
		b.oldest("chain", 600)
		b.oldest("other", 0)
		b.commit(&store.RunEnded{Run: 4, Status: engine.RunFailed, At: 500},
			&store.RunEnded{Run: 5, Status: engine.RunFailed, At: 550})
		b.reopen()
		for workflow, want := range map[string]int64{"chain": 550, "other": 500, "": 500, "nobody": 0} {
			b.oldest(workflow, want)
		}
		b.purge(store.PurgeFilter{Limit: 3}, 3, 2, 1)
		b.oldest("chain", 700)
		b.oldest("other", 0)
	},
	"a purge whose context has ended": func(b *bed) {
		b.commit(ended(1, engine.RunFailed, 100)...)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if n, err := b.s.Purge(ctx, store.PurgeFilter{}); n != 0 || !errors.Is(err, context.Canceled) {
			b.Errorf("purge: %d, %v", n, err)
		}
		if _, err := b.s.OldestEnd(ctx, ""); !errors.Is(err, context.Canceled) {
			b.Errorf("oldest end: %v", err)
		}
		b.purge(store.PurgeFilter{}, 1)
	},
	"purges beside commits": func(b *bed) {
		const runs = 300
		var wg sync.WaitGroup
		defer wg.Wait()
		committed := make(chan struct{}, runs)
		for range 2 {
			wg.Go(func() { b.purgeAll(committed) })
		}
		defer close(committed)
		for num := int64(1); num <= runs; num++ {
			b.commit(list(create(2*num-1), ready(2*num-1, 0, 1))...)
			b.commit(ended(2*num, engine.RunFailed, num)...)
			committed <- struct{}{}
		}
		for _, r := range b.openRuns() {
			if r.Num%2 != 1 || r.State.Tasks[0].Status != engine.TaskReady {
				b.Fatalf("open run %d: %+v", r.Num, r.State)
			}
		}
		b.equal("open runs", len(b.openRuns()), runs)
	},
}

// purgeAll deletes a few runs for each signal. It deletes no open run, so that
// those it leaves are all there at the end.
func (b *bed) purgeAll(signals <-chan struct{}) {
	for range signals {
		if _, err := b.s.Purge(context.Background(), store.PurgeFilter{Limit: 3}); err != nil {
			b.Errorf("purge: %v", err)
			return
		}
	}
}

// ended returns a whole life of a run that ends at a time.
func ended(num int64, status engine.RunStatus, at int64) []store.Change {
	return list(create(num, entry("in", mebibyte()[:5000])), ready(num, 0, 10), start(num, 0, 1, 20),
		fail(num, 0, 1, "x", 30, 40), start(num, 0, 2, 40), complete(num, 0, 2, 50, entry("k", "1")),
		&store.TaskDecided{Run: num, Task: 1, At: 50}, cancel(num, 2, 0, 60),
		&store.RunEnded{Run: num, Status: status, At: at})
}

// purge deletes runs and compares how many and which are left, newest first.
func (b *bed) purge(f store.PurgeFilter, deleted int, left ...int64) {
	b.Helper()
	n, err := b.s.Purge(context.Background(), f)
	if n != deleted || err != nil {
		b.Errorf("purge of %+v deleted %d runs (%v), want %d", f, n, err, deleted)
	}
	b.equal("runs that are left", b.numbers(store.Filter{Limit: 1 << 20}), left)
}

// oldest compares the oldest end of a workflow.
func (b *bed) oldest(workflow string, want int64) {
	b.Helper()
	got, err := b.s.OldestEnd(context.Background(), workflow)
	if got != want || err != nil {
		b.Errorf("oldest end of %q: %d (%v), want %d", workflow, got, err, want)
	}
}
