package check

import (
	"cmp"
	"slices"
)

// walkEnd visits all tasks in the order in which their writes apply in the final
// context: depth-first from the tasks nobody depends on, sorted by id, a task
// behind its dependencies.
func (w *workflow) walkEnd(visit func(*task)) {
	var ends []*task
	for _, t := range w.order {
		if len(w.ancestry.dependants[t.number]) == 0 {
			ends = append(ends, t)
		}
	}
	slices.SortFunc(ends, func(a, b *task) int { return cmp.Compare(a.id, b.id) })
	type frame struct {
		task *task
		next int
	}
	seen := make([]bool, len(w.order))
	for _, end := range ends {
		stack := []frame{{task: end}}
		seen[end.index] = true
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.next == len(top.task.deps) {
				visit(top.task)
				stack = stack[:len(stack)-1]
				continue
			}
			d := top.task.deps[top.next]
			top.next++
			if !seen[d.index] {
				seen[d.index] = true
				stack = append(stack, frame{task: d})
			}
		}
	}
}

// endOrder numbers the tasks, by index, in the order of [workflow.walkEnd].
func (w *workflow) endOrder() []int {
	order, next := make([]int, len(w.order)), 0
	w.walkEnd(func(t *task) {
		order[t.index] = next
		next++
	})
	return order
}
