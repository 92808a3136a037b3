package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// retrying returns a plan of one task with retries and one that depends on it.
func retryingPlan() *plan.Plan {
	p := edges("a", "b: a")
	p.Tasks[0].Retry = plan.Retry{Attempts: 2, Delay: time.Second, MaxDelay: time.Minute}
	return p
}

// inState returns a run whose task 0 has got to a state, by events where there
// are events for it.
func inState(t *testing.T, g *engine.Graph, s engine.TaskStatus) *engine.Run {
	t.Helper()
	r := g.NewRun("run", nil, 0)
	events := map[engine.TaskStatus][]engine.EventKind{
		engine.TaskReady:     {engine.Begin},
		engine.TaskRunning:   {engine.Begin, engine.Start},
		engine.TaskRetrying:  {engine.Begin, engine.Start, engine.Failed},
		engine.TaskCompleted: {engine.Begin, engine.Start, engine.Succeeded},
		engine.TaskFailed:    {engine.Begin, engine.Start, engine.Interrupted, engine.Start, engine.Interrupted},
	}
	for _, kind := range events[s] {
		step(t, g, r, attemptEvent(kind, r))
	}
	if s == engine.TaskDeferred || s == engine.TaskSkipped || s == engine.TaskCancelled {
		step(t, g, r, engine.Event{Kind: engine.Begin})
		r.Tasks[0].Status = s
	}
	if got := r.Tasks[0].Status; got != s {
		t.Fatalf("task is %v, not %v", got, s)
	}
	return r
}

func attemptEvent(kind engine.EventKind, r *engine.Run) engine.Event {
	return engine.Event{Kind: kind, Attempt: r.Tasks[0].Attempt, Retryable: true, MaxInterruptions: 1}
}

// TestEveryEventInEveryState is the whole behaviour of one task as a table;
// a dot is an event that does not fit and changes nothing.
func TestEveryEventInEveryState(t *testing.T) {
	t.Parallel()
	const want = `
waiting:    begin=ready start=. succeeded=. failed=. stopped=. interrupted=. retry_due=. cancel=cancelled timed_out=cancelled block=.
ready:      begin=. start=running succeeded=. failed=. stopped=. interrupted=. retry_due=. cancel=cancelled timed_out=cancelled block=.
running:    begin=. start=. succeeded=completed failed=retrying stopped=ready interrupted=ready retry_due=. cancel=cancelled timed_out=cancelled block=.
retrying:   begin=. start=. succeeded=. failed=. stopped=. interrupted=. retry_due=ready cancel=cancelled timed_out=cancelled block=.
deferred:   begin=. start=. succeeded=. failed=. stopped=. interrupted=. retry_due=. cancel=cancelled timed_out=cancelled block=.
completed:  begin=. start=. succeeded=. failed=. stopped=. interrupted=. retry_due=. cancel=. timed_out=. block=.
failed:     begin=. start=. succeeded=. failed=. stopped=. interrupted=. retry_due=. cancel=. timed_out=. block=.
`
	g := prepare(t, retryingPlan())
	var b strings.Builder
	b.WriteByte('\n')
	for s := engine.TaskWaiting; s <= engine.TaskFailed; s++ {
		fmt.Fprintf(&b, "%-11v", s.String()+":")
		for kind := engine.Begin; kind <= engine.Block; kind++ {
			r := inState(t, g, s)
			step(t, g, r, attemptEvent(kind, r))
			after := "."
			if r.Tasks[0].Status != s {
				after = r.Tasks[0].Status.String()
			}
			fmt.Fprintf(&b, " %v=%s", kind, after)
		}
		b.WriteByte('\n')
	}
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

// TestEveryEventInEveryRunState does the same for the run, with a running task.
func TestEveryEventInEveryRunState(t *testing.T) {
	t.Parallel()
	const want = `
running:   start=. succeeded=. cancel=cancelled timed_out=failed block=blocked
paused:    start=. succeeded=. cancel=cancelled timed_out=failed block=blocked
blocked:   start=. succeeded=. cancel=cancelled timed_out=. block=.
completed: start=. succeeded=. cancel=. timed_out=. block=.
failed:    start=. succeeded=. cancel=. timed_out=. block=.
cancelled: start=. succeeded=. cancel=. timed_out=. block=.
`
	g := prepare(t, retryingPlan())
	var b strings.Builder
	b.WriteByte('\n')
	for s := engine.RunRunning; s <= engine.RunCancelled; s++ {
		fmt.Fprintf(&b, "%-10v", s.String()+":")
		for _, kind := range []engine.EventKind{engine.Start, engine.Succeeded, engine.Cancel, engine.TimedOut, engine.Block} {
			r := inState(t, g, engine.TaskRunning)
			r.Status = s
			step(t, g, r, attemptEvent(kind, r))
			after := "."
			if r.Status != s {
				after = r.Status.String()
			}
			fmt.Fprintf(&b, " %v=%s", kind, after)
		}
		b.WriteByte('\n')
	}
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

// A paused run lets attempts end and decides what follows, but starts nothing.
func TestPausedRunStartsNothing(t *testing.T) {
	t.Parallel()
	g := prepare(t, retryingPlan())
	r := started(t, g)
	r.Status = engine.RunPaused
	step(t, g, r, engine.Event{Kind: engine.Succeeded, Attempt: 1})
	if d := step(t, g, r, engine.Event{Kind: engine.Start, Task: 1}); len(d) > 0 || r.Tasks[1].Status != engine.TaskReady {
		t.Errorf("task 1 is %v", r.Tasks[1].Status)
	}
	r.Status = engine.RunRunning
	complete(t, g, r, 1)
	if r.Status != engine.RunCompleted {
		t.Errorf("the run is %v", r.Status)
	}
}

func TestDecisionsInOrder(t *testing.T) {
	t.Parallel()
	p := edges("a", "b: a", "c: b", "d: a")
	p.Tasks[1].Rule.Tree = &plan.Node{Op: plan.OpTaskFailed, Task: 0}
	p.Tasks[2].Rule.Tree = &plan.Node{Op: plan.OpAny, Args: []*plan.Node{
		{Op: plan.OpTaskSuccess, Task: 1}, {Op: plan.OpTaskFailed, Task: 0},
	}}
	g := prepare(t, p)
	r := started(t, g)
	got := step(t, g, r, engine.Event{Kind: engine.Succeeded, Attempt: 1})
	want := []engine.Decision{
		{Kind: engine.Completed, Task: 0, Attempt: 1},
		{Kind: engine.WasSkipped, Task: 1, Verdict: true},
		{Kind: engine.BecameReady, Task: 3, Attempt: 1, Verdict: true},
		{Kind: engine.WasSkipped, Task: 2, Verdict: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = complete(t, g, r, 3)
	want = []engine.Decision{
		{Kind: engine.Completed, Task: 3, Attempt: 1},
		{Kind: engine.RunEnded, Status: engine.RunCompleted},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRetriesUntilNoneIsLeft(t *testing.T) {
	t.Parallel()
	g := prepare(t, retryingPlan())
	r := begun(t, g)
	for attempt := 1; attempt <= 3; attempt++ {
		d := step(t, g, r, engine.Event{Kind: engine.Start})
		if d[0].Attempt != attempt {
			t.Fatalf("attempt %d is numbered %d", attempt, d[0].Attempt)
		}
		d = step(t, g, r, engine.Event{Kind: engine.Failed, Attempt: attempt, Retryable: true, Now: 1000})
		if attempt == 3 {
			if d[0].Kind != engine.FailedForGood || d[1].Kind != engine.BecameReady || d[1].Task != 1 {
				t.Errorf("after the last attempt: %+v", d)
			}
			break
		}
		wait := int64(attempt) * 1000 // exponential: 1s, 2s
		if want := 1000 + wait; d[0].Kind != engine.WillRetry || d[0].Due != want {
			t.Errorf("after attempt %d: %+v, want due %d", attempt, d[0], want)
		}
		// The end of an earlier delay does not cut this one short.
		if d := step(t, g, r, engine.Event{Kind: engine.RetryDue, Attempt: attempt - 1}); len(d) > 0 {
			t.Errorf("a late delay gives %+v", d)
		}
		d = step(t, g, r, engine.Event{Kind: engine.RetryDue, Attempt: attempt})
		if d[0].Kind != engine.BecameReady || d[0].Attempt != attempt+1 || d[0].Verdict {
			t.Errorf("when due: %+v", d[0])
		}
	}
}

func TestNoRetry(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		condition plan.Condition
		retryable bool
	}{"not retryable": {plan.RetryAll, false}, "never": {plan.RetryNever, true}} {
		p := retryingPlan()
		p.Tasks[0].Retry.Condition = test.condition
		g := prepare(t, p)
		r := started(t, g)
		step(t, g, r, engine.Event{Kind: engine.Failed, Attempt: 1, Retryable: test.retryable})
		if r.Tasks[0].Status != engine.TaskFailed {
			t.Errorf("%s: the task is %v", name, r.Tasks[0].Status)
		}
	}
}

func TestInterruptions(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{-1, 0, 1, 3} {
		g := prepare(t, retryingPlan())
		r := begun(t, g)
		for n := 1; n <= 10 && r.Tasks[0].Status == engine.TaskReady; n++ {
			step(t, g, r, engine.Event{Kind: engine.Start})
			task := &r.Tasks[0]
			if suspect := limit >= 0 && n > limit; task.Suspect(limit) != suspect || task.Attempt != 1 {
				t.Errorf("limit %d, start %d: suspect %t, attempt %d", limit, n, !suspect, task.Attempt)
			}
			d := step(t, g, r, engine.Event{Kind: engine.Interrupted, Attempt: 1, MaxInterruptions: limit})
			if task.Interruptions != n {
				t.Errorf("%d interruptions are counted as %d", n, task.Interruptions)
			}
			if failed := limit >= 0 && n > limit; d[0].Interrupted != failed || (d[0].Kind == engine.FailedForGood) != failed {
				t.Errorf("limit %d, interruption %d: %+v", limit, n, d[0])
			}
		}
		if want := engine.TaskFailed; limit >= 0 && r.Tasks[0].Status != want {
			t.Errorf("limit %d: the task is %v", limit, r.Tasks[0].Status)
		}
	}
}

// The next attempt of a suspect starts with a clean record.
func TestInterruptionsAreCountedByAttempt(t *testing.T) {
	t.Parallel()
	g := prepare(t, retryingPlan())
	r := started(t, g)
	step(t, g, r, engine.Event{Kind: engine.Interrupted, Attempt: 1, MaxInterruptions: 1})
	task := &r.Tasks[0]
	if !task.Suspect(1) || task.Next() != 1 {
		t.Errorf("suspect %t, next %d", task.Suspect(1), task.Next())
	}
	step(t, g, r, engine.Event{Kind: engine.Start})
	step(t, g, r, engine.Event{Kind: engine.Failed, Attempt: 1, Retryable: true})
	step(t, g, r, engine.Event{Kind: engine.RetryDue, Attempt: 1})
	if task.Suspect(1) || task.Next() != 2 {
		t.Errorf("suspect %t, next %d", task.Suspect(1), task.Next())
	}
	step(t, g, r, engine.Event{Kind: engine.Start})
	if task.Interruptions != 0 || task.Attempt != 2 {
		t.Errorf("attempt %d has %d interruptions", task.Attempt, task.Interruptions)
	}
}

func TestEndOfRun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fails, allowed bool
		want           engine.RunStatus
	}{
		"completed":       {false, false, engine.RunCompleted},
		"failed":          {true, false, engine.RunFailed},
		"allowed to fail": {true, true, engine.RunCompleted},
	} {
		p := edges("a", "b")
		p.Tasks[0].AllowFailure = test.allowed
		g := prepare(t, p)
		r := begun(t, g)
		complete(t, g, r, 1)
		step(t, g, r, engine.Event{Kind: engine.Start})
		end := engine.Event{Kind: engine.Succeeded, Attempt: 1}
		if test.fails {
			end.Kind = engine.Failed
		}
		step(t, g, r, end)
		if r.Status != test.want {
			t.Errorf("%s: the run is %v", name, r.Status)
		}
	}
}

func TestRunsThatEndAtOnce(t *testing.T) {
	t.Parallel()
	skips := edges("a", "b: a")
	skips.Tasks[0].Rule.Tree = &plan.Node{Op: plan.OpAny}
	skips.Tasks[1].Rule.Tree = &plan.Node{Op: plan.OpTaskSuccess, Task: 0}
	for name, p := range map[string]*plan.Plan{"all skipped": skips, "no tasks": edges()} {
		g := prepare(t, p)
		r := begun(t, g)
		if r.Status != engine.RunCompleted || r.Open != 0 {
			t.Errorf("%s: the run is %v with %d open", name, r.Status, r.Open)
		}
		if d := step(t, g, r, engine.Event{Kind: engine.Begin}); len(d) > 0 {
			t.Errorf("%s: begins again: %+v", name, d)
		}
	}
}

// A chain of skips is a loop, however long, and each task is decided once.
func TestLongChainOfSkips(t *testing.T) {
	t.Parallel()
	const n = 100_000
	g := prepare(t, chainPlan(n, plan.OpTaskFailed))
	r := started(t, g)
	d := step(t, g, r, engine.Event{Kind: engine.Succeeded, Attempt: 1})
	if len(d) != n+1 || d[n].Status != engine.RunCompleted || r.Tasks[n-2].Status != engine.TaskSkipped {
		t.Errorf("%d decisions, the run is %v", len(d), r.Status)
	}
}
