package layout

// compact returns the x of all items: each block as near to the side as the
// blocks before it allow, and then back as far as those behind it do.
func (a *alignment) compact() []int {
	b := a.blocks()
	x := make([]int, len(a.items))
	order := b.sorted()
	for _, root := range order {
		for _, e := range b.behind[root] {
			x[e.block] = max(x[e.block], x[root]+e.gap)
		}
	}
	for k := len(order) - 1; k >= 0; k-- {
		root := order[k]
		for j, e := range b.behind[root] {
			if room := x[e.block] - e.gap; j == 0 || room < x[root] {
				x[root] = room
			}
		}
	}
	for i := range a.items {
		x[i] = x[a.root[i]]
	}
	if !a.left {
		for i := range x {
			x[i] = -x[i]
		}
	}
	return x
}

// blockGraph says which block stands behind which, by their roots.
type blockGraph struct {
	behind  [][]distance
	waiting []int // how many blocks stand before it
	roots   []int
}

type distance struct{ block, gap int }

func (a *alignment) blocks() *blockGraph {
	b := &blockGraph{behind: make([][]distance, len(a.items)), waiting: make([]int, len(a.items))}
	for i := range a.items {
		if a.root[i] == i {
			b.roots = append(b.roots, i)
		}
	}
	for _, rank := range a.ranks {
		for k := 1; k < len(rank); k++ {
			before, v := rank[k-1], rank[k]
			if !a.left {
				before, v = rank[len(rank)-k], rank[len(rank)-1-k]
			}
			b.add(a.root[before], distance{a.root[v], a.gap(before, v)})
		}
	}
	return b
}

func (b *blockGraph) add(root int, d distance) {
	b.behind[root] = append(b.behind[root], d)
	b.waiting[d.block]++
}

// sorted returns the roots so that each stands behind those that it is pushed against.
func (b *blockGraph) sorted() []int {
	order := make([]int, 0, len(b.roots))
	for _, r := range b.roots {
		if b.waiting[r] == 0 {
			order = append(order, r)
		}
	}
	for i := 0; i < len(order); i++ {
		for _, e := range b.behind[order[i]] {
			if b.waiting[e.block]--; b.waiting[e.block] == 0 {
				order = append(order, e.block)
			}
		}
	}
	return order
}

// gap is the least distance between the middles of two neighbours.
func (a *alignment) gap(i, j int) int {
	gap := a.opt.NodeGap
	if a.items[i].kind == isBend || a.items[j].kind == isBend {
		gap = a.opt.LineGap
	}
	return (a.items[i].width+1)/2 + gap + (a.items[j].width+1)/2
}
