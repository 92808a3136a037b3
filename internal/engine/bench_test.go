package engine_test

import (
	"fmt"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// BenchmarkRun takes whole runs through the engine. The time per task must not
// grow with the size of the plan.
func BenchmarkRun(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		for _, shape := range []struct {
			name string
			plan *plan.Plan
		}{{"chain", chainPlan(n, plan.OpTaskSuccess)}, {"fan", fanPlan(n)}} {
			b.Run(fmt.Sprintf("%s/%d", shape.name, n), func(b *testing.B) {
				g := prepare(b, shape.plan)
				b.ReportAllocs()
				for b.Loop() {
					runAll(b, g)
				}
				tasks := float64(b.N) * float64(len(shape.plan.Tasks))
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/tasks, "ns/task")
			})
		}
	}
}

// runAll starts and completes every task as it becomes ready; each reads the
// key that it knows the writer of and writes its own.
func runAll(b *testing.B, g *engine.Graph) {
	b.Helper()
	r := g.NewRun("run", nil, 0)
	writes := []engine.Entry{entry("k", "1")}
	todo := step(b, g, r, engine.Event{Kind: engine.Begin})
	for len(todo) > 0 {
		d := todo[0]
		todo = todo[1:]
		if d.Kind != engine.BecameReady {
			continue
		}
		step(b, g, r, engine.Event{Kind: engine.Start, Task: d.Task})
		for i := range g.Plan().Tasks[d.Task].Reads {
			g.LookupRead(r, d.Task, &g.Plan().Tasks[d.Task].Reads[i])
		}
		todo = append(todo, step(b, g, r, engine.Event{Kind: engine.Succeeded, Task: d.Task, Attempt: 1, Writes: writes})...)
	}
	if r.Status != engine.RunCompleted {
		b.Fatalf("the run is %v", r.Status)
	}
}

// BenchmarkSkips is one event with a cascade through the whole plan.
func BenchmarkSkips(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			g := prepare(b, chainPlan(n, plan.OpTaskFailed))
			b.ReportAllocs()
			for b.Loop() {
				r := g.NewRun("run", nil, 0)
				step(b, g, r, engine.Event{Kind: engine.Begin})
				complete(b, g, r, 0)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/task")
		})
	}
}

// BenchmarkLookup walks the ancestors of the last task of a fan for a key that
// only the first one wrote, against the same read by its known writer.
func BenchmarkLookup(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		g := prepare(b, fanPlan(n))
		r := g.NewRun("run", nil, 0)
		for i := range r.Tasks {
			r.Tasks[i].Status = engine.TaskCompleted
		}
		r.Tasks[0].Writes = []engine.Entry{entry("k", "1")}
		order := g.Order(n + 1)
		known := &plan.Read{Key: "k", Writers: []int{0}}
		for _, way := range []struct {
			name string
			read func() ([]byte, bool)
		}{
			{"walk", func() ([]byte, bool) { return g.Lookup(r, n+1, "k") }},
			{"order", func() ([]byte, bool) { return g.LookupIn(r, order, "k") }},
			{"writers", func() ([]byte, bool) { return g.LookupRead(r, n+1, known) }},
		} {
			b.Run(fmt.Sprintf("%s/%d", way.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, ok := way.read(); !ok {
						b.Fatal("the key is missing")
					}
				}
			})
		}
	}
}

func BenchmarkRetryDelay(b *testing.B) {
	policy := retryingPlan().Tasks[0].Retry
	policy.Jitter = true
	for b.Loop() {
		engine.RetryDelay(policy, "0198b2a4-7c00-7000-8000-000000000000", 3, 2)
	}
}
