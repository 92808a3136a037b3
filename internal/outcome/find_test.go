package outcome_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// kindOfValue is a type with enough of its values to tell apart all conditions
// that the generator draws.
type kindOfValue struct {
	typ    *domain.Type
	values []any
}

var kindsOfValues = []kindOfValue{
	{integer(), []any{-7., 0., 1., 2., 3.}},
	{&domain.Type{Kinds: domain.Bool, Len: -1}, []any{true, false}},
	{&domain.Type{Kinds: domain.Number, Numbers: domain.Numbers{Kind: domain.Floats}, Len: -1},
		[]any{-1., 0., .5, 1., 1.5, 2., 2.5}},
	{&domain.Type{Kinds: domain.Number | domain.Null, Numbers: domain.Numbers{Kind: domain.Integers, Min: 0, Max: 2}, Len: -1},
		[]any{nil, 0., 1., 2.}},
	{&domain.Type{Kinds: domain.String, Len: -1}, []any{"", "a", "a\x00", "b", "c"}},
	{structOf(integer(), false), []any{
		map[string]any{"x": 0.}, map[string]any{"x": 1.}, map[string]any{"x": 2.}, map[string]any{"x": 5.}, map[string]any{"x": -1.}}},
	{structOf(&domain.Type{Kinds: domain.Bool, Len: -1}, true), []any{
		map[string]any{}, map[string]any{"x": true}, map[string]any{"x": false}}},
	{&domain.Type{Kinds: domain.Null | domain.Object, Struct: true, Len: -1,
		Fields: []domain.Field{{Name: "x", Type: &domain.Type{Kinds: domain.Bool, Len: -1}}}}, []any{
		nil, map[string]any{"x": true}, map[string]any{"x": false}}},
}

func integer() *domain.Type {
	return &domain.Type{
		Kinds: domain.Number, Len: -1,
		Numbers: domain.Numbers{Kind: domain.Integers, Min: -1 << 63, Max: 1<<63 - 1},
	}
}

func structOf(t *domain.Type, optional bool) *domain.Type {
	return &domain.Type{
		Kinds: domain.Object, Struct: true, Len: -1,
		Fields: []domain.Field{{Name: "x", Type: t, Optional: optional}},
	}
}

// drawn is a random plan with the values that its reference uses.
type drawn struct {
	plan  *plan.Plan
	types outcome.Types
	from  universe
	loose bool
}

type drawer struct {
	*rand.Rand
	drawn
	kinds map[string]kindOfValue
}

func (d *drawer) chance(n int) bool { return d.IntN(n) == 0 }

// draw draws a plan of a few tasks.
func draw(seed uint64) drawn {
	d := &drawer{Rand: rand.New(rand.NewPCG(seed, 9)), kinds: make(map[string]kindOfValue)}
	d.plan = &plan.Plan{Name: "w"}
	for _, key := range allKeys {
		d.kinds[key] = kindsOfValues[d.IntN(len(kindsOfValues))]
	}
	d.from = append(d.from, make(map[string][]any))
	d.drawInput()
	n := 1 + d.IntN(5)
	for i := range n {
		d.drawTask(i)
	}
	for _, key := range allKeys {
		if !d.plan.InputDeclared {
			d.loose = true
			d.from[0][key] = looseValues
		}
	}
	return d.drawn
}

// looseValues are those of keys of which nothing is known.
var looseValues = []any{nil, true, 1., 1.5, "a", map[string]any{}, map[string]any{"x": 1.}, map[string]any{"x": true}}

func (d *drawer) drawInput() {
	d.plan.InputDeclared = d.chance(2)
	if !d.plan.InputDeclared {
		return
	}
	for _, key := range allKeys {
		if d.chance(2) {
			continue
		}
		k := d.kinds[key]
		d.plan.Input = append(d.plan.Input, plan.Input{Name: key, Optional: k.values[0] != nil && d.chance(2)})
		d.types.Input = append(d.types.Input, k.typ)
		d.from[0][key] = k.values
	}
}

func (d *drawer) drawTask(i int) {
	t := plan.Task{ID: string(rune('a' + (i*3+1)%7)), AllowFailure: d.chance(2), Open: d.chance(12)}
	for _, dep := range d.Perm(i) {
		if d.chance(2) {
			t.DependsOn = append(t.DependsOn, dep)
		}
	}
	ancestors := d.ancestors(t.DependsOn)
	if !d.chance(3) {
		t.Rule.Tree = d.drawRule(ancestors, 3)
		for _, leaf := range t.Rule.Tree.Leaves() {
			tests := func(r plan.Read) bool { return r.Key == leaf.Key }
			if leaf.Op == plan.OpValue && !slices.ContainsFunc(t.Rule.Reads, tests) {
				t.Rule.Reads = append(t.Rule.Reads, plan.Read{Key: leaf.Key, Walk: true})
			}
		}
	}
	values, types := make(map[string][]any), []*domain.Type(nil)
	for _, key := range allKeys {
		if d.chance(3) {
			t.Reads = append(t.Reads, plan.Read{Key: key, Walk: true, Optional: d.chance(3)})
		}
		if d.chance(3) {
			k := d.kinds[key]
			if d.chance(4) {
				k = kindsOfValues[d.IntN(len(kindsOfValues))]
			}
			w := plan.Write{Key: key, Shape: "x", Optional: d.chance(2)}
			if w.Fills = w.Optional && d.chance(2); w.Optional && !w.Fills && d.chance(2) {
				w.Deletes = true
				if d.chance(3) {
					w.Shape, k = "", kindOfValue{}
				}
			}
			t.Writes = append(t.Writes, w)
			types = append(types, k.typ)
			values[key] = k.values
		}
	}
	if t.Open {
		d.loose = true
		for _, key := range allKeys {
			values[key] = looseValues
		}
	}
	d.types.Writes = append(d.types.Writes, types)
	d.from = append(d.from, values)
	d.plan.Tasks = append(d.plan.Tasks, t)
}

func (d *drawer) ancestors(deps []int) []int {
	var list []int
	seen := make(map[int]bool)
	var visit func(t int)
	visit = func(t int) {
		if seen[t] {
			return
		}
		seen[t] = true
		list = append(list, t)
		for _, p := range d.plan.Tasks[t].DependsOn {
			visit(p)
		}
	}
	for _, dep := range deps {
		visit(dep)
	}
	return list
}

func (d *drawer) drawRule(ancestors []int, depth int) *plan.Node {
	if depth > 0 && d.chance(2) {
		n := &plan.Node{Op: []plan.Op{plan.OpAll, plan.OpAny, plan.OpNone, plan.OpNot}[d.IntN(4)]}
		args := d.IntN(4)
		if n.Op == plan.OpNot {
			args = 1
		}
		for range args {
			n.Args = append(n.Args, d.drawRule(ancestors, depth-1))
		}
		return n
	}
	if len(ancestors) > 0 && d.chance(2) {
		op := []plan.Op{plan.OpTaskSuccess, plan.OpTaskFailed, plan.OpTaskSkipped}[d.IntN(3)]
		return &plan.Node{Op: op, Task: ancestors[d.IntN(len(ancestors))]}
	}
	n := &plan.Node{Op: plan.OpValue, Key: allKeys[d.IntN(len(allKeys))], Cmp: plan.Cmp(1 + d.IntN(int(plan.CmpNotIn)))}
	if d.chance(3) {
		n.Key = "/" + n.Key + "/x"
	}
	literals := 1
	switch n.Cmp {
	case plan.CmpExists, plan.CmpNotExists:
		literals = 0
	case plan.CmpIn, plan.CmpNotIn:
		literals = d.IntN(3)
	case plan.CmpContains, plan.CmpNotContains:
		n.Cmp -= 6 // these are loose, and have a test of their own
	}
	for range literals {
		n.Literals = append(n.Literals, []plan.Literal{
			{Kind: plan.LitInt, Int: int64(d.IntN(3))}, {Kind: plan.LitFloat, Float: 1},
			{Kind: plan.LitBool, Bool: d.chance(2)}, {Kind: plan.LitString, String: "a"}, {},
		}[d.IntN(5)])
	}
	return n
}

// agrees reports whether a verdict is right. Of keys of which nothing is known the
// reference tries a few values only, so that more may be possible with them.
func agrees(d drawn, got outcome.Verdict, happens bool) bool {
	switch got {
	case outcome.Impossible:
		return !happens
	case outcome.Possible:
		return happens
	case outcome.Perhaps:
		return d.loose
	}
	return false
}

// ended is one run as far as questions ask about it.
type ended struct {
	holds     []bool // by claim
	outcomes  []outcome.Outcome
	completed bool
}

// runsOf lists the runs of a plan; false if there are more than so many.
func runsOf(d drawn, all []claim, most int) ([]ended, bool) {
	var runs []ended
	enumerate(d.plan, d.from, func(h *happened) bool {
		e := ended{outcomes: slices.Clone(h.outcomes), holds: make([]bool, len(all))}
		for i := range all {
			e.holds[i] = all[i].true(h)
		}
		e.completed = e.holds[len(all)-2] // the last claim and its opposite
		runs = append(runs, e)
		return len(runs) <= most
	})
	return runs, len(runs) <= most
}

// question is a few claims.
type question struct {
	asked []int
	facts []outcome.Fact
	words string
}

func ask(r *rand.Rand, all []claim) question {
	q := question{asked: []int{r.IntN(len(all)), r.IntN(len(all)), r.IntN(len(all))}[:1+r.IntN(3)]}
	for _, a := range q.asked {
		q.facts = append(q.facts, all[a].fact)
		q.words += all[a].text + "; "
	}
	return q
}

// among lists the runs in which all claims hold.
func (q question) among(runs []ended) []int {
	var list []int
	for i, run := range runs {
		if !slices.ContainsFunc(q.asked, func(a int) bool { return !run.holds[a] }) {
			list = append(list, i)
		}
	}
	return list
}

// misshown says what is wrong with a run that is shown: no run that matches is like
// it, one that matches has fewer failures, or not all that are like it match. The
// last is judged only where no values are shown.
func misshown(d drawn, run *outcome.Run, runs []ended, matching []int) string {
	like := func(e ended) bool {
		return !slices.ContainsFunc(run.Tasks, func(t outcome.TaskOutcome) bool { return e.outcomes[t.Task] != t.Outcome })
	}
	failures := func(e ended) (n int) {
		for _, o := range e.outcomes {
			if o == outcome.TaskFailed {
				n++
			}
		}
		return n
	}
	shown := 0
	for _, t := range run.Tasks {
		if t.Outcome == outcome.TaskFailed {
			shown++
		}
	}
	found := false
	for _, i := range matching {
		found = found || like(runs[i]) && runs[i].completed == run.Completed
		if !d.loose && failures(runs[i]) < shown {
			return "fewer failures do"
		}
	}
	if !found && !d.loose {
		return "no such run"
	}
	if len(run.Values) > 0 || d.loose || d.optional() {
		return ""
	}
	for i := range runs {
		if like(runs[i]) && runs[i].completed == run.Completed && !slices.Contains(matching, i) {
			return "another run is like it"
		}
	}
	return ""
}

// optional reports whether a key may be left out.
func (d *drawn) optional() bool {
	return slices.ContainsFunc(startWrites(d.plan), func(w plan.Write) bool { return w.Optional }) ||
		slices.ContainsFunc(d.plan.Tasks, func(t plan.Task) bool {
			return slices.ContainsFunc(t.Writes, func(w plan.Write) bool { return w.Optional })
		})
}

// TestFind holds the model against all runs of random plans.
func TestFind(t *testing.T) {
	t.Parallel()
	counts := make(map[outcome.Verdict]int)
	for seed := range uint64(1000) {
		d := draw(seed)
		m := outcome.New(d.plan, d.types)
		all := claims(d.plan)
		runs, ok := runsOf(d, all, 1500)
		if !ok {
			continue
		}
		r := rand.New(rand.NewPCG(seed, 10))
		for range 40 {
			q := ask(r, all)
			matching := q.among(runs)
			got := m.Find(q.facts...)
			counts[got.Verdict]++
			if m.Verdict(q.facts...) != got.Verdict {
				t.Errorf("seed %d: %s: two verdicts", seed, q.words)
			}
			if !agrees(d, got.Verdict, len(matching) > 0) {
				t.Fatalf("seed %d: %s\ngot %v, happens: %t\n%s", seed, q.words, got.Verdict, len(matching) > 0, text(d.plan))
			}
			if got.Verdict != outcome.Possible {
				continue
			}
			if wrong := misshown(d, got.Run, runs, matching); wrong != "" {
				t.Fatalf("seed %d: %s\n%s: %v\n%s", seed, q.words, wrong, got.Run, text(d.plan))
			}
		}
	}
	t.Log(counts)
}
