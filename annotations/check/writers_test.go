package check

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// walkOrder is the order of a task's ancestors as the runtime defines it: depth
// first, dependencies in declared order, each task behind its own.
func walkOrder(t *task) []*task {
	var out []*task
	seen := make(map[*task]bool)
	var visit func(*task)
	visit = func(x *task) {
		for _, d := range x.deps {
			if !seen[d] {
				seen[d] = true
				visit(d)
				out = append(out, d)
			}
		}
	}
	visit(t)
	return out
}

// The writers of each read are those ancestors that may write its key, in the
// one order; below an open task they are not listed.
func TestWriters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawGraph(t)
		keys := []string{"a", "b", "c"}
		some := rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 0, 3, rapid.ID)
		for _, x := range w.tasks {
			x.code = &Task{Form: InOut, In: fieldsOf(some.Draw(t, "reads")), Out: fieldsOf(some.Draw(t, "writes"))}
			if rapid.IntRange(0, 15).Draw(t, "open") == 0 {
				x.code = &Task{Form: Dynamic}
			}
		}
		w.order = planOrder(w.tasks)
		w.ancestry = newAncestry(w.order)
		w.connect()
		for _, x := range w.tasks {
			ancestors := walkOrder(x)
			open := slices.ContainsFunc(ancestors, (*task).open)
			for _, r := range x.reads {
				var want []int
				for _, a := range ancestors {
					if !open && a.code.Out != nil && slices.ContainsFunc(a.code.Out.Fields, func(f Field) bool { return f.Key == r.Key }) {
						want = append(want, a.index)
					}
				}
				if r.Walk != open || !slices.Equal(r.Writers, want) {
					t.Fatalf("%s reads %s from %v, walk %v; want %v, %v", x.id, r.Key, r.Writers, r.Walk, want, open)
				}
			}
		}
	})
}

func fieldsOf(keys []string) *Struct {
	s := &Struct{}
	for _, k := range keys {
		s.Fields = append(s.Fields, Field{Key: k, Shape: "int"})
	}
	return s
}

// boundGraph has n writers of one key and two readers behind them. The second
// reader waits for one of the writers, too, before it waits for the first reader.
func boundGraph(n int, deps func(w *workflow, i int) []*task) *workflow {
	w := emptyFlow(n + 2)
	for i, x := range w.tasks {
		x.deps = deps(w, i)
		x.code = &Task{Form: OutOnly, Out: fieldsOf([]string{"k"})}
		if i >= n {
			x.code = &Task{Form: InOnly, In: fieldsOf([]string{"k"})}
		}
	}
	w.order = planOrder(w.tasks)
	w.ancestry = newAncestry(w.order)
	w.connect()
	return w
}

// Beyond a bound the ancestors are walked instead of listed.
func TestWritersBound(t *testing.T) {
	t.Parallel()
	chain := func(w *workflow, i int) []*task {
		if i == len(w.tasks)-1 {
			return []*task{w.tasks[0], w.tasks[i-1]}
		}
		return w.tasks[max(i-1, 0):i]
	}
	fan := func(w *workflow, i int) []*task {
		switch n := len(w.tasks) - 2; i {
		case n:
			return w.tasks[:n]
		case n + 1:
			return []*task{w.tasks[0], w.tasks[n]}
		}
		return nil
	}
	for _, n := range []int{maxWriters, maxWriters + 1} {
		for _, w := range []*workflow{boundGraph(n, chain), boundGraph(n, fan)} {
			for _, reader := range w.tasks[n:] {
				read := reader.reads[0]
				if many := n > maxWriters; read.Walk != many || many != (len(read.Writers) == 0) {
					t.Errorf("%d writers: %s walks %v with %d listed", n, reader.id, read.Walk, len(read.Writers))
				}
			}
		}
	}
}
