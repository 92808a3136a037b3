package plan

import (
	"fmt"
	"slices"
)

// validateAncestors checks that every task that a rule or a read names is an
// ancestor. The outcome of any other task would be a race, except where it is
// history; see [Kept].
//
// Direct dependencies are the usual case and cost nothing. What remains is
// answered for all followers of one task together, by marking forward from it
// as far as its last follower; in chains and fan-outs that stays near the size
// of the plan.
func (p *Plan) validateAncestors() error {
	followers := p.followers()
	reached := make([]int, len(p.Tasks)) // from which task, plus one
	for a, tasks := range followers {
		if len(tasks) == 0 {
			continue
		}
		p.markDescendants(reached, a, tasks[len(tasks)-1])
		for _, t := range tasks {
			if reached[t] != a+1 {
				return fmt.Errorf("task %q names task %q, which it does not follow", p.Tasks[t].ID, p.Tasks[a].ID)
			}
		}
	}
	return nil
}

// followers lists, for each task, the tasks that name it without depending on
// it directly, in ascending order.
func (p *Plan) followers() [][]int {
	followers := make([][]int, len(p.Tasks))
	direct := make([]int, len(p.Tasks)) // of which task, plus one
	for i := range p.Tasks {
		if p.Tasks[i].Kept != nil {
			continue
		}
		for _, d := range p.Tasks[i].DependsOn {
			direct[d] = i + 1
		}
		for _, a := range p.Tasks[i].Named() {
			if direct[a] != i+1 {
				followers[a] = append(followers[a], i)
			}
		}
	}
	return followers
}

// Named lists the tasks that the rule and the reads name, some of them more than once.
func (t *Task) Named() []int {
	var named []int
	for _, leaf := range t.Rule.Tree.Leaves() {
		if leaf.Op != OpValue {
			named = append(named, leaf.Task)
		}
	}
	for _, reads := range [][]Read{t.Rule.Reads, t.Reads} {
		for _, r := range reads {
			named = append(named, r.Writers...)
		}
	}
	return named
}

// markDescendants writes a+1 to a and its descendants, as far as the task last.
func (p *Plan) markDescendants(reached []int, a, last int) {
	reached[a] = a + 1
	for t := a + 1; t <= last; t++ {
		if slices.ContainsFunc(p.Tasks[t].DependsOn, func(d int) bool { return reached[d] == a+1 }) {
			reached[t] = a + 1
		}
	}
}
