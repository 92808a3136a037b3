package cloacina

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// The index finds what the walk over the ancestors finds, while tasks complete
// one after the other.
func TestWritersAgreeWithTheWalk(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "tasks")
		p := &plan.Plan{Name: "w"}
		for i := range n {
			task := plan.Task{ID: fmt.Sprintf("t%d", i), Open: true}
			for d := range i {
				if rapid.IntRange(0, 3).Draw(t, "edge") == 0 {
					task.DependsOn = append(task.DependsOn, d)
				}
			}
			p.Tasks = append(p.Tasks, task)
		}
		g, err := engine.Prepare(p, nil)
		if err != nil {
			t.Fatal(err)
		}
		keys := []string{"", "/a", "a", "b", "c"}
		r := g.NewRun("x", []engine.Entry{{Key: "a", Value: []byte("0")}}, 0)
		w := newWriters(p, r)
		for i := range n {
			for task := range i + 1 {
				for _, key := range keys {
					want, found := g.Lookup(r, task, key)
					if got, ok := w.lookup(g, r, task, key); string(got) != string(want) || ok != found {
						t.Fatalf("task %d, key %q: got %s %t, want %s %t", task, key, got, ok, want, found)
					}
				}
			}
			r.Tasks[i].Status = engine.TaskFailed
			if rapid.Bool().Draw(t, "completes") {
				r.Tasks[i] = engine.Task{Status: engine.TaskCompleted, Writes: drawWrites(t, keys, i)}
				w.add(i, r.Tasks[i].Writes)
			}
		}
		for _, key := range keys {
			want, found := g.Lookup(r, n, key)
			if got, ok := indexWriters(r).lookup(g, r, n, key); string(got) != string(want) || ok != found {
				t.Fatalf("key %q: got %s %t, want %s %t", key, got, ok, want, found)
			}
		}
	})
}

// drawWrites draws what a task writes: values that tell who wrote them, and tombstones.
func drawWrites(t *rapid.T, keys []string, task int) []engine.Entry {
	var writes []engine.Entry
	for _, key := range keys {
		switch rapid.IntRange(0, 4).Draw(t, "write "+key) {
		case 0:
			writes = append(writes, engine.Entry{Key: key})
		case 1:
			writes = append(writes, engine.Entry{Key: key, Value: fmt.Append(nil, task)})
		}
	}
	return writes
}

// A plan that knows all writers needs no index.
func TestTypedPlansHaveNoWriters(t *testing.T) {
	t.Parallel()
	w := chain(3)
	g, err := w.prepare()
	if err != nil {
		t.Fatal(err)
	}
	if index := newWriters(&w.Plan, g.NewRun("x", nil, 0)); index != nil {
		t.Errorf("index is %+v", index)
	}
}
