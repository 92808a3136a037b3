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
	state cloacina.State
	tasks []outcome

	writes []map[string]any  // by task; a nil value is a deletion
	leaves []cloacina.Leaves // by task
}

// expect computes what becomes of a run in the plainest way: task by task, each
// of which sees the writes of its completed ancestors.
func (f *flow) expect(n int64) *expected {
	x := &expected{
		state: cloacina.Completed,
		tasks: make([]outcome, len(f.steps)), writes: make([]map[string]any, len(f.steps)),
		leaves: make([]cloacina.Leaves, len(f.steps)),
	}
	for i := range f.steps {
		s := &f.steps[i]
		var verdict bool
		if verdict, x.leaves[i] = x.verdict(s.rule, n); x.cutOff(s.deps) {
			x.tasks[i] = outcome{state: cloacina.Cancelled}
			continue
		}
		switch {
		case !verdict:
			x.tasks[i] = outcome{state: cloacina.Skipped}
		case s.hangs && s.timeout == 0: // until the run is out of time
			x.tasks[i], x.state = outcome{cloacina.Cancelled, 1}, cloacina.Failed
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
	return x
}

// cutOff reports whether a task is never decided, because its run ends before.
func (x *expected) cutOff(deps []int) bool {
	return slices.ContainsFunc(deps, func(d int) bool { return x.tasks[d].state == cloacina.Cancelled })
}

func (x *expected) verdict(r rule, n int64) (bool, cloacina.Leaves) {
	bits, holding := make([]bool, len(r.leaves)), 0
	for i, l := range r.leaves {
		bits[i] = x.tasks[l.task].state == l.state
		if l.state == "" {
			bits[i] = n > l.above
		}
		if bits[i] {
			holding++
		}
	}
	return holding == len(bits) || r.any && holding > 0, cloacina.LeavesOf(bits...)
}

// valuesOf is the final context of a run of which only some tasks, given by
// their states, have completed.
func (f *flow) valuesOf(x *expected, states []cloacina.State, n int64) cloacina.Values {
	done := &expected{writes: slices.Clone(x.writes)}
	for i, state := range states {
		if state != cloacina.Completed {
			done.writes[i] = nil
		}
	}
	return f.context(done, f.sinks(), n)
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
