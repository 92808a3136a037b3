package trust

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// flow is a workflow as data, from which both the program ([flow.workflow]) and
// what it has to do ([flow.expect]) follow.
type flow struct {
	name    string
	steps   []step
	timeout time.Duration // of a run; 0 means none
}

// step is a task: its first attempts fail, then it writes a key of its own, the
// key "last" that others write too, and deletes another.
type step struct {
	id        string
	deps      []int
	rule      rule
	failures  int // attempts that fail
	retries   int // attempts after the first that there are
	allow     bool
	erases    string
	takes     time.Duration // the longest that an attempt takes
	bytes     int           // of ballast that it writes
	callbacks bool
	// hangs says that no attempt returns before its context ends: at its
	// deadline, which is the timeout, or at the end of the run.
	hangs   bool
	timeout time.Duration
}

// timesOut says that every attempt reaches its deadline.
func (s *step) timesOut() bool { return s.hangs && s.timeout > 0 }

// rule is a trigger rule: all, or any, of its leaves. No leaves mean always.
type rule struct {
	any    bool
	leaves []leaf
}

// leaf is a condition: a task is in a state or, without one, the input n is
// above a bound.
type leaf struct {
	task  int
	state cloacina.State
	above int64
}

func succeeded(task int) leaf { return leaf{task: task, state: cloacina.Completed} }
func failed(task int) leaf    { return leaf{task: task, state: cloacina.Failed} }
func skipped(task int) leaf   { return leaf{task: task, state: cloacina.Skipped} }
func above(bound int64) leaf  { return leaf{above: bound} }
func all(l ...leaf) rule      { return rule{leaves: l} }
func anyOf(l ...leaf) rule    { return rule{any: true, leaves: l} }

// newFlows are the workflows of the mixed load.
func newFlows(seed uint64) []*flow {
	rng := rand.New(rand.NewPCG(seed, 77))
	flows := []*flow{
		{name: "chain", steps: []step{
			{id: "a", takes: 2 * time.Millisecond},
			{id: "b", deps: []int{0}, failures: 1, retries: 2},
			{id: "c", deps: []int{1}, bytes: 3000},
			{id: "d", deps: []int{2}},
		}},
		{name: "fan", steps: fan(7)},
		{name: "diamond", steps: []step{
			{id: "fetch", failures: 2, retries: 1, allow: true},
			{id: "cached", deps: []int{0}, rule: all(failed(0))},
			{id: "process", deps: []int{0, 1}, rule: anyOf(succeeded(0), succeeded(1))},
			{id: "high", deps: []int{2}, rule: all(succeeded(2), above(50))},
			{id: "skipped", deps: []int{1}, rule: all(skipped(1))},
			{id: "final", deps: []int{4, 3}, rule: anyOf(succeeded(3), skipped(3))},
		}},
		{name: "failing", steps: []step{
			{id: "good"},
			{id: "bad", failures: 3, retries: 2},
			{id: "needs", deps: []int{1, 0}, rule: all(succeeded(0), succeeded(1))},
			{id: "report", deps: []int{2}},
		}},
		{name: "order", steps: []step{
			{id: "x", bytes: 100},
			{id: "y", deps: []int{0}, erases: "x"},
			{id: "z", deps: []int{0}, failures: 3, retries: 3},
			{id: "t", deps: []int{2, 1, 0}, erases: "y"},
		}},
		{name: "slow", steps: []step{
			{id: "one", takes: 60 * time.Millisecond},
			{id: "two", takes: 60 * time.Millisecond, failures: 1, retries: 1},
			{id: "both", deps: []int{0, 1}, takes: 20 * time.Millisecond},
		}},
		{name: "stuck", steps: []step{
			{id: "first"},
			{id: "hang", deps: []int{0}, hangs: true, timeout: 15 * time.Millisecond, failures: 2, retries: 1, allow: true},
			{id: "after", deps: []int{1}, rule: all(failed(1))},
			{id: "never", deps: []int{0, 1}, rule: all(succeeded(0), succeeded(1))},
		}},
		{name: "late", timeout: 90 * time.Millisecond, steps: []step{
			{id: "a"},
			{id: "b", deps: []int{0}},
			{id: "forever", deps: []int{1}, hangs: true},
			{id: "behind", deps: []int{2}},
		}},
	}
	for i := range 3 {
		flows = append(flows, randomFlow(fmt.Sprintf("random%d", i), rng))
	}
	for _, f := range flows {
		for i := range f.steps {
			f.steps[i].callbacks = f.name != "fan"
			f.steps[i].takes = max(f.steps[i].takes, 8*time.Millisecond)
		}
	}
	return flows
}

// fan is one task, n beside each other behind it, and one behind all of them.
func fan(n int) []step {
	steps := []step{{id: "first"}}
	last := step{id: "last"}
	for i := range n {
		steps = append(steps, step{id: fmt.Sprintf("f%d", i), deps: []int{0}})
		last.deps = append(last.deps, i+1)
	}
	return append(steps, last)
}

func randomFlow(name string, rng *rand.Rand) *flow {
	f := &flow{name: name, steps: make([]step, 3+rng.IntN(6))}
	for i := range f.steps {
		s := &f.steps[i]
		s.id = fmt.Sprintf("t%d", i)
		for d := range i {
			if rng.IntN(3) == 0 {
				s.deps = append(s.deps, d)
			}
		}
		rng.Shuffle(len(s.deps), func(a, b int) { s.deps[a], s.deps[b] = s.deps[b], s.deps[a] })
		s.failures, s.retries, s.allow = rng.IntN(3), rng.IntN(3), rng.IntN(3) > 0
		s.rule.any = rng.IntN(2) == 0
		for _, d := range s.deps {
			if rng.IntN(3) == 0 {
				state := []cloacina.State{cloacina.Completed, cloacina.Failed, cloacina.Skipped}[rng.IntN(3)]
				s.rule.leaves = append(s.rule.leaves, leaf{task: d, state: state})
			}
		}
		if rng.IntN(4) == 0 {
			s.rule.leaves = append(s.rule.leaves, above(int64(rng.IntN(100))))
		}
		if rng.IntN(4) == 0 {
			s.erases = fmt.Sprintf("t%d", rng.IntN(len(f.steps)))
		}
	}
	return f
}

// quick is the flow with tasks that take no time, but for those that hang.
func (f *flow) quick() *flow {
	q := *f
	q.steps = slices.Clone(f.steps)
	for i := range q.steps {
		q.steps[i].takes = 1
	}
	return &q
}

// workflow is the program. Its tasks write to the ledger. Every other version of
// it has other delays, and its tasks in another order, so that they have other
// numbers: runs that are open when it changes go on as if nothing had.
func (f *flow) workflow(l *ledger, version int) *cloacina.Workflow {
	w := &cloacina.Workflow{Plan: cloacina.Plan{Name: f.name, Timeout: f.timeout}}
	order := f.order(version%2 == 1)
	index := make([]int, len(order)) // in the plan, by step
	for at, i := range order {
		index[i] = at
	}
	for _, i := range order {
		s := &f.steps[i]
		task := cloacina.PlanTask{
			ID: s.id, Open: true, AllowFailure: s.allow, Timeout: s.timeout,
			Retry: cloacina.Retry{
				Attempts: s.retries, Jitter: true,
				Delay: 3 * time.Millisecond, MaxDelay: time.Duration(20+version%2) * time.Millisecond,
			},
		}
		for _, d := range s.deps {
			task.DependsOn = append(task.DependsOn, index[d])
		}
		code := cloacina.TaskCode{Call: cloacina.CallDynamic(f.attempt(i, l))}
		if len(s.rule.leaves) > 0 {
			task.Rule, code.When = s.rule.in(index).compile()
		}
		if s.callbacks {
			code.OnSuccess, code.OnFailure = l.callback, l.callback
		}
		w.Plan.Tasks, w.Code = append(w.Plan.Tasks, task), append(w.Code, code)
	}
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	return w
}

// order is an order of the steps in which each is behind its dependencies: that
// in which they stand or, backwards, the one that has the last ones first.
func (f *flow) order(backwards bool) []int {
	order := make([]int, 0, len(f.steps))
	for len(order) < len(f.steps) {
		var next []int // steps whose dependencies are there
		for i := range f.steps {
			missing := func(d int) bool { return !slices.Contains(order, d) }
			if !slices.Contains(order, i) && !slices.ContainsFunc(f.steps[i].deps, missing) {
				next = append(next, i)
			}
		}
		if backwards {
			order = append(order, next[len(next)-1])
		} else {
			order = append(order, next[0])
		}
	}
	return order
}

// in is the rule with the indices of tasks that they have in a plan.
func (r rule) in(index []int) rule {
	r.leaves = slices.Clone(r.leaves)
	for i := range r.leaves {
		r.leaves[i].task = index[r.leaves[i].task]
	}
	return r
}

// callback notes that it was called.
func (l *ledger) callback(_ context.Context, e cloacina.TaskEnd) {
	l.write(entry{What: called, Run: e.Run, Task: e.Task, Attempt: e.Attempts, State: string(e.State)})
}

// compile makes the rule as a plan has it, and the function that decides.
func (r rule) compile() (cloacina.Rule, func(*cloacina.View) (bool, cloacina.Leaves)) {
	nodes := make([]*cloacina.RuleNode, len(r.leaves))
	compiled := cloacina.Rule{Text: "as the tree"}
	for i, l := range r.leaves {
		switch l.state {
		case cloacina.Completed:
			nodes[i] = cloacina.TaskSuccess(l.task)
		case cloacina.Failed:
			nodes[i] = cloacina.TaskFailed(l.task)
		case cloacina.Skipped:
			nodes[i] = cloacina.TaskSkipped(l.task)
		default:
			nodes[i] = cloacina.ContextValue("n", cloacina.GreaterThan, cloacina.Int(l.above))
			compiled.Reads = []cloacina.PlanRead{{Key: "n", Walk: true}}
		}
	}
	compiled.Tree = cloacina.All(nodes...)
	if r.any {
		compiled.Tree = cloacina.Any(nodes...)
	}
	return compiled, r.decide
}

func (r rule) decide(v *cloacina.View) (bool, cloacina.Leaves) {
	bits, count := make([]bool, len(r.leaves)), 0
	for i, l := range r.leaves {
		switch l.state {
		case cloacina.Completed:
			bits[i] = v.Success(l.task)
		case cloacina.Failed:
			bits[i] = v.Failed(l.task)
		case cloacina.Skipped:
			bits[i] = v.Skipped(l.task)
		default:
			bits[i] = v.Value(0).CompareInt(l.above).Greater()
		}
		if bits[i] {
			count++
		}
	}
	return count == len(bits) || r.any && count > 0, cloacina.LeavesOf(bits...)
}

// errPlanned is how attempts fail.
var errPlanned = errors.New("planned failure")

// attempt is the function of a task.
func (f *flow) attempt(i int, l *ledger) func(context.Context, *cloacina.Context) error {
	return func(ctx context.Context, c *cloacina.Context) error {
		info := cloacina.TaskFrom(ctx)
		e := entry{What: begin, Run: info.Run, Task: info.Task, Attempt: info.Attempt}
		l.write(e)
		err := f.work(ctx, c, i, info)
		switch {
		case f.steps[i].hangs:
			e.What = brokenOff
		case err == nil:
			e.What = success
		case errors.Is(err, errPlanned):
			e.What = failure
		case ctx.Err() != nil:
			e.What = brokenOff
		default:
			e.What, e.Text = problem, err.Error()
		}
		l.write(e)
		return err
	}
}

// work takes its time, then fails or writes.
func (f *flow) work(ctx context.Context, c *cloacina.Context, i int, info *cloacina.TaskInfo) error {
	s := &f.steps[i]
	takes := time.After(time.Duration(hash(info.Run, s.id, info.Attempt) % uint64(s.takes)))
	if s.hangs {
		takes = nil
	}
	select {
	case <-ctx.Done():
		if s.hangs && hash(info.Run, s.id, "late")%2 == 0 {
			return nil // too late: it counts for nothing
		}
		return context.Cause(ctx)
	case <-takes:
	}
	if info.Attempt <= s.failures {
		return errPlanned
	}
	sum, err := cloacina.Get[int64](c, "n")
	if err != nil {
		return err
	}
	for _, d := range s.deps {
		v, _, err := cloacina.Lookup[int64](c, f.steps[d].id)
		if err != nil {
			return err
		}
		sum += v
	}
	if s.erases != "" {
		err = c.Delete(s.erases)
	}
	if s.bytes > 0 {
		err = errors.Join(err, c.Set("ballast", strings.Repeat("b", s.bytes)))
	}
	return errors.Join(err, c.Set("last", s.id), c.Set(s.id, sum+1))
}

// hash is a number that depends on nothing else.
func hash(args ...any) uint64 {
	h := uint64(14695981039346656037)
	for _, b := range fmt.Append(nil, args...) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return h
}
