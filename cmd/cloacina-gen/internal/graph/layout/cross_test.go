package layout

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestInversions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(rapid.IntRange(0, 20)).Draw(t, "list")
		want := 0
		for i, a := range list {
			for _, b := range list[i:] {
				if a > b {
					want++
				}
			}
		}
		if got := inversions(list, make([]int, 22)); got != want {
			t.Fatalf("%d, want %d", got, want)
		}
	})
}

// Ordering never leaves more crossings than the order it began with.
func TestOrderOnlyImproves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &state{graph: drawGraph(t), opt: roomy}
		s.rank()
		s.makeItems()
		s.depthFirst()
		first := s.crossings()
		s.order()
		if n := s.crossings(); n > first {
			t.Fatalf("%d crossings, %d before", n, first)
		}
	})
}

func TestCrossingsThatCanBeAvoided(t *testing.T) {
	t.Parallel()
	// Three pairs whose partners are given in the opposite order.
	g := &Graph{Nodes: slices.Repeat([]Size{{50, 20}}, 6), Edges: []Edge{{From: 0, To: 5}, {From: 1, To: 4}, {From: 2, To: 3}}}
	s := &state{graph: g, opt: roomy}
	s.rank()
	s.makeItems()
	s.order()
	if n := s.crossings(); n != 0 {
		t.Errorf("%d crossings are left", n)
	}
}
