package describe

import (
	"fmt"
	"strings"

	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/printable"
)

// Task says all that is known of a task of a workflow, by its index in the plan: its
// rule, its neighbours, its keys, its policy, when it runs, and what follows if it
// fails. Files are named as relative says. The text is harmless on a terminal.
func Task(w *check.Workflow, i int, relative func(path string) string) string {
	t := &explained{relative: relative, w: w, p: &w.Plan, i: i, task: &w.Plan.Tasks[i]}
	t.dependants = dependantsOf(t.p)
	t.title()
	t.rule()
	t.neighbours()
	t.keys()
	t.policy()
	t.runs()
	t.failure()
	return printable.Lines(t.b.String())
}

// explained is a task while it is being explained.
type explained struct {
	relative func(path string) string
	w        *check.Workflow
	p        *plan.Plan
	i        int
	task     *plan.Task
	// dependants are, by task, the tasks that wait for it.
	dependants [][]int
	b          strings.Builder
}

func (t *explained) printf(format string, args ...any) { fmt.Fprintf(&t.b, format, args...) }

// section begins a part of the explanation.
func (t *explained) section(name string) { t.printf("\n%s\n", name) }

// ids names tasks.
func (t *explained) ids(tasks []int) string {
	names := make([]string, len(tasks))
	for k, i := range tasks {
		names[k] = t.p.Tasks[i].ID
	}
	return strings.Join(names, ", ")
}

func dependantsOf(p *plan.Plan) [][]int {
	all := make([][]int, len(p.Tasks))
	for i := range p.Tasks {
		for _, d := range p.Tasks[i].DependsOn {
			all[d] = append(all[d], i)
		}
	}
	return all
}
