package engine_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/google/go-cmp/cmp"
)

// adopted adopts a plan without obstacles and replans the run.
func adopted(t *testing.T, old *plan.Plan, r *engine.Run, now *plan.Plan, accept bool) (*engine.Adoption, *engine.Graph, []engine.Decision) {
	t.Helper()
	adoption, obstacles := engine.Adopt(old, r, now, accept)
	if adoption == nil {
		t.Fatalf("obstacles: %v", obstacles)
	}
	g := prepare(t, adoption.Plan)
	if err := g.RestoreAdopted(adoption.Run); err != nil {
		t.Fatal(err)
	}
	return adoption, g, step(t, g, adoption.Run, engine.Event{Kind: engine.Replan})
}

func TestAdoptNumbersByTheNewPlan(t *testing.T) {
	t.Parallel()
	old := workflow("a", "b: a", "c: a b", "d: b c")
	old.Tasks[1].Rule.Tree = &plan.Node{Op: plan.OpNot, Args: []*plan.Node{{Op: plan.OpTaskFailed, Task: 0}}}
	old.Tasks[1].Rule.Text = "not(task_failed(a))"
	r := after(t, old, "a:k=1", "b>")
	now := workflow("new", "a", "b: a", "c: new b", "d: c b new")
	adoption, g, decisions := adopted(t, old, r, now, true)
	if diff := cmp.Diff([]int{1, 2, 3, 4}, adoption.Tasks); diff != "" {
		t.Error(diff)
	}
	if got, want := kinds(decisions), "became_ready 0"; got != want {
		t.Errorf("decided %s, want %s", got, want)
	}
	b := &adoption.Plan.Tasks[2]
	if got, want := adoption.Plan.NodeText(b.Rule.Tree), `not(task_failed("a"))`; got != want || b.Rule.Text != "not(task_failed(a))" {
		t.Errorf("b was decided by %s (%q), want %s", got, b.Rule.Text, want)
	}
	step(t, g, adoption.Run, engine.Event{Kind: engine.Interrupted, Task: 2, Attempt: 1, MaxInterruptions: 3})
	for _, task := range []int{0, 2, 3, 4} {
		complete(t, g, adoption.Run, task)
	}
	if adoption.Run.Status != engine.RunCompleted || !adoption.Changed {
		t.Errorf("the run is %v, changed %t", adoption.Run.Status, adoption.Changed)
	}
}

// A run that only its past sets apart from the plan gets the plan itself.
func TestAdoptGivesThePlanItself(t *testing.T) {
	t.Parallel()
	old, now := workflow("a", "b: a"), workflow("a", "b: a", "c: b")
	r := after(t, old, "a")
	adoption, _, _ := adopted(t, old, r, now, false)
	if adoption.Plan != now || !adoption.Changed {
		t.Errorf("changed %t, plan %+v", adoption.Changed, adoption.Plan)
	}
	same, obstacles := engine.Adopt(now, adoption.Run, workflow("a", "b: a", "c: b"), false)
	if len(obstacles) > 0 || same.Changed || !slices.Equal(same.Tasks, []int{0, 1, 2}) {
		t.Errorf("the same plan: %+v, %v", same, obstacles)
	}
}

// What holds for a run as a whole was settled at its start.
func TestAdoptKeepsWhatTheRunWasStartedWith(t *testing.T) {
	t.Parallel()
	old, now := workflow("a | input:k=int", "b: a"), workflow("a | input:l=int", "b: a")
	old.Timeout, now.Timeout, now.Retention, now.Description = time.Hour, time.Minute, time.Second, "new"
	old.Fingerprint, now.Fingerprint = old.ComputeFingerprint(), now.ComputeFingerprint()
	r := after(t, old, "=k=1")
	r.Deadline = 77
	adoption, _, _ := adopted(t, old, r, now, false)
	p := adoption.Plan
	if p.Timeout != time.Hour || p.Input[0].Name != "k" || p.Retention != time.Second || p.Description != "new" || adoption.Run.Deadline != 77 {
		t.Errorf("plan %+v, deadline %d", p, adoption.Run.Deadline)
	}
	if adoption.Changed {
		t.Error("something changed")
	}
}

// A task that is gone stays as history: in nobody's context, but its failure counts.
func TestAdoptKeepsHistoryOutOfContexts(t *testing.T) {
	t.Parallel()
	old := workflow("a | w:k=int", "z | w:k=int", "x: a z | R:k=int")
	r := after(t, old, "z:k=9", "a>")
	now := workflow("a | w:k=int", "x: a | R:k=int")
	adoption, g, _ := adopted(t, old, r, now, true)
	p := adoption.Plan
	if len(p.Tasks) != 3 || p.Tasks[2].ID != "z" || !p.Tasks[2].IsGone() || !slices.Equal(adoption.Tasks, []int{0, 2, 1}) {
		t.Fatalf("tasks %v, plan %+v", adoption.Tasks, p.Tasks)
	}
	for task := range 4 {
		if v, ok := g.Lookup(adoption.Run, task, "k"); ok {
			t.Errorf("task %d sees k=%s", task, v)
		}
	}
	if g.IsAncestor(2, 3) || slices.Contains(g.Order(3), 2) {
		t.Error("a task that is gone is part of the final context")
	}
	complete(t, g, adoption.Run, 0, entry("k", "1"))
	complete(t, g, adoption.Run, 1)
	if v, _ := g.Lookup(adoption.Run, 3, "k"); string(v) != "1" || adoption.Run.Status != engine.RunCompleted {
		t.Errorf("in the end k is %s, the run %v", v, adoption.Run.Status)
	}
	r = after(t, old, "z!", "a>")
	adoption, g, _ = adopted(t, old, r, now, true)
	complete(t, g, adoption.Run, 0)
	complete(t, g, adoption.Run, 1)
	if adoption.Run.Status != engine.RunFailed {
		t.Errorf("the run is %v", adoption.Run.Status)
	}
}

// Back under the old program, history is a task again.
func TestAdoptTakesHistoryBack(t *testing.T) {
	t.Parallel()
	old := workflow("a | w:k=int", "b: a", "c: b | r:k=int")
	r := after(t, old, "a:k=1", "b")
	now := workflow("b", "c: b")
	adoption, _, _ := adopted(t, old, r, now, true)
	_, obstacles := engine.Adopt(adoption.Plan, adoption.Run, old, false)
	if got, want := textOf(obstacles), `task "b" has completed and has other dependencies: none, now a; `+
		`task "c" is about to run and would find another value of the key "k", because dependencies changed`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	back, g, _ := adopted(t, adoption.Plan, adoption.Run, old, true)
	if back.Plan != old || !slices.Equal(back.Tasks, []int{1, 2, 0}) {
		t.Errorf("tasks %v, differences %v", back.Tasks, plan.Diff(old, back.Plan))
	}
	if v, _ := g.Lookup(back.Run, 2, "k"); string(v) != "1" {
		t.Errorf("c sees k=%s", v)
	}
}

// A new task before an ended one runs late, and what follows waits for it.
func TestAdoptLateTask(t *testing.T) {
	t.Parallel()
	old := workflow("a | w:k=int", "c: a", "d: c | r:k=int")
	r := after(t, old, "a:k=1", "c>")
	r.Tasks[1] = engine.Task{Status: engine.TaskCompleted, Attempt: 1}
	r.Tasks[2] = engine.Task{Status: engine.TaskWaiting}
	now := workflow("a | w:k=int", "b: a | w:k=int", "c: a b", "d: c | r:k=int")
	adoption, g, decisions := adopted(t, old, r, now, true)
	if got, want := kinds(decisions), "became_ready 1"; got != want {
		t.Fatalf("decided %s, want %s", got, want)
	}
	d := &adoption.Plan.Tasks[3]
	if diff := cmp.Diff([]int{0, 1, 2}, d.DependsOn); diff != "" || !cmp.Equal(d.Kept, &plan.Kept{Listed: []string{"c"}}) {
		t.Errorf("d depends on %v, kept %+v", d.DependsOn, d.Kept)
	}
	if back, obstacles := engine.Adopt(adoption.Plan, adoption.Run, old, false); back != nil ||
		textOf(obstacles) != `task "b" is about to run and is gone from the plan (final)` {
		t.Errorf("back before b has run: %v", obstacles)
	}
	complete(t, g, adoption.Run, 1, entry("k", "2"))
	if v, _ := g.Lookup(adoption.Run, 3, "k"); string(v) != "2" || adoption.Run.Tasks[3].Status != engine.TaskReady {
		t.Errorf("d is %v and sees k=%s", adoption.Run.Tasks[3].Status, v)
	}
}

// Whoever waited for a late task need not have, once the plan has it elsewhere.
func TestAdoptForgetsLateTask(t *testing.T) {
	t.Parallel()
	old := workflow("a", "c: a", "z", "d: c z", "e: d")
	r := after(t, old, "a", "c", "z>")
	adoption, g, _ := adopted(t, old, r, workflow("a", "b: a", "c: a b", "z", "d: c z", "e: d"), true)
	r = adoption.Run
	for _, task := range []int{1, 3, 4} {
		complete(t, g, r, task)
	}
	d := &adoption.Plan.Tasks[4]
	if want := []int{0, 1, 2, 3}; !slices.Equal(d.DependsOn, want) || r.Tasks[4].Status != engine.TaskCompleted {
		t.Fatalf("d depends on %v and is %v", d.DependsOn, r.Tasks[4].Status)
	}
	now := workflow("a", "c: a", "z", "d: c z", "b: d", "e: d")
	if _, obstacles := engine.Adopt(adoption.Plan, r, now, false); textOf(obstacles) !=
		`task "b" has completed and has other dependencies: a, now d` {
		t.Errorf("obstacles: %v", obstacles)
	}
	adoption, _, _ = adopted(t, adoption.Plan, r, now, true)
	if d = &adoption.Plan.Tasks[3]; !slices.Equal(d.DependsOn, []int{0, 1, 2}) {
		t.Errorf("d depends on %v", d.DependsOn)
	}
}

// A run of which nothing is left ends.
func TestReplanEndsWhatIsLeft(t *testing.T) {
	t.Parallel()
	old := workflow("a", "b: a")
	r := after(t, old, "a>")
	r.Tasks[0] = engine.Task{Status: engine.TaskCompleted, Attempt: 1} // without the decisions that follow
	now := workflow("a")
	adoption, g, decisions := adopted(t, old, r, now, false)
	if got, want := kinds(decisions), "run_ended completed"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if d := step(t, g, adoption.Run, engine.Event{Kind: engine.Replan}); len(d) > 0 {
		t.Errorf("twice: %s", kinds(d))
	}
	adoption, _ = engine.Adopt(old, r, now, false)
	if err := prepare(t, now).Restore(adoption.Run); err == nil {
		t.Error("Restore takes a run for one that was reached")
	}
}

// Tasks that lost what they waited for are decided.
func TestReplanDecides(t *testing.T) {
	t.Parallel()
	old := workflow("a", "b", "c: a b", "d: c")
	r := after(t, old, "a", "b>")
	_, _, decisions := adopted(t, old, r, workflow("a", "b", "c: a | never", "d: c"), false)
	if got, want := kinds(decisions), "was_skipped 2, became_ready 3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The attempt that a policy promised is made, and no other after it.
func TestAdoptPromisedAttempts(t *testing.T) {
	t.Parallel()
	old := workflow("a | retries:xxxxx", "b: a")
	for name, test := range map[string]struct {
		done []string
		now  string
		want int // attempts in all
	}{
		"retrying, fewer":  {[]string{"a?", "a?", "a?", "a?"}, "a | retries:x", 5},
		"retrying, none":   {[]string{"a?", "a?"}, "a", 3},
		"running, none":    {[]string{"a?", "a?", "a>"}, "a", 3},
		"running, as many": {[]string{"a?", "a>"}, "a | retries:x", 2},
		"running, more":    {[]string{"a?", "a>"}, "a | retries:xxxxxxx", 8},
		"ready, none":      {nil, "a", 1},
	} {
		r := after(t, old, test.done...)
		now := workflow(test.now, "b: a")
		adoption, g, _ := adopted(t, old, r, now, false)
		if adoption.Run.Tasks[0].Status == engine.TaskRunning {
			step(t, g, adoption.Run, engine.Event{Kind: engine.Interrupted, Attempt: adoption.Run.Tasks[0].Attempt, MaxInterruptions: 3})
		}
		for adoption.Run.Tasks[0].Status != engine.TaskFailed {
			progress(t, g, adoption.Run, "a?")
			if adoption.Run.Tasks[0].Attempt > 20 {
				t.Fatalf("%s: it never fails", name)
			}
			again, obstacles := engine.Adopt(adoption.Plan, adoption.Run, now, false)
			if len(obstacles) > 0 || again.Changed {
				t.Fatalf("%s: again: %v, changed", name, obstacles)
			}
		}
		if got := adoption.Run.Tasks[0].Attempt; got != test.want {
			t.Errorf("%s: %d attempts, want %d", name, got, test.want)
		}
	}
}

// A completed ancestor may have written keys that the new plan does not list:
// the reads of what follows have to see them.
func TestAdoptWalksWhereWritersAreNotKnown(t *testing.T) {
	t.Parallel()
	rule := func(p *plan.Plan, task int) *plan.Plan {
		p.Tasks[task].Rule.Tree = &plan.Node{Op: plan.OpValue, Key: "/k/x", Cmp: plan.CmpExists}
		p.Tasks[task].Rule.Reads = []plan.Read{readOf(p, task, "/k/x")}
		p.Fingerprint = p.ComputeFingerprint()
		return p
	}
	for name, test := range map[string]struct {
		before, after string
		want          bool
	}{
		"listed by both":  {"a | w:k=int", "a | w:k=int", false},
		"not any more":    {"a | w:k=int", "a", true},
		"another key":     {"a | w:k=int w:l=int", "a | w:k=int", false},
		"open before":     {"a | o w:k=int", "a | w:k=int", true},
		"listed only now": {"a", "a | W:k=int", false},
	} {
		old := workflow(test.before, "b: a", "c: b")
		r := after(t, old, "a:k=1")
		now := rule(workflow(test.after, "b: a | R:k=int R:m=int", "c: b"), 2)
		adoption, g, _ := adopted(t, old, r, now, false)
		b, c := &adoption.Plan.Tasks[1], &adoption.Plan.Tasks[2]
		if b.Reads[0].Walk != test.want || c.Rule.Reads[0].Walk != test.want {
			t.Errorf("%s: b %+v, c %+v", name, b.Reads[0], c.Rule.Reads[0])
		}
		if v, ok := g.LookupRead(adoption.Run, 2, &c.Rule.Reads[0]); !ok || string(v) != "1" {
			t.Errorf("%s: c sees %s", name, v)
		}
		if now.Tasks[1].Reads[0].Walk || now.Tasks[2].Rule.Reads[0].Walk {
			t.Errorf("%s: the registered plan was changed", name)
		}
	}
}

func TestAdoptOfBrokenRuns(t *testing.T) {
	t.Parallel()
	old, now := workflow("a", "b: a"), workflow("a", "b: a", "c")
	broken := *old
	broken.Tasks = []plan.Task{{ID: "a", DependsOn: []int{3}}, {ID: "b"}}
	for want, test := range map[string]struct {
		old *plan.Plan
		r   engine.Run
	}{
		"it has 1 tasks, its plan 2": {old, engine.Run{Status: engine.RunRunning, Tasks: make([]engine.Task, 1)}},
		`task "b" is in no known state: unknown(77)`: {old, engine.Run{Status: engine.RunBlocked, Tasks: []engine.Task{
			{Status: engine.TaskReady}, {Status: 77},
		}}},
		`plan of workflow "w": task "a": dependency 3 does not stand before the task`: {&broken, *begun(t, prepare(t, old))},
	} {
		adoption, obstacles := engine.Adopt(test.old, &test.r, now, true)
		got := textOf(obstacles)
		if want := "what is stored of the run does not fit its own plan: " + want + " (final)"; adoption != nil || got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	ended := after(t, old, "a", "b")
	adoption, obstacles := engine.Adopt(old, ended, now, false)
	if len(obstacles) > 0 || adoption.Changed || adoption.Plan != old || adoption.Run.Status != engine.RunCompleted {
		t.Errorf("an ended run: %+v, %v", adoption, obstacles)
	}
}

// A blocked run stays blocked by its adoption, and goes on by an Unblock.
func TestAdoptBlockedRun(t *testing.T) {
	t.Parallel()
	old, now := workflow("a", "b: a"), workflow("x", "a", "b: a")
	r := after(t, old, "a")
	r.Status = engine.RunBlocked
	adoption, obstacles := engine.Adopt(old, r, now, false)
	if len(obstacles) > 0 || adoption.Run.Status != engine.RunBlocked {
		t.Fatalf("%+v, %v", adoption, obstacles)
	}
	g := prepare(t, adoption.Plan)
	if err := g.RestoreAdopted(adoption.Run); err != nil {
		t.Fatal(err)
	}
	got, want := kinds(step(t, g, adoption.Run, engine.Event{Kind: engine.Unblock})), "run_unblocked running, became_ready 0"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Many runs of a large plan are adopted at once, so one must not be slow.
func BenchmarkAdopt(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			lines := []string{"t0 | w:k0=int"}
			for i := 1; i < n; i++ {
				lines = append(lines, fmt.Sprintf("t%d: t%d | r:k%d=int w:k%d=int", i, i-1, i-1, i))
			}
			old := workflow(lines...)
			now := workflow(append(slices.Clone(lines), "last: t0")...)
			g, err := engine.Prepare(old, interpret)
			if err != nil {
				b.Fatal(err)
			}
			r := g.NewRun("run", nil, 0)
			for i := range n / 2 {
				r.Tasks[i] = engine.Task{Status: engine.TaskCompleted, Attempt: 1, Writes: []engine.Entry{entry(fmt.Sprintf("k%d", i), "1")}}
			}
			b.ReportAllocs()
			for b.Loop() {
				if a, o := engine.Adopt(old, r, now, false); a == nil {
					b.Fatal(o)
				}
			}
		})
	}
}
