package oracle

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

func node(op plan.Op, args ...*plan.Node) *plan.Node { return &plan.Node{Op: op, Args: args} }

func ended(op plan.Op, task int) *plan.Node { return &plan.Node{Op: op, Task: task} }

func value(key string, cmp plan.Cmp, literals ...plan.Literal) *plan.Node {
	return &plan.Node{Op: plan.OpValue, Key: key, Cmp: cmp, Literals: literals}
}

func number(n int64) plan.Literal { return plan.Literal{Kind: plan.LitInt, Int: n} }

func writes(key string, t *domain.Type) sketchWrite {
	return sketchWrite{plan.Write{Key: key, Shape: "any"}, t}
}

var (
	anyInt   = integers(math.MinInt64, math.MaxInt64)
	anyFloat = numbers(domain.Floats)
)

// The tutorial: two sources, a task that needs what they bring, and two branches
// on a score.
func tutorial(score *domain.Type) *sketch {
	branch := func(id string, n *plan.Node) sketchTask {
		return sketchTask{id: id, deps: []int{2}, tree: node(plan.OpAll, ended(plan.OpTaskSuccess, 2), n)}
	}
	return &sketch{tasks: []sketchTask{
		{id: "fetch", writes: []sketchWrite{writes("raw", anyInt)}},
		{id: "cache", deps: []int{0}, tree: ended(plan.OpTaskFailed, 0), writes: []sketchWrite{writes("raw", anyInt)}},
		{id: "process", deps: []int{0, 1}, reads: []plan.Read{{Key: "raw"}}, writes: []sketchWrite{writes("score", score)}},
		branch("high", value("score", plan.CmpGreaterThan, number(80))),
		branch("low", value("score", plan.CmpLessThan, number(81))),
	}}
}

// The sets of runs of workflows that can be overseen by hand.
func TestEnumerationByHand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		s    *sketch
		// want are the combinations of outcomes; a completed run has a +.
		want string
	}{
		{"one task", &sketch{tasks: []sketchTask{{id: "a"}}}, "c+ f"},
		{"one that may fail", &sketch{tasks: []sketchTask{{id: "a", allow: true}}}, "c+ f+"},
		{"a fallback", &sketch{tasks: []sketchTask{
			{id: "a"}, {id: "b", deps: []int{0}, tree: ended(plan.OpTaskFailed, 0)},
		}}, "cs+ fc ff"},
		{"a key that fails to come", &sketch{tasks: []sketchTask{
			{id: "a", allow: true, writes: []sketchWrite{writes("k", anyInt)}},
			{id: "b", deps: []int{0}, reads: []plan.Read{{Key: "k"}}},
		}}, "cc+ cf ff"},
		{"a key that nobody brings", &sketch{declared: true, tasks: []sketchTask{
			{id: "a", reads: []plan.Read{{Key: "k"}}},
		}}, "f"},
		{"a key that the start may bring", &sketch{tasks: []sketchTask{
			{id: "a", reads: []plan.Read{{Key: "k"}}},
		}}, "c+ f"},
		{"a dead task", &sketch{tasks: []sketchTask{
			{id: "a"}, {id: "b", deps: []int{0}, tree: node(plan.OpAll, ended(plan.OpTaskFailed, 0), ended(plan.OpTaskSuccess, 0))},
		}}, "cs+ fs"},
		// When both sources failed process cannot complete; whenever it does, one
		// branch runs and the other does not.
		{"the tutorial", tutorial(anyInt), "csccs+ cscfs cscsc+ cscsf csfss fcccs fccfs fccsc fccsf fcfss fffss"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := mustEnumerate(t, c.s)
			got := ""
			for _, o := range slices.Sorted(maps.Keys(h.outcomes)) {
				got += " " + o
				if h.outcomes[o] {
					got += "+"
				}
			}
			if diff := cmp.Diff(c.want, got[1:]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func mustEnumerate(t *testing.T, s *sketch) *happened {
	t.Helper()
	p, types, err := s.link()
	if err != nil {
		t.Fatal(err)
	}
	e, err := newEnumeration(p, types)
	if err != nil {
		t.Fatal(err)
	}
	h, err := e.enumerate(100000)
	if err != nil || h == nil {
		t.Fatal("too many runs, or an error", err)
	}
	return h
}

// The findings of the tutorial are facts of its runs.
func TestEnumerationOfTheTutorial(t *testing.T) {
	t.Parallel()
	const fetch, cache, process, high, low, end = 0, 1, 2, 3, 4, 5
	for _, c := range []struct {
		name    string
		score   *domain.Type
		overlap bool
	}{{"int", anyInt, false}, {"float", anyFloat, true}} {
		h := mustEnumerate(t, tutorial(c.score))
		ran, failed := h.is(outcome.Ran(high)), h.is(outcome.Failed(fetch))
		for _, q := range []struct {
			what   string
			claims []claim
			want   bool
		}{
			{"both branches run", []claim{ran, h.is(outcome.Ran(low))}, c.overlap},
			{"neither runs although process completed",
				[]claim{h.is(outcome.Completed(process)), h.isNot(outcome.Ran(high)), h.isNot(outcome.Ran(low))}, false},
			{"raw is missing", []claim{h.isNot(outcome.Present(process, "raw"))}, true},
			{"raw is missing although a source completed",
				[]claim{h.isNot(outcome.Present(process, "raw")), h.is(outcome.Completed(cache))}, false},
			{"a completed run after fetch failed", []claim{failed, h.is(outcome.RunCompleted())}, false},
			{"high runs on the cache", []claim{failed, ran}, true},
			{"a completed run without a score", []claim{h.is(outcome.RunCompleted()), h.isNot(outcome.Present(end, "score"))}, false},
			{"the score of high in a run with low", []claim{ran, h.isNot(outcome.Leaf(low, 1))}, true},
		} {
			if got := h.ever(q.claims...); got != q.want {
				t.Errorf("%s: %s is %v, want %v", c.name, q.what, got, q.want)
			}
		}
	}
}

// Values are made so that every truth that a comparison can have is among them.
func TestSamples(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		typ  *domain.Type
		// each of the comparisons must be true of some sample and false of another
		both []comparison
		// none of these may be true of any
		never []comparison
	}{
		{"int", anyInt, []comparison{
			{cmp: plan.CmpGreaterThan, literals: []plan.Literal{number(80)}}, {cmp: plan.CmpEquals, literals: []plan.Literal{number(math.MaxInt64)}},
		}, []comparison{
			{cmp: plan.CmpGreaterThan, literals: []plan.Literal{number(math.MaxInt64)}},
			{cmp: plan.CmpEquals, literals: []plan.Literal{{Kind: plan.LitFloat, Float: 80.5}}},
		}},
		{"uint8", integers(0, 255), []comparison{{cmp: plan.CmpLessThan, literals: []plan.Literal{number(1)}}},
			[]comparison{{cmp: plan.CmpLessThan, literals: []plan.Literal{number(0)}}, {cmp: plan.CmpGreaterThan, literals: []plan.Literal{number(255)}}}},
		{"float", anyFloat, []comparison{{cmp: plan.CmpEquals, literals: []plan.Literal{{Kind: plan.LitFloat, Float: 0.1}}}},
			[]comparison{{cmp: plan.CmpEquals, literals: []plan.Literal{number(1<<53 + 1)}}}},
		{"string", &domain.Type{Kinds: domain.String, Len: -1}, []comparison{
			{cmp: plan.CmpLessThan, literals: []plan.Literal{{Kind: plan.LitString, String: "a"}}},
			{cmp: plan.CmpContains, literals: []plan.Literal{{Kind: plan.LitString, String: "b"}}},
		}, []comparison{{cmp: plan.CmpLessThan, literals: []plan.Literal{{Kind: plan.LitString}}}}},
		{"struct", structOf(domain.Field{Name: "a", Type: anyInt, Optional: true}), []comparison{
			{path: []string{"a"}, cmp: plan.CmpExists}, {path: []string{"a"}, cmp: plan.CmpEquals, literals: []plan.Literal{number(3)}},
		}, []comparison{{path: []string{"b"}, cmp: plan.CmpExists}, {path: []string{"a", "b"}, cmp: plan.CmpExists}}},
		{"list", &domain.Type{Kinds: domain.Array, Len: -1, Elem: anyInt}, []comparison{
			{path: []string{"1"}, cmp: plan.CmpGreaterThan, literals: []plan.Literal{number(3)}},
			{cmp: plan.CmpContains, literals: []plan.Literal{number(7)}},
		}, []comparison{{path: []string{"01"}, cmp: plan.CmpExists}}},
		{"pair", &domain.Type{Kinds: domain.Array, Len: 2, Elem: anyInt}, nil,
			[]comparison{{path: []string{"2"}, cmp: plan.CmpExists}, {path: []string{"1"}, cmp: plan.CmpNotExists}}},
	} {
		var s samples
		values := s.of(c.typ, slices.Concat(c.both, c.never))
		for _, cond := range slices.Concat(c.both, c.never) {
			yes := slices.ContainsFunc(values, cond.holds)
			no := slices.ContainsFunc(values, func(v string) bool { return !cond.holds(v) })
			if want := slices.ContainsFunc(c.both, func(b comparison) bool { return cmp.Equal(b, cond, cmp.AllowUnexported(comparison{})) }); yes != want || !no {
				t.Errorf("%s: %+v is true of a sample: %v, false of another: %v; all: %q", c.name, cond, yes, no, values)
			}
		}
	}
}
