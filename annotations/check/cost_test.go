package check

import (
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// The graphs of the cost tests, as source.
var graphs = map[string]func(n int) string{
	// Every task writes its own key and reads its predecessor's.
	"chain": func(n int) string {
		return program(n, func(i int) (deps, reads string) {
			if i == 0 {
				return "", "seed"
			}
			return fmt.Sprintf("t%d", i-1), fmt.Sprintf("k%d", i-1)
		})
	},
	// One task, n that depend on it, and one that depends on these.
	"fan": func(n int) string {
		return program(n, func(i int) (deps, reads string) {
			switch i {
			case 0:
				return "", "seed"
			case n - 1:
				names := make([]string, 0, n)
				for j := 1; j < n-1; j++ {
					names = append(names, fmt.Sprintf("t%d", j))
				}
				return "[" + strings.Join(names, ",") + "] trigger_rules=none_failed", fmt.Sprintf("k%d", n/2)
			}
			return "t0 trigger_rules=task_success(t0)", "k0"
		})
	},
	// All depend on two roots and on their predecessor, and read of the first.
	"ladder": func(n int) string {
		return program(n, func(i int) (deps, reads string) {
			switch i {
			case 0, 1:
				return "", "seed"
			case 2:
				return "[t0,t1]", "k0"
			}
			return fmt.Sprintf("t%d trigger_rules=task_success(t%d)", i-1, i-1), "k0"
		})
	},
	// A chain in which each task looks at the value of the one before, too.
	"values": func(n int) string {
		return program(n, func(i int) (deps, reads string) {
			if i == 0 {
				return "", "seed"
			}
			return fmt.Sprintf("t%d trigger_rules=all(task_success(t%d), context_value(\"k%d\", greater_than, 80))", i-1, i-1, i-1),
				fmt.Sprintf("k%d", i-1)
		})
	},
	// All write one key.
	"shared": func(n int) string {
		return program(n, func(i int) (deps, reads string) {
			if i == 0 {
				return "", "seed"
			}
			return fmt.Sprintf("t%d", i-1), "k"
		})
	},
}

// program writes n tasks. Those of the graph "shared" write the key k.
func program(n int, task func(i int) (deps, reads string)) string {
	var b strings.Builder
	b.WriteString("//cloacina:workflow\npackage pkg\n\nimport \"context\"\n")
	for i := range n {
		deps, reads := task(i)
		if deps != "" {
			deps = " dependencies=" + deps
		}
		writes := fmt.Sprintf("k%d", i)
		if reads == "k" {
			writes = "k"
		}
		fmt.Fprintf(&b, "\ntype In%d struct{ V int `json:%q` }\ntype Out%d struct{ V int `json:%q` }\n\n"+
			"//cloacina:task id=t%d%s\nfunc T%d(ctx context.Context, in In%d) (Out%d, error) { panic(0) }\n",
			i, reads, i, writes, i, deps, i, i, i)
	}
	return b.String()
}

// cost checks a graph of n tasks and counts the tasks and dependencies looked at.
func cost(tb testing.TB, graph string, n int) int {
	tb.Helper()
	src := newWorld().load(tb, map[string]string{"tasks.go": graphs[graph](n)})
	c := newChecker(src)
	pkg := c.run()
	if len(pkg.Workflows) != 1 {
		tb.Fatalf("%s of %d: %v", graph, n, render(c.sorted())[:1])
	}
	if got := len(pkg.Workflows[0].Plan.Tasks); got != n {
		tb.Fatalf("%d tasks of %d", got, n)
	}
	return c.workflows[0].ancestry.steps
}

// Ten times the tasks cost ten times the steps, and not many a task.
func TestCostIsLinear(t *testing.T) {
	t.Parallel()
	for graph := range graphs {
		t.Run(graph, func(t *testing.T) {
			t.Parallel()
			small, large := cost(t, graph, 1000), cost(t, graph, 10000)
			if large > 11*small || large > 20*10000 {
				t.Errorf("%d steps for 1,000 tasks, %d for 10,000", small, large)
			}
		})
	}
}

// A name that thousands of tasks misspell is searched for once.
func TestUnknownNamesAreCheap(t *testing.T) {
	t.Parallel()
	text := strings.ReplaceAll(graphs["fan"](2000), "dependencies=t0 ", "dependencies=t00x ")
	src := newWorld().load(t, map[string]string{"tasks.go": text})
	c := newChecker(src)
	c.run()
	if n := len(c.workflows[0].meant); n != 1 {
		t.Errorf("%d searches", n)
	}
	if n := len(c.findings); n < 1998 {
		t.Errorf("%d findings", n)
	}
}

func BenchmarkCheck(b *testing.B) {
	for graph := range graphs {
		for _, n := range []int{1000, 10000} {
			b.Run(fmt.Sprintf("%s-%d", graph, n), func(b *testing.B) {
				src := newWorld().load(b, map[string]string{"tasks.go": graphs[graph](n)})
				for b.Loop() {
					Check(src)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/task")
			})
		}
	}
}

// BenchmarkBesideTypes sets what it takes to check a package, from its comments to the
// findings, beside what it takes to check its types, in one run.
func BenchmarkBesideTypes(b *testing.B) {
	for _, graph := range slices.Sorted(maps.Keys(graphs)) {
		for _, n := range []int{1000, 5000} {
			b.Run(fmt.Sprintf("%s-%d", graph, n), func(b *testing.B) {
				w := newWorld()
				src := w.load(b, map[string]string{"tasks.go": graphs[graph](n)})
				var checked, typed time.Duration
				for b.Loop() {
					start := time.Now()
					Check(src)
					between := time.Now()
					info := &types.Info{
						Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object),
						Types: make(map[ast.Expr]types.TypeAndValue), Selections: make(map[*ast.SelectorExpr]*types.Selection),
						Instances: make(map[*ast.Ident]types.Instance),
					}
					conf := types.Config{Importer: w}
					if _, err := conf.Check("pkg", src.Fset, src.Files, info); err != nil {
						b.Fatal(err)
					}
					checked += between.Sub(start)
					typed += time.Since(between)
				}
				tasks := float64(b.N * n)
				b.ReportMetric(float64(checked.Nanoseconds())/tasks, "check-ns/task")
				b.ReportMetric(float64(typed.Nanoseconds())/tasks, "types-ns/task")
				b.ReportMetric(checked.Seconds()/typed.Seconds(), "check/types")
			})
		}
	}
}

// Mistakes cost no more than what is right: each of many directives that took no
// effect meets each of many names that are unknown. It was cubic once, and would
// not end.
func TestManyMistakesAreCheap(t *testing.T) {
	t.Parallel()
	const n = 3000
	var b strings.Builder
	b.WriteString("//cloacina:workflow\npackage pkg\n\nimport \"context\"\n")
	for i := range n {
		fmt.Fprintf(&b, "\n//cloacina:task dependencies=unknown%d\nfunc F%d(ctx context.Context) error { return nil }\n", i, i)
		fmt.Fprintf(&b, "\n//cloacina:task\nvar x%d int\n", i)
	}
	_, findings := checkText(t, b.String())
	if len(findings) < n {
		t.Errorf("%d findings", len(findings))
	}
}

// Many workflows on types of one package need not be compared with each other.
func TestManyWorkflowsAreCheap(t *testing.T) {
	t.Parallel()
	const n = 3000
	var b strings.Builder
	b.WriteString("package pkg\n\nimport \"context\"\n")
	for i := range n {
		fmt.Fprintf(&b, "\n//cloacina:workflow\ntype T%d struct{}\n", i)
		fmt.Fprintf(&b, "\n//cloacina:task\nfunc (T%d) F(ctx context.Context) error { return nil }\n", i)
	}
	pkg, findings := checkText(t, b.String())
	if len(findings) > 0 || len(pkg.Workflows) != n {
		t.Errorf("%d workflows with %d findings", len(pkg.Workflows), len(findings))
	}
}
