package layout

// itemKind says what stands in a rank.
type itemKind uint8

const (
	isNode  itemKind = iota
	isBend           // where edges pass a layer
	isLabel          // the label of an edge
)

// item is what stands in a rank.
type item struct {
	kind          itemKind
	rank, at      int // at is its place in the rank
	x             int // of its middle
	width, height int
	// up and down are its neighbours in the ranks above and below.
	up, down []int
	// before is the bend above that it continues, after the one that continues it; -1 if none.
	before, after int
}

func (it *item) left() int  { return it.x - it.width/2 }
func (it *item) right() int { return it.left() + it.width }

// link is a piece of edges between two ranks.
type link struct {
	upper, lower int
	group        int
	// out and in are where it touches the upper and the lower item; y is its
	// track if they differ.
	out, in, y int
}

// makeItems turns layers into ranks, with ranks of labels between them, and
// edges into chains of items of neighbouring ranks.
func (s *state) makeItems() {
	labels := s.rankLayers()
	m := &chains{
		state: s, made: map[[2]int]int{},
		below: map[chainKey][]int{}, above: map[chainKey][]int{},
		longOut: map[chainKey]int{}, longIn: map[chainKey]int{},
	}
	for i, e := range s.graph.Edges {
		if labels[i] < 0 && s.items[e.To].rank-s.items[e.From].rank > 1 {
			m.longOut[chainKey{e.From, e.Group}]++
			m.longIn[chainKey{e.To, e.Group}]++
		}
	}
	s.paths, s.hops = make([][]int, len(s.graph.Edges)), make([][]int, len(s.graph.Edges))
	for i, e := range s.graph.Edges {
		s.paths[i] = m.path(e, labels[i])
		s.hops[i] = m.connect(s.paths[i], e.Group)
	}
}

// rankLayers gives each node its rank and returns the ranks of the labels of the
// edges, -1 without one. A label stands right above the target, whose condition it is.
func (s *state) rankLayers() []int {
	deepest := -1
	for _, l := range s.layer {
		deepest = max(deepest, l)
	}
	labelled := make([]bool, deepest+2)
	for _, e := range s.graph.Edges {
		if e.Label != (Size{}) {
			labelled[s.layer[e.To]] = true
		}
	}
	ranks, next := make([]int, deepest+1), 0
	for l := range ranks {
		if labelled[l] {
			next++
		}
		ranks[l] = next
		next++
	}
	s.ranks = make([][]int, next)
	for v, size := range s.graph.Nodes {
		s.add(item{kind: isNode, rank: ranks[s.layer[v]], width: size.Width, height: size.Height})
	}
	labels := make([]int, len(s.graph.Edges))
	for i, e := range s.graph.Edges {
		labels[i] = -1
		if e.Label != (Size{}) {
			labels[i] = s.items[e.To].rank - 1
		}
	}
	return labels
}

// add adds an item at the end of its rank.
func (s *state) add(it item) int {
	i := len(s.items)
	it.at, it.before, it.after = len(s.ranks[it.rank]), -1, -1
	s.items = append(s.items, it)
	s.ranks[it.rank] = append(s.ranks[it.rank], i)
	return i
}

// chainKey is a node with the group of the edges that share a chain.
type chainKey struct{ node, group int }

// chains makes the bends. Edges of one group share the bends below their source
// or above their target, whichever gathers more of them: it keeps pictures quiet
// and their cost near the number of nodes.
type chains struct {
	*state
	made            map[[2]int]int     // links by their items
	below, above    map[chainKey][]int // bends, from the node away
	longOut, longIn map[chainKey]int
}

// path returns the items of an edge with its label in a rank, -1 without one.
func (m *chains) path(e Edge, label int) []int {
	path := []int{e.From}
	from, to := m.items[e.From].rank+1, m.items[e.To].rank
	source, target := chainKey{e.From, e.Group}, chainKey{e.To, e.Group}
	switch {
	case label >= 0:
		path = append(path, m.downTo(source, label-from)...)
		path = append(path, m.add(item{kind: isLabel, rank: label, width: e.Label.Width, height: e.Label.Height}))
	case m.longIn[target] > m.longOut[source]:
		bends := m.upTo(target, to-from)
		for i := len(bends) - 1; i >= 0; i-- {
			path = append(path, bends[i])
		}
	default:
		path = append(path, m.downTo(source, to-from)...)
	}
	return append(path, e.To)
}

// downTo returns the first n bends below a source.
func (m *chains) downTo(source chainKey, n int) []int {
	bends := m.below[source]
	for len(bends) < n {
		b := m.add(item{kind: isBend, rank: m.items[source.node].rank + 1 + len(bends), width: 1})
		if k := len(bends); k > 0 {
			m.items[b].before, m.items[bends[k-1]].after = bends[k-1], b
		}
		bends = append(bends, b)
	}
	m.below[source] = bends
	return bends[:n]
}

// upTo returns the first n bends above a target, from there upwards.
func (m *chains) upTo(target chainKey, n int) []int {
	bends := m.above[target]
	for len(bends) < n {
		b := m.add(item{kind: isBend, rank: m.items[target.node].rank - 1 - len(bends), width: 1})
		if k := len(bends); k > 0 {
			m.items[b].after, m.items[bends[k-1]].before = bends[k-1], b
		}
		bends = append(bends, b)
	}
	m.above[target] = bends
	return bends[:n]
}

// connect links the items of a path and returns the links.
func (m *chains) connect(path []int, group int) []int {
	hops := make([]int, len(path)-1)
	for i := range hops {
		upper, lower := path[i], path[i+1]
		l, ok := m.made[[2]int{upper, lower}]
		if !ok {
			l = len(m.links)
			m.links = append(m.links, link{upper: upper, lower: lower, group: group})
			m.made[[2]int{upper, lower}] = l
			m.items[upper].down = append(m.items[upper].down, lower)
			m.items[lower].up = append(m.items[lower].up, upper)
		}
		hops[i] = l
	}
	return hops
}
