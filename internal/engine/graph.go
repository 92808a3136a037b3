package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// Decider evaluates the rule of a task whose dependencies have all ended, and
// returns its verdict with the truth of every leaf. It is the compiled rule of
// the program. It is pure, reads the run through the graph, and is not called
// for a task whose rule is "always".
type Decider func(g *Graph, r *Run, task int) (verdict bool, leaves plan.Leaves)

// Graph is a plan made ready for stepping. It is immutable.
type Graph struct {
	plan   *plan.Plan
	decide Decider
	// dependants of task i are followers[first[i]:first[i+1]], ascending.
	first     []int
	followers []int
	// sinks are the tasks nobody depends on and that are not gone from the plan,
	// sorted by id: the dependencies of the virtual final task.
	sinks []int
}

// Prepare checks the plan and prepares it; the plan must not be changed
// afterwards. Without a decider the graph serves for reading and restoring runs,
// and for stepping those whose plan has no rules.
func Prepare(p *plan.Plan, decide Decider) (*Graph, error) {
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	g := link(p)
	g.decide = decide
	return g, nil
}

// link returns the graph of a plan that is known to be valid, as far as its
// dependencies go. A task that is gone from the plan has ancestors, but is none.
func link(p *plan.Plan) *Graph {
	g := &Graph{plan: p}
	g.linkDependants()
	for i := range p.Tasks {
		if len(g.dependants(i)) == 0 && !p.Tasks[i].IsGone() {
			g.sinks = append(g.sinks, i)
		}
	}
	slices.SortFunc(g.sinks, func(a, b int) int { return strings.Compare(p.Tasks[a].ID, p.Tasks[b].ID) })
	return g
}

// linkDependants turns the lists of dependencies round.
func (g *Graph) linkDependants() {
	tasks := g.plan.Tasks
	g.first = make([]int, len(tasks)+1)
	for i := range tasks {
		if tasks[i].IsGone() {
			continue
		}
		for _, d := range tasks[i].DependsOn {
			g.first[d+1]++
		}
	}
	for i := range tasks {
		g.first[i+1] += g.first[i]
	}
	g.followers = make([]int, g.first[len(tasks)])
	free := slices.Clone(g.first)
	for i := range tasks {
		if tasks[i].IsGone() {
			continue
		}
		for _, d := range tasks[i].DependsOn {
			g.followers[free[d]] = i
			free[d]++
		}
	}
}

// Plan returns the plan; it is not to be changed.
func (g *Graph) Plan() *plan.Plan { return g.plan }

// NewRun returns a run in which nothing has happened yet; [Begin] sets it off.
// The initial context is in any order. The deadline is in Unix milliseconds, 0
// means none.
func (g *Graph) NewRun(id string, initial []Entry, deadline int64) *Run {
	r := &Run{
		ID: id, Status: RunRunning, Deadline: deadline,
		Initial: slices.Clone(initial),
		Tasks:   make([]Task, len(g.plan.Tasks)),
		Open:    len(g.plan.Tasks),
	}
	slices.SortFunc(r.Initial, compareEntries)
	for i := range r.Tasks {
		r.Tasks[i].Status, r.Tasks[i].Pending = TaskWaiting, int32(len(g.plan.Tasks[i].DependsOn))
	}
	return r
}

// dependants returns the tasks that depend on a task directly, ascending.
func (g *Graph) dependants(task int) []int {
	return g.followers[g.first[task]:g.first[task+1]]
}

// dependencies returns the direct dependencies of a task or of the virtual
// final task, in the order in which their writes apply.
func (g *Graph) dependencies(task int) []int {
	if task == len(g.plan.Tasks) {
		return g.sinks
	}
	return g.plan.Tasks[task].DependsOn
}

func compareEntries(a, b Entry) int { return strings.Compare(a.Key, b.Key) }
