package layout

import "slices"

// alignment is one of the four assignments of Brandes and Köpf, "Fast and Simple
// Horizontal Coordinate Assignment" (2001): items are aligned with a median
// neighbour into blocks, and blocks are pushed together.
type alignment struct {
	*state
	// up aligns with the rank above, else below; left pushes to the left, else to
	// the right.
	up, left bool
	// root is the first item of an item's block.
	root    []int
	blocked map[[2]int]bool
}

// place gives every item its x: the mean of the two middle ones of four assignments.
func (s *state) place() {
	if len(s.items) == 0 {
		return
	}
	blocked := s.conflicts()
	var all [4][]int
	for k := range all {
		a := &alignment{state: s, up: k&1 == 0, left: k&2 == 0, blocked: blocked}
		a.align()
		all[k] = a.compact()
	}
	s.balance(&all)
}

// balance moves the four assignments over the narrowest one, takes the mean of
// the middle ones, and lets the whole begin at 0.
func (s *state) balance(all *[4][]int) {
	narrowest, width := 0, -1
	var low, high [4]int
	for k, x := range all {
		low[k], high[k] = s.extent(x)
		if w := high[k] - low[k]; width < 0 || w < width {
			narrowest, width = k, w
		}
	}
	for k, x := range all {
		shift := low[narrowest] - low[k]
		if k&2 != 0 {
			shift = high[narrowest] - high[k]
		}
		for i := range x {
			x[i] += shift
		}
	}
	for i := range s.items {
		four := [4]int{all[0][i], all[1][i], all[2][i], all[3][i]}
		slices.Sort(four[:])
		s.items[i].x = floorHalf(four[1] + four[2])
	}
	first := s.items[0].left()
	for i := range s.items {
		first = min(first, s.items[i].left())
	}
	for i := range s.items {
		s.items[i].x -= first
	}
}

// floorHalf halves and rounds down, also below zero, so that distances stay.
func floorHalf(n int) int { return n >> 1 }

// extent returns how far an assignment reaches.
func (s *state) extent(x []int) (low, high int) {
	for i := range s.items {
		w := s.items[i].width
		if i == 0 {
			low, high = x[i]-w/2, x[i]+w-w/2
		}
		low, high = min(low, x[i]-w/2), max(high, x[i]+w-w/2)
	}
	return low, high
}

// conflicts returns the links that cross a piece between two bends of a chain.
// They give way, so that long edges become straight.
func (s *state) conflicts() map[[2]int]bool {
	blocked := map[[2]int]bool{}
	for r := 1; r < len(s.ranks); r++ {
		rank := s.ranks[r]
		low, done := 0, 0
		for at, i := range rank {
			inner := s.items[i].before
			if inner < 0 && at < len(rank)-1 {
				continue
			}
			high := len(s.ranks[r-1]) - 1
			if inner >= 0 {
				high = s.items[inner].at
			}
			for ; done <= at; done++ {
				s.block(blocked, rank[done], low, high)
			}
			low = high
		}
	}
	return blocked
}

// block marks the links of an item that lead out of a range of the rank above.
func (s *state) block(blocked map[[2]int]bool, i, low, high int) {
	for _, u := range s.items[i].up {
		if at := s.items[u].at; u != s.items[i].before && (at < low || at > high) {
			blocked[[2]int{u, i}] = true
		}
	}
}

// align forms the blocks.
func (a *alignment) align() {
	a.root = make([]int, len(a.items))
	for i := range a.items {
		a.root[i] = i
	}
	for k := 1; k < len(a.ranks); k++ {
		r := k
		if !a.up {
			r = len(a.ranks) - 1 - k
		}
		a.alignRank(r)
	}
}

// alignRank aligns the items of a rank with those of the one before, without
// crossing. Places count from the side that is pushed to.
func (a *alignment) alignRank(r int) {
	rank, reached := a.ranks[r], -1
	for k := range rank {
		v := rank[k]
		if !a.left {
			v = rank[len(rank)-1-k]
		}
		for _, w := range a.medians(v) {
			if at := a.from(w); at > reached && !a.isBlocked(v, w) {
				a.root[v], reached = a.root[w], at
				break
			}
		}
	}
}

// from is the place of an item counted from the side that is pushed to.
func (a *alignment) from(i int) int {
	if a.left {
		return a.items[i].at
	}
	return len(a.ranks[a.items[i].rank]) - 1 - a.items[i].at
}

func (a *alignment) isBlocked(v, w int) bool {
	if a.up {
		return a.blocked[[2]int{w, v}]
	}
	return a.blocked[[2]int{v, w}]
}

// medians returns the one or two neighbours in the middle. A bend has only the
// bend that it continues.
func (a *alignment) medians(v int) []int {
	near, same := a.items[v].down, a.items[v].after
	if a.up {
		near, same = a.items[v].up, a.items[v].before
	}
	if same >= 0 {
		return []int{same}
	}
	if len(near) == 0 {
		return nil
	}
	sorted := slices.Clone(near)
	slices.SortFunc(sorted, func(x, y int) int { return a.from(x) - a.from(y) })
	return sorted[(len(sorted)-1)/2 : len(sorted)/2+1]
}
