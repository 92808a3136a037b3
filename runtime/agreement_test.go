package cloacina

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/jsonvalue"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/proof"
)

// agreementStates are the random states of a seed, whose rule is decided in each.
const agreementStates = 40

// agreementTasks are the ancestors in a random state, in the order in which
// their writes apply.
var agreementTasks = []string{"first", "second", "third"}

// agreementValues crowd round the borders at which comparisons go wrong.
var agreementValues = []string{
	"null", "true", "false", "0", "80", "81", "-1", "80.5", "0.1", "9007199254740992", "9007199254740993",
	"9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616",
	"80.00000000000000000001", "1e+300", "1e+400", "1152921504606846976", "1152921504606847000",
	`""`, `"a"`, `"ab"`, `"80"`, `"true"`, `"\u00e9\n"`, `"a\"b"`, "\"\u00e9\"", "[]", "{}", `[80,"a",null]`, `["ab",[80],{"a":80}]`,
	`[true,0.1,18446744073709551615]`, `{"a":80,"b":{"c":"ab"}}`, `{"a":[80,null],"b":1}`, `{"b":{"c":null},"a":0.1}`,
}

var agreementKeys = []string{"x", "y", "/x/a", "/y/b/c", "/x/0", "/x/a/0", "/slash~1key", "none", "/none/a"}

var agreementLiterals = []Literal{
	Nil(), Bool(true), Bool(false), Int(80), Int(0), Int(-1), Int(9007199254740993), Uint(18446744073709551615), Uint(9223372036854775808),
	Float(80), Float(80.5), Float(0.1), Float(9007199254740992), Float(1152921504606846976), Float(1e300), Float(18446744073709551616),
	String(""), String("a"), String("ab"), String("80"), String("é\n"), String("a\"b"), String("é"),
}

// The agreement test holds three answers to the same question against each
// other, on random rules and random states: the compiled rule over a View, the
// reference evaluator of the language, and the explanation that the stored
// leaf bits give. Here a test stands in for generated code and nothing is stored,
// so that no spelling of a rule and no compiler is in the way of strange rules and
// values; internal/oracle has really compiled rules, and recorded decisions.
//
//	go test ./runtime -run CompiledRuleAgrees -proof.seed 4711 -proof.target 1
func TestCompiledRuleAgreesWithReferenceAndExplanation(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "decisions in memory", 120_000)
	workers := make([]agreementTally, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() {
			for seed := range row.Seeds() {
				if err := workers[i].rule(seed); err != nil {
					row.Fail(seed, "%v", err)
				}
				row.Done(agreementStates)
			}
		})
	}
	all.Wait()
	var total agreementTally
	for i := range workers {
		total.add(&workers[i])
	}
	least := total.states / 10
	if row.Target() > agreementStates && min(total.verdicts[0], total.verdicts[1], total.bits[0], total.bits[1]) < least {
		t.Errorf("the states are too much alike: %+v", total)
	}
}

// agreementTally counts states, and verdicts and leaves that are false and true.
type agreementTally struct {
	states         int
	verdicts, bits [2]int
}

func (y *agreementTally) add(more *agreementTally) {
	y.states += more.states
	for i := range 2 {
		y.verdicts[i] += more.verdicts[i]
		y.bits[i] += more.bits[i]
	}
}

// rule decides the rule of a seed in its states.
func (y *agreementTally) rule(seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 3))
	c, err := newAgreement(rng)
	if err != nil {
		return err
	}
	for range agreementStates {
		verdict, err := c.check(rng)
		if err != nil {
			return err
		}
		y.states++
		y.verdicts[index(verdict)]++
		for _, leaf := range c.bits {
			y.bits[index(leaf)]++
		}
	}
	return nil
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

// agreement is one rule in its forms.
type agreement struct {
	graph     *engine.Graph
	decide    engine.Decider
	tree      *RuleNode
	leaves    []*RuleNode
	reference annotations.Rule
	refLeaves []annotations.Rule
	bits      []bool // of the last decision
}

func newAgreement(rng *rand.Rand) (*agreement, error) {
	c := &agreement{tree: randomRule(rng, 3)}
	c.leaves = c.tree.Leaves()
	c.reference = referenceRule(c.tree)
	for _, leaf := range c.leaves {
		c.refLeaves = append(c.refLeaves, referenceRule(leaf))
	}
	rule := Rule{Text: fmt.Sprint(c.tree), Tree: c.tree}
	for _, leaf := range c.leaves {
		known := slices.ContainsFunc(rule.Reads, func(r PlanRead) bool { return r.Key == leaf.Key })
		if leaf.Op == plan.OpValue && !known {
			rule.Reads = append(rule.Reads, PlanRead{Key: leaf.Key, Optional: true, Walk: rng.IntN(2) == 0})
			if last := &rule.Reads[len(rule.Reads)-1]; !last.Walk {
				last.Writers = []int{0, 1, 2}
			}
		}
	}
	w := &Workflow{Plan: Plan{Name: "agreement"}}
	call := CallPlain(nil)
	for _, id := range agreementTasks {
		w.Plan.Tasks = append(w.Plan.Tasks, PlanTask{ID: id})
		w.Code = append(w.Code, TaskCode{Call: call})
	}
	w.Plan.Tasks = append(w.Plan.Tasks, PlanTask{ID: "decided", DependsOn: []int{0, 1, 2}, Rule: rule})
	w.Code = append(w.Code, TaskCode{Call: call, When: c.when(rule.Reads)})
	graph, err := w.prepare()
	if err != nil {
		return nil, err
	}
	c.graph, c.decide = graph, w.decider()
	return c, nil
}

// when is what the generator makes of the rule: every leaf is evaluated, then
// the verdict is a boolean expression over them.
func (c *agreement) when(reads []PlanRead) func(*View) (bool, Leaves) {
	return func(v *View) (bool, Leaves) {
		bits := make([]bool, len(c.leaves))
		for i, leaf := range c.leaves {
			slot := slices.IndexFunc(reads, func(r PlanRead) bool { return r.Key == leaf.Key })
			bits[i] = compiledLeaf(v, leaf, slot)
		}
		c.bits = bits
		next := 0
		return compiledTree(c.tree, bits, &next), LeavesOf(bits...)
	}
}

// check decides the rule in a random state.
func (c *agreement) check(rng *rand.Rand) (bool, error) {
	run, view := randomState(rng)
	task := len(agreementTasks)
	verdict, leaves := c.decide(c.graph, run, task)
	if want := annotations.Eval(c.reference, view); verdict != want {
		return verdict, fmt.Errorf("%s\nin %v: compiled %v, reference %v", annotations.Format(c.reference), view, verdict, want)
	}
	if explained := c.tree.Eval(leaves); explained != verdict {
		return verdict, fmt.Errorf("%s\nin %v: compiled %v, explained %v", annotations.Format(c.reference), view, verdict, explained)
	}
	for i, leaf := range c.refLeaves {
		if want := annotations.Eval(leaf, view); leaves.Bit(i) != want {
			return verdict, fmt.Errorf("leaf %s\nin %v: compiled %v, reference %v", annotations.Format(leaf), view, !want, want)
		}
	}
	return verdict, nil
}

func randomRule(rng *rand.Rand, depth int) *RuleNode {
	kind := rng.IntN(10)
	if depth == 0 || kind < 4 {
		return randomLeaf(rng)
	}
	if kind == 4 {
		return Not(randomRule(rng, depth-1))
	}
	args := make([]*RuleNode, rng.IntN(4))
	for i := range args {
		args[i] = randomRule(rng, depth-1)
	}
	return []func(...*RuleNode) *RuleNode{All, Any, None}[kind%3](args...)
}

func randomLeaf(rng *rand.Rand) *RuleNode {
	task := rng.IntN(len(agreementTasks))
	switch rng.IntN(6) {
	case 0:
		return TaskSuccess(task)
	case 1:
		return TaskFailed(task)
	case 2:
		return TaskSkipped(task)
	}
	cmp := Equals + Comparison(rng.IntN(int(NotIn-Equals)+1))
	n := 1
	switch cmp {
	case Exists, NotExists:
		n = 0
	case In, NotIn:
		n = 1 + rng.IntN(3)
	}
	literals := make([]Literal, n)
	for i := range literals {
		literals[i] = agreementLiterals[rng.IntN(len(agreementLiterals))]
	}
	return ContextValue(agreementKeys[rng.IntN(len(agreementKeys))], cmp, literals...)
}

// referenceView is the state as the reference evaluator sees it.
type referenceView struct {
	outcomes map[string]annotations.TaskOutcome
	values   map[string]string
}

func (v referenceView) Outcome(id string) annotations.TaskOutcome { return v.outcomes[id] }

func (v referenceView) Value(key string) ([]byte, bool) {
	value, ok := v.values[key]
	return []byte(value), ok
}

func randomState(rng *rand.Rand) (*engine.Run, referenceView) {
	view := referenceView{map[string]annotations.TaskOutcome{}, map[string]string{}}
	run := &engine.Run{Tasks: make([]engine.Task, len(agreementTasks)+1)}
	write := func(completed bool) (entries []engine.Entry) {
		for _, key := range []string{"slash/key", "x", "y"} { // sorted
			value := agreementValues[rng.IntN(len(agreementValues))]
			switch rng.IntN(6) {
			case 0:
				entries = append(entries, engine.Entry{Key: key})
				if completed {
					delete(view.values, key)
				}
			case 1, 2:
				entries = append(entries, engine.Entry{Key: key, Value: []byte(value)})
				if completed {
					view.values[key] = value
				}
			}
		}
		return entries
	}
	run.Initial = slices.DeleteFunc(write(true), func(e engine.Entry) bool { return e.Value == nil })
	for i, id := range agreementTasks {
		ends := []engine.TaskStatus{engine.TaskCompleted, engine.TaskFailed, engine.TaskSkipped}
		outcomes := []annotations.TaskOutcome{annotations.Success, annotations.Failed, annotations.Skipped}
		n := max(rng.IntN(5)-2, 0) // mostly completed
		view.outcomes[id] = outcomes[n]
		run.Tasks[i] = engine.Task{Status: ends[n], Writes: write(n == 0)}
	}
	return run, view
}

// referenceRule is the rule as the parser would give it.
func referenceRule(n *RuleNode) annotations.Rule {
	var args []annotations.Rule
	for _, arg := range n.Args {
		args = append(args, referenceRule(arg))
	}
	outcome := func(want annotations.TaskOutcome) annotations.Rule {
		return &annotations.Outcome{Want: want, ID: annotations.Name{Text: agreementTasks[n.Task]}}
	}
	switch n.Op {
	case plan.OpAll:
		return &annotations.All{Rules: args}
	case plan.OpAny:
		return &annotations.Any{Rules: args}
	case plan.OpNone:
		return &annotations.None{Rules: args}
	case plan.OpNot:
		return &annotations.Not{Rule: args[0]}
	case plan.OpTaskSuccess:
		return outcome(annotations.Success)
	case plan.OpTaskFailed:
		return outcome(annotations.Failed)
	case plan.OpTaskSkipped:
		return outcome(annotations.Skipped)
	}
	c := &annotations.ContextValue{Key: annotations.Key{Text: n.Key}, Op: referenceOperators[n.Cmp]}
	for _, l := range n.Literals {
		c.Literals = append(c.Literals, annotations.Literal{
			Kind: referenceKinds[l.Kind], Bool: l.Bool, Int: l.Int, Uint: l.Uint, Float: l.Float, String: l.String,
		})
	}
	return c
}

var referenceOperators = map[Comparison]annotations.Operator{
	Equals: annotations.Equals, NotEquals: annotations.NotEquals,
	GreaterThan: annotations.GreaterThan, LessThan: annotations.LessThan,
	GreaterOrEqual: annotations.GreaterOrEqual, LessOrEqual: annotations.LessOrEqual,
	Contains: annotations.Contains, NotContains: annotations.NotContains,
	Exists: annotations.Exists, NotExists: annotations.NotExists, In: annotations.In, NotIn: annotations.NotIn,
}

var referenceKinds = map[plan.LiteralKind]annotations.LiteralKind{
	plan.LitNil: annotations.LitNil, plan.LitBool: annotations.LitBool, plan.LitInt: annotations.LitInt,
	plan.LitUint: annotations.LitUint, plan.LitFloat: annotations.LitFloat, plan.LitString: annotations.LitString,
}

// compiledTree is the boolean expression over the leaves.
func compiledTree(n *RuleNode, bits []bool, next *int) bool {
	if n.Op.Leaf() {
		*next++
		return bits[*next-1]
	}
	all, some := true, false
	for _, arg := range n.Args {
		truth := compiledTree(arg, bits, next)
		all, some = all && truth, some || truth
	}
	switch n.Op {
	case plan.OpAll:
		return all
	case plan.OpAny:
		return some
	}
	return !some
}

// compiledLeaf calls what generated code calls.
func compiledLeaf(v *View, n *RuleNode, slot int) bool {
	switch n.Op {
	case plan.OpTaskSuccess:
		return v.Success(n.Task)
	case plan.OpTaskFailed:
		return v.Failed(n.Task)
	case plan.OpTaskSkipped:
		return v.Skipped(n.Task)
	}
	value := v.Value(slot)
	in := func() bool {
		return slices.ContainsFunc(n.Literals, func(l Literal) bool { return ordering(value, l).Equal() })
	}
	switch n.Cmp {
	case Exists:
		return value.Exists()
	case NotExists:
		return value.NotExists()
	case In:
		return in()
	case NotIn:
		return !in()
	case Contains:
		return containsLiteral(value, n.Literals[0])
	case NotContains:
		return !containsLiteral(value, n.Literals[0])
	}
	return map[Comparison]func(Ordering) bool{
		Equals: Ordering.Equal, NotEquals: Ordering.NotEqual, GreaterThan: Ordering.Greater, LessThan: Ordering.Less,
		GreaterOrEqual: Ordering.GreaterOrEqual, LessOrEqual: Ordering.LessOrEqual,
	}[n.Cmp](ordering(value, n.Literals[0]))
}

func ordering(v *Value, l Literal) Ordering {
	switch l.Kind {
	case plan.LitBool:
		return v.CompareBool(l.Bool)
	case plan.LitInt:
		return v.CompareInt(l.Int)
	case plan.LitUint:
		return v.CompareUint(l.Uint)
	case plan.LitFloat:
		return v.CompareFloat(l.Float)
	case plan.LitString:
		return v.CompareString(l.String)
	}
	return v.CompareNil()
}

func containsLiteral(v *Value, l Literal) bool {
	switch l.Kind {
	case plan.LitBool:
		return v.ContainsBool(l.Bool)
	case plan.LitInt:
		return v.ContainsInt(l.Int)
	case plan.LitUint:
		return v.ContainsUint(l.Uint)
	case plan.LitFloat:
		return v.ContainsFloat(l.Float)
	case plan.LitString:
		return v.ContainsString(l.String)
	}
	return v.ContainsNil()
}

func TestAgreementValuesAreStoredForms(t *testing.T) {
	t.Parallel()
	for _, raw := range agreementValues {
		stored, err := jsonvalue.Canonical([]byte(raw), jsonvalue.Limits{Bytes: 100, Depth: 9})
		if err != nil || string(stored) != raw {
			t.Errorf("%s is stored as %s, %v", raw, stored, err)
		}
	}
}
