package graph

import (
	"strings"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/graph/layout"
)

// cells are the distances of a drawing on a terminal.
var cells = layout.Options{NodeGap: 3, LineGap: 2, TrackGap: 1, Above: 2, Below: 0, Inset: 3}

const (
	boxLetters    = 28 // in a line of a box
	boxMostLines  = 4
	markLetters   = 26 // in a line of the label of an edge
	markMostLines = 4
	largestGrid   = 200 // tasks: more are not taken in at a glance
	leastListRoom = 24
	leastInLayer  = 3 // boxes
)

// ASCII returns the graph as text for a terminal with lines of at most width
// characters: a drawing with lines and boxes if that is not wider, and else an
// indented list. Lines of failures are dashed, those that do not ask how a task
// ends are dotted.
func (g *Graph) ASCII(width int) string {
	head := asciiHead(g, width)
	for _, most := range g.layerWidths(width) {
		if drawn, ok := g.grid(width, most); ok {
			return head + drawn
		}
	}
	return head + g.list(width)
}

// layerWidths are the numbers of boxes in a layer that are worth a try: as many
// as there are, and as many as surely have room.
func (g *Graph) layerWidths(width int) []int {
	if len(g.Nodes) > largestGrid {
		return nil
	}
	box := 1
	for i := range g.Nodes {
		box = max(box, widest(asciiBox(&g.Nodes[i]))+4+cells.NodeGap)
	}
	return []int{0, max(leastInLayer, width*3/4/box)}
}

func asciiHead(g *Graph, width int) string {
	lines := wrap(clean(g.Name), width, boxMostLines)
	lines = append(lines, wrap(clean(g.Description), width, boxMostLines)...)
	return strings.Join(lines, "\n") + "\n\n"
}

// clean makes one line of printable characters.
func clean(text string) string { return strings.Map(printable, oneLine(text)) }

// grid draws the graph, with so many boxes in a layer, if it fits.
func (g *Graph) grid(width, most int) (string, bool) {
	distances := cells
	distances.Widest = most
	lay := g.picture(distances,
		func(n *Node) layout.Size {
			lines := asciiBox(n)
			return layout.Size{Width: widest(lines) + 4, Height: len(lines) + 2}
		},
		func(e Edge) layout.Size {
			lines := asciiMark(e)
			return layout.Size{Width: widest(lines) + 2, Height: len(lines)}
		},
	)
	if lay.Width > width {
		return "", false
	}
	c := newCanvas(lay.Width, lay.Height)
	for i, e := range g.Edges {
		c.route(lay.Edges[i].Points, e.Kind)
	}
	for i := range g.Nodes {
		c.box(lay.Nodes[i], asciiBox(&g.Nodes[i]), g.Nodes[i].AllowFailure)
	}
	for i, e := range g.Edges {
		c.ends(lay.Edges[i].Points)
		if e.Label != "" {
			c.mark(lay.Edges[i].Label, asciiMark(e))
		}
	}
	return c.String(), true
}

func asciiBox(n *Node) []string {
	lines := []string{n.ID}
	for _, line := range n.lines() {
		lines = append(lines, wrap(clean(line), boxLetters, boxMostLines)...)
	}
	return lines
}

func asciiMark(e Edge) []string { return wrapLabel(clean(e.Label), markLetters, markMostLines) }

func widest(lines []string) int {
	width := 0
	for _, line := range lines {
		width = max(width, length(line))
	}
	return width
}
