package engine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// TestViolations corrupts a run, or feeds it nonsense, and checks that an
// assertion notices, and that the run is as it was before the event.
func TestViolations(t *testing.T) {
	t.Parallel()
	succeed := engine.Event{Kind: engine.Succeeded, Attempt: 1}
	for name, test := range map[string]struct {
		corrupt func(*engine.Run)
		event   engine.Event
		want    string
	}{
		"no such task":     {nil, engine.Event{Kind: engine.Start, Task: 4}, "there is no such task"},
		"negative task":    {nil, engine.Event{Kind: engine.Start, Task: -1}, "there is no such task"},
		"no kind":          {nil, engine.Event{}, "unknown kind of event"},
		"unknown kind":     {nil, engine.Event{Kind: engine.Unblock + 1}, "unknown kind of event"},
		"unsorted writes":  {nil, withWrites(succeed, "b", "a"), `the writes are not sorted by key, each once: ["b" "a"]`},
		"key twice":        {nil, withWrites(succeed, "a", "a"), `the writes are not sorted by key, each once: ["a" "a"]`},
		"tasks missing":    {func(r *engine.Run) { r.Tasks = r.Tasks[:3] }, succeed, "the run has 3 tasks, its plan 4"},
		"no state of run":  {func(r *engine.Run) { r.Status = 0 }, succeed, "the run is in no known state: unknown(0)"},
		"run of no kind":   {func(r *engine.Run) { r.Status = 7 }, succeed, "the run is in no known state: unknown(7)"},
		"count of run":     {func(r *engine.Run) { r.Open = 0 }, succeed, "task 0 is to end in a run with 0 open tasks"},
		"pending too few":  {func(r *engine.Run) { r.Tasks[2].Pending = 0 }, succeed, "task 2 is waiting with 0 pending before its dependency 0 has ended"},
		"decided too soon": {func(r *engine.Run) { r.Tasks[2].Status = engine.TaskReady }, succeed, "task 2 is ready with 1 pending"},
		"runs too soon": {
			func(r *engine.Run) { r.Tasks[2].Status = engine.TaskReady },
			engine.Event{Kind: engine.Start, Task: 2}, "task 2 is to be running before 1 of its dependencies have ended",
		},
		"too many attempts": {
			func(r *engine.Run) { r.Tasks[1].Attempt = 1 },
			engine.Event{Kind: engine.Start, Task: 1}, "task 1 is to start attempt 2 with 0 retries",
		},
		"writes before the end": {
			func(r *engine.Run) { r.Tasks[1].Writes = []engine.Entry{entry("k", "1")} },
			engine.Event{Kind: engine.Start, Task: 1}, "task 1 is ready and has writes already",
		},
		"open tasks at the end": {func(r *engine.Run) { r.Open = 9 }, engine.Event{Kind: engine.Cancel}, "the run is to end as cancelled with 5 open tasks"},
		"state of no task": {
			func(r *engine.Run) { r.Tasks[0].Status = 0 },
			engine.Event{Kind: engine.Cancel}, "task 0 cannot change from unknown(0) to cancelled",
		},
		"dependant of no state": {
			func(r *engine.Run) { r.Tasks[3].Status = 10 },
			engine.Event{Kind: engine.Cancel}, "task 3 is unknown(10) with 3 pending before its dependency 0 has ended",
		},
	} {
		g := prepare(t, edges("a", "b", "c: a", "d: a b c"))
		r := started(t, g)
		if test.corrupt != nil {
			test.corrupt(r)
		}
		before := clone(r)
		decisions, err := g.Step(r, test.event)
		var v *engine.Violation
		if !errors.As(err, &v) || !strings.Contains(v.Reason, test.want) || len(decisions) > 0 {
			t.Errorf("%s: got %v and %v, want %s", name, err, decisions, test.want)
			continue
		}
		if diff := difference(before, r); diff != "" {
			t.Errorf("%s: the run has changed: %s", name, diff)
		}
		if v.Run != "run" || v.Event.Kind != test.event.Kind || !strings.Contains(v.Dump, `task 1 "b" after []: ready`) {
			t.Errorf("%s: violation %+v", name, v)
		}
	}
}

func withWrites(e engine.Event, keys ...string) engine.Event {
	for _, key := range keys {
		e.Writes = append(e.Writes, entry(key, "1"))
	}
	return e
}

// A violation in the middle of a cascade takes everything back, counters too.
func TestViolationRollsBackCascade(t *testing.T) {
	t.Parallel()
	// a completes; b, c and d are skipped one after the other; e's rule is broken.
	p := edges("a", "b: a", "c: b", "d: c a", "e: d")
	for i := 1; i < len(p.Tasks); i++ {
		p.Tasks[i].Rule.Tree = &plan.Node{Op: plan.OpTaskFailed, Task: i - 1}
	}
	for name, broken := range map[string]engine.Decider{
		"panics":               func(*engine.Graph, *engine.Run, int) (bool, plan.Leaves) { panic("no key") },
		"contradicts its tree": func(*engine.Graph, *engine.Run, int) (bool, plan.Leaves) { return true, plan.Leaves{} },
	} {
		decide := func(g *engine.Graph, r *engine.Run, task int) (bool, plan.Leaves) {
			if task == 4 {
				return broken(g, r, task)
			}
			return interpret(g, r, task)
		}
		g, err := engine.Prepare(p, decide)
		if err != nil {
			t.Fatal(err)
		}
		r := started(t, g)
		before := clone(r)
		e := withWrites(engine.Event{Kind: engine.Succeeded, Attempt: 1}, "k")
		_, err = g.Step(r, e)
		var v *engine.Violation
		if !errors.As(err, &v) || !strings.Contains(v.Reason, "the rule of task 4") {
			t.Fatalf("%s: got %v", name, err)
		}
		if diff := difference(before, r); diff != "" {
			t.Errorf("%s: the run has changed: %s", name, diff)
		}
		if (len(v.Stack) > 0) != (name == "panics") {
			t.Errorf("%s: %d bytes of stack", name, len(v.Stack))
		}
		// A program whose rule is repaired can go on from there.
		if d := step(t, prepare(t, p), r, e); len(d) != 6 || r.Status != engine.RunCompleted {
			t.Errorf("%s: afterwards %+v", name, d)
		}
	}
}

func TestRuleWithoutDeciderIsViolation(t *testing.T) {
	t.Parallel()
	p := edges("a")
	p.Tasks[0].Rule.Tree = &plan.Node{Op: plan.OpAll}
	g, err := engine.Prepare(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = g.Step(g.NewRun("run", nil, 0), engine.Event{Kind: engine.Begin})
	if err == nil || !strings.Contains(err.Error(), "no decider") {
		t.Errorf("got %v", err)
	}
}

// Block is what a driver does about a violation, so it bears any run.
func TestBlockBearsAnyRun(t *testing.T) {
	t.Parallel()
	g := prepare(t, edges("a", "b: a"))
	r := started(t, g)
	r.Tasks, r.Open = r.Tasks[:1], -3
	if d := step(t, g, r, engine.Event{Kind: engine.Block}); len(d) != 1 || d[0].Kind != engine.RunEnded || d[0].Status != engine.RunBlocked {
		t.Errorf("got %+v", d)
	}
	if r.Status != engine.RunBlocked {
		t.Errorf("the run is %v", r.Status)
	}
}

// A blocked run may be in any state, and still there is a way out.
func TestCancelOfBlockedRunBearsAnyRun(t *testing.T) {
	t.Parallel()
	g := prepare(t, edges("a", "b: a", "c: b", "d"))
	r := started(t, g)
	complete(t, g, r, 3)
	step(t, g, r, engine.Event{Kind: engine.Block})
	r.Open = -3
	r.Tasks[1].Status, r.Tasks[1].Pending = 77, 5
	got := step(t, g, r, engine.Event{Kind: engine.Cancel})
	want := []engine.Decision{
		{Kind: engine.WasCancelled, Task: 0, Attempt: 1},
		{Kind: engine.WasCancelled, Task: 1},
		{Kind: engine.WasCancelled, Task: 2},
		{Kind: engine.RunEnded, Status: engine.RunCancelled},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := g.Restore(r); err != nil || r.Open != 0 || r.Tasks[3].Status != engine.TaskCompleted {
		t.Errorf("%v, %d open, task 3 is %v", err, r.Open, r.Tasks[3].Status)
	}
}
