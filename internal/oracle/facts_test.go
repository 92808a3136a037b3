package oracle

import (
	"cmp"
	"maps"
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

// factBits bounds the facts of a workflow.
const factBits = 256

// vector says of a run which facts are true of it.
type vector [factBits / 64]uint64

func (v *vector) set(n int) { v[n/64] |= 1 << (n % 64) }

func (v *vector) has(n int) bool { return v[n/64]>>(n%64)&1 == 1 }

// facts are all the facts of a workflow: what runs, completes and fails, every
// leaf, every key for every reader and at the end, and whether the run completes.
type facts struct {
	list []outcome.Fact
	// holds decides them one by one for a run that has ended.
	holds []func(r *engine.Run) bool
	// number finds a fact.
	number map[outcome.Fact]int
	// parts finds the fact that a part of a value is there. The model knows none
	// such.
	parts map[part]int
}

func (e *enumeration) facts() *facts {
	f := &facts{number: make(map[outcome.Fact]int)}
	add := func(fact outcome.Fact, holds func(r *engine.Run) bool) {
		f.number[fact] = len(f.list)
		f.list = append(f.list, fact)
		f.holds = append(f.holds, holds)
	}
	for i := range e.plan.Tasks {
		is := func(s engine.TaskStatus) func(r *engine.Run) bool {
			return func(r *engine.Run) bool { return r.Tasks[i].Status == s }
		}
		add(outcome.Ran(i), func(r *engine.Run) bool { return r.Tasks[i].Status != engine.TaskSkipped })
		add(outcome.Completed(i), is(engine.TaskCompleted))
		add(outcome.Failed(i), is(engine.TaskFailed))
		for n := range e.plan.Tasks[i].Rule.Tree.Leaves() {
			add(outcome.Leaf(i, n), func(r *engine.Run) bool { return r.Tasks[i].Leaves.Bit(n) })
		}
	}
	for i := range len(e.plan.Tasks) + 1 {
		for _, key := range e.keys() {
			add(outcome.Present(i, key), func(r *engine.Run) bool {
				_, ok := e.graph.Lookup(r, i, key)
				return ok
			})
		}
	}
	add(outcome.RunCompleted(), func(r *engine.Run) bool { return r.Status == engine.RunCompleted })
	f.parts = make(map[part]int)
	order := func(a, b part) int { return cmp.Or(cmp.Compare(a.task, b.task), cmp.Compare(a.key, b.key)) }
	for _, p := range slices.SortedFunc(maps.Keys(e.parts), order) {
		at := e.parts[p]
		f.parts[p] = len(f.list)
		f.list = append(f.list, outcome.RunCompleted())
		f.holds = append(f.holds, func(r *engine.Run) bool {
			value, _ := e.graph.Lookup(r, p.task, annotations.Key{Text: p.key}.Base())
			return e.leaves.truth(at, string(value))
		})
	}
	return f
}

// of returns the facts of a run that has ended.
func (f *facts) of(r *engine.Run) vector {
	var v vector
	for n, holds := range f.holds {
		if holds(r) {
			v.set(n)
		}
	}
	return v
}

// happened is everything that happens in the runs of a workflow.
type happened struct {
	*facts
	// vectors are the different runs, as far as facts tell them apart, sorted.
	vectors []vector
	// outcomes are the combinations of outcomes, with those of completed runs.
	outcomes map[string]bool
	// runs is how many were executed.
	runs int
}

// enumerate runs a workflow in every way; nil if there are more than limit runs.
func (e *enumeration) enumerate(limit int) (*happened, error) {
	h := &happened{facts: e.facts(), outcomes: make(map[string]bool)}
	seen := make(map[vector]bool)
	e.limit = limit
	e.visit = func(r *engine.Run) {
		if v := h.of(r); !seen[v] {
			seen[v] = true
			h.vectors = append(h.vectors, v)
		}
		h.outcomes[outcomesOf(r)] = r.Status == engine.RunCompleted
	}
	ok, err := e.all()
	if err != nil || !ok || len(h.list) > factBits {
		return nil, err
	}
	h.runs = e.runs
	slices.SortFunc(h.vectors, func(a, b vector) int {
		for i := range a {
			if c := cmp.Compare(a[i], b[i]); c != 0 {
				return c
			}
		}
		return 0
	})
	return h, nil
}

// claim is a fact by its number, or the opposite of one.
type claim struct {
	number int
	not    bool
}

// fact is the claim in the words of the model.
func (h *happened) fact(c claim) outcome.Fact {
	if c.not {
		return h.list[c.number].Not()
	}
	return h.list[c.number]
}

// ever reports whether there is a run in which all claims hold.
func (h *happened) ever(claims ...claim) bool {
	return slices.ContainsFunc(h.vectors, func(v vector) bool {
		return !slices.ContainsFunc(claims, func(c claim) bool { return v.has(c.number) == c.not })
	})
}

// is claims that a fact holds.
func (h *happened) is(f outcome.Fact) claim { return claim{number: h.number[f]} }

// isNot claims that a fact does not hold.
func (h *happened) isNot(f outcome.Fact) claim { return claim{number: h.number[f], not: true} }
