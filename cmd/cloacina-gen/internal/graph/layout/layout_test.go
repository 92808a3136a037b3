package layout

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var roomy = Options{NodeGap: 30, LineGap: 16, TrackGap: 10, Above: 18, Below: 14, Inset: 14}

// tight are the distances of a terminal.
var tight = Options{NodeGap: 3, LineGap: 2, TrackGap: 1, Above: 2, Below: 0, Inset: 3}

// drawGraph draws a graph of any density, with labels and groups.
func drawGraph(t *rapid.T) *Graph {
	g := &Graph{}
	n := rapid.IntRange(0, 40).Draw(t, "nodes")
	for range n {
		g.Nodes = append(g.Nodes, Size{
			rapid.IntRange(8, 120).Draw(t, "width"), rapid.IntRange(3, 60).Draw(t, "height"),
		})
	}
	reach := rapid.IntRange(1, 40).Draw(t, "reach")
	for to := 1; to < n; to++ {
		from := rapid.SliceOfNDistinct(rapid.IntRange(max(0, to-reach), to-1), 0, min(5, to, reach), rapid.ID[int]).Draw(t, "from")
		for _, f := range from {
			e := Edge{From: f, To: to, Group: rapid.IntRange(0, 2).Draw(t, "group")}
			if rapid.IntRange(0, 2).Draw(t, "labelled") == 0 {
				e.Label = Size{rapid.IntRange(3, 90).Draw(t, "label"), rapid.IntRange(1, 30).Draw(t, "lines")}
			}
			g.Edges = append(g.Edges, e)
		}
	}
	return g
}

func TestNothingOverlaps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		opt := rapid.SampledFrom([]Options{roomy, tight}).Draw(t, "options")
		l := Lay(g, opt)
		if err := flaw(g, l); err != nil {
			t.Fatal(err)
		}
		if again := Lay(g, opt); !reflect.DeepEqual(l, again) {
			t.Fatal("the same graph got another layout")
		}
	})
}

// flaw returns the first thing that is wrong with a layout.
func flaw(g *Graph, l *Layout) error {
	boxes := slices.Clone(l.Nodes)
	for i, e := range g.Edges {
		if e.Label != (Size{}) {
			boxes = append(boxes, l.Edges[i].Label)
		}
	}
	for i, a := range boxes {
		if a.X < 0 || a.Y < 0 || a.X+a.Width > l.Width || a.Y+a.Height > l.Height {
			return fmt.Errorf("box %d at %v is outside of %d x %d", i, a, l.Width, l.Height)
		}
		for j, b := range boxes[:i] {
			if a.X < b.X+b.Width && b.X < a.X+a.Width && a.Y < b.Y+b.Height && b.Y < a.Y+a.Height {
				return fmt.Errorf("boxes %d and %d overlap: %v %v", j, i, b, a)
			}
		}
	}
	for i, e := range g.Edges {
		if l.Nodes[e.From].Y+l.Nodes[e.From].Height >= l.Nodes[e.To].Y {
			return fmt.Errorf("edge %d does not lead down", i)
		}
		if err := routeFlaw(g, l, i, boxes); err != nil {
			return fmt.Errorf("edge %d from %d to %d: %w", i, e.From, e.To, err)
		}
	}
	return nil
}

func routeFlaw(g *Graph, l *Layout, i int, boxes []Rect) error {
	route, from, to := l.Edges[i], l.Nodes[g.Edges[i].From], l.Nodes[g.Edges[i].To]
	first, last := route.Points[0], route.Points[len(route.Points)-1]
	if first.Y != from.Y+from.Height || first.X < from.X || first.X >= from.X+from.Width {
		return fmt.Errorf("it begins at %v, not below %v", first, from)
	}
	if last.Y != to.Y || last.X < to.X || last.X >= to.X+to.Width {
		return fmt.Errorf("it ends at %v, not above %v", last, to)
	}
	if g.Edges[i].Label != (Size{}) && !crosses(route, route.Label) {
		return fmt.Errorf("it does not go through its label at %v", route.Label)
	}
	for k := 1; k < len(route.Points); k++ {
		a, b := route.Points[k-1], route.Points[k]
		if a.X != b.X && a.Y != b.Y || b.Y < a.Y {
			return fmt.Errorf("the piece from %v to %v is not straight, or goes up", a, b)
		}
	}
	for k, box := range boxes {
		if crosses(route, box) && box != route.Label {
			return fmt.Errorf("it runs through box %d at %v: %v", k, box, route.Points)
		}
	}
	return nil
}

// crosses reports whether a route has a point inside a box. Routes begin on the
// lower border, which is outside, and end on the upper one, which is not counted.
func crosses(r Route, box Rect) bool {
	for k := 1; k < len(r.Points); k++ {
		a, b := r.Points[k-1], r.Points[k]
		if k+1 == len(r.Points) {
			b.Y--
		}
		if min(a.X, b.X) < box.X+box.Width && max(a.X, b.X) >= box.X && a.Y < box.Y+box.Height && b.Y >= box.Y {
			return true
		}
	}
	return false
}

// Lines of different groups, or of different sources and targets, never run
// along each other for longer than where they must cross.
func TestHorizontalLinesAreApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		l := Lay(g, roomy)
		type piece struct{ y, from, to, edge int }
		var pieces []piece
		for i := range g.Edges {
			points := l.Edges[i].Points
			for k := 1; k < len(points); k++ {
				if a, b := points[k-1], points[k]; a.Y == b.Y {
					pieces = append(pieces, piece{a.Y, min(a.X, b.X), max(a.X, b.X), i})
				}
			}
		}
		for i, a := range pieces {
			for _, b := range pieces[:i] {
				ea, eb := g.Edges[a.edge], g.Edges[b.edge]
				same := ea.Group == eb.Group && (ea.From == eb.From || ea.To == eb.To)
				if !same && a.y == b.y && a.from <= b.to && b.from <= a.to {
					t.Fatalf("edges %v and %v share the line at %d", ea, eb, a.y)
				}
			}
		}
	})
}

func TestSmallGraphs(t *testing.T) {
	t.Parallel()
	box := Size{100, 40}
	chain := Lay(&Graph{Nodes: []Size{box, box, box}, Edges: []Edge{{From: 0, To: 1}, {From: 1, To: 2}}}, roomy)
	for i, e := range chain.Edges {
		if len(e.Points) != 2 || e.Points[0].X != 50 {
			t.Errorf("edge %d of a chain is not straight: %v", i, e.Points)
		}
	}
	if chain.Width != 100 || chain.Layers != 3 {
		t.Errorf("a chain is %d wide and has %d layers", chain.Width, chain.Layers)
	}
	diamond := Lay(&Graph{
		Nodes: []Size{box, box, box, box},
		Edges: []Edge{{From: 0, To: 1}, {From: 0, To: 2}, {From: 1, To: 3}, {From: 2, To: 3}},
	}, roomy)
	if a, b := diamond.Nodes[0], diamond.Nodes[3]; a.X != b.X || a.X+50 != diamond.Width/2 {
		t.Errorf("ends of a diamond are not in its middle: %v %v of %d", a, b, diamond.Width)
	}
	if empty := Lay(&Graph{}, roomy); empty.Width != 0 || empty.Height != 0 {
		t.Errorf("nothing has a size: %v", empty)
	}
}

// What has its place late stands near those it is for.
func TestNodesStandNearTheirFollowers(t *testing.T) {
	t.Parallel()
	box := Size{100, 40}
	g := &Graph{Nodes: []Size{box, box, box, box}, Edges: []Edge{{From: 0, To: 1}, {From: 1, To: 2}, {From: 3, To: 2}}}
	l := Lay(g, roomy)
	if l.Nodes[3].Y != l.Nodes[1].Y {
		t.Errorf("the late start is at %v, beside it is %v", l.Nodes[3], l.Nodes[1])
	}
}

func TestWideLayersAreBroken(t *testing.T) {
	t.Parallel()
	g := fan(1000)
	l := Lay(g, roomy)
	if l.Layers < 10 || l.Layers > 30 {
		t.Errorf("1,000 parallel nodes stand in %d layers", l.Layers)
	}
	if err := flaw(g, l); err != nil {
		t.Error(err)
	}
}

// fan is one node, n behind it, and one behind them.
func fan(n int) *Graph {
	g := &Graph{Nodes: slices.Repeat([]Size{{120, 50}}, n+2)}
	for i := range n {
		g.Edges = append(g.Edges, Edge{From: 0, To: i + 1}, Edge{From: i + 1, To: n + 1})
	}
	return g
}

// chain is n nodes in a row.
func chain(n int) *Graph {
	g := &Graph{Nodes: slices.Repeat([]Size{{120, 50}}, n)}
	for i := 1; i < n; i++ {
		g.Edges = append(g.Edges, Edge{From: i - 1, To: i})
	}
	return g
}

// layered is a random graph of n nodes in 20 layers; one edge in five skips layers,
// and one in ten has a label.
func layered(n int) *Graph {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	g := &Graph{Nodes: slices.Repeat([]Size{{120, 50}}, n)}
	width := max(1, n/20)
	for i := width; i < n; i++ {
		row := i / width
		seen := map[int]bool{}
		for range 1 + r.IntN(3) {
			from := (row-1)*width + r.IntN(width)
			if r.IntN(5) == 0 {
				from = r.IntN(row * width)
			}
			if seen[from] {
				continue
			}
			seen[from] = true
			e := Edge{From: from, To: i}
			if r.IntN(10) == 0 {
				e.Label = Size{60, 20}
			}
			g.Edges = append(g.Edges, e)
		}
	}
	return g
}

var shapes = []struct {
	name  string
	graph func(int) *Graph
}{{"chain", chain}, {"fan", fan}, {"layered", layered}}

func TestLargeGraphs(t *testing.T) {
	t.Parallel()
	for _, shape := range shapes {
		g := shape.graph(400)
		if err := flaw(g, Lay(g, roomy)); err != nil {
			t.Errorf("%s: %v", shape.name, err)
		}
	}
}

// The best of several times, because the machine may have other things to do.
func TestAThousandNodesInTime(t *testing.T) {
	for _, shape := range shapes {
		g, best := shape.graph(1000), time.Hour
		for range 5 {
			start := time.Now()
			Lay(g, roomy)
			best = min(best, time.Since(start))
		}
		if best > 300*time.Millisecond {
			t.Errorf("%s of 1,000 nodes took %v", shape.name, best)
		}
	}
}

func BenchmarkLay(b *testing.B) {
	for _, shape := range shapes {
		for _, n := range []int{100, 1000, 5000} {
			g := shape.graph(n)
			b.Run(fmt.Sprintf("%s/%d", shape.name, n), func(b *testing.B) {
				for b.Loop() {
					Lay(g, roomy)
				}
			})
		}
	}
}
