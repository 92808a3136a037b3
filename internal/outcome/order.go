package outcome

import (
	"cmp"
	"math"
	"slices"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// maxWalk bounds how many tasks are visited to find out who may have written what.
const maxWalk = 8_000_000

// writers finds out which ancestors of a task may have written a key, where the
// plan does not say it.
type writers struct {
	plan *plan.Plan
	// byKey are the tasks that list a key among their writes, in ascending order.
	byKey map[string][]int
	// open are the tasks that may write any key, in ascending order.
	open []int
	// parents are the only dependencies of tasks that have just one, else -1.
	parents []int
	// roots are where these lead in the end.
	roots []int
	// enter and leave number the tasks below a parent: a task follows another one by
	// such dependencies alone if its number lies between the two of the other one.
	enter, leave []int
	// last are the places of tasks in the order of the final context, from 1; nil
	// until somebody asks.
	last   []int
	seen   []int            // by which walk
	latest map[string][]int // by key: the list that was made last
	list   []int            // that is being made
	walks  int
	steps  int
}

func newWriters(p *plan.Plan) *writers {
	n := len(p.Tasks)
	w := &writers{
		plan: p, byKey: make(map[string][]int),
		parents: make([]int, n), roots: make([]int, n), latest: make(map[string][]int),
		enter: make([]int, n), leave: make([]int, n), seen: make([]int, n),
	}
	for i := range p.Tasks {
		t := &p.Tasks[i]
		w.parents[i], w.roots[i] = -1, i
		if len(t.DependsOn) == 1 {
			w.parents[i] = t.DependsOn[0]
			w.roots[i] = w.roots[w.parents[i]]
		}
		if t.Open {
			w.open = append(w.open, i)
		}
		for _, write := range t.Writes {
			w.byKey[write.Key] = append(w.byKey[write.Key], i)
		}
	}
	w.number()
	return w
}

// number numbers the trees of tasks with one dependency, parents first. The size
// of a subtree is counted backwards, since what depends on a task stands behind it.
func (w *writers) number() {
	n := len(w.parents)
	size := make([]int, n)
	for i := n - 1; i >= 0; i-- {
		size[i]++
		if p := w.parents[i]; p >= 0 {
			size[p] += size[i]
		}
	}
	next := 0
	free := make([]int, n) // where the next subtree below a task begins
	for i := range n {
		if p := w.parents[i]; p >= 0 {
			w.enter[i] = free[p]
			free[p] += size[i]
		} else {
			w.enter[i] = next
			next += size[i]
		}
		free[i] = w.enter[i] + 1
		w.leave[i] = w.enter[i] + size[i]
	}
}

// of lists the ancestors of a task that may have written a key, in the order in
// which their writes apply. The index behind the last task is that of the final
// context. It is false if that takes too long to find out.
func (w *writers) of(task int, key string) ([]int, bool) {
	candidates := w.byKey[key]
	if len(w.open) > 0 {
		candidates = slices.Concat(candidates, w.open)
		slices.Sort(candidates)
		candidates = slices.Compact(candidates)
	}
	if len(candidates) == 0 {
		return nil, true
	}
	if task == len(w.parents) {
		return w.atEnd(candidates), true
	}
	root := w.roots[task]
	list := w.list[:0]
	if deps := w.plan.Tasks[root].DependsOn; len(deps) > 0 {
		var ok bool
		var found []int
		if found, ok = w.walk(deps, candidates, maxWalk); !ok {
			return nil, false
		}
		list = append(list, found...)
	}
	before, _ := slices.BinarySearch(candidates, task)
	w.steps += before / 8 // which is quick
	for _, c := range candidates[:before] {
		if w.enter[c] <= w.enter[task] && w.enter[task] < w.leave[c] {
			list = append(list, c)
		}
	}
	w.list = list
	return w.shared(key, list), w.steps <= maxWalk
}

// shared returns a list that begins like the last one for the same key, if it does, in
// the same memory. In a long chain of tasks that all write one key the lists would
// take too much of it.
func (w *writers) shared(key string, list []int) []int {
	if len(list) == 0 {
		return nil
	}
	if last := w.latest[key]; len(last) > 0 && len(last) <= len(list) && slices.Equal(last, list[:len(last)]) {
		list = append(last, list[len(last):]...)
	} else {
		list = slices.Clone(list)
	}
	w.latest[key] = list
	return list
}

// atEnd puts tasks into the order in which their writes apply to the final context,
// which is found out once.
func (w *writers) atEnd(candidates []int) []int {
	if w.last == nil {
		every := make([]int, len(w.plan.Tasks))
		for i := range every {
			every[i] = i
		}
		w.last = make([]int, len(every))
		order, _ := w.walk(w.sinks(), every, math.MaxInt)
		for i, t := range order {
			w.last[t] = i + 1
		}
	}
	list := slices.DeleteFunc(slices.Clone(candidates), func(t int) bool { return w.last[t] == 0 })
	slices.SortFunc(list, func(a, b int) int { return w.last[a] - w.last[b] })
	return list
}

// sinks are the tasks nobody depends on, sorted by id. What is gone from the plan
// takes no part in the final context.
func (w *writers) sinks() []int {
	last := make([]bool, len(w.plan.Tasks))
	for i := range w.plan.Tasks {
		t := &w.plan.Tasks[i]
		if last[i] = !t.IsGone(); !last[i] {
			continue
		}
		for _, d := range t.DependsOn {
			last[d] = false
		}
	}
	var sinks []int
	for i, is := range last {
		if is {
			sinks = append(sinks, i)
		}
	}
	slices.SortFunc(sinks, func(a, b int) int { return cmp.Compare(w.plan.Tasks[a].ID, w.plan.Tasks[b].ID) })
	return sinks
}

// walk visits the dependencies and their ancestors depth first, a task after its
// own dependencies and each once, and lists the candidates among them. Nothing
// before the first candidate is looked at. It is false if all walks together have
// taken more steps than the limit.
func (w *writers) walk(deps, candidates []int, limit int) ([]int, bool) {
	w.walks++
	var list []int
	type frame struct{ task, next int }
	stack := []frame{{task: -1}}
	for {
		top := &stack[len(stack)-1]
		below := deps
		if top.task >= 0 {
			below = w.plan.Tasks[top.task].DependsOn
		}
		if top.next < len(below) {
			d := below[top.next]
			top.next++
			w.steps++
			if w.seen[d] != w.walks && d >= candidates[0] {
				w.seen[d] = w.walks
				stack = append(stack, frame{task: d})
			}
			continue
		}
		if len(stack) == 1 {
			return list, true
		}
		if _, ok := slices.BinarySearch(candidates, top.task); ok {
			list = append(list, top.task)
		}
		stack = stack[:len(stack)-1]
		if w.steps > limit {
			return nil, false
		}
	}
}
