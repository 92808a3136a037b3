package cloacina

import (
	"fmt"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// TestManyReads guards the search for the plan's entry of a read: it is one
// comparison if the reads come in the plan's order, from any start.
func TestManyReads(t *testing.T) {
	t.Parallel()
	const n = 20_000
	var reads []PlanRead
	for i := range n {
		reads = append(reads, PlanRead{Key: fmt.Sprintf("k%d", i)})
	}
	g, err := engine.Prepare(&Plan{Name: "many", Tasks: []PlanTask{{ID: "reader", Reads: reads}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := &ancestors{g: g}
	for i := range 2 * n {
		key := reads[i%n].Key
		if rd := a.read(key); rd == nil || rd.Key != key || int(a.next.Load())%n != (i+1)%n {
			t.Fatalf("read %d: got %v, next %d", i, rd, a.next.Load())
		}
	}
	if a.read("none") != nil {
		t.Error("found a key that is not there")
	}
}
