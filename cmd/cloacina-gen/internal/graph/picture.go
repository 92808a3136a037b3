package graph

import "github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/graph/layout"

// kinds is the number of kinds of edges.
const kinds = int(Order) + 1

// picture lays the graph out for boxes and labels of given sizes.
func (g *Graph) picture(opt layout.Options, node func(*Node) layout.Size, label func(Edge) layout.Size) *layout.Layout {
	in := &layout.Graph{Nodes: make([]layout.Size, len(g.Nodes)), Edges: make([]layout.Edge, len(g.Edges))}
	for i := range g.Nodes {
		in.Nodes[i] = node(&g.Nodes[i])
	}
	for i, e := range g.Edges {
		in.Edges[i] = layout.Edge{From: e.From, To: e.To, Group: int(e.Kind)}
		if e.Label != "" {
			in.Edges[i].Label = label(e)
		}
	}
	return layout.Lay(in, opt)
}
