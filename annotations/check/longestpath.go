package check

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"github.com/cloacina-go/cloacina/internal/outcome"
)

// maxQuestions bounds how often the model is asked about paths: the tasks of
// nearly every path can run in one run, so that the first answer decides.
const maxQuestions = 256

// longestPath returns tasks, one behind the other, that can all run in one run
// and take longer together than its timeout; nil if there are none. Tasks that
// take no time are left out.
func (w *workflow) longestPath() []*task {
	if len(w.order) == 0 {
		return nil
	}
	s := pathSearch{w: w, ahead: make([]time.Duration, len(w.order)), own: make([]time.Duration, len(w.order))}
	s.measure()
	for s.asked < maxQuestions {
		path, length := s.next()
		if length <= w.decl.Timeout.V {
			return nil
		}
		if path = s.together(path); s.length(path) > w.decl.Timeout.V {
			return path
		}
	}
	return nil
}

// pathSearch yields the paths through the graph by length, the longest first. It
// knows of each task how long what follows takes, so that it never looks at a
// path that is not the next one.
type pathSearch struct {
	w *workflow
	// own is what a task takes, and ahead what it and the longest path behind it take.
	own, ahead []time.Duration
	todo       partialPaths
	// asked counts the questions to the model.
	asked int
}

// measure fills in the lengths, the last task first, and starts at the tasks
// that wait for nothing.
func (s *pathSearch) measure() {
	dependants := s.w.ancestry.dependants
	for i, t := range slices.Backward(s.w.order) {
		s.own[i] = s.w.timing(t).WorstCase
		for _, d := range dependants[t.number] {
			s.ahead[i] = max(s.ahead[i], s.ahead[d.index])
		}
		s.ahead[i] = saturated(s.ahead[i], s.own[i])
		if len(t.deps) == 0 {
			s.todo = append(s.todo, &partialPath{at: t, length: s.ahead[i]})
		}
	}
	heap.Init(&s.todo)
}

// next returns the next path and its length; nil if there is none.
func (s *pathSearch) next() ([]*task, time.Duration) {
	for s.todo.Len() > 0 {
		p := heap.Pop(&s.todo).(*partialPath)
		if p.done {
			return s.tasks(p), p.length
		}
		taken := saturated(p.before, s.own[p.at.index])
		next := s.w.ancestry.dependants[p.at.number]
		if len(next) == 0 {
			p.done = true
			heap.Push(&s.todo, p)
		}
		for _, d := range next {
			heap.Push(&s.todo, &partialPath{
				at: d, behind: p, before: taken, length: saturated(taken, s.ahead[d.index]),
			})
		}
	}
	return nil, 0
}

// together keeps the tasks of a path that can run in one run. If that is not all
// of them, those that take longest come first.
func (s *pathSearch) together(path []*task) []*task {
	if s.canRun(path) {
		return path
	}
	var kept []*task
	for _, t := range slices.SortedStableFunc(slices.Values(path), func(a, b *task) int {
		return cmp.Compare(s.own[b.index], s.own[a.index])
	}) {
		if with := slices.Concat(kept, []*task{t}); s.asked < maxQuestions && s.canRun(with) {
			kept = with
		}
	}
	slices.SortFunc(kept, func(a, b *task) int { return cmp.Compare(a.index, b.index) })
	return kept
}

func (s *pathSearch) canRun(tasks []*task) bool {
	s.asked++
	facts := make([]outcome.Fact, len(tasks))
	for i, t := range tasks {
		facts[i] = outcome.Ran(t.index)
	}
	return s.w.model().Verdict(facts...) != outcome.Impossible
}

// length is how long the tasks take one after the other.
func (s *pathSearch) length(path []*task) time.Duration {
	var sum time.Duration
	for _, t := range path {
		sum = saturated(sum, s.own[t.index])
	}
	return sum
}

// tasks lists the tasks of a path that take time.
func (s *pathSearch) tasks(p *partialPath) []*task {
	var list []*task
	for ; p != nil; p = p.behind {
		if s.own[p.at.index] > 0 {
			list = append(list, p.at)
		}
	}
	slices.Reverse(list)
	return list
}

// partialPath is a path from a task that waits for nothing.
type partialPath struct {
	at     *task
	behind *partialPath
	// before is what the tasks before this one take, length what the longest
	// path that goes on from here takes in all.
	before, length time.Duration
	done           bool
}

// partialPaths is a heap of paths, the longest first, and of those of one
// length the one that has got furthest.
type partialPaths []*partialPath

func (h partialPaths) Len() int { return len(h) }
func (h partialPaths) Less(i, j int) bool {
	if h[i].length != h[j].length {
		return h[i].length > h[j].length
	}
	if h[i].done != h[j].done {
		return h[i].done
	}
	return cmp.Or(cmp.Compare(h[j].before, h[i].before), cmp.Compare(h[i].at.index, h[j].at.index)) < 0
}
func (h partialPaths) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *partialPaths) Push(x any)   { *h = append(*h, x.(*partialPath)) }
func (h *partialPaths) Pop() any {
	old := *h
	p := old[len(old)-1]
	*h = old[:len(old)-1]
	return p
}
