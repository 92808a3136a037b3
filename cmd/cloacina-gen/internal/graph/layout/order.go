package layout

import (
	"cmp"
	"slices"
)

const (
	// sweepWork bounds the sweeps together: links that are looked at.
	sweepWork = 400_000
	// mostSweeps is how often small graphs are gone through.
	mostSweeps = 24
	// patience is how many sweeps may bring nothing.
	patience = 4
	// exchanged is how many items a graph may have to be improved item by item.
	exchanged = 400
)

// order orders the items of each rank so that few links cross: it goes down and
// up, and each time puts the items of a rank in the order of the means of their
// neighbours in the rank before. The best order of all is kept.
func (s *state) order() {
	s.depthFirst()
	best, fewest := s.copyRanks(), s.crossings()
	sweeps := min(mostSweeps, max(2, sweepWork/(len(s.links)+1)))
	for i, idle := 0, 0; i < sweeps && idle < patience && fewest > 0; i++ {
		s.sweep(i%2 == 0)
		if len(s.items) <= exchanged {
			s.exchange()
		}
		if n := s.crossings(); n < fewest {
			best, fewest, idle = s.copyRanks(), n, 0
		} else {
			idle++
		}
	}
	for r := range best {
		s.setRank(r, best[r])
	}
}

// depthFirst orders items as a walk along the edges first meets them, which keeps
// what belongs together side by side.
func (s *state) depthFirst() {
	met, next := make([]bool, len(s.items)), make([]int, len(s.ranks))
	var visit func(i int)
	visit = func(i int) {
		if met[i] {
			return
		}
		met[i] = true
		it := &s.items[i]
		it.at = next[it.rank]
		next[it.rank]++
		for _, d := range it.down {
			visit(d)
		}
	}
	for i := range s.graph.Nodes {
		if len(s.items[i].up) == 0 {
			visit(i)
		}
	}
	for r, rank := range s.ranks {
		slices.SortFunc(rank, func(a, b int) int { return cmp.Compare(s.items[a].at, s.items[b].at) })
		s.setRank(r, rank)
	}
}

func (s *state) setRank(r int, order []int) {
	s.ranks[r] = order
	for at, i := range order {
		s.items[i].at = at
	}
}

func (s *state) copyRanks() [][]int {
	c := make([][]int, len(s.ranks))
	for r, rank := range s.ranks {
		c[r] = slices.Clone(rank)
	}
	return c
}

// sweep goes once through the ranks.
func (s *state) sweep(down bool) {
	means := make([]float64, len(s.items))
	for k := 1; k < len(s.ranks); k++ {
		r := k
		if !down {
			r = len(s.ranks) - 1 - k
		}
		s.sortRank(r, down, means)
	}
}

// sortRank sorts a rank by the means of the neighbours. Items without any stay in
// their place.
func (s *state) sortRank(r int, down bool, means []float64) {
	var movable []int
	for _, i := range s.ranks[r] {
		near := s.items[i].down
		if down {
			near = s.items[i].up
		}
		if len(near) == 0 {
			continue
		}
		sum := 0
		for _, n := range near {
			sum += s.items[n].at
		}
		means[i] = float64(sum) / float64(len(near))
		movable = append(movable, i)
	}
	slices.SortStableFunc(movable, func(a, b int) int { return cmp.Compare(means[a], means[b]) })
	order, m := make([]int, len(s.ranks[r])), 0
	for at, i := range s.ranks[r] {
		if near := s.items[i]; down && len(near.up) == 0 || !down && len(near.down) == 0 {
			order[at] = i
			continue
		}
		order[at] = movable[m]
		m++
	}
	s.setRank(r, order)
}
