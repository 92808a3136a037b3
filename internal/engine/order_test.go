package engine_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

func TestOrder(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		plan *plan.Plan
		task string // "" is the virtual final task
		want string
	}{
		"no dependencies":             {edges("a"), "a", ""},
		"declared order":              {edges("x", "y", "t: y x"), "t", "y x"},
		"after its own dependencies":  {edges("x", "y", "z: x", "t: z y x"), "t", "x z y"},
		"each task once":              {edges("s", "a: s", "b: s", "t: a b"), "t", "s a b"},
		"first visit counts":          {edges("s", "a: s", "b", "t: b a s"), "t", "b s a"},
		"only ancestors":              {edges("a", "b", "c: a", "d: b"), "d", "b"},
		"long way first":              {edges("a", "b: a", "c: b", "t: a c b"), "t", "a b c"},
		"final by id, not by index":   {edges("z", "m", "a"), "", "a m z"},
		"final of ends only":          {edges("s", "z: s", "a: s"), "", "s a z"},
		"final of an empty plan":      {edges(), "", ""},
		"final visits shared parents": {edges("q", "p", "z: p q", "a: q"), "", "q a p z"},
	} {
		index := slices.IndexFunc(test.plan.Tasks, func(task plan.Task) bool { return task.ID == test.task })
		if test.task == "" {
			index = len(test.plan.Tasks)
		}
		var got []string
		for _, a := range prepare(t, test.plan).Order(index) {
			got = append(got, test.plan.Tasks[a].ID)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: got %v, want %s", name, got, test.want)
		}
	}
}

// randomGraph draws a seed, so that a failure says how to get the plan again.
func randomGraph(t *rapid.T) (*engine.Graph, uint64) {
	seed := rapid.Uint64().Draw(t, "seed")
	g, err := engine.Prepare(randomPlan(newRand(seed)), interpret)
	if err != nil {
		t.Fatal(err)
	}
	return g, seed
}

func TestOrderIsTheNaiveOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g, _ := randomGraph(t)
		for task := range len(g.Plan().Tasks) + 1 {
			want := refOrder(g.Plan(), task)
			if got := g.Order(task); !slices.Equal(got, want) {
				t.Fatalf("order of %d: got %v, want %v", task, got, want)
			}
			for a := range g.Plan().Tasks {
				if got := g.IsAncestor(a, task); got != slices.Contains(want, a) {
					t.Fatalf("%d is an ancestor of %d: got %t", a, task, got)
				}
			}
		}
	})
}

// The same for a plan that is larger than what a walk holds on its stack.
func TestOrderOfLargeGraph(t *testing.T) {
	t.Parallel()
	const n = 30 * 50
	p := layered(30, 50)
	g := prepare(t, p)
	for _, task := range []int{40, 100, 999, n - 1, n} {
		want := refOrder(p, task)
		if got := g.Order(task); !slices.Equal(got, want) {
			t.Errorf("order of %d: got %v, want %v", task, got, want)
		}
		for a := range n {
			if got := g.IsAncestor(a, task); got != slices.Contains(want, a) {
				t.Fatalf("%d is an ancestor of %d: got %t", a, task, got)
			}
		}
	}
}

func TestNoTaskIsItsOwnAncestor(t *testing.T) {
	t.Parallel()
	g := prepare(t, edges("a", "b: a"))
	if g.IsAncestor(0, 0) || g.IsAncestor(1, 0) || g.IsAncestor(2, 2) {
		t.Error("a task is its own or its dependency's ancestor")
	}
}

// A chain is walked without recursion, and small graphs without allocation.
func TestOrderOfLongChain(t *testing.T) {
	t.Parallel()
	const n = 100_000
	g := prepare(t, chainPlan(n, plan.OpTaskSuccess))
	order := g.Order(n)
	if len(order) != n || !slices.IsSorted(order) {
		t.Errorf("%d tasks in order", len(order))
	}
	if !g.IsAncestor(0, n-1) {
		t.Error("the first task is no ancestor of the last")
	}
}
