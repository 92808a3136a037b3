package graph

import (
	"fmt"
	"strings"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/graph/layout"
)

// Sizes in pixels.
const (
	margin     = 24
	nameSize   = 14 // of the id of a task
	lineSize   = 12 // of the lines below it
	labelSize  = 11 // of an edge
	titleSize  = 18
	nameLine   = 20 // height of a line with the id
	lineHeight = 16
	labelLine  = 14
	padX, padY = 14, 9 // between the border of a box and its text
	labelPad   = 5
	leastBox   = 90
	headLength = 8
	headHalf   = 4
	bend       = 7 // radius of a corner
)

// Longer texts are broken and then cut; the whole text is in the title of its element.
const (
	lineLetters, mostLines   = 44, 5
	labelLetters, labelLines = 30, 3
	mostTitle                = 2
)

// pixels are the distances of the drawing.
var pixels = layout.Options{
	NodeGap: 32, LineGap: 16, TrackGap: 10, Above: 10 + headLength, Below: 14, Inset: 14,
}

// SVG returns the graph as a picture that stands for itself: it needs no script
// and no font, fits light and dark surroundings, and has its texts as texts.
func (g *Graph) SVG() string {
	lay := g.layOut()
	d := &drawing{graph: g, lay: lay}
	d.header()
	for i := range g.Edges {
		d.edge(i)
	}
	for i := range g.Nodes {
		d.node(i)
	}
	d.legend()
	return d.finish()
}

// layOut lays the graph out in pixels.
func (g *Graph) layOut() *layout.Layout { return g.picture(pixels, nodeSize, edgeLabelSize) }

func nodeSize(n *Node) layout.Size {
	width, lines := textWidth(n.ID, nameSize, true), boxLines(n)
	for _, line := range lines {
		width = max(width, textWidth(line, lineSize, false))
	}
	return layout.Size{Width: max(leastBox, width+2*padX), Height: 2*padY + nameLine + len(lines)*lineHeight}
}

// boxLines are the lines of a box below the id.
func boxLines(n *Node) []string {
	var lines []string
	for _, line := range n.lines() {
		lines = append(lines, wrap(line, lineLetters, mostLines)...)
	}
	return lines
}

func edgeLabelSize(e Edge) layout.Size {
	lines := wrapLabel(e.Label, labelLetters, labelLines)
	width := 0
	for _, line := range lines {
		width = max(width, textWidth(line, labelSize, false))
	}
	return layout.Size{Width: width + 2*labelPad, Height: len(lines)*labelLine + labelPad}
}

// drawing is an SVG in the making.
type drawing struct {
	graph *Graph
	lay   *layout.Layout
	body  strings.Builder
	// width and height are those of the picture; top is where the graph begins.
	width, height, top int
}

func (d *drawing) printf(format string, args ...any) { fmt.Fprintf(&d.body, format, args...) }

// header writes the name and the description.
func (d *drawing) header() {
	d.width = max(d.lay.Width, legendWidth(d.graph))
	y := margin - lineHeight
	for _, line := range wrap(d.graph.Name, max(40, d.width*1000/(titleSize*smallWidth)), mostTitle) {
		y += titleSize + 4
		d.heading("name", line, titleSize, y)
	}
	for _, line := range wrap(d.graph.Description, max(60, d.width*1000/(lineSize*smallWidth)), mostLines) {
		y += lineHeight + 2
		d.heading("about", line, lineSize, y)
	}
	d.top = y + lineHeight + margin
	d.height = d.top + d.lay.Height
}

// heading writes a line over the graph, and makes the picture wide enough.
func (d *drawing) heading(class, line string, size, y int) {
	d.width = max(d.width, textWidth(line, size, true))
	d.printf("<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n", class, margin, y+lineHeight, xmlText(line))
}

// left is where the graph begins: in the middle, if the texts are wider.
func (d *drawing) left() int { return margin + (d.width-d.lay.Width)/2 }

func (d *drawing) node(i int) {
	n, box := &d.graph.Nodes[i], d.lay.Nodes[i]
	x, y := box.X+d.left(), box.Y+d.top
	class := "task"
	if n.AllowFailure {
		class += " spared"
	}
	d.printf("<g class=\"%s\" id=\"task-%s\"><title>%s</title>", class, xmlText(n.ID), xmlText(n.title()))
	d.printf("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/>", x, y, box.Width, box.Height)
	middle, base := x+box.Width/2, y+padY+nameSize
	d.printf("<text class=\"id\" x=\"%d\" y=\"%d\">%s</text>", middle, base, xmlText(n.ID))
	for k, line := range boxLines(n) {
		d.printf("<text x=\"%d\" y=\"%d\">%s</text>", middle, base+nameLine-2+k*lineHeight, xmlText(line))
	}
	d.printf("</g>\n")
}

// title is all that is known of a task.
func (n *Node) title() string {
	parts := []string{n.ID}
	if n.Summary != "" {
		parts[0] += ": " + n.Summary
	}
	return strings.Join(append(parts, n.lines()...), "\n")
}

func (d *drawing) edge(i int) {
	e, route := d.graph.Edges[i], d.lay.Edges[i]
	from, to := d.graph.Nodes[e.From].ID, d.graph.Nodes[e.To].ID
	title := from + " → " + to + ": " + kindTexts[e.Kind]
	if e.Label != "" {
		title = from + " → " + to + ": " + e.Label
	}
	last := route.Points[len(route.Points)-1]
	d.printf("<g class=\"edge %s\" id=\"edge-%s-%s\"><title>%s</title>", e.Kind, from, to, xmlText(title))
	d.printf("<path d=\"%s\"/>", d.path(route.Points))
	d.printf("<path class=\"head\" d=\"M%d %dl-%d -%dh%dz\"/>",
		last.X+d.left(), last.Y+d.top, headHalf, headLength, 2*headHalf)
	if e.Label != "" {
		d.label(e, route.Label)
	}
	d.printf("</g>\n")
}

func (d *drawing) label(e Edge, box layout.Rect) {
	x, y := box.X+d.left(), box.Y+d.top
	d.printf("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"/>", x, y, box.Width, box.Height)
	for k, line := range wrapLabel(e.Label, labelLetters, labelLines) {
		d.printf("<text x=\"%d\" y=\"%d\">%s</text>", x+box.Width/2, y+labelSize+k*labelLine+1, xmlText(line))
	}
}

// path returns a line with round corners, which ends where its head begins.
func (d *drawing) path(points []layout.Point) string {
	var b strings.Builder
	at := func(p layout.Point) string { return fmt.Sprintf("%d %d", p.X+d.left(), p.Y+d.top) }
	end := points[len(points)-1]
	end.Y -= headLength - 1
	b.WriteString("M" + at(points[0]))
	for k := 1; k+1 < len(points); k++ {
		corner, next := points[k], points[k+1]
		if k+2 == len(points) {
			next = end
		}
		r := min(bend, distance(points[k-1], corner)/2, distance(corner, next)/2)
		b.WriteString("L" + at(toward(corner, points[k-1], r)) + "Q" + at(corner) + " " + at(toward(corner, next, r)))
	}
	b.WriteString("L" + at(end))
	return b.String()
}

// distance is that of two points on one horizontal or vertical line.
func distance(a, b layout.Point) int { return max(a.X-b.X, b.X-a.X) + max(a.Y-b.Y, b.Y-a.Y) }

// toward goes n from one point to another on their line.
func toward(from, to layout.Point, n int) layout.Point {
	step := func(a, b int) int { return min(max(b-a, -n), n) }
	return layout.Point{X: from.X + step(from.X, to.X), Y: from.Y + step(from.Y, to.Y)}
}
