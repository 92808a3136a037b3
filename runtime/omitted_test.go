package cloacina

import (
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// The task that left a key out is the last completed ancestor that may.
func TestWhoLeftAKeyOut(t *testing.T) {
	t.Parallel()
	maybe := []PlanWrite{{Key: "k", Optional: true}}
	p := &Plan{Name: "w", Tasks: []PlanTask{
		{ID: "first", Writes: maybe}, {ID: "second", DependsOn: []int{0}, Writes: maybe},
		{ID: "always", DependsOn: []int{1}, Writes: []PlanWrite{{Key: "k"}}},
		{ID: "stranger", Writes: maybe},
		{ID: "reader", DependsOn: []int{2}, Reads: []PlanRead{{Key: "k", Writers: []int{0, 1, 2}}}},
		{ID: "other", DependsOn: []int{2}},
	}}
	g, err := engine.Prepare(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	const done, failed = engine.TaskCompleted, engine.TaskFailed
	deleted := []engine.Entry{{Key: "k"}}
	for name, tt := range map[string]struct {
		tasks []engine.Task
		key   string
		want  string
	}{
		"the last":        {[]engine.Task{{Status: done}, {Status: done}, {Status: failed}, {Status: done}}, "k", "second"},
		"not completed":   {[]engine.Task{{Status: done}, {Status: failed}, {Status: failed}, {Status: done}}, "k", "first"},
		"no ancestor":     {[]engine.Task{{Status: failed}, {Status: failed}, {Status: failed}, {Status: done}}, "k", ""},
		"another key":     {[]engine.Task{{Status: done}, {Status: done}, {Status: done}, {Status: done}}, "l", ""},
		"deleted":         {[]engine.Task{{Status: done}, {Status: done, Writes: deleted}, {Status: failed}, {Status: done}}, "k", "first"},
		"nothing ran yet": {make([]engine.Task, 4), "k", ""},
	} {
		r := &engine.Run{Tasks: append(tt.tasks, engine.Task{}, engine.Task{})}
		for _, task := range []int{4, 5} { // with and without an entry in the plan
			k := newAttemptKeys(g, r, nil, task, &roomy)
			if got := k.source.omittedBy(tt.key); got != tt.want {
				t.Errorf("%s: got %q, want %q", name, got, tt.want)
			}
		}
	}
	if got := newInputKeys(&roomy).source.omittedBy("k"); got != "" {
		t.Errorf("an input was left out by %q", got)
	}
}
