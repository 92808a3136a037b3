package outcome_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// maker builds plans of typed tasks.
type maker struct {
	plan  plan.Plan
	types outcome.Types
	r     *rand.Rand
	typ   *domain.Type
}

// task adds a task that writes a number and reads the keys of other tasks.
func (b *maker) task(deps []int, reads []int, rule *plan.Node) {
	i := len(b.plan.Tasks)
	t := plan.Task{ID: fmt.Sprintf("t%d", i), DependsOn: deps, Writes: []plan.Write{{Key: key(i), Shape: "int"}}}
	for _, r := range reads {
		t.Reads = append(t.Reads, plan.Read{Key: key(r), Writers: []int{r}})
	}
	if rule != nil {
		t.Rule.Tree = rule
		seen := make(map[string]bool)
		for _, leaf := range rule.Leaves() {
			if leaf.Op == plan.OpValue && !seen[leaf.Key] {
				seen[leaf.Key] = true
				t.Rule.Reads = append(t.Rule.Reads, plan.Read{Key: leaf.Key, Writers: []int{leaf.Task}})
			}
		}
	}
	b.plan.Tasks = append(b.plan.Tasks, t)
	b.types.Writes = append(b.types.Writes, []*domain.Type{b.typ})
}

func key(task int) string { return fmt.Sprintf("k%d", task) }

func all(args ...*plan.Node) *plan.Node { return &plan.Node{Op: plan.OpAll, Args: args} }
func success(t int) *plan.Node          { return &plan.Node{Op: plan.OpTaskSuccess, Task: t} }

// over compares the number that a task wrote. The task is only noted for [maker.task].
func over(task int, cmp plan.Cmp, than int64) *plan.Node {
	return &plan.Node{
		Op: plan.OpValue, Task: task, Key: key(task), Cmp: cmp,
		Literals: []plan.Literal{{Kind: plan.LitInt, Int: than}},
	}
}

func allSuccess(deps []int) *plan.Node {
	n := all()
	for _, d := range deps {
		n.Args = append(n.Args, success(d))
	}
	return n
}

// The shapes of the cost tests.
var shapes = map[string]func(b *maker, n int){
	"chain": func(b *maker, n int) {
		b.task(nil, nil, nil)
		for i := 1; i < n; i++ {
			b.task([]int{i - 1}, []int{i - 1}, success(i-1))
		}
	},
	"chain-always": func(b *maker, n int) {
		b.task(nil, nil, nil)
		for i := 1; i < n; i++ {
			b.task([]int{i - 1}, []int{i - 1}, nil)
		}
	},
	"chain-values": func(b *maker, n int) {
		b.task(nil, nil, nil)
		for i := 1; i < n; i++ {
			b.task([]int{i - 1}, []int{i - 1}, all(success(i-1), over(i-1, plan.CmpGreaterThan, 80)))
		}
	},
	"far": func(b *maker, n int) {
		b.task(nil, nil, nil)
		for i := 1; i < n; i++ {
			b.task([]int{i - 1}, []int{i / 2, i / 10}, success(i-1))
		}
	},
	"far-always": func(b *maker, n int) {
		b.task(nil, nil, nil)
		for i := 1; i < n; i++ {
			b.task([]int{i - 1}, []int{i / 2, 0}, nil)
		}
	},
	"fan": func(b *maker, n int) {
		b.task(nil, nil, nil)
		deps := make([]int, 0, n)
		for i := 1; i < n-1; i++ {
			b.task([]int{0}, []int{0}, success(0))
			deps = append(deps, i)
		}
		b.task(deps, []int{1, n / 2}, allSuccess(deps))
	},
	"fan-values": func(b *maker, n int) {
		b.task(nil, nil, nil)
		deps := make([]int, 0, n)
		for i := 1; i < n-1; i++ {
			b.task([]int{0}, []int{0}, all(success(0), over(0, plan.CmpGreaterThan, int64(i%50))))
			deps = append(deps, i)
		}
		b.task(deps, nil, &plan.Node{Op: plan.OpNone, Args: []*plan.Node{
			{Op: plan.OpTaskFailed, Task: 1}, {Op: plan.OpTaskFailed, Task: n / 2}}})
	},
	"fallbacks": func(b *maker, n int) {
		// What runs only after a failure, and needs another one to go wrong.
		b.task(nil, nil, nil)
		b.task([]int{0}, nil, &plan.Node{Op: plan.OpTaskFailed, Task: 0})
		for i := 2; i < n; i++ {
			b.task([]int{i - 1}, []int{i - 1}, &plan.Node{Op: plan.OpNone, Args: []*plan.Node{{Op: plan.OpTaskSkipped, Task: i - 1}}})
		}
	},
	"hard": func(b *maker, n int) {
		// Random clauses of three literals, as hard as they get.
		const roots, clauses = 250, 1055
		for from := 0; from+roots+clauses+1 <= n; from += roots + clauses + 1 {
			for range roots {
				b.task(nil, nil, nil)
			}
			var deps []int
			for range clauses {
				rule := &plan.Node{Op: plan.OpAny}
				var on []int
				for _, r := range b.r.Perm(roots)[:3] {
					on = append(on, from+r)
					leaf := success(from + r)
					if b.r.IntN(2) == 0 {
						leaf.Op = plan.OpTaskFailed
					}
					rule.Args = append(rule.Args, leaf)
				}
				deps = append(deps, len(b.plan.Tasks))
				b.task(on, nil, rule)
			}
			b.task(deps, nil, allSuccess(deps))
		}
	},
	"layers":         func(b *maker, n int) { layers(b, n, 20, false) },
	"layers-success": func(b *maker, n int) { layers(b, n, 20, true) },
	"layers-wide":    func(b *maker, n int) { layers(b, n, 200, false) },
}

// layers draws layered graphs with rules of all kinds, or with all_success.
func layers(b *maker, n, width int, success bool) {
	for i := range n {
		layer := i / width
		if layer == 0 {
			b.task(nil, nil, nil)
			continue
		}
		var deps []int
		for _, d := range b.r.Perm(width)[:3] {
			deps = append(deps, (layer-1)*width+d)
		}
		rule := allSuccess(deps)
		if !success {
			rule = b.rule(deps, 2)
		}
		b.task(deps, deps[:1], rule)
	}
}

func (b *maker) rule(deps []int, depth int) *plan.Node {
	d := deps[b.r.IntN(len(deps))]
	switch b.r.IntN(6) {
	case 0:
		return success(d)
	case 1:
		return &plan.Node{Op: plan.OpTaskFailed, Task: d}
	case 2:
		return over(d, plan.CmpGreaterThan, int64(b.r.IntN(100)))
	case 3:
		return over(d, plan.CmpLessOrEqual, int64(b.r.IntN(100)))
	}
	if depth == 0 {
		return success(d)
	}
	n := &plan.Node{Op: []plan.Op{plan.OpAll, plan.OpAny, plan.OpAny}[b.r.IntN(3)]}
	for range 2 {
		n.Args = append(n.Args, b.rule(deps, depth-1))
	}
	return n
}

func makePlan(shape string, n int) (*plan.Plan, outcome.Types) {
	b := &maker{plan: plan.Plan{Name: "w"}, r: rand.New(rand.NewPCG(7, 7)), typ: integer()}
	shapes[shape](b, n)
	return &b.plan, b.types
}

// askAll asks what a checker asks about each task of a plan.
func askAll(p *plan.Plan, m *outcome.Model) (questions int, counts [4]int) {
	ask := func(facts ...outcome.Fact) {
		questions++
		counts[m.Verdict(facts...)]++
	}
	for t := range p.Tasks {
		ask(outcome.Ran(t))
		ask(outcome.Completed(t))
		ask(outcome.RunCompleted(), outcome.Completed(t))
		ask(outcome.RunCompleted(), outcome.Present(len(p.Tasks), key(t)).Not())
		if tree := p.Tasks[t].Rule.Tree; tree != nil {
			ask(outcome.Skipped(t))
			leaves := tree.Leaves()
			for i := range leaves[:min(len(leaves), 10)] {
				ask(outcome.Leaf(t, i))
				ask(outcome.Leaf(t, i).Not())
			}
		}
		for _, r := range p.Tasks[t].Reads {
			ask(outcome.Ran(t), outcome.Present(t, r.Key).Not())
			ask(outcome.Ran(t), outcome.Present(t, r.Key))
		}
	}
	return questions, counts
}

func BenchmarkAsk(b *testing.B) {
	for _, shape := range []string{"chain", "chain-always", "chain-values", "far", "far-always", "fan", "fan-values", "layers", "layers-success", "layers-wide", "fallbacks", "hard"} {
		for _, n := range []int{1000, 5000, 10000} {
			b.Run(fmt.Sprintf("%s-%d", shape, n), func(b *testing.B) {
				p, types := makePlan(shape, n)
				for b.Loop() {
					m := outcome.New(p, types)
					questions, counts := askAll(p, m)
					b.ReportMetric(float64(questions), "questions")
					b.ReportMetric(float64(counts[outcome.Unknown]), "unknown")
					b.ReportMetric(float64(outcome.Searches(m)), "searches")
				}
			})
		}
	}
}

// BenchmarkFind asks for the smallest run as often as there are tasks, as a checker
// does that has something to say about each.
func BenchmarkFind(b *testing.B) {
	for _, shape := range []string{"chain-always", "chain-values", "layers", "layers-wide"} {
		b.Run(shape, func(b *testing.B) {
			p, types := makePlan(shape, 1000)
			for b.Loop() {
				m := outcome.New(p, types)
				for t := range p.Tasks {
					m.Find(outcome.Skipped(t))
					for _, r := range p.Tasks[t].Reads {
						m.Find(outcome.Ran(t), outcome.Present(t, r.Key).Not())
					}
				}
				b.ReportMetric(float64(outcome.Cost(m)), "steps")
			}
		})
	}
}

// TestCostGrowsWithThePlan counts what the answers take: five times the tasks take at
// most seven times the steps. No time is measured.
func TestCostGrowsWithThePlan(t *testing.T) {
	t.Parallel()
	for shape := range shapes {
		if shape == "hard" {
			continue
		}
		t.Run(shape, func(t *testing.T) {
			t.Parallel()
			var costs []int64
			for _, n := range []int{1000, 5000} {
				p, types := makePlan(shape, n)
				m := outcome.New(p, types)
				questions, counts := askAll(p, m)
				if counts[outcome.Unknown]+counts[outcome.Perhaps] > 0 || counts[outcome.Possible] < n {
					t.Errorf("%d tasks: %v", n, counts)
				}
				cost := outcome.Cost(m)
				if most := int64(400 * questions); cost > most {
					t.Errorf("%d tasks: %d steps for %d questions", n, cost, questions)
				}
				costs = append(costs, cost)
			}
			if costs[1] > 7*costs[0] {
				t.Errorf("%d steps for 1,000 tasks, %d for 5,000", costs[0], costs[1])
			}
		})
	}
}

// TestHardSearchesEnd: questions that no solver can answer are given up, and the
// tasks are named; everything else still gets its answer.
func TestHardSearchesEnd(t *testing.T) {
	t.Parallel()
	record := func() (string, []int) {
		p, types := makePlan("hard", 5000)
		m := outcome.New(p, types)
		_, counts := askAll(p, m)
		if counts[outcome.Possible] < 20_000 {
			t.Errorf("got %v", counts)
		}
		return fmt.Sprint(counts, outcome.Cost(m)), m.GaveUp()
	}
	first, gaveUp := record()
	if len(gaveUp) == 0 {
		t.Error("nothing was given up")
	}
	second, again := record()
	if first != second || fmt.Sprint(gaveUp) != fmt.Sprint(again) {
		t.Errorf("%s %v, then %s %v", first, gaveUp, second, again)
	}
}

// TestManyConditions: hundreds of conditions on one key are told apart; beyond a
// thousand they are taken for independent, and nothing is said to be certain.
func TestManyConditions(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][2]outcome.Verdict{
		600:  {outcome.Possible, outcome.Impossible},
		1100: {outcome.Perhaps, outcome.Perhaps},
	} {
		b := &maker{plan: plan.Plan{Name: "w"}, typ: integer()}
		b.task(nil, nil, nil)
		for i := 1; i < n; i++ {
			b.task([]int{0}, nil, over(0, plan.CmpGreaterThan, int64(i)))
		}
		m := outcome.New(&b.plan, b.types)
		for i := 2; i < n; i += n / 20 {
			between := m.Verdict(outcome.Completed(0), outcome.Ran(i-1), outcome.Skipped(i))
			outside := m.Verdict(outcome.Completed(0), outcome.Skipped(i-1), outcome.Ran(i))
			if got := [2]outcome.Verdict{between, outside}; got != want {
				t.Errorf("condition %d of %d: got %v, want %v", i, n, got, want)
			}
		}
	}
}
