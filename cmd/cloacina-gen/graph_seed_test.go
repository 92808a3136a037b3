package main

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/graph"
	"github.com/cloacina-go/cloacina/internal/testmodule"
)

// seedDiagram is the picture in the text of tutorial 04, without its colours.
const seedDiagram = `
graph TD
    B[fetch_data]
    B -->|Success| C[process_data]
    B -->|Failure| D[cached_data]
    D -->|Success| C
    D -->|Failure| I[failure_notification]
    B -->|retry| B
    C -->|Success, q>80| E[high_quality_processing]
    C -->|Success, q≤80| F[low_quality_processing]
    E --> G[final_report]
    F --> G
    linkStyle 1 stroke:#f00,stroke-width:2px
    linkStyle 3 stroke:#f00,stroke-width:2px
`

// arrow is an edge of a Mermaid diagram.
type arrow struct{ from, to, label string }

var (
	arrowLine = regexp.MustCompile(`^ *(\w+)(?:\[.*?\])? -\.?->(?:\|"?([^|]*?)"?\|)? (\w+)(?:\[(\w+)\])?$`)
	boxLine   = regexp.MustCompile(`^ *(\w+)\["?(?:<b>)?(\w+).*\](?::::\w+)?$`)
	redLine   = regexp.MustCompile(`^ *linkStyle ([0-9,]+) stroke:#(?:f00|d1242f)`)
)

// diagram reads the nodes and edges of a Mermaid diagram, and which edges are red.
func diagram(t *testing.T, text string) (nodes []string, edges []arrow, red map[string]bool) {
	t.Helper()
	names, red := map[string]string{}, map[string]bool{}
	var numbers []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if m := boxLine.FindStringSubmatch(line); m != nil {
			names[m[1]] = m[2]
		} else if m := arrowLine.FindStringSubmatch(line); m != nil {
			edges = append(edges, arrow{m[1], m[3], m[2]})
			if m[4] != "" {
				names[m[3]] = m[4]
			}
		} else if m := redLine.FindStringSubmatch(line); m != nil {
			numbers = append(numbers, strings.Split(m[1], ",")...)
		}
	}
	for _, name := range names {
		nodes = append(nodes, name)
	}
	slices.Sort(nodes)
	for i, e := range edges {
		edges[i].from, edges[i].to = names[e.from], names[e.to]
		if slices.Contains(numbers, string(rune('0'+i))) {
			red[edges[i].from+" "+edges[i].to] = true
		}
	}
	return nodes, edges, red
}

// drawn runs the graph command on tutorial 04.
func drawn(t *testing.T, args ...string) string {
	t.Helper()
	root, err := testmodule.Root()
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	args = append(args, filepath.Join(root, "examples", "tutorial_04", "typed"))
	if status := run(context.Background(), append([]string{"graph"}, args...), nil, &stdout, &stderr); status != exitOK {
		t.Fatalf("exit status %d: %s", status, &stderr)
	}
	return stdout.String()
}

// The picture of the tutorial comes out of its workflow: all nodes and edges of
// it, in red the same ones. Its loop for retries is a note in the box, and there is
// one edge more: failure_notification waits for both sources, as its code in the
// same text says.
func TestTheSeedsDiagram(t *testing.T) {
	t.Parallel()
	nodes, edges, red := diagram(t, drawn(t))
	wantNodes, wantEdges, wantRed := diagram(t, seedDiagram)
	if !slices.Equal(nodes, wantNodes) {
		t.Errorf("nodes are %q, want %q", nodes, wantNodes)
	}
	find := func(list []arrow, from, to string) *arrow {
		i := slices.IndexFunc(list, func(a arrow) bool { return a.from == from && a.to == to })
		if i < 0 {
			return nil
		}
		return &list[i]
	}
	for _, w := range wantEdges {
		if w.from == w.to {
			continue // the retries
		}
		got := find(edges, w.from, w.to)
		if got == nil {
			t.Errorf("there is no edge from %s to %s", w.from, w.to)
			continue
		}
		if failure := strings.HasPrefix(w.label, "Failure"); failure != strings.HasPrefix(got.label, "failed") {
			t.Errorf("the edge from %s to %s says %q, in the text %q", w.from, w.to, got.label, w.label)
		}
		if a, b := wantRed[w.from+" "+w.to], red[w.from+" "+w.to]; a != b {
			t.Errorf("from %s to %s, red is %v, want %v", w.from, w.to, b, a)
		}
	}
	for _, e := range edges {
		if find(wantEdges, e.from, e.to) == nil && e != (arrow{"fetch_data", "failure_notification", "failed"}) {
			t.Errorf("the text has no edge like %v", e)
		}
	}
	high, low := find(edges, "process_data", "high_quality_processing"), find(edges, "process_data", "low_quality_processing")
	if high.label != "success, data_quality_score #62; 80" || low.label != "success, data_quality_score #60; 81" {
		t.Errorf("the paths say %q and %q", high.label, low.label)
	}
}

// The picture in the documentation is the one that the command draws.
func TestThePictureInTheDocumentation(t *testing.T) {
	t.Parallel()
	root, err := testmodule.Root()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "pictures.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "```mermaid\n")
	text, _, _ = strings.Cut(text, "```")
	nodes, edges, red := diagram(t, text)
	wantNodes, wantEdges, wantRed := diagram(t, drawn(t))
	if !slices.Equal(nodes, wantNodes) || !slices.Equal(edges, wantEdges) || !maps.Equal(red, wantRed) {
		t.Errorf("it has %q %q %v, want %q %q %v", nodes, edges, red, wantNodes, wantEdges, wantRed)
	}
}

// The document has what the annotations say.
func TestTheTutorialAsJSON(t *testing.T) {
	t.Parallel()
	var d graph.Document
	if err := json.Unmarshal([]byte(drawn(t, "--format", "json")), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Workflows) != 1 || len(d.Workflows[0].Tasks) != 7 || len(d.Workflows[0].Edges) != 9 {
		t.Fatalf("got %d workflows", len(d.Workflows))
	}
	fetch := d.Workflows[0].Tasks[0]
	if fetch.ID != "fetch_data" || fetch.Policy.Retries != 3 || !fetch.Policy.AllowFailure || fetch.Policy.Delay != "1s" {
		t.Errorf("fetch_data is %+v", fetch)
	}
}
