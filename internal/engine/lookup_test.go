package engine_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

func entry(key, value string) engine.Entry { return engine.Entry{Key: key, Value: []byte(value)} }

func tombstone(key string) engine.Entry { return engine.Entry{Key: key} }

// z comes after x; "t dependencies=z,y,x" applies x, z, y. Whoever of them
// writes last in that order wins, not who completed last.
func TestLastWriteInOrderWins(t *testing.T) {
	t.Parallel()
	g := prepare(t, edges("x", "y", "z: x", "t: z y x"))
	r := begun(t, g)
	complete(t, g, r, 1, entry("k", `"y"`), entry("y", "1"))
	complete(t, g, r, 0, entry("k", `"x"`), entry("l", `"x"`))
	complete(t, g, r, 2, entry("k", `"z"`), entry("l", `"z"`))
	want := []engine.Entry{entry("k", `"y"`), entry("l", `"z"`), entry("y", "1")}
	if diff := cmp.Diff(want, g.Context(r, 3)); diff != "" {
		t.Error(diff)
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		initial, first, second []engine.Entry
		failed                 bool // the second task fails instead
		want                   string
		ok                     bool
	}{
		"missing":             {},
		"initial":             {initial: []engine.Entry{entry("k", "1")}, want: "1", ok: true},
		"overwritten":         {initial: []engine.Entry{entry("k", "1")}, first: []engine.Entry{entry("k", "2")}, want: "2", ok: true},
		"last write":          {first: []engine.Entry{entry("k", "2")}, second: []engine.Entry{entry("k", "3")}, want: "3", ok: true},
		"another key":         {first: []engine.Entry{entry("a", "2")}, second: []engine.Entry{entry("z", "3")}},
		"deleted":             {first: []engine.Entry{entry("k", "2")}, second: []engine.Entry{tombstone("k")}},
		"initial deleted":     {initial: []engine.Entry{entry("k", "1")}, first: []engine.Entry{tombstone("k")}},
		"written again":       {first: []engine.Entry{tombstone("k")}, second: []engine.Entry{entry("k", "3")}, want: "3", ok: true},
		"null is a value":     {first: []engine.Entry{entry("k", "null")}, want: "null", ok: true},
		"the failed does not": {first: []engine.Entry{entry("k", "2")}, failed: true, want: "2", ok: true},
	} {
		p := edges("a", "b: a", "c: b")
		g := prepare(t, p)
		r := g.NewRun("run", test.initial, 0)
		step(t, g, r, engine.Event{Kind: engine.Begin})
		complete(t, g, r, 0, test.first...)
		if test.failed {
			step(t, g, r, engine.Event{Kind: engine.Start, Task: 1})
			step(t, g, r, engine.Event{Kind: engine.Failed, Task: 1, Attempt: 1, Writes: []engine.Entry{entry("k", "9")}})
		} else {
			complete(t, g, r, 1, test.second...)
		}
		reads := map[string]func() ([]byte, bool){
			"walk":    func() ([]byte, bool) { return g.Lookup(r, 2, "k") },
			"order":   func() ([]byte, bool) { return g.LookupIn(r, g.Order(2), "k") },
			"writers": func() ([]byte, bool) { return g.LookupRead(r, 2, &plan.Read{Key: "k", Writers: []int{0, 1}}) },
			"read":    func() ([]byte, bool) { return g.LookupRead(r, 2, &plan.Read{Key: "/k/x", Walk: true}) },
		}
		for way, read := range reads {
			if got, ok := read(); string(got) != test.want || ok != test.ok {
				t.Errorf("%s by %s: got %s %t", name, way, got, ok)
			}
		}
	}
}

// A task sees nothing of tasks that are not its ancestors, nor of itself.
func TestLookupSeesAncestorsOnly(t *testing.T) {
	t.Parallel()
	g := prepare(t, edges("a", "b", "c: b"))
	r := begun(t, g)
	complete(t, g, r, 0, entry("k", "1"))
	complete(t, g, r, 1)
	complete(t, g, r, 2, entry("own", "1"))
	if got := g.Context(r, 2); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	if diff := cmp.Diff([]engine.Entry{entry("k", "1"), entry("own", "1")}, g.Context(r, 3)); diff != "" {
		t.Errorf("final context: %s", diff)
	}
}

// Only completed tasks have written, whatever a store left in the others.
func TestLookupSeesCompletedTasksOnly(t *testing.T) {
	t.Parallel()
	g := prepare(t, edges("a", "b: a", "c", "d: b c"))
	for s := engine.TaskWaiting; s <= engine.TaskCancelled; s++ {
		r := begun(t, g)
		r.Tasks[1] = engine.Task{Status: s, Writes: []engine.Entry{entry("k", "1")}}
		_, walked := g.Lookup(r, 3, "k")
		_, read := g.LookupRead(r, 3, &plan.Read{Key: "k", Writers: []int{1}})
		all := len(g.Context(r, 3)) == 1
		if want := s == engine.TaskCompleted; walked != want || read != want || all != want {
			t.Errorf("%v: walk %t, read %t, context %t", s, walked, read, all)
		}
	}
}

// TestContextsAreTheNaiveOnes fills random plans with random outcomes and
// compares every way to read with the reference that materialises everything.
func TestContextsAreTheNaiveOnes(t *testing.T) {
	t.Parallel()
	ends := []engine.TaskStatus{engine.TaskCompleted, engine.TaskCompleted, engine.TaskCompleted, engine.TaskFailed, engine.TaskSkipped}
	rapid.Check(t, func(t *rapid.T) {
		g, seed := randomGraph(t)
		rng := newRand(seed + 1)
		r := g.NewRun("run", randomInitial(rng), 0)
		for i := range r.Tasks {
			r.Tasks[i].Status = ends[rng.IntN(len(ends))]
			if r.Tasks[i].Status == engine.TaskCompleted {
				r.Tasks[i].Writes = randomWrites(rng, &g.Plan().Tasks[i])
			}
		}
		s := &simulation{run: r}
		s.under(learn(g.Plan()), g)
		defer func() {
			if broken, ok := recover().(failure); ok {
				t.Fatal(broken.text)
			}
		}()
		for task := range len(r.Tasks) + 1 {
			s.checkContext(task)
		}
	})
}

// TestReadsDoNotRaceWithSteps reads from the goroutines of attempts while the
// driver steps the same run. It means something under the race detector.
func TestReadsDoNotRaceWithSteps(t *testing.T) {
	t.Parallel()
	const width, depth = 8, 30
	p := layered(width, depth)
	g := prepare(t, p)
	r := begun(t, g)
	var attempts sync.WaitGroup
	ended := make(chan int, len(p.Tasks))
	start := func(task int) {
		step(t, g, r, engine.Event{Kind: engine.Start, Task: task})
		attempts.Go(func() {
			g.Lookup(r, task, "k")
			g.LookupIn(r, g.Order(task), "l")
			g.Context(r, task)
			ended <- task
		})
	}
	for w := range width {
		start(w)
	}
	for !r.Status.Ended() {
		task := <-ended
		writes := []engine.Entry{entry("k", fmt.Sprint(task))}
		for _, d := range step(t, g, r, engine.Event{Kind: engine.Succeeded, Task: task, Attempt: 1, Writes: writes}) {
			if d.Kind == engine.BecameReady {
				start(d.Task)
			}
		}
	}
	attempts.Wait()
	if got, ok := g.Lookup(r, len(p.Tasks), "k"); !ok || string(got) == "" {
		t.Errorf("the final context has %s %t", got, ok)
	}
}

func TestLookupsDoNotAllocate(t *testing.T) {
	p := edges("a", "b: a", "c: a b", "d: c a", "e: a", "f: e d c", "g")
	g := prepare(t, p)
	r := g.NewRun("run", nil, 0)
	for i := range r.Tasks {
		r.Tasks[i] = engine.Task{Status: engine.TaskCompleted, Writes: []engine.Entry{entry("k", "1")}}
	}
	final := len(p.Tasks)
	order := g.Order(final)
	read := &plan.Read{Key: "k", Writers: slices.Clone(order)}
	for name, lookup := range map[string]func(){
		"walk":    func() { g.Lookup(r, final, "missing") },
		"order":   func() { g.LookupIn(r, order, "k") },
		"writers": func() { g.LookupRead(r, final, read) },
	} {
		if n := testing.AllocsPerRun(100, lookup); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
