package check

import "container/heap"

// planOrder puts the tasks into topological order and numbers them. Where the
// dependencies leave a choice the task that is declared first comes first, so
// that the order is that of the source wherever that is possible, and an edit
// of one task does not move the others. The graph has no cycle.
func planOrder(tasks []*task) []*task {
	waiting := make([]int, len(tasks))
	dependants := dependantsOf(tasks)
	ready := &byNumber{}
	for _, t := range tasks {
		waiting[t.number] = len(t.deps)
		if len(t.deps) == 0 {
			heap.Push(ready, t)
		}
	}
	order := make([]*task, 0, len(tasks))
	for ready.Len() > 0 {
		t := heap.Pop(ready).(*task)
		t.index = len(order)
		order = append(order, t)
		for _, d := range dependants[t.number] {
			if waiting[d.number]--; waiting[d.number] == 0 {
				heap.Push(ready, d)
			}
		}
	}
	return order
}

// byNumber is a heap of tasks by declaration order.
type byNumber []*task

func (h byNumber) Len() int           { return len(h) }
func (h byNumber) Less(i, j int) bool { return h[i].number < h[j].number }
func (h byNumber) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *byNumber) Push(x any)        { *h = append(*h, x.(*task)) }
func (h *byNumber) Pop() any {
	old := *h
	t := old[len(old)-1]
	*h = old[:len(old)-1]
	return t
}
