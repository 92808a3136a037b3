package outcome_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

var float = &domain.Type{Kinds: domain.Number, Numbers: domain.Numbers{Kind: domain.Floats}, Len: -1}

// failure is task_failed.
func failure(t int) *plan.Node { return &plan.Node{Op: plan.OpTaskFailed, Task: t} }

// tested is a condition on a key.
func tested(key string, cmp plan.Cmp, literals ...plan.Literal) *plan.Node {
	return &plan.Node{Op: plan.OpValue, Key: key, Cmp: cmp, Literals: literals}
}

func number(n int64) plan.Literal { return plan.Literal{Kind: plan.LitInt, Int: n} }
func word(s string) plan.Literal  { return plan.Literal{Kind: plan.LitString, String: s} }

// fill has all reads of a plan found by a walk.
func fill(p *plan.Plan) *plan.Plan {
	for i := range p.Tasks {
		t := &p.Tasks[i]
		for j := range t.Reads {
			t.Reads[j].Walk = true
		}
		for _, leaf := range t.Rule.Tree.Leaves() {
			if leaf.Op == plan.OpValue && !slices.ContainsFunc(t.Rule.Reads, func(r plan.Read) bool { return r.Key == leaf.Key }) {
				t.Rule.Reads = append(t.Rule.Reads, plan.Read{Key: leaf.Key, Walk: true})
			}
		}
	}
	return p
}

// tutorial is the seed's tutorial with a typed score.
func tutorial(score *domain.Type) (*plan.Plan, outcome.Types) {
	p := &plan.Plan{Name: "tutorial", InputDeclared: true, Tasks: []plan.Task{
		{ID: "fetch_data", Writes: []plan.Write{{Key: "raw_data"}}},
		{ID: "cached_data", DependsOn: []int{0}, Rule: plan.Rule{Tree: failure(0)}, Writes: []plan.Write{{Key: "raw_data"}}},
		{ID: "process_data", DependsOn: []int{0, 1}, Reads: []plan.Read{{Key: "raw_data"}},
			Writes: []plan.Write{{Key: "data_quality_score"}}},
		{ID: "high_quality", DependsOn: []int{2},
			Rule: plan.Rule{Tree: all(success(2), tested("data_quality_score", plan.CmpGreaterThan, number(80)))}},
		{ID: "low_quality", DependsOn: []int{2},
			Rule: plan.Rule{Tree: all(success(2), tested("data_quality_score", plan.CmpLessThan, number(81)))}},
		{ID: "failure_notification", DependsOn: []int{0, 1}, Rule: plan.Rule{Tree: all(failure(0), failure(1))},
			Writes: []plan.Write{{Key: "failure_notification"}}},
		{ID: "final_report", DependsOn: []int{3, 4},
			Rule:  plan.Rule{Tree: &plan.Node{Op: plan.OpAny, Args: []*plan.Node{success(3), success(4)}}},
			Reads: []plan.Read{{Key: "failure_notification", Optional: true}}},
	}}
	types := outcome.Types{Writes: make([][]*domain.Type, len(p.Tasks))}
	types.Writes[2] = []*domain.Type{score}
	for _, i := range []int{0, 1, 5} {
		types.Writes[i] = []*domain.Type{{Kinds: domain.String, Len: -1}}
	}
	return fill(p), types
}

// shown writes a run in one line.
func shown(p *plan.Plan, a outcome.Answer) string {
	words := []string{[...]string{"impossible", "possible", "perhaps", "unknown"}[a.Verdict]}
	if a.Run == nil {
		return words[0]
	}
	for _, t := range a.Run.Tasks {
		words = append(words, p.Tasks[t.Task].ID+" "+[...]string{"completed", "failed", "skipped"}[t.Outcome])
	}
	for _, v := range a.Run.Values {
		writer := "start"
		if v.Task >= 0 {
			writer = p.Tasks[v.Task].ID
		}
		words = append(words, fmt.Sprintf("%s: %s = %s", writer, v.Key, v.Text))
	}
	if a.Run.Completed {
		words = append(words, "run completed")
	}
	return strings.Join(words, "; ")
}

func TestTutorial(t *testing.T) {
	t.Parallel()
	p, types := tutorial(float)
	m := outcome.New(p, types)
	for _, test := range []struct {
		facts []outcome.Fact
		want  string
	}{
		{[]outcome.Fact{outcome.Ran(2), outcome.Present(2, "raw_data").Not()},
			"possible; fetch_data failed; cached_data failed"},
		{[]outcome.Fact{outcome.Ran(6), outcome.Present(6, "failure_notification")}, "impossible"},
		{[]outcome.Fact{outcome.Ran(3), outcome.Ran(4)},
			"possible; process_data completed; process_data: data_quality_score = over 80, below 81; run completed"},
		{[]outcome.Fact{outcome.Failed(0), outcome.Completed(1), outcome.RunCompleted()}, "impossible"},
		{[]outcome.Fact{outcome.Completed(1)}, "possible; fetch_data failed; cached_data completed"},
		{[]outcome.Fact{outcome.Skipped(6)}, "possible; process_data failed; high_quality skipped; low_quality skipped; final_report skipped"},
		{[]outcome.Fact{outcome.RunCompleted()}, "possible; run completed"},
	} {
		if got := shown(p, m.Find(test.facts...)); got != test.want {
			t.Errorf("%v:\ngot  %s\nwant %s", test.facts, got, test.want)
		}
	}
	p, types = tutorial(integer())
	if got := outcome.New(p, types).Verdict(outcome.Ran(3), outcome.Ran(4)); got != outcome.Impossible {
		t.Errorf("an integer over 80 and below 81: %v", got)
	}
}

// TestNearestFailure: what is skipped far below a task is explained by the failure
// next to it, however many others would do.
func TestNearestFailure(t *testing.T) {
	t.Parallel()
	p, types := makePlan("chain", 500)
	m := outcome.New(p, types)
	for _, task := range []int{1, 50, 499} {
		want := fmt.Sprintf("possible; t%d failed; t%d skipped", task-1, task)
		if got := shown(p, m.Find(outcome.Skipped(task))); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// TestOrder: z after x, and t after z, y, x sees the writes of x, z, y.
func TestOrder(t *testing.T) {
	t.Parallel()
	write := []plan.Write{{Key: "k"}}
	p := fill(&plan.Plan{Name: "w", InputDeclared: true, Tasks: []plan.Task{
		{ID: "x", Writes: write},
		{ID: "y", Writes: []plan.Write{{Key: "k", Optional: true, Deletes: true}}},
		{ID: "z", DependsOn: []int{0}, Writes: write},
		{ID: "t", DependsOn: []int{2, 1, 0}, Rule: plan.Rule{Tree: tested("k", plan.CmpEquals, number(1))}},
	}})
	only := func(n int64) *domain.Type {
		return &domain.Type{Kinds: domain.Number, Len: -1,
			Numbers: domain.Numbers{Kind: domain.Integers, Min: n, Max: uint64(n)}}
	}
	// x writes 1, y 2 and z 3.
	m := outcome.New(p, outcome.Types{Writes: [][]*domain.Type{{only(1)}, {only(2)}, {only(3)}, nil}})
	if diff := cmp.Diff([]int{0, 2, 1}, outcome.OrderOf(m, 3, "k")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, test := range []struct {
		facts []outcome.Fact
		want  string
	}{
		{[]outcome.Fact{outcome.Ran(3), outcome.Completed(2)}, "impossible"},
		{[]outcome.Fact{outcome.Ran(3)}, "possible; x completed; y completed; z failed; y: k = not written"},
		{[]outcome.Fact{outcome.Completed(0), outcome.Present(3, "k").Not()}, "possible; x completed; y completed; y: k = deleted; run completed"},
		{[]outcome.Fact{outcome.Present(0, "k")}, "impossible"},
	} {
		if got := shown(p, m.Find(test.facts...)); got != test.want {
			t.Errorf("%v:\ngot  %s\nwant %s", test.facts, got, test.want)
		}
	}
}

// Where the plan does not list the writers, they are found in the order of the engine.
func TestOrderIsThatOfTheEngine(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		d := draw(seed)
		g, err := engine.Prepare(d.plan, nil)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		m := outcome.New(d.plan, d.types)
		for task := range len(d.plan.Tasks) + 1 {
			for _, key := range allKeys {
				var want []int
				for _, a := range g.Order(task) {
					writes := func(w plan.Write) bool { return w.Key == key }
					if d.plan.Tasks[a].Open || slices.ContainsFunc(d.plan.Tasks[a].Writes, writes) {
						want = append(want, a)
					}
				}
				if diff := cmp.Diff(want, outcome.OrderOf(m, task, key)); diff != "" {
					t.Errorf("seed %d: %q at %d (-want +got):\n%s%s", seed, key, task, diff, text(d.plan))
				}
			}
		}
	}
}

// TestLoose: what rests on values of which nothing is known is said with "perhaps".
func TestLoose(t *testing.T) {
	t.Parallel()
	str := &domain.Type{Kinds: domain.String, Len: -1}
	p := fill(&plan.Plan{Name: "w", InputDeclared: true, Tasks: []plan.Task{
		{ID: "open", Open: true},
		{ID: "text", Writes: []plan.Write{{Key: "s"}}},
		{ID: "any", Writes: []plan.Write{{Key: "k"}}},
		{ID: "reader", DependsOn: []int{0}, Rule: plan.Rule{Tree: tested("k", plan.CmpEquals, number(1))}},
		{ID: "contains", DependsOn: []int{1}, Rule: plan.Rule{Tree: all(
			tested("s", plan.CmpContains, word("ab")), tested("s", plan.CmpNotContains, word("a")))}},
		{ID: "part", DependsOn: []int{1}, Rule: plan.Rule{Tree: tested("s", plan.CmpContains, word("ab"))}},
		{ID: "either", DependsOn: []int{2}, Rule: plan.Rule{Tree: &plan.Node{Op: plan.OpAny, Args: []*plan.Node{
			failure(2), tested("k", plan.CmpEquals, number(1))}}}},
		{ID: "exists", DependsOn: []int{2}, Rule: plan.Rule{Tree: tested("k", plan.CmpExists)}},
	}})
	types := outcome.Types{Writes: make([][]*domain.Type, len(p.Tasks))}
	types.Writes[1], types.Writes[2] = []*domain.Type{str}, []*domain.Type{domain.Any}
	m := outcome.New(p, types)
	for _, test := range []struct {
		facts []outcome.Fact
		want  string
	}{
		{[]outcome.Fact{outcome.Ran(3)}, "perhaps; open completed; open: k = 1; run completed"},
		{[]outcome.Fact{outcome.Ran(3), outcome.Failed(0)}, "impossible"},
		{[]outcome.Fact{outcome.Skipped(3)}, "possible; open failed; reader skipped"},
		{[]outcome.Fact{outcome.Present(3, "z")}, "perhaps; open completed; run completed"},
		{[]outcome.Fact{outcome.Ran(4)}, "impossible"},
		{[]outcome.Fact{outcome.Ran(5)}, `perhaps; text completed; text: s = a string, which contains "ab" and contains "a"; run completed`},
		{[]outcome.Fact{outcome.Ran(6)}, "possible; any failed"},
		{[]outcome.Fact{outcome.Ran(6), outcome.Completed(2)}, "perhaps; any completed; any: k = 1; run completed"},
		{[]outcome.Fact{outcome.Ran(7)}, "possible; any completed; run completed"},
	} {
		if got := shown(p, m.Find(test.facts...)); got != test.want {
			t.Errorf("%v:\ngot  %s\nwant %s", test.facts, got, test.want)
		}
	}
}

// TestParts: conditions on parts of a value, and a value that has no such part.
func TestParts(t *testing.T) {
	t.Parallel()
	p := fill(&plan.Plan{Name: "w", InputDeclared: true, Input: []plan.Input{{Name: "a/b"}}, Tasks: []plan.Task{
		{ID: "yes", Rule: plan.Rule{Tree: tested("/a~1b/x", plan.CmpEquals, plan.Literal{Kind: plan.LitBool, Bool: true})}},
		{ID: "no", Rule: plan.Rule{Tree: tested("/a~1b/x", plan.CmpNotEquals, plan.Literal{Kind: plan.LitBool, Bool: true})}},
		{ID: "there", Rule: plan.Rule{Tree: tested("/a~1b/x", plan.CmpExists)}},
	}})
	m := outcome.New(p, outcome.Types{Input: []*domain.Type{structOf(&domain.Type{Kinds: domain.Bool, Len: -1}, true)}})
	for _, test := range []struct {
		facts []outcome.Fact
		want  string
	}{
		{[]outcome.Fact{outcome.Ran(0)}, "possible; start: /a~1b/x = true; run completed"},
		{[]outcome.Fact{outcome.Ran(0), outcome.Ran(1)}, "impossible"},
		{[]outcome.Fact{outcome.Skipped(2)}, "possible; there skipped; start: /a~1b/x = missing; run completed"},
		{[]outcome.Fact{outcome.Present(2, "a/b").Not()}, "impossible"},
		{[]outcome.Fact{outcome.Ran(0), outcome.Skipped(2)}, "impossible"},
	} {
		if got := shown(p, m.Find(test.facts...)); got != test.want {
			t.Errorf("%v:\ngot  %s\nwant %s", test.facts, got, test.want)
		}
	}
}
