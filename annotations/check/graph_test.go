package check

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/annotations"
)

// drawGraph draws tasks that depend on each other without a cycle, in a
// declaration order that has nothing to do with the dependencies.
func drawGraph(t *rapid.T) *workflow {
	n := rapid.IntRange(1, 12).Draw(t, "tasks")
	w := emptyFlow(n)
	way := rapid.Permutation(seq(n)).Draw(t, "order")
	for i, number := range way {
		if i == 0 {
			continue
		}
		for _, d := range rapid.SliceOfNDistinct(rapid.SampledFrom(way[:i]), 0, min(i, 4), rapid.ID).Draw(t, "deps") {
			w.tasks[number].deps = append(w.tasks[number].deps, w.tasks[d])
		}
	}
	return w
}

func seq(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// emptyFlow has n tasks without dependencies, t00, t01 and so on.
func emptyFlow(n int) *workflow {
	w := newWorkflow(&annotations.Workflow{}, nil)
	for i := range n {
		t := &task{decl: &annotations.Task{}, flow: w, id: fmt.Sprintf("t%02d", i), number: i, code: &Task{Form: Plain}}
		w.tasks = append(w.tasks, t)
		w.byID[t.id] = t
	}
	return w
}

// closure returns, by number, the ancestors of each task, the slow way.
func closure(w *workflow) []map[*task]bool {
	out := make([]map[*task]bool, len(w.tasks))
	var visit func(t *task, into map[*task]bool)
	visit = func(t *task, into map[*task]bool) {
		for _, d := range t.deps {
			if !into[d] {
				into[d] = true
				visit(d, into)
			}
		}
	}
	for i, t := range w.tasks {
		out[i] = make(map[*task]bool)
		visit(t, out[i])
	}
	return out
}

// The order of the plan is, at each place, the first declared task that can come.
func TestPlanOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawGraph(t)
		done := make(map[*task]bool)
		for i, got := range planOrder(w.tasks) {
			var want *task
			for _, c := range w.tasks {
				ready := !slices.ContainsFunc(c.deps, func(d *task) bool { return !done[d] })
				if want == nil && ready && !done[c] {
					want = c
				}
			}
			if got != want || got.index != i {
				t.Fatalf("place %d has %s with index %d, want %s", i, got.id, got.index, want.id)
			}
			done[got] = true
		}
		if len(done) != len(w.tasks) {
			t.Fatalf("%d of %d tasks", len(done), len(w.tasks))
		}
	})
}

func TestAncestry(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawGraph(t)
		order := planOrder(w.tasks)
		a := newAncestry(order)
		ancestors := closure(w)
		for _, x := range w.tasks {
			end := rapid.IntRange(0, len(order)).Draw(t, "end")
			after := a.after(x, end)
			for _, y := range w.tasks {
				want := ancestors[y.number][x]
				if got := a.before(x, y); got != want {
					t.Fatalf("%s before %s: %v, want %v", x.id, y.id, got, want)
				}
				if after[y] != (want && y.index < end) {
					t.Fatalf("%s after %s below %d: %v", y.id, x.id, end, after[y])
				}
			}
			implied, ok := a.among(x, 1<<20)
			var want []*task
			for _, d := range x.deps {
				if slices.ContainsFunc(x.deps, func(o *task) bool { return ancestors[o.number][d] }) {
					want = append(want, d)
				}
			}
			if !ok || !slices.Equal(implied, want) {
				t.Fatalf("implied dependencies of %s: %d, want %d", x.id, len(implied), len(want))
			}
		}
	})
}

// The search for implied dependencies gives up when its budget is spent.
func TestAmongBudget(t *testing.T) {
	t.Parallel()
	w := emptyFlow(100)
	for i := 1; i < 99; i++ {
		w.tasks[i].deps = []*task{w.tasks[i-1]}
	}
	w.tasks[99].deps = []*task{w.tasks[98], w.tasks[0]}
	a := newAncestry(planOrder(w.tasks))
	if _, ok := a.among(w.tasks[99], 10); ok || a.steps > 20 {
		t.Errorf("ok = %v after %d steps", ok, a.steps)
	}
	if implied, ok := a.among(w.tasks[99], 1000); !ok || len(implied) != 1 || implied[0] != w.tasks[0] {
		t.Errorf("implied %d, ok = %v", len(implied), ok)
	}
}

// Tasks with * never close a cycle, wait for everything that depends on none of
// them, and a single one for everything that does not depend on it.
func TestStars(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawGraph(t)
		var stars []*task
		for _, x := range w.tasks {
			if rapid.IntRange(0, 3).Draw(t, "star") == 0 {
				x.star, x.deps = true, nil
				stars = append(stars, x)
			}
		}
		before := closure(w)
		follows := func(x *task) bool {
			return x.star || slices.ContainsFunc(stars, func(s *task) bool { return before[x.number][s] })
		}
		resolveStars(w)
		if groups := components(w.tasks); len(groups) != len(w.tasks) {
			t.Fatal("* closed a cycle")
		}
		for _, s := range stars {
			for _, x := range w.tasks {
				if got := slices.Contains(s.deps, x); got != !follows(x) {
					t.Fatalf("%s waits for %s: %v", s.id, x.id, got)
				}
			}
			if !slices.IsSortedFunc(s.deps, func(a, b *task) int { return a.number - b.number }) {
				t.Fatal("not sorted by id")
			}
		}
	})
}

// There are findings if and only if there is a cycle, and no cycle is found twice.
func TestCycles(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "tasks")
		w := emptyFlow(n)
		for _, x := range w.tasks {
			for _, d := range rapid.SliceOfNDistinct(rapid.SampledFrom(seq(n)), 0, 2, rapid.ID).Draw(t, "deps") {
				if d != x.number {
					x.deps = append(x.deps, w.tasks[d])
					x.decl.Dependencies.V = append(x.decl.Dependencies.V, annotations.Name{Text: w.tasks[d].id})
				}
			}
		}
		ancestors := closure(w)
		c := &checker{}
		c.findCycles(w)
		cyclic := slices.ContainsFunc(w.tasks, func(x *task) bool { return ancestors[x.number][x] })
		if cyclic != w.cyclic || cyclic != w.broken || cyclic != (len(c.findings) > 0) {
			t.Fatalf("cyclic: %v, said %v with %d findings", cyclic, w.cyclic, len(c.findings))
		}
		seen := make(map[string]bool)
		for _, f := range c.findings {
			if seen[f.Message] {
				t.Fatalf("twice: %s", f.Message)
			}
			seen[f.Message] = true
		}
	})
}

func TestShortestCycle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 7).Draw(t, "tasks")
		w := emptyFlow(n)
		for i, x := range w.tasks { // a ring, with shortcuts
			x.deps = append(x.deps, w.tasks[(i+1)%n])
			for _, d := range rapid.SliceOfNDistinct(rapid.SampledFrom(seq(n)), 0, 2, rapid.ID).Draw(t, "deps") {
				if d != i && d != (i+1)%n {
					x.deps = append(x.deps, w.tasks[d])
				}
			}
		}
		from := w.tasks[rapid.IntRange(0, n-1).Draw(t, "from")]
		to := rapid.SampledFrom(from.deps).Draw(t, "to")
		inside := setOf(w.tasks)
		way := shortestCycle(from, to, inside)
		if slices.MinFunc(way, func(a, b *task) int { return a.number - b.number }) != way[0] {
			t.Fatal("does not begin at the first task")
		}
		through := false
		for i, x := range way {
			next := way[(i+1)%len(way)]
			if !slices.Contains(x.deps, next) {
				t.Fatalf("%s does not depend on %s", x.id, next.id)
			}
			through = through || x == from && next == to
		}
		if want := 1 + distance(to, from, n); !through || len(way) != want {
			t.Fatalf("length %d through %v, want %d", len(way), through, want)
		}
	})
}

// distance is the length of the shortest way along dependencies, by relaxation.
func distance(from, to *task, n int) int {
	reach := map[*task]bool{from: true}
	for steps := range n {
		if reach[to] {
			return steps
		}
		next := make(map[*task]bool)
		for x := range reach {
			for _, d := range x.deps {
				next[d] = true
			}
		}
		reach = next
	}
	return n
}
