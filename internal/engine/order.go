package engine

// Order returns order(t), the order in which the writes of a task's ancestors
// apply: the depth-first post-order walk of the ancestors, dependencies in
// declared order, a task after its own dependencies, each task once. The index
// behind the last task stands for the virtual final task, which depends on
// every task nobody depends on, sorted by id, but not on tasks that are gone
// from the plan.
func (g *Graph) Order(task int) []int {
	var order []int
	g.walk(task, func(a int) { order = append(order, a) })
	return order
}

// IsAncestor reports whether task a is an ancestor of a task: there is a path
// of dependencies from task to a. Every task is one of the virtual final task,
// except those that are gone from the plan.
func (g *Graph) IsAncestor(a, task int) bool {
	if a >= task {
		return false
	}
	if task == len(g.plan.Tasks) {
		return !g.plan.Tasks[a].IsGone()
	}
	var seen marks
	todo := []int{task}
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, d := range g.plan.Tasks[t].DependsOn {
			if d == a {
				return true
			}
			if d < a {
				continue // what stands before a in topological order cannot follow it
			}
			if seen == nil {
				seen = newMarks(task)
			}
			if seen.add(d) {
				todo = append(todo, d)
			}
		}
	}
	return false
}

// walk visits the ancestors of a task in order. It keeps its own stack, since
// a chain of dependencies can be as long as the plan, and allocates nothing
// for plans of moderate size.
func (g *Graph) walk(task int, visit func(ancestor int)) {
	var (
		smallSeen  [16]uint64
		smallStack [32]frame
	)
	seen := marks(smallSeen[:])
	if task > len(smallSeen)*64 {
		seen = newMarks(task)
	}
	stack := append(smallStack[:0], frame{task: task})
	for {
		top := &stack[len(stack)-1]
		if deps := g.dependencies(top.task); top.next < len(deps) {
			d := deps[top.next]
			top.next++
			if seen.add(d) {
				stack = append(stack, frame{task: d})
			}
			continue
		}
		if len(stack) == 1 {
			return
		}
		visit(top.task)
		stack = stack[:len(stack)-1]
	}
}

// frame is a task on the stack of a walk with the dependency that comes next.
type frame struct{ task, next int }

// marks is a set of small numbers.
type marks []uint64

// newMarks returns an empty set for the numbers below n.
func newMarks(n int) marks { return make(marks, (n+63)/64) }

// add reports whether n was not in the set yet, and adds it.
func (m marks) add(n int) bool {
	mask := uint64(1) << (n % 64)
	if m[n/64]&mask != 0 {
		return false
	}
	m[n/64] |= mask
	return true
}
