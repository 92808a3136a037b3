package storetest

import (
	"context"
	"fmt"
	"sync"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// reading are the tests about pages, filters and reading while others write.
var reading = map[string]func(*bed){
	"pages, newest first": func(b *bed) {
		b.fill(25)
		b.reopen()
		b.equal("first page", b.numbers(store.Filter{Limit: 10}), numbersDown(25, 16))
		b.equal("second page", b.numbers(store.Filter{Limit: 10, Before: 16}), numbersDown(15, 6))
		b.equal("last page", b.numbers(store.Filter{Limit: 10, Before: 6}), numbersDown(5, 1))
		b.equal("behind the last page", b.numbers(store.Filter{Limit: 10, Before: 1}), []int64{})
		b.equal("before the newest", b.numbers(store.Filter{Limit: 2, Before: 1 << 50}), numbersDown(25, 24))
	},
	"the default limit": func(b *bed) {
		b.fill(120)
		b.equal("no limit", b.numbers(store.Filter{}), numbersDown(120, 21))
		b.equal("negative limit", b.numbers(store.Filter{Limit: -1}), numbersDown(120, 21))
		b.equal("big limit", b.numbers(store.Filter{Limit: 1000}), numbersDown(120, 1))
	},
	"filters": func(b *bed) {
		b.fill(24)
		b.reopen()
		b.equal("workflow", b.numbers(store.Filter{Workflow: "even"}), everySecond(24))
		b.equal("unknown workflow", b.numbers(store.Filter{Workflow: "eve"}), []int64{})
		b.equal("status", b.numbers(store.Filter{Statuses: []engine.RunStatus{engine.RunFailed}}),
			[]int64{21, 17, 13, 9, 5, 1})
		b.equal("statuses", b.numbers(store.Filter{
			Statuses: []engine.RunStatus{engine.RunFailed, engine.RunRunning}, Limit: 4,
		}), []int64{24, 21, 20, 17})
		b.equal("all at once", b.numbers(store.Filter{
			Workflow: "even", Before: 20, Limit: 3,
			Statuses: []engine.RunStatus{engine.RunRunning, engine.RunCompleted},
		}), []int64{18, 16, 14})
	},
	"headers": func(b *bed) {
		b.fill(4)
		runs, err := b.s.Runs(context.Background(), store.Filter{})
		if err != nil {
			b.Fatal(err)
		}
		for _, info := range runs {
			b.equal("header", info, b.run(info.ID).RunInfo)
		}
	},
	"readers see whole commits while others write": func(b *bed) {
		const commits, readers = 100, 4
		ctx, stop := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		defer wg.Wait()
		defer stop()
		for range readers {
			wg.Go(func() { b.watch(ctx) })
		}
		for num := int64(1); num <= commits; num++ {
			b.commit(list(create(num), ready(num, 0, 1), start(num, 0, 1, 2),
				complete(num, 0, 1, 3, entry("k", "1")))...)
			b.commit(&store.RunEnded{Run: num, Status: engine.RunCompleted, At: 4})
		}
	},
}

// watch reads until ctx ends, and fails the test if it sees a part of a commit.
func (b *bed) watch(ctx context.Context) {
	free := context.Background()
	for ctx.Err() == nil {
		n, err := b.s.LastNum(free)
		if err != nil {
			b.Errorf("last number: %v", err)
			return
		}
		runs, err := b.s.Runs(free, store.Filter{Limit: 3})
		if err != nil {
			b.Errorf("runs: %v", err)
			return
		}
		if len(runs) > 0 && runs[0].Num < n-1 {
			b.Errorf("run %d is missing: %+v", n, runs)
		}
		for _, info := range runs {
			d, err := b.s.Run(free, info.ID)
			if err != nil || d.Tasks[0].Status != engine.TaskCompleted || len(d.Tasks[0].Writes) != 1 {
				b.Errorf("run: %+v, %v", d, err)
				return
			}
		}
		for r, err := range b.s.OpenRuns(free) {
			if err != nil || r.State.Tasks[0].Status != engine.TaskCompleted {
				b.Errorf("open run: %+v, %v", r, err)
				return
			}
		}
	}
}

// fill creates runs: even ones of a workflow "even", others of "odd"; of each
// four, one failed, one completed, one was cancelled, one is running.
func (b *bed) fill(runs int64) {
	b.Helper()
	ends := []engine.RunStatus{0, engine.RunFailed, engine.RunCompleted, engine.RunCancelled}
	for num := int64(1); num <= runs; num++ {
		c := create(num)
		c.Plan = chain([]string{"even", "odd"}[num%2], 1)
		c.ID = fmt.Sprintf("id %d", num)
		b.commit(c)
		if status := ends[num%4]; status != 0 {
			b.commit(&store.RunEnded{Run: num, Status: status, At: 9, Error: "why"})
		}
	}
}

// numbers returns the numbers of a page.
func (b *bed) numbers(f store.Filter) []int64 {
	b.Helper()
	runs, err := b.s.Runs(context.Background(), f)
	if err != nil {
		b.Fatal(err)
	}
	var nums []int64
	for _, r := range runs {
		nums = append(nums, r.Num)
	}
	return nums
}

// numbersDown returns the numbers from first down to last.
func numbersDown(first, last int64) (nums []int64) {
	for n := first; n >= last; n-- {
		nums = append(nums, n)
	}
	return nums
}

// everySecond returns the even numbers from n down.
func everySecond(n int64) (nums []int64) {
	for ; n > 0; n -= 2 {
		nums = append(nums, n)
	}
	return nums
}
