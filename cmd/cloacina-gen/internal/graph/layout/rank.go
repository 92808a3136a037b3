package layout

import (
	"cmp"
	"math"
	"slices"
)

// defaultWidest is how many nodes a layer of a small graph may have. Wider ones are
// broken: a picture of a thousand nodes in one row is of no use.
const defaultWidest = 16

// pulls bounds how often edges are shortened.
const pulls = 4

// rank gives each node its layer: as far up as its dependencies and the width of
// the layers allow, and then nearer to those that it is connected with.
func (s *state) rank() {
	n := len(s.graph.Nodes)
	out, in := neighbours(s.graph)
	order := topological(out, in)
	depth := make([]int, n) // the longest way down
	for i := n - 1; i >= 0; i-- {
		v := order[i]
		for _, w := range out[v] {
			depth[v] = max(depth[v], depth[w]+1)
		}
	}
	s.layer = make([]int, n)
	widest := s.opt.Widest
	if widest == 0 {
		widest = max(defaultWidest, int(2*math.Sqrt(float64(n))))
	}
	room := newRoom(widest)
	// What much depends on comes first, so that it does not have to give way.
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(depth[b], depth[a]) })
	for _, v := range order {
		least := 0
		for _, u := range in[v] {
			least = max(least, s.layer[u]+1)
		}
		s.layer[v] = room.take(least)
	}
	for range pulls {
		if !s.pull(order, out, in, room) {
			break
		}
	}
}

// pull moves nodes down towards what depends on them where that makes edges
// shorter in all. It reports whether it moved one.
func (s *state) pull(order []int, out, in [][]int, room *room) bool {
	moved := false
	for i := len(order) - 1; i >= 0; i-- {
		v := order[i]
		if len(out[v]) <= len(in[v]) {
			continue
		}
		lowest := math.MaxInt
		for _, w := range out[v] {
			lowest = min(lowest, s.layer[w]-1)
		}
		for to := lowest; to > s.layer[v]; to-- {
			if room.free(to) {
				room.move(s.layer[v], to)
				s.layer[v], moved = to, true
				break
			}
		}
	}
	return moved
}

// neighbours lists for each node where its edges lead and come from.
func neighbours(g *Graph) (out, in [][]int) {
	out, in = make([][]int, len(g.Nodes)), make([][]int, len(g.Nodes))
	for _, e := range g.Edges {
		out[e.From] = append(out[e.From], e.To)
		in[e.To] = append(in[e.To], e.From)
	}
	return out, in
}

// topological orders nodes so that edges lead forward.
func topological(out, in [][]int) []int {
	waiting := make([]int, len(in))
	var order []int
	for v := range in {
		if waiting[v] = len(in[v]); waiting[v] == 0 {
			order = append(order, v)
		}
	}
	for i := 0; i < len(order); i++ {
		for _, w := range out[order[i]] {
			if waiting[w]--; waiting[w] == 0 {
				order = append(order, w)
			}
		}
	}
	return order
}

// room counts the nodes of layers, of which each takes only so many.
type room struct {
	limit int
	count []int
	next  []int // of a full layer: one below it that may have room
}

func newRoom(limit int) *room { return &room{limit: limit} }

// take takes a place in the first layer from least on that has one.
func (r *room) take(least int) int {
	at := least
	for r.grow(at); r.count[at] == r.limit; r.grow(at) {
		at = r.next[at]
	}
	for i := least; i < at; { // the next one that asks gets there at once
		i, r.next[i] = r.next[i], at
	}
	r.count[at]++
	return at
}

func (r *room) free(at int) bool { return r.count[at] < r.limit }

// move gives back a place in one layer for one in another. Layers that were full
// stay skipped by take, which is not asked any more.
func (r *room) move(from, to int) {
	r.count[from]--
	r.count[to]++
}

func (r *room) grow(to int) {
	for len(r.count) <= to {
		r.count = append(r.count, 0)
		r.next = append(r.next, len(r.next)+1)
	}
}
