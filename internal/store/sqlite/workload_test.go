//go:build linux

package sqlite_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// workload makes batches of changes that fit, as a driver of the engine would:
// runs with branches, skipped tasks, retries, interruptions, callbacks,
// cancellation, blocking and changes of plan.
type workload struct {
	rng   *rand.Rand
	last  int64 // the last number of a run
	now   int64
	open  []*workRun
	calls []*store.CallbackDone // the pending callbacks
	batch []store.Change
}

// workRun is a run that has not ended.
type workRun struct {
	num     int64
	graph   *engine.Graph
	state   *engine.Run
	blocked bool
}

func newWorkload(rng *rand.Rand) *workload { return &workload{rng: rng, now: 1_000_000} }

// next returns the next batch, which is never empty.
func (w *workload) next() []store.Change {
	w.batch = nil
	for moves := 1 + w.rng.IntN(5); moves > 0 || len(w.batch) == 0; moves-- {
		w.now += w.rng.Int64N(5_000)
		w.move()
	}
	w.open = slices.DeleteFunc(w.open, func(r *workRun) bool { return r.state.Status.Ended() })
	return w.batch
}

// move adds some changes, or none.
func (w *workload) move() {
	if len(w.open) == 0 || len(w.open) < 6 && w.rng.IntN(4) == 0 {
		w.create()
		return
	}
	if len(w.calls) > 0 && w.rng.IntN(6) == 0 {
		i := w.rng.IntN(len(w.calls))
		w.add(w.calls[i])
		w.calls = slices.Delete(w.calls, i, i+1)
		return
	}
	r := w.open[w.rng.IntN(len(w.open))]
	switch chance := w.rng.IntN(30); {
	case r.state.Status.Ended():
	case chance == 0:
		w.step(r, engine.Event{Kind: engine.Cancel})
	case r.blocked:
		w.unblock(r)
	case chance == 1:
		w.block(r)
	case chance == 2:
		w.replan(r)
	default:
		w.stepTask(r)
	}
}

func (w *workload) add(c store.Change) { w.batch = append(w.batch, c) }

func (w *workload) create() {
	w.last += 1 + w.rng.Int64N(2)
	p := planBefore
	if w.rng.IntN(3) == 0 {
		p = planAfter
	}
	c := &store.RunCreated{Num: w.last, ID: fmt.Sprintf("id-%d", w.last), Plan: p, Initial: w.entries(), At: w.now}
	if w.rng.IntN(3) == 0 {
		c.Deadline = w.now + 90_000
	}
	w.add(c)
	r := &workRun{num: w.last, graph: w.prepare(p)}
	r.state = r.graph.NewRun(c.ID, c.Initial, c.Deadline)
	w.open = append(w.open, r)
	w.step(r, engine.Event{Kind: engine.Begin})
}

// prepare returns the graph of a plan whose rules chance decides.
func (w *workload) prepare(p *plan.Plan) *engine.Graph {
	g, err := engine.Prepare(p, func(*engine.Graph, *engine.Run, int) (bool, plan.Leaves) {
		verdict := w.rng.IntN(3) > 0
		return verdict, plan.LeavesOf(verdict)
	})
	if err != nil {
		panic(err)
	}
	return g
}

func (w *workload) block(r *workRun) {
	r.blocked = true
	w.add(&store.RunBlocked{Run: r.num, Cause: store.BlockedByPlan, Reason: "does not fit", At: w.now})
}

func (w *workload) unblock(r *workRun) {
	r.blocked = false
	w.add(&store.RunUnblocked{Run: r.num, At: w.now})
}

// replan moves a run to the other plan, in which two tasks have changed places,
// unless the task that is new there had to be decided already.
func (w *workload) replan(r *workRun) {
	if r.graph.Plan() != planBefore || r.state.Tasks[2].Status.Ended() {
		return
	}
	tasks := []int{0, 2, 1, 4}
	w.add(&store.RunReplanned{Run: r.num, Plan: planAfter, Tasks: tasks, At: w.now})
	graph := w.prepare(planAfter)
	state := graph.NewRun(r.state.ID, r.state.Initial, r.state.Deadline)
	for before, now := range tasks {
		state.Tasks[now] = r.state.Tasks[before]
	}
	r.graph, r.state = graph, state
	if err := graph.Restore(state); err != nil {
		panic(err)
	}
	for i, c := range w.calls {
		if c.Run == r.num {
			w.calls[i].Task = tasks[c.Task]
		}
	}
}

// stepTask has something happen to a task.
func (w *workload) stepTask(r *workRun) {
	task := w.rng.IntN(len(r.state.Tasks))
	e := engine.Event{Task: task, Attempt: r.state.Tasks[task].Attempt}
	switch r.state.Tasks[task].Status {
	case engine.TaskReady:
		e.Kind = engine.Start
	case engine.TaskRetrying:
		e.Kind, e.Now = engine.RetryDue, r.state.Tasks[task].Due
		w.now = max(w.now, e.Now)
	case engine.TaskRunning:
		switch w.rng.IntN(8) {
		case 0:
			e.Kind = engine.Stopped
		case 1:
			e.Kind, e.MaxInterruptions = engine.Interrupted, 2
		case 2, 3:
			e.Kind, e.Retryable = engine.Failed, w.rng.IntN(4) > 0
		default:
			e.Kind, e.Writes = engine.Succeeded, w.entries()
		}
	default:
		return
	}
	w.step(r, e)
}

// step applies an event and adds the changes that follow from it.
func (w *workload) step(r *workRun, e engine.Event) {
	if e.Now == 0 {
		e.Now = w.now
	}
	decisions, err := r.graph.Step(r.state, e)
	if err != nil {
		panic(err)
	}
	for _, d := range decisions {
		w.follow(r, &e, d)
	}
	if len(decisions) > 0 && w.rng.IntN(2) == 0 { // most starts follow in the same transaction
		for task := range r.state.Tasks {
			if r.state.Tasks[task].Status == engine.TaskReady && w.rng.IntN(2) == 0 {
				w.step(r, engine.Event{Kind: engine.Start, Task: task})
			}
		}
	}
}

// follow turns a decision into changes.
func (w *workload) follow(r *workRun, e *engine.Event, d engine.Decision) {
	end := store.AttemptEnd{Attempt: d.Attempt}
	switch d.Kind {
	case engine.BecameReady:
		w.ready(r, e, d)
	case engine.WasSkipped:
		w.add(&store.TaskDecided{Run: r.num, Task: d.Task, Leaves: d.Leaves, At: w.now})
	case engine.Started:
		w.add(&store.AttemptStarted{
			Run: r.num, Task: d.Task, Attempt: d.Attempt, At: w.now, Host: "host", Version: fmt.Sprint("v", w.now%3),
		})
	case engine.Completed:
		end.Outcome = store.AttemptSucceeded
		w.end(r.num, d.Task, end, engine.TaskCompleted, e.Writes)
	case engine.WillRetry:
		end.Outcome, end.Error = store.AttemptFailed, "busy"
		w.add(&store.AttemptEnded{Run: r.num, Task: d.Task, AttemptEnd: end, At: w.now, Due: d.Due})
	case engine.FailedForGood:
		end.Outcome, end.Error = store.AttemptFailed, "broken"
		if d.Interrupted {
			end.Outcome, end.Interruptions = store.AttemptInterrupted, r.state.Tasks[d.Task].Interruptions
		}
		w.end(r.num, d.Task, end, engine.TaskFailed, nil)
	case engine.WasCancelled:
		if end.Outcome = store.AttemptCancelled; d.Attempt == 0 {
			end = store.AttemptEnd{}
		}
		w.add(&store.TaskEnded{Run: r.num, Task: d.Task, Last: end, Status: engine.TaskCancelled, At: w.now})
	case engine.RunEnded:
		w.add(&store.RunEnded{Run: r.num, Status: d.Status, At: w.now})
	}
}

// ready adds what made a task ready.
func (w *workload) ready(r *workRun, e *engine.Event, d engine.Decision) {
	end := store.AttemptEnd{Attempt: d.Attempt, Outcome: store.AttemptStopped}
	switch {
	case d.Verdict:
		w.add(&store.TaskDecided{Run: r.num, Task: d.Task, Ready: true, Leaves: d.Leaves, At: w.now})
		return
	case e.Kind == engine.RetryDue:
		w.add(&store.TaskRequeued{Run: r.num, Task: d.Task, At: w.now})
		return
	case e.Kind == engine.Interrupted:
		end.Outcome, end.Interruptions = store.AttemptInterrupted, r.state.Tasks[d.Task].Interruptions
	}
	w.add(&store.AttemptEnded{Run: r.num, Task: d.Task, AttemptEnd: end, At: w.now})
}

// end adds the end of a task with that of its attempt.
func (w *workload) end(run int64, task int, last store.AttemptEnd, status engine.TaskStatus, writes []engine.Entry) {
	c := &store.TaskEnded{
		Run: run, Task: task, Last: last, Status: status, Writes: writes, At: w.now, Callback: w.rng.IntN(3) == 0,
	}
	w.add(c)
	if c.Callback {
		w.calls = append(w.calls, &store.CallbackDone{Run: c.Run, Task: c.Task})
	}
}

// entries draws some writes. Most are small; some need pages of their own.
func (w *workload) entries() []engine.Entry {
	var entries []engine.Entry
	for _, key := range []string{"a", "b", "c"} {
		size := w.rng.IntN(40)
		switch w.rng.IntN(12) {
		case 0:
			size = w.rng.IntN(12_000)
		case 1:
			entries = append(entries, engine.Entry{Key: key}) // a tombstone
			continue
		case 2, 3, 4, 5:
			continue
		}
		letter := string(rune('a' + w.rng.IntN(26)))
		entries = append(entries, engine.Entry{Key: key, Value: []byte(`"` + strings.Repeat(letter, size) + `"`)})
	}
	return entries
}

// planBefore and planAfter are two versions of a workflow. In the second one
// two tasks have changed places, and there is one more.
var planBefore, planAfter = fingerprinted(&plan.Plan{Name: "w", Tasks: []plan.Task{
	{ID: "a", Retry: twice},
	{ID: "b", DependsOn: []int{0}, Rule: ifCompleted(0, "a"), Retry: twice},
	{ID: "c", DependsOn: []int{0}, AllowFailure: true},
	{ID: "d", DependsOn: []int{1, 2}, Rule: ifCompleted(1, "b"), Retry: twice},
}}), fingerprinted(&plan.Plan{Name: "w", Tasks: []plan.Task{
	{ID: "a", Retry: twice},
	{ID: "c", DependsOn: []int{0}, AllowFailure: true},
	{ID: "b", DependsOn: []int{0}, Rule: ifCompleted(0, "a"), Retry: twice},
	{ID: "x", DependsOn: []int{1}},
	{ID: "d", DependsOn: []int{2, 1}, Rule: ifCompleted(2, "b"), Retry: twice},
}})

// twice is a policy of two retries.
var twice = plan.Retry{Attempts: 2, Delay: 1e9, MaxDelay: 1e10, Backoff: plan.Fixed}

// ifCompleted is the rule that a task has completed.
func ifCompleted(task int, id string) plan.Rule {
	return plan.Rule{
		Text: fmt.Sprintf("task_success(%q)", id), Tree: &plan.Node{Op: plan.OpTaskSuccess, Task: task},
	}
}

func fingerprinted(p *plan.Plan) *plan.Plan {
	p.Fingerprint = p.ComputeFingerprint()
	return p
}

// describe returns all that can be read from a store, line by line, but for the
// runs with which a test went on after a failure.
func describe(s store.Store) (string, error) {
	ctx := context.Background()
	var b strings.Builder
	last, err := s.LastNum(ctx)
	if err != nil {
		return "", err
	}
	oldest, err := s.OldestEnd(ctx, "w")
	if err != nil {
		return "", err
	}
	callbacks, err := s.Callbacks(ctx)
	if err != nil {
		return "", err
	}
	runs, err := s.Runs(ctx, store.Filter{Limit: 1 << 20})
	if err != nil {
		return "", err
	}
	all := len(runs)
	runs = slices.DeleteFunc(runs, func(info store.RunInfo) bool { return isFurther(info.ID) })
	last -= int64(all - len(runs))
	fmt.Fprintf(&b, "last %d, oldest %d\ncallbacks %+v\n", last, oldest, callbacks)
	for _, info := range runs {
		d, err := s.Run(ctx, info.ID)
		if err != nil {
			return "", err
		}
		describeRun(&b, d)
	}
	for r, err := range s.OpenRuns(ctx) {
		if err != nil {
			return "", err
		}
		if r.Damage != nil {
			return "", r.Damage
		}
		if isFurther(r.State.ID) {
			continue
		}
		describeOpen(&b, r)
	}
	return b.String(), nil
}

// describeRun adds a run. Values are printed as text, because a byte a number
// would take most of the time of the tests.
func describeRun(b *strings.Builder, d *store.RunDetail) {
	fmt.Fprintf(b, "%+v\n\tinitial %s, plan %s\n", d.RunInfo, d.Initial, d.Plan.Fingerprint)
	for _, task := range d.Tasks {
		writes := task.Writes
		task.Writes = nil
		fmt.Fprintf(b, "\ttask %+v writes %s\n", task, writes)
	}
	for _, r := range d.Replans {
		fmt.Fprintf(b, "\treplanned at %d from %s to %s\n", r.At, r.From.Fingerprint, r.To.Fingerprint)
	}
}

// describeOpen adds a run that has not ended.
func describeOpen(b *strings.Builder, r *store.OpenRun) {
	s := r.State
	fmt.Fprintf(b, "open run %d, created %d, plan %s, failures %v, cause %v %q, delayed %v\n",
		r.Num, r.Created, r.Plan.Fingerprint, r.Failures, r.Cause, r.Reason, r.Delayed)
	fmt.Fprintf(b, "\tstate %q %v, deadline %d, initial %s\n", s.ID, s.Status, s.Deadline, s.Initial)
	for _, task := range s.Tasks {
		writes := task.Writes
		task.Writes = nil
		fmt.Fprintf(b, "\ttask %+v writes %s\n", task, writes)
	}
}
