package graph

import (
	"encoding/json"
	"fmt"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/graph/layout"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// jsonVersion is raised when a field changes its meaning or goes. New fields do
// not raise it.
const jsonVersion = 1

// Document is what [JSON] writes, described in docs/pictures.md.
type Document struct {
	Version   int        `json:"version"`
	Workflows []Workflow `json:"workflows"`
}

// Workflow is a workflow with its picture. Sizes and places are those of the SVG,
// in pixels, from its upper left corner on.
type Workflow struct {
	Name        string  `json:"name"`
	Description string  `json:"description,omitempty"`
	Fingerprint string  `json:"fingerprint"`
	Timeout     string  `json:"timeout,omitempty"`
	Retention   string  `json:"retention,omitempty"`
	Input       []Key   `json:"input,omitempty"`
	AnyInput    bool    `json:"any_input"`
	Width       int     `json:"width"`
	Height      int     `json:"height"`
	Tasks       []Task  `json:"tasks"`
	Edges       []Arrow `json:"edges"`
}

// Task is a task of a [Workflow].
type Task struct {
	ID           string      `json:"id"`
	Func         string      `json:"func"`
	Doc          string      `json:"doc,omitempty"`
	Summary      string      `json:"summary,omitempty"`
	Dependencies []string    `json:"dependencies"`
	Rule         RuleInfo    `json:"rule"`
	Reads        []Key       `json:"reads"`
	Writes       []Key       `json:"writes"`
	Open         bool        `json:"open"`
	Policy       Policy      `json:"policy"`
	Box          layout.Rect `json:"box"`
}

// RuleInfo is a rule: as written, in words, and as a tree. Rest is the part of the
// words that is on no edge, and Any says that one of the edges is enough.
type RuleInfo struct {
	Text  string    `json:"text"`
	Words string    `json:"words"`
	Any   bool      `json:"any"`
	Rest  string    `json:"rest,omitempty"`
	Tree  *RuleNode `json:"tree,omitempty"`
}

// RuleNode is a node of a rule: an operator with args, a condition on a task, or
// one on a key. Numbers keep the digits of their literal.
type RuleNode struct {
	Op     string            `json:"op"`
	Args   []*RuleNode       `json:"args,omitempty"`
	Task   string            `json:"task,omitempty"`
	Key    string            `json:"key,omitempty"`
	Cmp    string            `json:"cmp,omitempty"`
	Values []json.RawMessage `json:"values,omitempty"`
}

// Key is a key that is read or written.
type Key struct {
	Key      string `json:"key"`
	Shape    string `json:"shape"`
	Optional bool   `json:"optional"`
	// Writers are the tasks that a read may get its value from; AnyAncestor says
	// that they are not known.
	Writers     []string        `json:"writers,omitempty"`
	AnyAncestor bool            `json:"any_ancestor,omitempty"`
	Default     json.RawMessage `json:"default,omitempty"`
}

// Policy is what happens at failures. Durations are as in Go: 1m30s.
type Policy struct {
	Retries      int      `json:"retries"`
	Delay        string   `json:"delay,omitempty"`
	MaxDelay     string   `json:"max_delay,omitempty"`
	Backoff      string   `json:"backoff,omitempty"`
	Jitter       bool     `json:"jitter"`
	Condition    string   `json:"condition,omitempty"`
	Matches      []string `json:"matches,omitempty"`
	Timeout      string   `json:"timeout,omitempty"`
	AllowFailure bool     `json:"allow_failure"`
}

// Arrow is an edge with its line.
type Arrow struct {
	From  string         `json:"from"`
	To    string         `json:"to"`
	Kind  string         `json:"kind"`
	Label string         `json:"label,omitempty"`
	Line  []layout.Point `json:"line"`
	Box   *layout.Rect   `json:"box,omitempty"` // of the label
}

// JSON returns graphs as one document.
func JSON(graphs []*Graph) (string, error) {
	d := Document{Version: jsonVersion, Workflows: []Workflow{}}
	for _, g := range graphs {
		d.Workflows = append(d.Workflows, g.workflow())
	}
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return "", fmt.Errorf("write the graph as JSON: %w", err)
	}
	return string(text) + "\n", nil
}

func (g *Graph) workflow() Workflow {
	d := &drawing{graph: g, lay: g.layOut()}
	d.header()
	p := g.plan
	w := Workflow{
		Name: p.Name, Description: p.Description, Fingerprint: p.Fingerprint,
		Timeout: optionalDuration(p.Timeout), Retention: optionalDuration(p.Retention),
		AnyInput: !p.InputDeclared, Width: d.width + 2*margin, Tasks: []Task{}, Edges: []Arrow{},
	}
	for _, in := range p.Input {
		k := Key{Key: in.Name, Shape: in.Shape, Optional: in.Optional}
		if in.Default != "" {
			k.Default = json.RawMessage(in.Default)
		}
		w.Input = append(w.Input, k)
	}
	for i := range p.Tasks {
		w.Tasks = append(w.Tasks, d.task(i))
	}
	for i := range g.Edges {
		w.Edges = append(w.Edges, d.arrow(i))
	}
	d.legend()
	w.Height = d.height + margin
	return w
}

func (d *drawing) task(i int) Task {
	p, n := d.graph.plan, &d.graph.Nodes[i]
	t := &p.Tasks[i]
	box := d.lay.Nodes[i]
	box.X, box.Y = box.X+d.left(), box.Y+d.top
	text := t.Rule.Text
	if text == "" {
		text = "always"
	}
	out := Task{
		ID: t.ID, Func: t.Func, Doc: t.Doc, Summary: n.Summary, Open: t.Open, Box: box,
		Dependencies: []string{}, Reads: []Key{}, Writes: []Key{}, Policy: policyOf(t),
		Rule: RuleInfo{
			Text: text, Words: Words(p, t.Rule.Tree), Any: n.Any, Rest: n.Rule, Tree: ruleNode(p, t.Rule.Tree),
		},
	}
	for _, k := range t.DependsOn {
		out.Dependencies = append(out.Dependencies, p.Tasks[k].ID)
	}
	for _, r := range t.Reads {
		k := Key{Key: r.Key, Shape: r.Shape, Optional: r.Optional, AnyAncestor: r.Walk}
		for _, w := range r.Writers {
			k.Writers = append(k.Writers, p.Tasks[w].ID)
		}
		out.Reads = append(out.Reads, k)
	}
	for _, w := range t.Writes {
		out.Writes = append(out.Writes, Key{Key: w.Key, Shape: w.Shape, Optional: w.Optional})
	}
	return out
}

func (d *drawing) arrow(i int) Arrow {
	e, route := d.graph.Edges[i], d.lay.Edges[i]
	a := Arrow{
		From: d.graph.Nodes[e.From].ID, To: d.graph.Nodes[e.To].ID,
		Kind: e.Kind.String(), Label: e.Label,
	}
	for _, p := range route.Points {
		a.Line = append(a.Line, layout.Point{X: p.X + d.left(), Y: p.Y + d.top})
	}
	if e.Label != "" {
		box := route.Label
		box.X, box.Y = box.X+d.left(), box.Y+d.top
		a.Box = &box
	}
	return a
}

func ruleNode(p *plan.Plan, n *plan.Node) *RuleNode {
	if n == nil {
		return nil
	}
	out := &RuleNode{Op: n.Op.String()}
	switch {
	case n.Op == plan.OpValue:
		out.Key, out.Cmp = n.Key, n.Cmp.String()
		for _, l := range n.Literals {
			out.Values = append(out.Values, literalJSON(l))
		}
	case n.Op.Leaf():
		out.Task = p.Tasks[n.Task].ID
	}
	for _, arg := range n.Args {
		out.Args = append(out.Args, ruleNode(p, arg))
	}
	return out
}
