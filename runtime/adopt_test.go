package cloacina

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// editable makes workflows of typed tasks that are then changed. A task with
// the id "hold" waits until it is released; "flaky" fails its first attempt; the
// others succeed. The first key that a task writes is 1, the next 2, and so on.
type editable struct {
	mu       sync.Mutex
	released bool
	calls    []string
}

// typed is a task of such a workflow.
func (e *editable) typed(id string, deps ...int) task {
	return task{PlanTask: PlanTask{ID: id, DependsOn: deps}}
}

func (t task) reads(key, shape string) task {
	t.Reads = append(slices.Clone(t.Reads), PlanRead{Key: key, Shape: shape})
	return t
}

func (t task) writes(key, shape string) task {
	t.Writes = append(slices.Clone(t.Writes), PlanWrite{Key: key, Shape: shape})
	return t
}

// ifFailed and ifSucceeded give the task a rule.
func (t task) ifFailed(of int) task {
	return t.when(TaskFailed(of), func(v *View) (bool, Leaves) { return v.Failed(of), LeavesOf(v.Failed(of)) })
}

func (t task) ifSucceeded(of int) task {
	return t.when(TaskSuccess(of), func(v *View) (bool, Leaves) { return v.Success(of), LeavesOf(v.Success(of)) })
}

// flow is the workflow of these tasks. Who writes what they read follows from
// their dependencies.
func (e *editable) flow(tasks ...task) *Workflow { return e.with(func(*Plan) {}, tasks...) }

// with is flow with something of the workflow as a whole.
func (e *editable) with(set func(p *Plan), tasks ...task) *Workflow {
	w := flow("w", tasks...)
	set(&w.Plan)
	for i := range tasks {
		t := &w.Plan.Tasks[i]
		link(&w.Plan, i, t.Reads)
		link(&w.Plan, i, t.Rule.Reads)
		w.Code[i].Call = callFunc(func(ctx context.Context, k *Keys) error { return e.call(ctx, k, t) })
	}
	w.Plan.Fingerprint = w.Plan.ComputeFingerprint()
	return w
}

// link fills in who may write what a task reads.
func link(p *Plan, task int, reads []PlanRead) {
	bare := Plan{Name: p.Name}
	for i := range p.Tasks {
		bare.Tasks = append(bare.Tasks, PlanTask{ID: p.Tasks[i].ID, DependsOn: p.Tasks[i].DependsOn})
	}
	g, err := engine.Prepare(&bare, nil)
	if err != nil {
		panic(err)
	}
	for r := range reads {
		reads[r].Writers = nil
		for _, a := range g.Order(task) {
			if slices.ContainsFunc(p.Tasks[a].Writes, func(w PlanWrite) bool { return w.Key == reads[r].Key }) {
				reads[r].Writers = append(reads[r].Writers, a)
			}
		}
	}
}

func (e *editable) call(ctx context.Context, k *Keys, t *PlanTask) error {
	info := TaskFrom(ctx)
	e.mu.Lock()
	e.calls = append(e.calls, fmt.Sprintf("%s %d", info.Task, info.Attempt))
	wait := t.ID == "hold" && !e.released
	e.mu.Unlock()
	for _, rd := range t.Reads {
		if rd.Shape == "int" {
			var v int
			Require[int](k, rd.Key, &v)
		} else {
			var v string
			Require[string](k, rd.Key, &v)
		}
	}
	if err := k.firstError(); err != nil {
		return err
	}
	if wait {
		return forever(ctx)
	}
	if t.ID == "flaky" && info.Attempt == 1 {
		return errSource
	}
	for i, w := range t.Writes {
		if w.Shape == "int" {
			Write[int](k, w.Key, i+1)
		} else {
			Write[string](k, w.Key, "text")
		}
	}
	return nil
}

// take returns the calls since the last time, and lets the waiting tasks through
// from now on.
func (e *editable) take() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	calls := e.calls
	e.calls, e.released = nil, true
	slices.Sort(calls)
	return calls
}

// leave starts a run of the workflow before an edit and lets the process die.
func (e *editable) leave(t *testing.T, p place) {
	t.Helper()
	r, crash := p.openToCrash(t, e.flow(e.before()...))
	if _, err := r.Start(t.Context(), "w", Values{"x": 1}, StartOptions{ID: "x"}); err != nil {
		t.Fatal(err)
	}
	crash()
	if calls := e.take(); !slices.Equal(calls, []string{"fetch 1", "hold 1"}) {
		t.Fatalf("calls of the first process are %q", calls)
	}
}

// reason is why the run of an edit is blocked, as it is stored.
func (c *edit) reason() string {
	accept := `go on under the registered plan nevertheless with r.Unblock(ctx, "x", cloacina.UnblockAccept), `
	if c.refused {
		accept = ""
	}
	return "the registered plan does not fit what it has done: " + strings.Join(c.obstacles, "; ") +
		"; register the code it last ran under, " + accept + `or give it up with r.Cancel(ctx, "x")`
}

// A changed workflow: what becomes of an open run, how it is explained, and that
// every way out that is named is one.
func TestEditedWorkflow(t *testing.T) {
	t.Parallel()
	for name, c := range edits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.obstacles == nil {
				onEveryStore(t, func(t *testing.T, p place) { c.goesOn(t, p) })
				return
			}
			for way, out := range map[string]func(t *testing.T, p place, e *editable, after *Workflow){
				"accept": c.accept, "cancel": c.cancel, "the old code": c.rollBack,
			} {
				t.Run(way, func(t *testing.T) {
					t.Parallel()
					onEveryStore(t, func(t *testing.T, p place) {
						e := &editable{}
						e.leave(t, p)
						after := c.after(e, e.before())
						c.blocks(t, p, after)
						out(t, p, e, after)
						if calls := e.take(); len(calls) > 0 {
							t.Errorf("calls after the end are %q", calls)
						}
					})
				})
			}
		})
	}
}

func (c *edit) goesOn(t *testing.T, p place) {
	e, log := &editable{}, &logs{}
	e.leave(t, p)
	p.cfg.Handler = log
	r := p.open(t, c.after(e, e.before()))
	defer func() { shutdown(t, r) }()
	c.ends(t, r, e)
	if told := strings.Contains(log.String(), "INFO  cloacina::scheduler > Run goes on under a changed plan"); told != (c.changes != nil) {
		t.Errorf("the log tells of a change: %t\n%s", told, log)
	}
	shutdown(t, r)
	r = p.open(t) // what is stored
	c.checkChanges(t, r)
}

// ends checks how the run comes to its end.
func (c *edit) ends(t *testing.T, r *Runner, e *editable) {
	t.Helper()
	result, err := r.Wait(t.Context(), "x")
	if c.failure == "" && err != nil || c.failure != "" && (err == nil || !strings.Contains(err.Error(), c.failure)) {
		t.Fatalf("wait: %v", err)
	}
	var states []string
	for _, task := range result.Tasks {
		states = append(states, task.ID+" "+string(task.State))
		const reason = `trigger rule not satisfied: task_failed("fetch") is false`
		if task.ID == "check" && task.Reason != reason {
			t.Errorf("check was skipped because %s", task.Reason)
		}
	}
	if diff := cmp.Diff(c.states, states); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(c.calls, e.take()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if d, err := r.Run(t.Context(), "x"); err != nil {
		t.Error(err)
	} else if a := attemptOf(d, "hold"); a != nil && a.Interruptions != 1 {
		t.Errorf("hold was interrupted %d times", a.Interruptions)
	}
	if values, err := result.Values(); err != nil || values["x"] != int64(1) {
		t.Errorf("%v, values are %v", err, values)
	}
}

func attemptOf(d *RunDetail, id string) *AttemptDetail {
	for _, t := range d.Tasks {
		if t.ID == id && len(t.Attempts) > 0 {
			return &t.Attempts[0]
		}
	}
	return nil
}

func (c *edit) checkChanges(t *testing.T, r *Runner) {
	t.Helper()
	d, err := r.Run(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	var changes []string
	for _, change := range d.PlanChanges {
		changes = append(changes, change.Differences...)
		if change.At.Before(d.Started) || change.At.After(d.Ended) {
			t.Errorf("the plan changed at %v", change.At)
		}
	}
	if diff := cmp.Diff(c.changes, changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

// blocks checks that the run is blocked, and shown so by every later process.
func (c *edit) blocks(t *testing.T, p place, after *Workflow) {
	t.Helper()
	want := c.reason()
	for process, workflows := range [][]*Workflow{{after}, nil, {after}} {
		log := &logs{}
		p.cfg.Handler = log
		r := p.open(t, workflows...)
		_, err := r.Wait(t.Context(), "x")
		if !errors.Is(err, ErrBlocked) || err.Error() != "run x of workflow w: run is blocked: "+want {
			t.Errorf("process %d: wait: %v\nwant %s", process, err, want)
		}
		runs, err := r.Runs(t.Context(), RunFilter{States: []State{Blocked}})
		if err != nil || len(runs) != 1 || runs[0].Error != want || runs[0].Unregistered != (workflows == nil) {
			t.Errorf("process %d: %v, blocked runs are %+v", process, err, runs)
		}
		if d, err := r.Run(t.Context(), "x"); err != nil || d.State != Blocked || d.Tasks[2].State != Running {
			t.Errorf("process %d: %v, run is %+v", process, err, d)
		}
		if workflows != nil {
			log.has(t, "ERROR cloacina::scheduler > Pipeline blocked")
		}
		shutdown(t, r)
	}
}

func (c *edit) accept(t *testing.T, p place, e *editable, after *Workflow) {
	r := p.open(t, after)
	defer shutdown(t, r)
	err := r.Unblock(t.Context(), "x", UnblockAccept)
	if c.refused {
		want := `unblock run "x": run is blocked: ` + c.reason()
		if !errors.Is(err, ErrBlocked) || err.Error() != want {
			t.Errorf("accept: %v, want %s", err, want)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	c.ends(t, r, e)
	c.checkChanges(t, r)
}

func (c *edit) cancel(t *testing.T, p place, _ *editable, after *Workflow) {
	r := p.open(t, after)
	defer shutdown(t, r)
	if err := r.Unblock(t.Context(), "x", UnblockCancel); err != nil {
		t.Fatal(err)
	}
	result, err := r.Wait(t.Context(), "x")
	if !errors.Is(err, ErrCancelled) {
		t.Fatal(err)
	}
	want := map[string]State{"fetch": Completed, "check": Skipped, "hold": Cancelled, "store": Cancelled}
	if diff := cmp.Diff(want, states(result)); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func (c *edit) rollBack(t *testing.T, p place, e *editable, _ *Workflow) {
	log := &logs{}
	p.cfg.Handler = log
	r := p.open(t, e.flow(e.before()...))
	defer shutdown(t, r)
	old := edit{
		states: []string{"fetch completed", "check skipped", "hold completed", "store completed"},
		calls:  []string{"hold 1", "store 1"},
	}
	old.ends(t, r, e)
	old.checkChanges(t, r)
	log.has(t, "INFO  cloacina::scheduler > Pipeline unblocked")
}
