// Package layout places the nodes of a directed graph without cycles in layers,
// from top to bottom, and leads its edges round them.
//
// It works in the steps of Sugiyama's method, a file each: nodes get layers
// (rank.go), edges over several layers become chains of bends (items.go), each
// layer is ordered so that few lines cross (order.go, cross.go), every item gets
// its x after Brandes and Köpf (align.go, compact.go), lines get the places where
// they touch nodes (port.go), and between two layers each line gets a track of its
// own (channel.go, track.go). All numbers are integers of one unit, so that the
// same layout serves pixels and the cells of a terminal, and the same graph always
// gets the same layout.
//
// Horizontal lines run only between layers and vertical ones only where an item
// stands. So no line runs through a node or a label, and neither of these overlaps
// another; this holds by construction. Horizontal lines that do not belong together
// never touch. Vertical ones may run along each other for a short way, rarely: where
// two lines would have to exchange their columns.
package layout

// Graph is what is to be laid out.
type Graph struct {
	// Nodes are the sizes of the nodes.
	Nodes []Size
	// Edges lead from a node to another. There is no cycle, and no edge twice.
	Edges []Edge
}

// Size is the size of a box.
type Size struct{ Width, Height int }

// Edge is one edge.
type Edge struct {
	// From and To are indices of nodes.
	From, To int
	// Label is the size of its label; zero without one.
	Label Size
	// Group says how the line looks. Lines of one source or of one target share
	// their way where they can, if their groups are equal.
	Group int
}

// Options are distances. None is negative.
type Options struct {
	// NodeGap is kept between neighbours in a layer, LineGap between a line and
	// its neighbours, and between the places where lines touch a node.
	NodeGap, LineGap int
	// TrackGap is kept between horizontal lines.
	TrackGap int
	// Above and Below are kept free between a layer and the horizontal lines
	// below and above it; the arrowheads are in Above.
	Above, Below int
	// Inset is kept between the corner of a node and the lines that touch it.
	Inset int
	// Widest is how many nodes a layer may have. Defaults to 16, or twice the
	// square root of the number of nodes if that is more.
	Widest int
}

// Layout is the answer.
type Layout struct {
	// Width and Height are the extent of everything; it begins at (0, 0).
	Width, Height int
	// Nodes and Edges run parallel to those of the graph.
	Nodes []Rect
	Edges []Route
	// Layers is the number of layers that hold nodes.
	Layers int
}

// Rect is a box; X and Y are its upper left corner.
type Rect struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// Point is a place.
type Point struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// Route is the way of an edge.
type Route struct {
	// Points are the corners of a line of horizontal and vertical pieces, from
	// the lower side of the source to the upper side of the target.
	Points []Point
	// Label is the place of the label; zero without one.
	Label Rect
}

// state carries one call of [Lay].
type state struct {
	graph *Graph
	opt   Options

	layer []int // of each node
	// items are all that stands in ranks, the nodes first, in their order.
	items []item
	ranks [][]int // items in their order from left to right
	links []link
	paths [][]int // of each edge: its items from source to target
	hops  [][]int // of each edge: the links between them

	channels []channel // between a rank and the next one
	top      []int     // of each rank
	height   []int     // of each rank
}

// Lay lays out a graph.
func Lay(g *Graph, opt Options) *Layout {
	s := &state{graph: g, opt: opt}
	s.rank()
	s.makeItems()
	s.order()
	s.place()
	s.port()
	s.track()
	return s.result()
}
