package check

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// The order in which writes apply in the final context is that of the engine.
func TestWalkEndIsTheOrderOfTheEngine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawGraph(t)
		w.order = planOrder(w.tasks)
		w.ancestry = newAncestry(w.order)
		p := &plan.Plan{Name: "p"}
		for _, x := range w.order {
			entry := plan.Task{ID: x.id}
			for _, d := range x.deps {
				entry.DependsOn = append(entry.DependsOn, d.index)
			}
			p.Tasks = append(p.Tasks, entry)
		}
		p.Fingerprint = p.ComputeFingerprint()
		g, err := engine.Prepare(p, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		w.walkEnd(func(x *task) { got = append(got, x.index) })
		if want := g.Order(len(p.Tasks)); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
