package check

import (
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// maxCycles bounds the cycles that are reported for one group of tasks that all
// depend on each other; a group can have more of them than anyone could read.
const maxCycles = 10

// findCycles reports the cycles of a workflow: each dependency that lies on one
// is shown on the shortest cycle through it, and each cycle is shown once. The
// way begins at the task that is declared first. If one dependency alone closes all
// cycles of a group, only one of these is shown, which begins with it.
func (c *checker) findCycles(w *workflow) {
	for _, group := range components(w.tasks) {
		if len(group) < 2 {
			continue
		}
		w.cyclic = true
		c.reportGroup(w, group)
	}
}

type edge struct{ from, to *task }

// reportGroup reports the cycles of one strongly connected group.
func (c *checker) reportGroup(w *workflow, group []*task) {
	inside := make(map[*task]bool, len(group))
	for _, t := range group {
		inside[t] = true
	}
	shown := make(map[edge]bool)
	count := 0
	for _, t := range group {
		for _, d := range t.deps {
			if !inside[d] || shown[edge{t, d}] {
				continue
			}
			if count++; count > maxCycles {
				return
			}
			way := shortestCycle(t, d, inside)
			for i, from := range way {
				shown[edge{from, way[(i+1)%len(way)]}] = true
			}
			if count == 1 && c.reportCloser(w, way, group) {
				return
			}
			c.reportCycle(w, way)
		}
	}
}

// maxClosers bounds the dependencies of which it is asked whether there is no cycle
// without them.
const maxClosers = 64

// reportCloser reports a cycle of a group that has others, if one dependency on it
// closes all of them; false if there is none or it is the only cycle.
func (c *checker) reportCloser(w *workflow, way, group []*task) bool {
	if len(way) == len(group) && !hasChord(group, len(way)) || len(way) > maxClosers {
		return false
	}
	closer := -1
	for i, t := range way {
		if !acyclicWithout(edge{t, way[(i+1)%len(way)]}, group) {
			continue
		}
		if closer >= 0 {
			return false // any of them could be the wrong one
		}
		closer = i
	}
	if closer < 0 {
		return false
	}
	from, to := way[closer], way[(closer+1)%len(way)]
	way = shortestCycle(from, to, setOf(group))
	start := slices.Index(way, from)
	way = append(slices.Clone(way[start:]), way[:start]...)
	f := cycle(way)
	f.Message += "; the dependency of \"" + way[0].id + "\" on \"" + way[1].id + "\" closes every other cycle, too"
	c.report(w, f)
	return true
}

// hasChord reports whether a group has more dependencies within itself than a cycle
// of all its tasks.
func hasChord(group []*task, length int) bool {
	inside := setOf(group)
	count := 0
	for _, t := range group {
		for _, d := range t.deps {
			if inside[d] {
				count++
			}
		}
	}
	return count > length
}

// acyclicWithout reports whether a group has no cycle without one dependency.
func acyclicWithout(e edge, group []*task) bool {
	inside := setOf(group)
	open := make(map[*task]int) // how many dependencies are left
	dependants := make(map[*task][]*task)
	for _, t := range group {
		for _, d := range t.deps {
			if inside[d] && (edge{t, d}) != e {
				open[t]++
				dependants[d] = append(dependants[d], t)
			}
		}
	}
	var todo []*task
	for _, t := range group {
		if open[t] == 0 {
			todo = append(todo, t)
		}
	}
	done := 0
	for ; len(todo) > 0; done++ {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, d := range dependants[t] {
			if open[d]--; open[d] == 0 {
				todo = append(todo, d)
			}
		}
	}
	return done == len(group)
}

// shortestCycle returns the tasks of the shortest cycle through the dependency
// of t on d, beginning with the one that is declared first.
func shortestCycle(t, d *task, inside map[*task]bool) []*task {
	from := map[*task]*task{d: t}
	queue := []*task{d}
	for from[t] == nil {
		next := queue[0]
		queue = queue[1:]
		for _, dep := range next.deps {
			if inside[dep] && from[dep] == nil {
				from[dep] = next
				queue = append(queue, dep)
			}
		}
	}
	way := []*task{t}
	for at := from[t]; at != t; at = from[at] {
		way = append(way, at)
	}
	slices.Reverse(way[1:])
	first := 0
	for i, t := range way {
		if t.number < way[first].number {
			first = i
		}
	}
	return append(slices.Clone(way[first:]), way[:first]...)
}

func (c *checker) reportCycle(w *workflow, way []*task) { c.report(w, cycle(way)) }

// cycle is the finding about a cycle.
func cycle(way []*task) annotations.Finding {
	ids := make([]string, 0, len(way)+1)
	for _, t := range way {
		ids = append(ids, t.id)
	}
	ids = append(ids, way[0].id)
	f := found(annotations.CodeCycle, way[0].dependencySpan(way[1]),
		"dependency cycle: %s; each would wait for the next for ever", strings.Join(ids, " -> "))
	for i, t := range way[1:] {
		next := way[(i+2)%len(way)]
		f.Related = append(f.Related, related(t.dependencySpan(next), "%s depends on %s here", t.id, next.id))
	}
	return f
}

// components returns the strongly connected components of the graph (Tarjan),
// each in declaration order, the components by their first task. It uses no
// recursion, so that a long chain cannot exhaust the stack.
func components(tasks []*task) [][]*task {
	s := &tarjan{index: make([]int, len(tasks)), low: make([]int, len(tasks)), onStack: make([]bool, len(tasks))}
	for _, t := range tasks {
		if s.index[t.number] == 0 {
			s.visit(t)
		}
	}
	for _, group := range s.groups {
		slices.SortFunc(group, func(a, b *task) int { return a.number - b.number })
	}
	slices.SortFunc(s.groups, func(a, b []*task) int { return a[0].number - b[0].number })
	return s.groups
}

type tarjan struct {
	next       int
	index, low []int // by task number; index 0 is unvisited
	onStack    []bool
	stack      []*task
	groups     [][]*task
}

// frame is a task on the way of the walk, and its next dependency.
type frame struct {
	t    *task
	next int
}

func (s *tarjan) visit(root *task) {
	way := []frame{s.enter(root)}
	for len(way) > 0 {
		top := &way[len(way)-1]
		t := top.t
		if top.next < len(t.deps) {
			d := t.deps[top.next]
			top.next++
			if s.index[d.number] == 0 {
				way = append(way, s.enter(d))
			} else if s.onStack[d.number] {
				s.low[t.number] = min(s.low[t.number], s.index[d.number])
			}
			continue
		}
		way = way[:len(way)-1]
		if len(way) > 0 {
			parent := way[len(way)-1].t.number
			s.low[parent] = min(s.low[parent], s.low[t.number])
		}
		if s.low[t.number] == s.index[t.number] {
			s.leave(t)
		}
	}
}

func (s *tarjan) enter(t *task) frame {
	s.next++
	s.index[t.number], s.low[t.number] = s.next, s.next
	s.stack = append(s.stack, t)
	s.onStack[t.number] = true
	return frame{t: t}
}

// leave takes the component of t off the stack.
func (s *tarjan) leave(t *task) {
	i := len(s.stack) - 1
	for s.stack[i] != t {
		i--
	}
	group := slices.Clone(s.stack[i:])
	s.stack = s.stack[:i]
	for _, m := range group {
		s.onStack[m.number] = false
	}
	s.groups = append(s.groups, group)
}
