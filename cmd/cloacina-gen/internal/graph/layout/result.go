package layout

// result turns items and links into boxes and routes.
func (s *state) result() *Layout {
	out := &Layout{Nodes: make([]Rect, len(s.graph.Nodes)), Edges: make([]Route, len(s.graph.Edges))}
	for v := range s.graph.Nodes {
		out.Nodes[v] = s.box(v)
		out.Layers = max(out.Layers, s.layer[v]+1)
	}
	for i := range s.items {
		out.Width = max(out.Width, s.items[i].right())
	}
	for i := range s.graph.Edges {
		out.Edges[i] = s.route(i)
	}
	if last := len(s.ranks) - 1; last >= 0 {
		out.Height = s.top[last] + s.height[last]
	}
	return out
}

// box is the place of an item, in the middle of its rank.
func (s *state) box(i int) Rect {
	it := &s.items[i]
	return Rect{it.left(), s.top[it.rank] + (s.height[it.rank]-it.height)/2, it.width, it.height}
}

// route follows the links of an edge.
func (s *state) route(edge int) Route {
	var r Route
	path, hops := s.paths[edge], s.hops[edge]
	from, to := s.box(path[0]), s.box(path[len(path)-1])
	r.corner(Point{s.links[hops[0]].out, from.Y + from.Height})
	for _, l := range hops {
		if k := &s.links[l]; k.out != k.in {
			r.corner(Point{k.out, k.y})
			r.corner(Point{k.in, k.y})
		}
	}
	r.corner(Point{s.links[hops[len(hops)-1]].in, to.Y})
	for _, i := range path {
		if s.items[i].kind == isLabel {
			r.Label = s.box(i)
		}
	}
	return r
}

// corner adds a corner. Vertical pieces that follow each other become one.
func (r *Route) corner(p Point) {
	if n := len(r.Points); n >= 2 && r.Points[n-1].X == p.X && r.Points[n-2].X == p.X {
		r.Points[n-1] = p
		return
	}
	r.Points = append(r.Points, p)
}
