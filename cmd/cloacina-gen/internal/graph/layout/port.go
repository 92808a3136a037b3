package layout

import (
	"cmp"
	"slices"
)

// port gives each link the places where it touches its items. Those of a bend
// and a label are their middle; on nodes a line that can be straight becomes so.
func (s *state) port() {
	out, in := make([][]int, len(s.items)), make([][]int, len(s.items))
	for l := range s.links {
		k := &s.links[l]
		k.out, k.in = s.items[k.upper].x, s.items[k.lower].x
		out[k.upper] = append(out[k.upper], l)
		in[k.lower] = append(in[k.lower], l)
	}
	for v := range s.graph.Nodes {
		s.portsBelow(v, out[v])
	}
	for v := range s.graph.Nodes {
		s.portsAbove(v, in[v])
	}
}

// touch is one place where lines touch a node, as it would best be.
type touch struct {
	links []int
	x     int
	// straight says that the line is straight if it touches at x.
	straight bool
	// order puts the places in the order of where the lines lead.
	order int
}

// portsBelow gives each group of links below a node one place.
func (s *state) portsBelow(v int, links []int) {
	var places []touch
	for _, l := range links {
		k := slices.IndexFunc(places, func(t touch) bool { return s.links[t.links[0]].group == s.links[l].group })
		if k < 0 {
			k = len(places)
			places = append(places, touch{})
		}
		places[k].links = append(places[k].links, l)
	}
	for k := range places {
		t := &places[k]
		sum := 0
		for _, l := range t.links {
			sum += s.items[s.links[l].lower].x
		}
		t.order = sum / len(t.links)
		t.x = s.items[v].x
		if lower := &s.items[s.links[t.links[0]].lower]; len(t.links) == 1 {
			t.x, t.straight = s.nearest(v, lower)
		}
	}
	for k, x := range s.spread(v, places) {
		for _, l := range places[k].links {
			s.links[l].out = x
		}
	}
}

// nearest is where a line from a node to one item below should begin: above it, if
// the node reaches so far, so that the line is straight.
func (s *state) nearest(v int, lower *item) (x int, straight bool) {
	low, high := s.span(v)
	if lower.kind == isNode {
		// Between the middles, if both nodes are there.
		from, to := max(low, lower.left()+s.opt.Inset), min(high, lower.right()-1-s.opt.Inset)
		if from <= to {
			return min(max((s.items[v].x+lower.x)/2, from), to), true
		}
	}
	if lower.x >= low && lower.x <= high {
		return lower.x, true
	}
	return s.items[v].x, false
}

// portsAbove gives each link above a node a place, or, if there are too many,
// each group.
func (s *state) portsAbove(v int, links []int) {
	low, high := s.span(v)
	var places []touch
	bundled := s.bundled(v)
	for _, l := range links {
		k := -1
		if bundled {
			k = slices.IndexFunc(places, func(t touch) bool { return s.links[t.links[0]].group == s.links[l].group })
		}
		if k < 0 {
			k = len(places)
			places = append(places, touch{})
		}
		places[k].links = append(places[k].links, l)
	}
	for k := range places {
		t := &places[k]
		t.order, t.x = s.links[t.links[0]].out, s.items[v].x
		if len(t.links) == 1 && t.order >= low && t.order <= high {
			t.x, t.straight = t.order, true
		}
	}
	for k, x := range s.spread(v, places) {
		for _, l := range places[k].links {
			s.links[l].in = x
		}
	}
}

// bundled says that more lines end at a node than can touch it side by side.
func (s *state) bundled(v int) bool {
	low, high := s.span(v)
	return len(s.items[v].up) > (high-low)/s.opt.LineGap+1
}

// span is the part of a node that lines may touch.
func (s *state) span(v int) (low, high int) {
	it := &s.items[v]
	inset := min(s.opt.Inset, it.width/2)
	low, high = it.left()+inset, it.right()-1-inset
	return min(low, it.x), max(high, it.x)
}

// spread returns the places on a node, sorted and apart from each other, moved as
// little as it takes. It sorts them.
func (s *state) spread(v int, places []touch) []int {
	slices.SortStableFunc(places, func(a, b touch) int { return cmp.Compare(a.order, b.order) })
	low, high := s.span(v)
	gap := s.opt.LineGap
	if n := len(places) - 1; n > 0 {
		gap = min(gap, (high-low)/n)
	}
	x, weights := make([]int, len(places)), make([]int, len(places))
	for k, t := range places {
		x[k], weights[k] = t.x-k*gap, 1
		if t.straight {
			weights[k] = straightWeight
		}
	}
	ascending(x, weights)
	for k := range x {
		x[k] = min(max(x[k], low), high-(len(x)-1)*gap) + k*gap
	}
	return x
}

// straightWeight lets lines that can be straight stay so; the other ones move.
const straightWeight = 1000

// ascending makes a list ascend with the least change: neighbours that do not
// are all set to their mean, by weight.
func ascending(x, weights []int) {
	type block struct{ sum, weight, count int }
	mean := func(b block) int { return floorDiv(2*b.sum+b.weight, 2*b.weight) }
	var blocks []block
	for i, v := range x {
		blocks = append(blocks, block{v * weights[i], weights[i], 1})
		for n := len(blocks); n > 1 && mean(blocks[n-2]) > mean(blocks[n-1]); n-- {
			blocks[n-2].sum += blocks[n-1].sum
			blocks[n-2].weight += blocks[n-1].weight
			blocks[n-2].count += blocks[n-1].count
			blocks = blocks[:n-1]
		}
	}
	at := 0
	for _, b := range blocks {
		for range b.count {
			x[at] = mean(b)
			at++
		}
	}
}

// floorDiv divides and rounds down, also below zero.
func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
