package check

// ancestry answers which task comes before which. A forest of one dependency
// per task answers most questions in constant time; the others are searched,
// among the tasks that stand between the two in the order of the plan.
type ancestry struct {
	order []*task
	// enter and leave number the visits of a walk over the forest, by index: a
	// task's visit lies within those of its forest ancestors.
	enter, leave []int
	// stamp marks what a search has seen, by index.
	stamp []int
	now   int
	todo  []*task // of a search, for the next one
	// steps counts the tasks that were looked at, for the tests of the cost.
	steps int
	// dependants are the tasks that depend on a task, by its number.
	dependants [][]*task
}

// newAncestry prepares the tasks, which are in the order of the plan.
func newAncestry(order []*task) *ancestry {
	n := len(order)
	a := &ancestry{
		order: order, enter: make([]int, n), leave: make([]int, n), stamp: make([]int, n),
		dependants: dependantsOf(order),
	}
	children := make([][]int, n)
	var roots []int
	for i, t := range order {
		if len(t.deps) == 0 {
			roots = append(roots, i)
			continue
		}
		parent := 0
		for _, d := range t.deps {
			parent = max(parent, d.index)
		}
		children[parent] = append(children[parent], i)
	}
	clock := 0
	for _, root := range roots {
		clock = a.number(root, children, clock)
	}
	return a
}

// number walks one tree of the forest.
func (a *ancestry) number(root int, children [][]int, clock int) int {
	way := []int{root}
	next := map[int]int{}
	a.enter[root] = clock
	for len(way) > 0 {
		at := way[len(way)-1]
		if i := next[at]; i < len(children[at]) {
			next[at]++
			child := children[at][i]
			clock++
			a.enter[child] = clock
			way = append(way, child)
			continue
		}
		delete(next, at)
		a.leave[at] = clock
		way = way[:len(way)-1]
	}
	return clock + 1
}

// inForest reports whether x is t or an ancestor of t by the forest alone.
func (a *ancestry) inForest(x, t int) bool {
	return a.enter[x] <= a.enter[t] && a.leave[t] <= a.leave[x]
}

// before reports whether x is an ancestor of t.
func (a *ancestry) before(x, t *task) bool {
	if x.index >= t.index {
		return false
	}
	a.now++
	todo := a.todo[:0]
	todo = append(todo, t)
	defer func() { a.todo = todo }()
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		a.steps++
		if a.inForest(x.index, at.index) {
			return true
		}
		for _, d := range at.deps {
			if d.index >= x.index && a.stamp[d.index] != a.now {
				a.stamp[d.index] = a.now
				todo = append(todo, d)
			}
		}
	}
	return false
}

// above returns those of some tasks, which are in the order of the plan, that are
// ancestors of t. It searches at most once.
func (a *ancestry) above(t *task, some []*task) []*task {
	var list []*task
	searched := false
	for _, x := range some {
		if x.index >= t.index {
			break
		}
		a.steps++
		if a.inForest(x.index, t.index) {
			list = append(list, x)
			continue
		}
		if !searched {
			a.mark(t, x.index)
			searched = true
		}
		if a.stamp[x.index] == a.now {
			list = append(list, x)
		}
	}
	return list
}

// mark stamps the ancestors of t down to an index.
func (a *ancestry) mark(t *task, lowest int) {
	a.now++
	todo := a.todo[:0]
	todo = append(todo, t)
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		a.steps++
		for _, d := range at.deps {
			if d.index >= lowest && a.stamp[d.index] != a.now {
				a.stamp[d.index] = a.now
				todo = append(todo, d)
			}
		}
	}
	a.todo = todo
}

// after returns the tasks that x is an ancestor of, among those with an index
// below the end.
func (a *ancestry) after(x *task, end int) map[*task]bool {
	found := make(map[*task]bool)
	todo := []*task{x}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, d := range a.dependants[at.number] {
			a.steps++
			if d.index < end && !found[d] {
				found[d] = true
				todo = append(todo, d)
			}
		}
	}
	return found
}

// among returns those of a task's dependencies that are ancestors of others of
// them, in declared order. It gives up, with false, after the given number of
// steps.
func (a *ancestry) among(t *task, budget int) (implied []*task, ok bool) {
	a.now++
	lowest := len(a.order)
	for _, d := range t.deps {
		lowest = min(lowest, d.index)
	}
	var todo []*task
	push := func(from *task) {
		for _, d := range from.deps {
			a.steps++
			budget--
			if d.index >= lowest && a.stamp[d.index] != a.now {
				a.stamp[d.index] = a.now
				todo = append(todo, d)
			}
		}
	}
	for _, d := range t.deps {
		push(d)
	}
	for len(todo) > 0 && budget > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		push(at)
	}
	for _, d := range t.deps {
		if a.stamp[d.index] == a.now {
			implied = append(implied, d)
		}
	}
	return implied, budget > 0
}
