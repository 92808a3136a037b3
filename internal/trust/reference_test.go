package trust

import (
	"cmp"
	"slices"
	"strings"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// outcome is what becomes of a task of a run that nobody cancels.
type outcome struct {
	state    cloacina.State
	attempts int
}

// expected is what becomes of a run that nobody cancels, however often the
// process dies on the way.
type expected struct {
	state  cloacina.State
	tasks  []outcome
	values cloacina.Values

	writes []map[string]any // by task; a nil value is a deletion
}

// expect computes what becomes of a run in the plainest way: task by task, each
// of which sees the writes of its completed ancestors.
func (f *flow) expect(n int64) *expected {
	x := &expected{
		state: cloacina.Completed,
		tasks: make([]outcome, len(f.steps)), writes: make([]map[string]any, len(f.steps)),
	}
	for i := range f.steps {
		s := &f.steps[i]
		switch {
		case !x.verdict(s.rule, n):
			x.tasks[i] = outcome{state: cloacina.Skipped}
		case s.failures > s.retries:
			x.tasks[i] = outcome{cloacina.Failed, s.retries + 1}
			if !s.allow {
				x.state = cloacina.Failed
			}
		default:
			x.tasks[i] = outcome{cloacina.Completed, s.failures + 1}
			x.writes[i] = f.writes(s, f.context(x, s.deps, n))
		}
	}
	x.values = f.context(x, f.sinks(), n)
	return x
}

func (x *expected) verdict(r rule, n int64) bool {
	if len(r.leaves) == 0 {
		return true
	}
	holds := func(l leaf) bool {
		if l.state == "" {
			return n > l.above
		}
		return x.tasks[l.task].state == l.state
	}
	if r.any {
		return slices.ContainsFunc(r.leaves, holds)
	}
	return !slices.ContainsFunc(r.leaves, func(l leaf) bool { return !holds(l) })
}

// writes are those of a task that sees a context.
func (f *flow) writes(s *step, seen cloacina.Values) map[string]any {
	sum := seen["n"].(int64) + 1
	for _, d := range s.deps {
		if v, ok := seen[f.steps[d].id].(int64); ok {
			sum += v
		}
	}
	w := map[string]any{}
	if s.erases != "" {
		w[s.erases] = nil
	}
	if s.bytes > 0 {
		w["ballast"] = strings.Repeat("b", s.bytes)
	}
	w["last"], w[s.id] = s.id, sum
	return w
}

// context is the input with the writes of these tasks and their ancestors: a
// task behind its own dependencies, in declared order, each once.
func (f *flow) context(x *expected, tasks []int, n int64) cloacina.Values {
	values, visited := cloacina.Values{"n": n}, map[int]bool{}
	var visit func(tasks []int)
	visit = func(tasks []int) {
		for _, t := range tasks {
			if visited[t] {
				continue
			}
			visited[t] = true
			visit(f.steps[t].deps)
			for key, value := range x.writes[t] {
				values[key] = value
				if value == nil {
					delete(values, key)
				}
			}
		}
	}
	visit(tasks)
	return values
}

// sinks are the tasks that nobody depends on, sorted by id.
func (f *flow) sinks() []int {
	var sinks []int
	for i := range f.steps {
		if !slices.ContainsFunc(f.steps, func(s step) bool { return slices.Contains(s.deps, i) }) {
			sinks = append(sinks, i)
		}
	}
	slices.SortFunc(sinks, func(a, b int) int { return cmp.Compare(f.steps[a].id, f.steps[b].id) })
	return sinks
}
