package graph

import (
	"go/doc"
	"strings"
	"time"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// Graph is a workflow as it is drawn.
type Graph struct {
	// Name and Description are those of the workflow, each in one line.
	Name, Description string
	// Nodes are the tasks in the order of the plan.
	Nodes []Node
	// Edges are sorted by their later task and then as its dependencies are declared.
	Edges []Edge

	plan *plan.Plan
}

// Node is a task.
type Node struct {
	// ID is the id of the task.
	ID string
	// Summary is the first sentence of its documentation, in one line.
	Summary string
	// Any says that one of the conditions on the edges is enough; else all must hold.
	Any bool
	// Rule is what of the rule is on no edge, in words; empty if the edges say it all.
	Rule string
	// Notes are the parts of the policy that a reader should know, such as
	// "3 retries" or "may fail".
	Notes []string
	// AllowFailure says that a failure of the task does not fail the run.
	AllowFailure bool
}

// Edge is a dependency.
type Edge struct {
	// From and To are indices of nodes; To waits for From.
	From, To int
	// Kind says how From has to end.
	Kind Kind
	// Label is the part of To's rule that is about From, in words; empty if the
	// kind says it all.
	Label string
}

// Kind says how a dependency has to end, as far as the rule about it alone says.
type Kind uint8

// The kinds of edges.
const (
	// Success is an edge that is taken only if the dependency completes.
	Success Kind = iota
	// Failure is one that is taken only if it fails.
	Failure
	// Skip is one that is taken only if it is skipped.
	Skip
	// Mixed is one that depends on the dependency in another way, which the
	// label or the rule at the later task says.
	Mixed
	// Order is one that is taken however the dependency ends.
	Order
)

// String returns the name, as in JSON.
func (k Kind) String() string {
	return [...]string{"success", "failure", "skip", "mixed", "order"}[k]
}

// New returns the graph of a valid plan.
func New(p *plan.Plan) *Graph {
	g := &Graph{
		Name: oneLine(p.Name), Description: oneLine(p.Description),
		Nodes: make([]Node, len(p.Tasks)), plan: p,
	}
	for i := range p.Tasks {
		t := &p.Tasks[i]
		s := splitRule(p, i)
		g.Nodes[i] = Node{
			ID: t.ID, Summary: oneLine(new(doc.Package).Synopsis(t.Doc)),
			Any: s.any, Rule: s.rest, Notes: notes(t), AllowFailure: t.AllowFailure,
		}
		for k, d := range t.DependsOn {
			g.Edges = append(g.Edges, Edge{From: d, To: i, Kind: s.edges[k].kind, Label: s.edges[k].label})
		}
	}
	return g
}

// notes are the parts of a policy that a picture shows.
func notes(t *plan.Task) []string {
	var list []string
	switch n := Retries(t); n {
	case 0:
	case 1:
		list = append(list, "1 retry")
	default:
		list = append(list, decimal(n)+" retries")
	}
	if t.Timeout > 0 {
		list = append(list, "timeout "+Duration(t.Timeout))
	}
	if t.AllowFailure {
		list = append(list, "may fail")
	}
	return list
}

// Retries is how often a task is tried again at most.
func Retries(t *plan.Task) int {
	if t.Retry.Condition == plan.RetryNever {
		return 0
	}
	return t.Retry.Attempts
}

// Duration prints a duration without units that are zero: 1m, not 1m0s.
func Duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// oneLine makes one line of a text.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// lines are the lines below the id in a box: what is on no edge, and the policy.
func (n *Node) lines() []string {
	var lines []string
	switch {
	case n.Rule == never:
		lines = append(lines, "never runs")
	case n.Rule != "":
		lines = append(lines, "if "+n.Rule)
	case n.Any:
		lines = append(lines, "if one of these holds")
	}
	if len(n.Notes) > 0 {
		lines = append(lines, strings.Join(n.Notes, ", "))
	}
	return lines
}
