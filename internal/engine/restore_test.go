package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// restorable returns a run as a store fills it: a completed, b running again
// after a retry, c skipped, d waiting for b.
func restorable() (*plan.Plan, *engine.Run) {
	p := edges("a", "b: a", "c: a", "d: b c")
	p.Tasks[1].Retry = plan.Retry{Attempts: 2, Delay: time.Second, MaxDelay: time.Second}
	p.Tasks[2].Rule.Tree = &plan.Node{Op: plan.OpTaskFailed}
	return p, &engine.Run{
		ID: "run", Status: engine.RunRunning,
		Tasks: []engine.Task{
			{Status: engine.TaskCompleted, Attempt: 1, Writes: []engine.Entry{entry("k", "1"), entry("l", "2")}},
			{Status: engine.TaskRunning, Attempt: 2, Interruptions: 1},
			{Status: engine.TaskSkipped},
			{Status: engine.TaskWaiting},
		},
	}
}

func TestRestore(t *testing.T) {
	t.Parallel()
	p, r := restorable()
	g := prepare(t, p)
	r.Open, r.Tasks[0].Pending, r.Tasks[3].Pending = 99, 99, 99 // whatever the store left there
	if err := g.Restore(r); err != nil {
		t.Fatal(err)
	}
	if r.Open != 2 || r.Tasks[0].Pending != 0 || r.Tasks[3].Pending != 1 {
		t.Errorf("%d open, %d and %d pending", r.Open, r.Tasks[0].Pending, r.Tasks[3].Pending)
	}
	step(t, g, r, engine.Event{Kind: engine.Interrupted, Task: 1, Attempt: 2, MaxInterruptions: 3})
	complete(t, g, r, 1)
	complete(t, g, r, 3)
	if r.Status != engine.RunCompleted || r.Tasks[1].Attempt != 2 || r.Tasks[1].Interruptions != 2 {
		t.Errorf("the run is %v, task 1 %+v", r.Status, r.Tasks[1])
	}
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*engine.Run)
		want   string
	}{
		"task missing":        {func(r *engine.Run) { r.Tasks = r.Tasks[:3] }, "it has 3 tasks, its plan 4"},
		"no run state":        {func(r *engine.Run) { r.Status = 0 }, "it is in no known state: unknown(0)"},
		"unknown run state":   {func(r *engine.Run) { r.Status = 7 }, "it is in no known state: unknown(7)"},
		"initial unsorted":    {func(r *engine.Run) { r.Initial = []engine.Entry{entry("b", "1"), entry("a", "1")} }, "its initial context is not sorted"},
		"no task state":       {func(r *engine.Run) { r.Tasks[3].Status = 0 }, "task 3 is in no known state: unknown(0)"},
		"decided too soon":    {func(r *engine.Run) { r.Tasks[3].Status = engine.TaskReady }, "task 3 is ready, but 1 of its dependencies have not ended"},
		"skipped too soon":    {func(r *engine.Run) { r.Tasks[3].Status = engine.TaskSkipped }, "task 3 is skipped, but 1 of its"},
		"undecided":           {func(r *engine.Run) { r.Tasks[1] = engine.Task{Status: engine.TaskWaiting} }, "task 1 is undecided, but all its dependencies have ended"},
		"never begun":         {func(r *engine.Run) { r.Tasks[0] = engine.Task{Status: engine.TaskWaiting} }, "task 0 is undecided"},
		"writes of running":   {func(r *engine.Run) { r.Tasks[1].Writes = r.Tasks[0].Writes }, "task 1 is running and has writes"},
		"writes unsorted":     {func(r *engine.Run) { r.Tasks[0].Writes[1].Key = "a" }, "the writes of task 0 are not sorted"},
		"leaves contradict":   {func(r *engine.Run) { r.Tasks[2].Leaves = plan.LeavesOf(true) }, "task 2 is skipped, which its leaves 01 contradict"},
		"ready without leaf":  {func(r *engine.Run) { r.Tasks[2].Status = engine.TaskReady }, "task 2 is ready, which its leaves  contradict"},
		"runs without number": {func(r *engine.Run) { r.Tasks[1].Attempt = 0 }, "task 1 is running with attempt 0, which is not within 1 and 3"},
		"too many attempts":   {func(r *engine.Run) { r.Tasks[1].Attempt = 4 }, "task 1 is running with attempt 4"},
		"no retry left":       {func(r *engine.Run) { r.Tasks[1] = engine.Task{Status: engine.TaskRetrying, Attempt: 3} }, "task 1 is retrying with attempt 3, which is not within 1 and 2"},
		"no start left":       {func(r *engine.Run) { r.Tasks[1] = engine.Task{Status: engine.TaskReady, Attempt: 3} }, "task 1 is ready with attempt 3, which is not within 0 and 2"},
		"skipped and tried":   {func(r *engine.Run) { r.Tasks[2].Attempt = 1 }, "task 2 is skipped with attempt 1"},
		"again while running": {func(r *engine.Run) { r.Tasks[1].Again = true }, "task 1 is running and is to start attempt 2 again"},
		"again from nothing":  {func(r *engine.Run) { r.Tasks[1] = engine.Task{Status: engine.TaskReady, Again: true} }, "task 1 is ready and is to start attempt 0 again"},
		"negative count":      {func(r *engine.Run) { r.Tasks[1].Interruptions = -1 }, "task 1 has -1 interruptions"},
		"cancelled alone":     {func(r *engine.Run) { r.Tasks[3].Status = engine.TaskCancelled }, "it is running, but has a cancelled task"},
		"ended too soon":      {func(r *engine.Run) { r.Status = engine.RunCompleted }, "it is completed, but 2 of its tasks have not ended"},
		"end missing":         {allEnded(engine.RunRunning, engine.TaskCompleted), "it is running, but all its tasks have ended"},
		"failed for nothing":  {allEnded(engine.RunFailed, engine.TaskCompleted), "it is failed, which its tasks contradict"},
		"completed by failed": {allEnded(engine.RunCompleted, engine.TaskFailed), "it is completed, which its tasks contradict"},
		"completed by cancel": {allEnded(engine.RunCompleted, engine.TaskCancelled), "it is completed, which its tasks contradict"},
	} {
		p, r := restorable()
		test.change(r)
		err := prepare(t, p).Restore(r)
		var v *engine.Violation
		if !errors.As(err, &v) || !strings.Contains(v.Reason, test.want) {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
}

// allEnded ends the two open tasks of the restorable run.
func allEnded(run engine.RunStatus, last engine.TaskStatus) func(*engine.Run) {
	return func(r *engine.Run) {
		r.Status = run
		r.Tasks[1].Status, r.Tasks[3].Status = engine.TaskCompleted, last
		if last != engine.TaskCancelled {
			r.Tasks[3].Attempt = 1
		}
	}
}

func TestRestoreAcceptsEnds(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*engine.Run){
		"completed":        allEnded(engine.RunCompleted, engine.TaskCompleted),
		"failed":           allEnded(engine.RunFailed, engine.TaskFailed),
		"timed out":        allEnded(engine.RunFailed, engine.TaskCancelled),
		"cancelled":        allEnded(engine.RunCancelled, engine.TaskCancelled),
		"blocked":          func(r *engine.Run) { r.Status = engine.RunBlocked },
		"blocked too late": allEnded(engine.RunBlocked, engine.TaskCompleted),
		"blocked undecided": func(r *engine.Run) {
			r.Status, r.Tasks[1] = engine.RunBlocked, engine.Task{Status: engine.TaskWaiting}
		},
		"blocked and broken": func(r *engine.Run) { r.Status, r.Tasks[1].Status = engine.RunBlocked, 77 },
		"paused":             func(r *engine.Run) { r.Status = engine.RunPaused },
	} {
		p, r := restorable()
		change(r)
		if err := prepare(t, p).Restore(r); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
