package graph

import (
	"fmt"
	"strings"
)

// The size of labels; what does not fit is cut, as Graphviz cannot draw it.
const dotLetters, dotLines = 60, 20

// DOT returns the graph in the language of Graphviz.
func (g *Graph) DOT() string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n", dotText(g.Name))
	b.WriteString("    rankdir=TB\n")
	if g.Description != "" {
		fmt.Fprintf(&b, "    tooltip=%s\n", dotText(g.Description))
	}
	b.WriteString("    node [shape=box, style=rounded, fontname=\"Helvetica\"]\n")
	b.WriteString("    edge [fontname=\"Helvetica\", fontsize=10]\n")
	for i := range g.Nodes {
		n := &g.Nodes[i]
		label := []string{n.ID}
		for _, line := range n.lines() {
			label = append(label, wrap(line, dotLetters, dotLines)...)
		}
		fmt.Fprintf(&b, "    %s [label=%s", dotText(n.ID), dotText(label...))
		if n.Summary != "" {
			fmt.Fprintf(&b, ", tooltip=%s", dotText(n.Summary))
		}
		if n.AllowFailure {
			b.WriteString(", style=\"rounded,dashed\"")
		}
		b.WriteString("]\n")
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "    %s -> %s", dotText(g.Nodes[e.From].ID), dotText(g.Nodes[e.To].ID))
		if attributes := dotAttributes(e); len(attributes) > 0 {
			fmt.Fprintf(&b, " [%s]", strings.Join(attributes, ", "))
		}
		b.WriteString("\n")
	}
	b.WriteString("}\n")
	return b.String()
}

func dotAttributes(e Edge) []string {
	var list []string
	if e.Label != "" {
		list = append(list, "label="+dotText(wrapLabel(e.Label, dotLetters, dotLines)...))
	}
	switch e.Kind {
	case Failure:
		list = append(list, `style=dashed, color="#d1242f", fontcolor="#d1242f"`)
	case Order:
		list = append(list, "style=dotted")
	}
	return list
}

// dotText quotes lines as one string. In strings a backslash begins an escape, and
// a line ends with \n.
func dotText(lines ...string) string {
	escaped := make([]string, len(lines))
	for i, line := range lines {
		line = strings.Map(printable, oneLine(line))
		escaped[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `&`, `&amp;`).Replace(line)
	}
	return `"` + strings.Join(escaped, `\n`) + `"`
}
