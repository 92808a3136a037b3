package graph

import (
	"fmt"
	"strconv"
	"strings"
)

// mermaidFailure is how the lines of failures look.
const mermaidFailure = "stroke:#d1242f,stroke-width:2px,stroke-dasharray:6 4"

// mermaidLetters is how long a line of a label may be; Mermaid breaks it at blanks. It
// refuses a text of more than 50,000 characters.
const mermaidLetters = 600

// Mermaid returns the graph as a Mermaid flowchart, which GitHub, GitLab and many
// editors draw.
func (g *Graph) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	fmt.Fprintf(&b, "    accTitle: %s\n", mermaidPlain(g.Name))
	if g.Description != "" {
		fmt.Fprintf(&b, "    accDescr: %s\n", mermaidPlain(g.Description))
	}
	for i := range g.Nodes {
		g.mermaidNode(&b, &g.Nodes[i])
	}
	styles := map[Kind][]string{}
	for i, e := range g.Edges {
		g.mermaidEdge(&b, e)
		styles[e.Kind] = append(styles[e.Kind], strconv.Itoa(i))
	}
	b.WriteString("\n    classDef mayFail stroke-dasharray:5 3\n")
	if list := styles[Failure]; len(list) > 0 {
		fmt.Fprintf(&b, "    linkStyle %s %s\n", strings.Join(list, ","), mermaidFailure)
	}
	return b.String()
}

func (g *Graph) mermaidNode(b *strings.Builder, n *Node) {
	if n.Summary != "" {
		fmt.Fprintf(b, "\n    %%%% %s: %s\n", n.ID, mermaidPlain(n.Summary))
	}
	label := "<b>" + n.ID + "</b>"
	for _, line := range n.lines() {
		label += "<br/>" + mermaidText(clipped(line, mermaidLetters))
	}
	class := ""
	if n.AllowFailure {
		class = ":::mayFail"
	}
	fmt.Fprintf(b, "    %s[\"%s\"]%s\n", mermaidID(n.ID), label, class)
}

func (g *Graph) mermaidEdge(b *strings.Builder, e Edge) {
	arrow := "-->"
	if e.Kind == Order {
		arrow = "-.->"
	}
	if e.Label != "" {
		arrow += `|"` + mermaidText(clipped(e.Label, mermaidLetters)) + `"|`
	}
	fmt.Fprintf(b, "    %s %s %s\n", mermaidID(g.Nodes[e.From].ID), arrow, mermaidID(g.Nodes[e.To].ID))
}

// mermaidWords begin what Mermaid does not take for the id of a node, even as
// the beginning of a longer word.
var mermaidWords = []string{
	"call", "class", "click", "default", "direction", "end", "flowchart", "graph", "href",
	"interpolate", "linkStyle", "style", "subgraph",
}

// mermaidID returns the name of a node. Two underscores, which no id has, keep it
// apart from the other ones.
func mermaidID(id string) string {
	for _, w := range mermaidWords {
		if strings.HasPrefix(id, strings.ToLower(w)) {
			return "task__" + id
		}
	}
	return id
}

// mermaidText escapes text for a quoted label: whatever is not plain becomes the
// number of its character, which the label shows as the character.
func mermaidText(text string) string {
	var b strings.Builder
	for _, r := range oneLine(text) {
		switch {
		case plain(r), strings.ContainsRune(" _.,:()=!'+?", r), r > 0xa0:
			b.WriteRune(printable(r))
		case r < ' ' || r == 0x7f:
			b.WriteRune('\ufffd')
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}

// mermaidPlain makes text fit where nothing can be escaped: in comments and in
// titles.
func mermaidPlain(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("#;{}\"`<>%", r) {
			return '\''
		}
		return printable(r)
	}, oneLine(text))
}
