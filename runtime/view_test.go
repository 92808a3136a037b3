package cloacina

import (
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// ruled is a workflow in which the last task has a rule over the others.
func ruled(rule Rule, when func(*View) (bool, Leaves), ids ...string) *Workflow {
	w := &Workflow{Plan: Plan{Name: "ruled"}}
	var deps []int
	for i, id := range ids {
		w.Plan.Tasks = append(w.Plan.Tasks, PlanTask{ID: id})
		w.Code = append(w.Code, TaskCode{Call: CallPlain(nil)})
		deps = append(deps, i)
	}
	w.Plan.Tasks = append(w.Plan.Tasks, PlanTask{ID: "decided", DependsOn: deps, Rule: rule})
	w.Code = append(w.Code, TaskCode{Call: CallPlain(nil), When: when})
	return w
}

func mustPrepare(tb testing.TB, w *Workflow) *engine.Graph {
	tb.Helper()
	g, err := w.prepare()
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

// wrote is a completed task that wrote key and value pairs, sorted by key.
func wrote(pairs ...string) engine.Task {
	task := engine.Task{Status: engine.TaskCompleted}
	for i := 0; i < len(pairs); i += 2 {
		task.Writes = append(task.Writes, engine.Entry{Key: pairs[i], Value: []byte(pairs[i+1])})
	}
	return task
}

func scoreRule() (Rule, func(*View) (bool, Leaves)) {
	rule := Rule{
		Text:  `task_success(process) && context_value("score") > 80`,
		Tree:  All(TaskSuccess(0), ContextValue("score", GreaterThan, Int(80))),
		Reads: []PlanRead{{Key: "score", Optional: true, Writers: []int{0}}},
	}
	return rule, func(v *View) (bool, Leaves) {
		p0 := v.Success(0)
		p1 := v.Value(0).CompareInt(80).Greater()
		return p0 && p1, LeavesOf(p0, p1)
	}
}

func TestDecider(t *testing.T) {
	t.Parallel()
	rule, when := scoreRule()
	w := ruled(rule, when, "process")
	g := mustPrepare(t, w)
	decide := w.decider()
	tests := []struct {
		name    string
		process engine.Task
		initial []engine.Entry
		want    bool
		leaves  Leaves
	}{
		{"high", wrote("score", "85"), nil, true, LeavesOf(true, true)},
		{"low", wrote("score", "80"), nil, false, LeavesOf(true, false)},
		{"missing", wrote("other", "99"), nil, false, LeavesOf(true)},
		{"failed writes do not count", engine.Task{Status: engine.TaskFailed, Writes: wrote("score", "85").Writes}, nil, false, LeavesOf()},
		{"initial", wrote(), []engine.Entry{{Key: "score", Value: []byte("81")}}, true, LeavesOf(true, true)},
		{"initial, but skipped", engine.Task{Status: engine.TaskSkipped}, []engine.Entry{{Key: "score", Value: []byte("81")}}, false, LeavesOf(false, true)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := &engine.Run{Initial: tt.initial, Tasks: []engine.Task{tt.process, {}}}
			verdict, leaves := decide(g, r, 1)
			if verdict != tt.want || !leaves.Equal(tt.leaves) {
				t.Errorf("got %v %v, want %v %v", verdict, leaves, tt.want, tt.leaves)
			}
			if verdict, _ := decide(g, r, 0); !verdict {
				t.Error("a task without a rule does not run")
			}
		})
	}
}

func TestDeciderForgetsTheLastDecision(t *testing.T) {
	t.Parallel()
	rule := Rule{
		Tree:  Any(ContextValue("a", Exists), ContextValue("/b/c", Exists)),
		Reads: []PlanRead{{Key: "a"}, {Key: "/b/c", Writers: []int{0}}},
	}
	w := ruled(rule, func(v *View) (bool, Leaves) {
		p0, p1 := v.Value(0).Exists(), v.Value(1).Exists()
		return p0 || p1, LeavesOf(p0, p1)
	}, "process")
	g := mustPrepare(t, w)
	decide := w.decider()
	for i := range 100 { // the pool may or may not give a used view
		r := &engine.Run{Tasks: []engine.Task{wrote(), {}}}
		if i%2 == 0 {
			r.Tasks[0] = wrote("b", `{"c":null}`)
		}
		if verdict, leaves := decide(g, r, 1); verdict != (i%2 == 0) || leaves.Bit(0) {
			t.Fatalf("decision %d: %v %v", i, verdict, leaves)
		}
	}
}

// scalarRules are two-leaf rules, as the generator writes them, with the value
// that makes them true.
var scalarRules = map[string]struct {
	value string
	test  func(v *Value) bool
}{
	"int":    {"85", func(v *Value) bool { return v.CompareInt(80).Greater() }},
	"float":  {"85.5", func(v *Value) bool { return v.CompareFloat(80).Greater() }},
	"bool":   {"true", func(v *Value) bool { return v.CompareBool(true).Equal() }},
	"string": {`"premium"`, func(v *Value) bool { return v.CompareString("premium").Equal() }},
}

func scalarDecision(tb testing.TB, name string) (decide func() bool) {
	tb.Helper()
	rule, _ := scoreRule()
	test := scalarRules[name].test
	w := ruled(rule, func(v *View) (bool, Leaves) {
		p0 := v.Success(0)
		p1 := test(v.Value(0))
		return p0 && p1, LeavesOf(p0, p1)
	}, "process")
	g, d := mustPrepare(tb, w), w.decider()
	r := &engine.Run{Tasks: []engine.Task{wrote("other", "1", "score", scalarRules[name].value), {}}}
	return func() bool {
		verdict, _ := d(g, r, 1)
		return verdict
	}
}

func TestDecisionsOnScalarsAllocateNothing(t *testing.T) {
	for name := range scalarRules {
		decide, ok := scalarDecision(t, name), true
		if n := testing.AllocsPerRun(1000, func() { ok = ok && decide() }); n != 0 || !ok {
			t.Errorf("%s: %v allocations, verdict %v", name, n, ok)
		}
	}
}

// BenchmarkRule evaluates a compiled rule of two leaves over a view that is
// filled already: at most 5 ns and no allocation.
func BenchmarkRule(b *testing.B) {
	_, when := scoreRule()
	v := &View{tasks: []engine.Task{wrote()}, values: make([]Value, 1)}
	v.values[0].scalar.Parse([]byte("85"))
	b.ReportAllocs()
	for b.Loop() {
		if verdict, _ := when(v); !verdict {
			b.Fatal("false")
		}
	}
}

// BenchmarkDecision looks the key up, decodes it and decides: at most 150 ns
// and no allocation.
func BenchmarkDecision(b *testing.B) {
	for _, name := range []string{"int", "float", "bool", "string"} {
		b.Run(name, func(b *testing.B) {
			decide := scalarDecision(b, name)
			b.ReportAllocs()
			for b.Loop() {
				if !decide() {
					b.Fatal("false")
				}
			}
		})
	}
}
