package graph

import (
	"fmt"
	"strings"
)

// kindTexts say what a line of a kind means.
var kindTexts = [kinds]string{
	Success: "after success",
	Failure: "after failure",
	Skip:    "after a skip",
	Mixed:   "as the rule says",
	Order:   "however it ends",
}

const (
	legendLine = 34 // length of a sample
	legendGap  = 22
)

// legendItem explains one kind of line or box.
type legendItem struct{ class, text string }

// legendItems are the kinds that occur.
func legendItems(g *Graph) []legendItem {
	var used [kinds]bool
	spared := false
	for _, e := range g.Edges {
		used[e.Kind] = true
	}
	for i := range g.Nodes {
		spared = spared || g.Nodes[i].AllowFailure
	}
	var items []legendItem
	for k, yes := range used {
		if yes {
			items = append(items, legendItem{"edge " + Kind(k).String(), kindTexts[k]})
		}
	}
	if spared {
		items = append(items, legendItem{"task spared", "its failure does not fail the run"})
	}
	return items
}

func (l legendItem) width() int { return legendLine + 8 + textWidth(l.text, labelSize, false) }

// legendWidth is the width of the widest item: the legend is broken to fit.
func legendWidth(g *Graph) int {
	width := 0
	for _, item := range legendItems(g) {
		width = max(width, item.width())
	}
	return width
}

// legend explains the lines below the graph.
func (d *drawing) legend() {
	x, y := 0, d.height+margin
	items := legendItems(d.graph)
	for _, item := range items {
		if x > 0 && x+item.width() > d.width {
			x, y = 0, y+lineHeight+4
		}
		at := margin + x
		d.printf("<g class=\"%s legend\">", item.class)
		if strings.HasPrefix(item.class, "edge") {
			d.printf("<path d=\"M%d %dh%d\"/>", at, y, legendLine)
		} else {
			d.printf("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"12\" rx=\"4\"/>", at, y-6, legendLine)
		}
		d.printf("<text x=\"%d\" y=\"%d\">%s</text></g>\n", at+legendLine+8, y+4, item.text)
		x += item.width() + legendGap
	}
	if len(items) > 0 {
		d.height = y + 8
	}
}

// finish puts the frame round what was drawn.
func (d *drawing) finish() string {
	width, height := d.width+2*margin, d.height+margin
	about := "A graph of " + counted(len(d.graph.Nodes), "task") + "."
	if d.graph.Description != "" {
		about = strings.TrimSuffix(d.graph.Description, ".") + ". " + about
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" class="cloacina-graph" role="img" `+
		"width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n<title>%s</title>\n<desc>%s</desc>\n<style>%s</style>\n"+
		"<rect class=\"ground\" width=\"100%%\" height=\"100%%\"/>\n%s</svg>\n",
		width, height, width, height, xmlText(d.graph.Name), xmlText(about), style(), d.body.String())
}

// counted is a number of things: 1 task, 2 tasks.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return decimal(n) + " " + noun + "s"
}

// palette are the colours of one surrounding.
type palette struct {
	ground, box, border, text, muted                   string
	success, failure, skip, mixed, order, chip, spared string
}

var (
	light = palette{
		ground: "#ffffff", box: "#f6f8fa", border: "#8c959f", text: "#1f2328", muted: "#59636e",
		success: "#1a7f37", failure: "#d1242f", skip: "#9a6700", mixed: "#0969da", order: "#818b98",
		chip: "#ffffff", spared: "#fff8e6",
	}
	dark = palette{
		ground: "#0d1117", box: "#161b22", border: "#656c76", text: "#f0f6fc", muted: "#9198a1",
		success: "#3fb950", failure: "#f85149", skip: "#d29922", mixed: "#4493f8", order: "#7d8590",
		chip: "#0d1117", spared: "#272115",
	}
)

// style is the style sheet: shapes once, colours for light and dark.
func style() string {
	const fonts = `system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif`
	shapes := []string{
		"text{font:" + decimal(lineSize) + "px " + fonts + ";text-anchor:middle}",
		"text.name{font-size:" + decimal(titleSize) + "px;font-weight:600}",
		"text.name", "text.about",
		"g.legend text{text-anchor:start;font-size:" + decimal(labelSize) + "px}",
		"text.id{font-size:" + decimal(nameSize) + "px;font-weight:600}",
		"g.edge text{font-size:" + decimal(labelSize) + "px}",
		"g.task rect{stroke-width:1.2}", "g.spared rect{stroke-dasharray:5 3}",
		"g.edge path{fill:none;stroke-width:1.5}", "g.edge.failure path{stroke-dasharray:6 4}",
		"g.edge.skip path{stroke-dasharray:9 3 2 3}", "g.edge.order path{stroke-width:1}",
		"g.edge path.head{stroke:none}",
	}
	var b strings.Builder
	b.WriteString("\n")
	for _, s := range shapes {
		if !strings.Contains(s, "{") {
			s += "{text-anchor:start}"
		}
		b.WriteString(".cloacina-graph " + s + "\n")
	}
	b.WriteString(colours(light))
	b.WriteString("@media (prefers-color-scheme:dark){\n" + colours(dark) + "}\n")
	return b.String()
}

func colours(p palette) string {
	var b strings.Builder
	rule := func(selector, property, colour string) {
		fmt.Fprintf(&b, ".cloacina-graph %s{%s:%s}\n", selector, property, colour)
	}
	rule("rect.ground", "fill", p.ground)
	rule("text", "fill", p.muted)
	rule("text.name", "fill", p.text)
	rule("text.id", "fill", p.text)
	fmt.Fprintf(&b, ".cloacina-graph g.task rect{fill:%s;stroke:%s}\n", p.box, p.border)
	rule("g.spared rect", "fill", p.spared)
	rule("g.edge rect", "fill", p.chip)
	for k, colour := range [kinds]string{p.success, p.failure, p.skip, p.mixed, p.order} {
		class := "g.edge." + Kind(k).String()
		rule(class+" path", "stroke", colour)
		rule(class+" path.head", "fill", colour)
		rule(class+" text", "fill", colour)
	}
	rule("g.legend text", "fill", p.muted)
	return b.String()
}

// xmlText escapes a text for an element or an attribute in quotes. Characters
// that XML does not have, and those that do not show, are replaced.
func xmlText(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '"':
			b.WriteString("&#34;")
		case '\n':
			b.WriteString("&#10;")
		default:
			b.WriteRune(printable(r))
		}
	}
	return b.String()
}
