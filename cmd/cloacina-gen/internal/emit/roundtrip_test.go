package emit

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// built type-checks a generated file and evaluates what it builds.
func (w *world) built(src string, generated []byte) []builtWorkflow {
	w.t.Helper()
	_, files, info, errs := w.check(root, "source.go", src, "cloacina_gen.go", string(generated))
	if len(errs) > 0 {
		w.t.Fatalf("generated file does not compile: %v\n%s", errs, generated)
	}
	return evaluate(files[1], info)
}

// samePlan fails the test unless the plan that was built is the one that was meant.
func samePlan(t rapid.TB, want, got *plan.Plan) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Errorf("meant\n%+v\nbuilt\n%+v", want, got)
	}
}

// plainTasks is a package of n task functions without parameters.
func plainTasks(n int) string {
	var b strings.Builder
	b.WriteString("package app\n\nimport \"context\"\n")
	for i := range n {
		fmt.Fprintf(&b, "\nfunc Task%05d(context.Context) error { return nil }\n", i)
	}
	return b.String()
}

// TestPlanRoundTrip emits random plans and evaluates what was emitted: each
// field of the plan comes back, and each compiled rule decides like its tree.
func TestPlanRoundTrip(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	src := plainTasks(6)
	pkg := handmade(w.add(root, "source.go", src))
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t, &pkg.Workflows[0].Plan)
		flow := *pkg.Workflows[0]
		flow.Plan = p
		got, err := File(&check.Package{Types: pkg.Types, Workflows: []*check.Workflow{&flow}}, false)
		if err != nil {
			t.Fatal(err)
		}
		built := w.built(src, got)[0]
		samePlan(t, &p, &built.plan)
		for i := range p.Tasks {
			sameDecisions(t, built, i, p.Tasks[i].Rule.Tree)
			sameValues(t, built, i, &p.Tasks[i].Rule)
		}
	})
}

// sameDecisions compares a compiled rule with its tree.
func sameDecisions(t rapid.TB, b builtWorkflow, task int, tree *plan.Node) {
	t.Helper()
	when := b.whens[task]
	if (when == nil) != (tree == nil) {
		t.Fatalf("task %d has a compiled rule: %v; a tree: %v", task, when != nil, tree != nil)
	}
	if tree == nil {
		return
	}
	random := rand.New(rand.NewPCG(1, uint64(task)))
	bits := make([]bool, len(tree.Leaves()))
	for range 64 {
		for i := range bits {
			bits[i] = random.IntN(2) == 0
		}
		verdict, leaves := b.verdict(when, func(i int) bool { return bits[i] })
		if !slices.Equal(leaves, bits) {
			t.Fatalf("task %d: leaves %v instead of %v", task, leaves, bits)
		}
		if want := tree.Eval(plan.LeavesOf(bits...)); verdict != want {
			t.Fatalf("task %d: %v for leaves %v", task, verdict, bits)
		}
	}
}

// sameValues fails the test unless each leaf of a compiled rule compares the
// value under its key.
func sameValues(t rapid.TB, b builtWorkflow, task int, rule *plan.Rule) {
	t.Helper()
	if rule.Tree == nil {
		return
	}
	slots := b.slots(b.whens[task])
	for i, leaf := range rule.Tree.Leaves() {
		var keys, want []string
		for _, slot := range slots[i] {
			keys = append(keys, rule.Reads[slot].Key)
		}
		if leaf.Op == plan.OpValue {
			want = []string{leaf.Key}
		}
		if !slices.Equal(keys, want) {
			t.Errorf("task %d: leaf %d compares the values under %q, want %q", task, i, keys, want)
		}
	}
}

// drawPlan draws a valid plan with the ids and functions of another.
func drawPlan(t *rapid.T, of *plan.Plan) plan.Plan {
	text := rapid.String()
	p := plan.Plan{
		Name:          of.Name,
		Description:   text.Draw(t, "description"),
		Fingerprint:   text.Draw(t, "fingerprint"),
		Timeout:       drawDuration(t),
		Retention:     drawDuration(t),
		InputDeclared: rapid.Bool().Draw(t, "declared"),
		Input:         []plan.Input{{Name: "in", Shape: "int", Optional: true, Default: "7"}, {Name: text.Draw(t, "name") + "!"}},
	}
	for i, task := range of.Tasks {
		p.Tasks = append(p.Tasks, plan.Task{
			ID:           task.ID,
			Func:         task.Func,
			Doc:          text.Draw(t, "doc"),
			Retry:        drawRetry(t),
			Timeout:      drawDuration(t),
			AllowFailure: rapid.Bool().Draw(t, "allow failure"),
			Open:         rapid.Bool().Draw(t, "open"),
			Writes:       []plan.Write{{Key: "k", Shape: text.Draw(t, "shape"), Optional: rapid.Bool().Draw(t, "optional")}},
		})
		w := &p.Tasks[i].Writes[0]
		w.Deletes = w.Optional && rapid.Bool().Draw(t, "deletes")
		w.Fills = w.Optional && !w.Deletes && rapid.Bool().Draw(t, "fills")
		if i > 0 {
			added := &p.Tasks[i]
			added.DependsOn = rapid.Permutation(indicesUpTo(i)).Draw(t, "dependencies")
			added.Reads = []plan.Read{{Key: "k", Shape: "any", Optional: true, Writers: indicesUpTo(i)}, {Key: "w", Walk: true}}
			added.Rule = drawRule(t, i)
		}
	}
	return p
}

func indicesUpTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func drawDuration(t *rapid.T) time.Duration {
	unit := rapid.SampledFrom([]time.Duration{time.Nanosecond, time.Millisecond, time.Second, time.Hour}).Draw(t, "unit")
	return unit * time.Duration(rapid.IntRange(0, 1000).Draw(t, "duration"))
}

func drawRetry(t *rapid.T) plan.Retry {
	r := plan.Retry{
		Attempts: rapid.IntRange(0, 3).Draw(t, "attempts"),
		Delay:    time.Second, MaxDelay: time.Minute,
		Backoff:   plan.Backoff(rapid.IntRange(0, 2).Draw(t, "backoff")),
		Jitter:    rapid.Bool().Draw(t, "jitter"),
		Condition: plan.Condition(rapid.IntRange(0, 4).Draw(t, "condition")),
	}
	if r.Condition == plan.RetryMatching {
		r.Matches = rapid.SliceOfN(rapid.StringN(1, -1, -1), 1, 5).Draw(t, "matches")
	}
	return r
}

func drawRule(t *rapid.T, task int) plan.Rule {
	r := plan.Rule{Text: rapid.String().Draw(t, "text"), Tree: drawNode(t, task, 9)}
	seen := map[string]bool{}
	for _, leaf := range r.Tree.Leaves() {
		if leaf.Op == plan.OpValue && !seen[leaf.Key] {
			seen[leaf.Key] = true
			r.Reads = append(r.Reads, plan.Read{Key: leaf.Key, Optional: true, Walk: true})
		}
	}
	return r
}

func drawNode(t *rapid.T, task, depth int) *plan.Node {
	op := plan.Op(rapid.IntRange(int(plan.OpAll), int(plan.OpValue)).Draw(t, "op"))
	if depth == 0 && !op.Leaf() {
		op = plan.OpTaskSuccess
	}
	n := &plan.Node{Op: op}
	switch {
	case op == plan.OpValue:
		drawCondition(t, n)
	case op.Leaf():
		n.Task = rapid.IntRange(0, task-1).Draw(t, "task")
	case op == plan.OpNot:
		n.Args = []*plan.Node{drawNode(t, task, depth-1)}
	default:
		for range rapid.IntRange(0, 3).Draw(t, "operands") {
			n.Args = append(n.Args, drawNode(t, task, depth-1))
		}
	}
	return n
}

func drawCondition(t *rapid.T, n *plan.Node) {
	n.Key = rapid.SampledFrom([]string{"a", "b", "/a/0", "/b~1c"}).Draw(t, "key")
	n.Cmp = plan.Cmp(rapid.IntRange(int(plan.CmpEquals), int(plan.CmpNotIn)).Draw(t, "cmp"))
	switch n.Cmp {
	case plan.CmpExists, plan.CmpNotExists:
	case plan.CmpIn, plan.CmpNotIn:
		for range rapid.IntRange(1, 4).Draw(t, "literals") {
			n.Literals = append(n.Literals, drawLiteral(t))
		}
	default:
		n.Literals = []plan.Literal{drawLiteral(t)}
	}
}

func drawLiteral(t *rapid.T) plan.Literal {
	l := plan.Literal{Kind: plan.LiteralKind(rapid.IntRange(int(plan.LitNil), int(plan.LitString)).Draw(t, "kind"))}
	switch l.Kind {
	case plan.LitBool:
		l.Bool = rapid.Bool().Draw(t, "bool")
	case plan.LitInt:
		l.Int = rapid.Int64().Draw(t, "int")
	case plan.LitUint:
		l.Uint = rapid.Uint64Min(1<<63).Draw(t, "uint")
	case plan.LitFloat:
		l.Float = rapid.Float64Range(-1e300, 1e300).Draw(t, "float")
	case plan.LitString:
		l.String = rapid.String().Draw(t, "string")
	}
	return l
}

// TestRuleSizes compiles rules of few and of many leaves, and of deep nesting.
func TestRuleSizes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	src := plainTasks(2)
	pkg := handmade(w.add(root, "source.go", src))
	leaf := func(i int) *plan.Node { return &plan.Node{Op: plan.OpTaskSuccess + plan.Op(i%3)} }
	rules := map[string]*plan.Node{"not": {Op: plan.OpNot, Args: []*plan.Node{leaf(0)}}}
	for _, n := range []int{0, 1, 2, 64, 65, 1000} {
		for _, op := range []plan.Op{plan.OpAll, plan.OpAny, plan.OpNone} {
			node := &plan.Node{Op: op}
			for i := range n {
				node.Args = append(node.Args, leaf(i))
			}
			rules[fmt.Sprintf("%v of %d", op, n)] = node
		}
	}
	deep := leaf(0)
	for i := range 300 {
		deep = &plan.Node{Op: plan.OpAll + plan.Op(i%3), Args: []*plan.Node{leaf(i), deep}}
	}
	rules["deep"] = deep
	for name, tree := range rules {
		t.Run(name, func(t *testing.T) {
			flow := *pkg.Workflows[0]
			flow.Plan.Tasks = slices.Clone(flow.Plan.Tasks)
			flow.Plan.Tasks[1].DependsOn = []int{0}
			flow.Plan.Tasks[1].Rule = plan.Rule{Text: name, Tree: tree}
			got, err := File(&check.Package{Types: pkg.Types, Workflows: []*check.Workflow{&flow}}, false)
			if err != nil {
				t.Fatal(err)
			}
			checkStyle(t, got)
			built := w.built(src, got)[0]
			samePlan(t, &flow.Plan, &built.plan)
			sameDecisions(t, built, 1, tree)
		})
	}
}
