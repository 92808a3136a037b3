package layout

import "slices"

// crossings counts the pairs of links that cross.
func (s *state) crossings() int {
	total := 0
	var ends, tree []int
	for r := 0; r+1 < len(s.ranks); r++ {
		ends = ends[:0]
		for _, i := range s.ranks[r] {
			from := len(ends)
			for _, d := range s.items[i].down {
				ends = append(ends, s.items[d].at)
			}
			slices.Sort(ends[from:])
		}
		tree = append(tree[:0], make([]int, len(s.ranks[r+1])+1)...)
		total += inversions(ends, tree)
	}
	return total
}

// inversions counts the pairs of a list that are out of order. The tree holds,
// zeroed, one more than the largest number.
func inversions(list, tree []int) int {
	total := 0
	for seen, v := range list {
		notAbove := 0
		for i := v + 1; i > 0; i -= i & -i {
			notAbove += tree[i]
		}
		total += seen - notAbove
		for i := v + 1; i < len(tree); i += i & -i {
			tree[i]++
		}
	}
	return total
}

// exchange exchanges neighbours as long as that takes crossings away, a bounded
// number of times.
func (s *state) exchange() {
	for range 4 {
		better := false
		for r := range s.ranks {
			rank := s.ranks[r]
			for at := 0; at+1 < len(rank); at++ {
				a, b := rank[at], rank[at+1]
				if s.between(b, a) < s.between(a, b) {
					rank[at], rank[at+1] = b, a
					s.items[a].at, s.items[b].at = at+1, at
					better = true
				}
			}
		}
		if !better {
			return
		}
	}
}

// between counts the crossings of the links of two neighbours if a stands left of b.
func (s *state) between(a, b int) int {
	return s.pairs(s.items[a].up, s.items[b].up) + s.pairs(s.items[a].down, s.items[b].down)
}

func (s *state) pairs(left, right []int) int {
	n := 0
	for _, l := range left {
		for _, r := range right {
			if s.items[r].at < s.items[l].at {
				n++
			}
		}
	}
	return n
}
