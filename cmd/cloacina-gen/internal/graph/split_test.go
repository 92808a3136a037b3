package graph

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// edgesOf prints what stands on the edges of the last task of a plan.
func edgesOf(p *plan.Plan) (string, *Node) {
	g := New(p)
	text, last := "", len(p.Tasks)-1
	for _, e := range g.Edges {
		if e.To == last {
			text += "[" + e.Kind.String() + " " + e.Label + "]"
		}
	}
	return text, &g.Nodes[last]
}

func TestRulesOnEdges(t *testing.T) {
	t.Parallel()
	score := func(n int64) *plan.Node { return value("score", plan.CmpGreaterThan, number(n)) }
	for name, test := range map[string]struct {
		rule         *plan.Node
		writers      []int
		dependencies []int
		edges, rest  string
		any          bool
	}{
		"always":         {nil, nil, []int{0, 1}, "[order ][order ]", "", false},
		"all succeed":    {all(success(0), success(1)), nil, []int{0, 1}, "[success ][success ]", "", false},
		"one succeeds":   {either(success(0), success(1)), nil, []int{0, 1}, "[success success][success success]", "", true},
		"failure":        {failure(0), nil, []int{0}, "[failure failed]", "", false},
		"both fail":      {all(failure(0), failure(1)), nil, []int{0, 1}, "[failure failed][failure failed]", "", false},
		"skip":           {skip(0), nil, []int{0}, "[skip skipped]", "", false},
		"value":          {all(success(0), score(80)), []int{0}, []int{0}, "[success success, score > 80]", "", false},
		"value of one":   {all(success(0), success(1), score(80)), []int{1}, []int{0, 1}, "[success success][success success, score > 80]", "", false},
		"value of both":  {all(success(0), success(1), score(80)), []int{0, 1}, []int{0, 1}, "[success success][success success]", "score > 80", false},
		"only one":       {success(1), nil, []int{0, 1}, "[order ][success success]", "", false},
		"not failed":     {op(plan.OpNone, failure(0), failure(1)), nil, []int{0, 1}, "[mixed not failed][mixed not failed]", "", false},
		"not both":       {op(plan.OpNot, all(success(0), success(1))), nil, []int{0, 1}, "[mixed no success][mixed no success]", "", true},
		"mixed":          {either(all(success(0), failure(1)), failure(0)), nil, []int{0, 1}, "[mixed ][mixed ]", "(a completed and b failed) or a failed", false},
		"part on edges":  {all(success(0), either(success(1), failure(0))), nil, []int{0, 1}, "[success success][mixed ]", "b completed or a failed", false},
		"two outcomes":   {either(success(0), failure(0)), nil, []int{0}, "[mixed success or failed]", "", true},
		"contradiction":  {all(success(0), failure(0)), nil, []int{0}, "[mixed never]", "", false},
		"nested all":     {all(all(success(0), all(success(1)))), nil, []int{0, 1}, "[success ][success ]", "", false},
		"empty any":      {either(), nil, []int{0}, "[order ]", "never", false},
		"empty all":      {all(), nil, []int{0}, "[order ]", "", false},
		"value no owner": {score(1), nil, nil, "", "score > 1", false},
	} {
		p := &plan.Plan{Tasks: []plan.Task{task("a", nil, nil), task("b", nil, nil), task("x", test.rule, test.writers, test.dependencies...)}}
		edges, node := edgesOf(p)
		if edges != test.edges || node.Rule != test.rest || node.Any != test.any {
			t.Errorf("%s: got %s rest %q any %v, want %s rest %q any %v",
				name, edges, node.Rule, node.Any, test.edges, test.rest, test.any)
		}
	}
}

// A rule and its term with the negations at the leaves are true of the same leaves.
func TestNormalKeepsTheMeaning(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule := drawRule(t, []int{0, 1, 2}, 3)
		bits := rapid.SliceOfN(rapid.Bool(), len(rule.Leaves()), len(rule.Leaves())).Draw(t, "bits")
		number := map[*plan.Node]int{}
		for i, leaf := range rule.Leaves() {
			number[leaf] = i
		}
		truth := func(n *plan.Node) (holds, known bool) { return bits[number[n]], true }
		left := normal(rule, false).given(truth)
		if left.leaf != nil || len(left.args) > 0 {
			t.Fatal("something is left although everything is known")
		}
		if got, want := left.op == plan.OpAll, rule.Eval(plan.LeavesOf(bits...)); got != want {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func TestWordsWhen(t *testing.T) {
	t.Parallel()
	p := tutorial()
	known := func(n *plan.Node) (holds, known bool) { return true, n.Op != plan.OpValue }
	if got := WordsWhen(p, p.Tasks[3].Rule.Tree, known); got != "data_quality_score > 80" {
		t.Errorf("got %q", got)
	}
	if got := Words(p, p.Tasks[5].Rule.Tree); got != "fetch_data failed and cached_data failed" {
		t.Errorf("got %q", got)
	}
	if got := Words(p, nil); got != "always" {
		t.Errorf("got %q", got)
	}
}

// More than 1,000 tasks with rules are drawn in little more time than it takes to
// lay them out.
func BenchmarkSVG(b *testing.B) {
	p := fanOut(1000)
	for b.Loop() {
		New(p).SVG()
	}
}
