//go:build linux

package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// flowTask is a task of the workflow that runners execute on these disks. Its
// first attempts fail; then it writes its own id, with the sum of what its
// dependencies wrote, and ballast.
type flowTask struct {
	id       string
	deps     []int
	when     func(v *cloacina.View) bool // nil is always
	tree     *cloacina.RuleNode
	failures func(n int64) int
	retries  int
	ballast  int
}

func never(int64) int { return 0 }

// flowTasks have a failure that is allowed, another way around it, a skipped task
// on either way, retries and a join.
var flowTasks = []flowTask{
	{id: "fetch", failures: func(n int64) int { return 2 * int(n%2) }, retries: 1},
	{
		id: "cached", deps: []int{0}, failures: never, tree: cloacina.TaskFailed(0),
		when: func(v *cloacina.View) bool { return v.Failed(0) },
	},
	{
		id: "process", deps: []int{0, 1}, failures: func(int64) int { return 1 }, retries: 2, ballast: 3_000,
		tree: cloacina.Any(cloacina.TaskSuccess(0), cloacina.TaskSuccess(1)),
		when: func(v *cloacina.View) bool { return v.Success(0) || v.Success(1) },
	},
	{
		id: "alert", deps: []int{1}, failures: never, tree: cloacina.TaskSkipped(1),
		when: func(v *cloacina.View) bool { return v.Skipped(1) },
	},
	{id: "audit", deps: []int{0}, failures: never},
	{id: "report", deps: []int{2, 3}, failures: never},
}

// taskEnd is what becomes of a task.
type taskEnd struct {
	state    cloacina.State
	attempts int
	wrote    int64
}

// expectedEnd is what becomes of each task of a run with the input n, however
// often its process dies.
func expectedEnd(n int64) map[string]taskEnd {
	end := map[string]taskEnd{}
	for _, task := range flowTasks {
		sum, any := n, false
		for _, d := range task.deps {
			sum += end[flowTasks[d].id].wrote
			any = any || end[flowTasks[d].id].state == cloacina.Completed
		}
		e := taskEnd{state: cloacina.Completed, attempts: task.failures(n) + 1, wrote: sum + 1}
		switch {
		case task.id == "cached" && end["fetch"].state != cloacina.Failed,
			task.id == "alert" && end["cached"].state != cloacina.Skipped, task.id == "process" && !any:
			e = taskEnd{state: cloacina.Skipped}
		case e.attempts > task.retries+1:
			e = taskEnd{state: cloacina.Failed, attempts: task.retries + 1}
		}
		end[task.id] = e
	}
	return end
}

// errPlanned is how attempts fail.
var errPlanned = errors.New("planned failure")

// newFlow is the workflow as a program, whose attempts and callbacks are told to
// the book.
func newFlow(b *book) *cloacina.Workflow {
	w := &cloacina.Workflow{Plan: cloacina.Plan{Name: "flow"}}
	for i, task := range flowTasks {
		p := cloacina.PlanTask{
			ID: task.id, DependsOn: task.deps, Open: true, AllowFailure: true,
			Retry: cloacina.Retry{Attempts: task.retries, Delay: time.Millisecond, MaxDelay: time.Second},
		}
		code := cloacina.TaskCode{Call: cloacina.CallDynamic(b.attempt(i)), OnSuccess: b.called, OnFailure: b.called}
		if task.when != nil {
			p.Rule = cloacina.Rule{Text: "as the tree", Tree: task.tree}
			code.When = func(v *cloacina.View) (bool, cloacina.Leaves) {
				verdict := task.when(v)
				return verdict, leavesOf(v, task.id)
			}
		}
		w.Plan.Tasks, w.Code = append(w.Plan.Tasks, p), append(w.Code, code)
	}
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	return w
}

// leavesOf is the truth of the leaves of a task's rule.
func leavesOf(v *cloacina.View, id string) cloacina.Leaves {
	switch id {
	case "cached":
		return cloacina.LeavesOf(v.Failed(0))
	case "process":
		return cloacina.LeavesOf(v.Success(0), v.Success(1))
	default:
		return cloacina.LeavesOf(v.Skipped(1))
	}
}

// what is a kind of fact.
type what uint8

const (
	started what = iota // Start has returned
	begun               // an attempt has begun
	called              // a callback was called
	ended               // Wait has returned
)

// fact is something that happened outside of the store, which shows that
// something had to be in it before.
type fact struct {
	what      what
	run, task string
	attempt   int
	at        int // the length of the journal, or somewhat more
}

// book is the ledger of the effects of a runner. It is safe for concurrent use.
type book struct {
	at func() int // the length of the journal
	// inside is called within each attempt; nil is nothing.
	inside func(run, task string, attempt int)

	mu    sync.Mutex
	facts []fact
}

func (b *book) write(f fact) {
	f.at = b.at()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.facts = append(b.facts, f)
}

// until are the facts that were known when the journal had n operations.
func (b *book) until(n int) []fact {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(b.facts), func(f fact) bool { return f.at > n })
}

// called notes that a callback was called.
func (b *book) called(_ context.Context, e cloacina.TaskEnd) {
	b.write(fact{what: called, run: e.Run, task: e.Task})
}

// attempt is the function of a task.
func (b *book) attempt(i int) func(context.Context, *cloacina.Context) error {
	task := flowTasks[i]
	return func(ctx context.Context, c *cloacina.Context) error {
		info := cloacina.TaskFrom(ctx)
		b.write(fact{what: begun, run: info.Run, task: info.Task, attempt: info.Attempt})
		if b.inside != nil {
			b.inside(info.Run, info.Task, info.Attempt)
		}
		n, err := cloacina.Get[int64](c, "n")
		if err != nil {
			return err
		}
		if info.Attempt <= task.failures(n) {
			return errPlanned
		}
		sum := n + 1
		for _, d := range task.deps {
			wrote, _, err := cloacina.Lookup[int64](c, flowTasks[d].id)
			if err != nil {
				return err
			}
			sum += wrote
		}
		if task.ballast > 0 {
			err = c.Set("ballast", strings.Repeat("b", task.ballast))
		}
		return errors.Join(err, c.Set(task.id, sum))
	}
}

// checkResult compares what became of a run with what should.
func checkResult(result *cloacina.Result, n int64) error {
	if result.State != cloacina.Completed {
		return fmt.Errorf("run %s is %s: %w", result.Run, result.State, result.Err())
	}
	want := expectedEnd(n)
	values := cloacina.Values{"n": n, "ballast": strings.Repeat("b", 3_000)}
	for _, task := range result.Tasks {
		w := want[task.ID]
		if task.State != w.state || task.Attempts != w.attempts {
			return fmt.Errorf("run %s: task %s is %s after %d attempts, want %s after %d",
				result.Run, task.ID, task.State, task.Attempts, w.state, w.attempts)
		}
		if w.state == cloacina.Completed {
			values[task.ID] = w.wrote
		}
	}
	got, err := result.Values()
	if err == nil && !maps.Equal(got, values) {
		err = fmt.Errorf("run %s has the values %v, want %v", result.Run, got, values)
	}
	return err
}

// over are the tasks that had ended according to facts, as "run task", and the
// attempts that had begun.
func over(facts []fact) (tasks map[string]bool, attempts map[string]int) {
	tasks, attempts = map[string]bool{}, map[string]int{}
	ends := func(run, task string) { tasks[run+" "+task] = true }
	for _, f := range facts {
		switch f.what {
		case begun:
			attempts[f.run+" "+f.task] = max(attempts[f.run+" "+f.task], f.attempt)
			i := slices.IndexFunc(flowTasks, func(t flowTask) bool { return t.id == f.task })
			for _, d := range flowTasks[i].deps {
				ends(f.run, flowTasks[d].id)
			}
		case called:
			ends(f.run, f.task)
		case ended:
			for _, t := range flowTasks {
				ends(f.run, t.id)
			}
		}
	}
	return tasks, attempts
}

// repeated looks in later facts for what must not happen after earlier ones: a
// task that had ended begins again, or an attempt before the one that had begun.
func repeated(earlier, later []fact) error {
	tasks, attempts := over(earlier)
	for _, f := range later {
		key := f.run + " " + f.task
		if f.what == begun && (tasks[key] || f.attempt < attempts[key]) {
			return fmt.Errorf("attempt %d of %s began, which had ended (%t) or was at attempt %d",
				f.attempt, key, tasks[key], attempts[key])
		}
	}
	return nil
}
