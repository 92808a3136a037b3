package graph

import (
	"slices"
	"strings"
)

// deepestList bounds the indentation of a list; what is deeper starts anew at the left.
const deepestList = 8

// endless is more lines than any text has.
const endless = 1 << 30

// list prints each task once, below the one of its dependencies that comes last,
// and names the other ones.
func (g *Graph) list(width int) string {
	l := &lister{graph: g, width: width, below: make([][]Edge, len(g.Nodes)), also: make([][]Edge, len(g.Nodes))}
	parent := make([]Edge, len(g.Nodes))
	for i := range parent {
		parent[i].From = -1
	}
	for _, e := range g.Edges {
		if e.From > parent[e.To].From {
			parent[e.To] = e
		}
	}
	for _, e := range g.Edges {
		if e != parent[e.To] {
			l.also[e.To] = append(l.also[e.To], e)
		}
	}
	for v, e := range parent {
		if e.From >= 0 {
			l.below[e.From] = append(l.below[e.From], e)
		} else {
			l.roots = append(l.roots, v)
		}
	}
	for len(l.roots) > 0 {
		root := l.roots[0]
		l.roots = l.roots[1:]
		l.task(root, nil, "", "", 0)
	}
	return l.b.String()
}

type lister struct {
	graph       *Graph
	width       int
	below, also [][]Edge
	// roots are the tasks that still have to be printed at the left.
	roots []int
	b     strings.Builder
}

// task prints a task with what is below it: head stands before its line, tail
// before those that follow.
func (l *lister) task(v int, by *Edge, head, tail string, depth int) {
	for {
		text := l.text(v, by)
		for k, line := range wrap(text, max(leastListRoom, l.width-length(head)-2), endless) {
			indent := head
			if k > 0 {
				indent = tail + "  "
			}
			l.b.WriteString(strings.TrimRight(indent+line, " ") + "\n")
		}
		next := l.below[v]
		if len(next) != 1 {
			l.branch(next, tail, depth)
			return
		}
		// A chain stays where it is, however long it is.
		v, by, head = next[0].To, &next[0], tail+"↓ "
	}
}

func (l *lister) branch(next []Edge, tail string, depth int) {
	if depth == deepestList && len(next) > 0 {
		ids := make([]string, len(next))
		for i, e := range next {
			ids[i] = l.graph.Nodes[e.To].ID
			l.roots = slices.Insert(l.roots, i, e.To)
		}
		room := max(leastListRoom, l.width-length(tail)-3)
		for _, line := range wrap("see below: "+strings.Join(ids, ", "), room, endless) {
			l.b.WriteString(tail + "└─ " + line + "\n")
		}
		return
	}
	for i := range next {
		head, after := "├─ ", "│  "
		if i == len(next)-1 {
			head, after = "└─ ", "   "
		}
		l.task(next[i].To, &next[i], tail+head, tail+after, depth+1)
	}
}

// text is the line of a task: its id, how it hangs on the one above, on which
// other ones it does, and its policy.
func (l *lister) text(v int, by *Edge) string {
	n := &l.graph.Nodes[v]
	parts := []string{}
	if by != nil {
		parts = append(parts, edgeText(*by))
	}
	parts = append(parts, l.others(v)...)
	for _, line := range n.lines() {
		parts = append(parts, clean(line))
	}
	if len(parts) == 0 {
		return n.ID
	}
	return n.ID + "  (" + strings.Join(parts, "; ") + ")"
}

// edgeText is the label of an edge, or else what its line means.
func edgeText(e Edge) string {
	if e.Label != "" {
		return clean(e.Label)
	}
	return kindTexts[e.Kind]
}

// others are the other dependencies of a task, those alike together.
func (l *lister) others(v int) []string {
	var texts []string
	names := map[string][]string{}
	for _, e := range l.also[v] {
		text := edgeText(e)
		if names[text] == nil {
			texts = append(texts, text)
		}
		names[text] = append(names[text], l.graph.Nodes[e.From].ID)
	}
	for k, text := range texts {
		texts[k] = "also " + strings.Join(names[text], ", ") + ": " + text
	}
	return texts
}
