package graph

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// longGraph has a rule of many conditions, at a task and on an edge.
func longGraph() *Graph {
	rule := strings.TrimSuffix(strings.Repeat("a completed and score > 80 or ", 4000), " or ")
	return &Graph{
		Name:  "long",
		Nodes: []Node{{ID: "a"}, {ID: "b", Rule: rule}},
		Edges: []Edge{{From: 0, To: 1, Kind: Mixed, Label: rule}},
	}
}

// Graphviz puts a label into one line unless it is told otherwise, and gives up
// pictures that get too wide.
func TestDOTBreaksLongLabels(t *testing.T) {
	t.Parallel()
	for _, line := range strings.Split(longGraph().DOT(), "\n") {
		for _, part := range strings.Split(line, `\n`) {
			if utf8.RuneCountInString(part) > 100 {
				t.Fatalf("a line of %d characters: %.200s", len(part), part)
			}
		}
	}
}

// Mermaid refuses texts of more than 50,000 characters.
func TestMermaidCutsLongLabels(t *testing.T) {
	t.Parallel()
	text := longGraph().Mermaid()
	if len(text) > 10_000 || !strings.Contains(text, "…") {
		t.Errorf("%d bytes: %.200s", len(text), text)
	}
}
