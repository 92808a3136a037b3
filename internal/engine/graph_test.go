package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// prepare returns the graph of a plan, with rules interpreted.
func prepare(tb testing.TB, p *plan.Plan) *engine.Graph {
	tb.Helper()
	g, err := engine.Prepare(p, interpret)
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

// step applies an event that must be legal.
func step(tb testing.TB, g *engine.Graph, r *engine.Run, e engine.Event) []engine.Decision {
	tb.Helper()
	decisions, err := g.Step(r, e)
	if err != nil {
		tb.Fatal(err)
	}
	return decisions
}

// begun returns a run that has begun.
func begun(tb testing.TB, g *engine.Graph) *engine.Run {
	tb.Helper()
	r := g.NewRun("run", nil, 0)
	step(tb, g, r, engine.Event{Kind: engine.Begin})
	return r
}

// started returns a run whose task 0 is in its first attempt.
func started(tb testing.TB, g *engine.Graph) *engine.Run {
	tb.Helper()
	r := begun(tb, g)
	step(tb, g, r, engine.Event{Kind: engine.Start})
	return r
}

// complete takes a ready task to its end.
func complete(tb testing.TB, g *engine.Graph, r *engine.Run, task int, writes ...engine.Entry) []engine.Decision {
	tb.Helper()
	step(tb, g, r, engine.Event{Kind: engine.Start, Task: task})
	return step(tb, g, r, engine.Event{Kind: engine.Succeeded, Task: task, Attempt: r.Tasks[task].Attempt, Writes: writes})
}

// edges builds a plan from "id: dependency dependency" lines.
func edges(lines ...string) *plan.Plan {
	p := &plan.Plan{Name: "w", Fingerprint: "f"}
	index := map[string]int{}
	for i, line := range lines {
		id, deps, _ := strings.Cut(line, ":")
		task := plan.Task{ID: id}
		for _, d := range strings.Fields(deps) {
			task.DependsOn = append(task.DependsOn, index[d])
		}
		index[id] = i
		p.Tasks = append(p.Tasks, task)
	}
	return p
}

func TestPrepareRefusesInvalidPlan(t *testing.T) {
	t.Parallel()
	p := edges("a", "b: a")
	p.Tasks[0].DependsOn = []int{1}
	if _, err := engine.Prepare(p, nil); err == nil || !strings.Contains(err.Error(), `task "a"`) {
		t.Errorf("got %v", err)
	}
}

func TestNewRun(t *testing.T) {
	t.Parallel()
	g := prepare(t, edges("a", "b", "c: a b"))
	initial := []engine.Entry{{Key: "z", Value: []byte("1")}, {Key: "a", Value: []byte("2")}}
	got := g.NewRun("id", initial, 77)
	want := &engine.Run{
		ID: "id", Status: engine.RunRunning, Deadline: 77, Open: 3,
		Initial: []engine.Entry{{Key: "a", Value: []byte("2")}, {Key: "z", Value: []byte("1")}},
		Tasks: []engine.Task{
			{Status: engine.TaskWaiting}, {Status: engine.TaskWaiting}, {Status: engine.TaskWaiting, Pending: 2},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if initial[0].Key != "z" {
		t.Error("the caller's list was sorted")
	}
	if g.Plan().Tasks[2].ID != "c" {
		t.Error("the graph has another plan")
	}
}

// Without a decider a graph still serves plans whose rules are all "always".
func TestPrepareWithoutDecider(t *testing.T) {
	t.Parallel()
	g, err := engine.Prepare(edges("a", "b: a"), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := begun(t, g)
	complete(t, g, r, 0)
	complete(t, g, r, 1)
	if r.Status != engine.RunCompleted {
		t.Errorf("the run is %v", r.Status)
	}
}

// chainPlan and fanPlan are the two shapes that grow.
func chainPlan(n int, rule plan.Op) *plan.Plan {
	p := &plan.Plan{Name: "chain"}
	for i := range n {
		t := plan.Task{ID: fmt.Sprintf("t%d", i)}
		if i > 0 {
			t.DependsOn = []int{i - 1}
			t.Rule.Tree = &plan.Node{Op: rule, Task: i - 1}
			t.Reads = []plan.Read{{Key: "k", Writers: []int{i - 1}}}
		}
		p.Tasks = append(p.Tasks, t)
	}
	return p
}

// fanPlan is 1 -> n -> 1.
func fanPlan(n int) *plan.Plan {
	p := &plan.Plan{Name: "fan", Tasks: []plan.Task{{ID: "first"}}}
	last := plan.Task{ID: "last"}
	for i := range n {
		p.Tasks = append(p.Tasks, plan.Task{ID: fmt.Sprintf("t%d", i), DependsOn: []int{0}})
		last.DependsOn = append(last.DependsOn, i+1)
	}
	p.Tasks = append(p.Tasks, last)
	return p
}

// layered returns a plan of layers in which each task depends on two of the
// layer before, so that there are many ways to every ancestor.
func layered(width, depth int) *plan.Plan {
	id := func(w, d int) string { return fmt.Sprintf("t%d_x%d", w%width, d) }
	var lines []string
	for d := range depth {
		for w := range width {
			line := id(w, d) + ":"
			if d > 0 {
				line += " " + id(w, d-1) + " " + id(w+1, d-1)
			}
			lines = append(lines, line)
		}
	}
	return edges(lines...)
}
