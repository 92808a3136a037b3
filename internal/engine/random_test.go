package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// keys are the context keys of random plans; few, so that tasks collide.
var keys = []string{"a", "b", "c", "d"}

// randomPlan returns a valid plan: any graph, rules over ancestors and values,
// all kinds of policies. Reads list their writers unless an ancestor is open.
func randomPlan(rng *rand.Rand) *plan.Plan {
	n := 1 + rng.IntN(10)
	if rng.IntN(20) == 0 {
		n = 1 + rng.IntN(60)
	}
	density := rng.Float64()
	p := &plan.Plan{Name: "random", Fingerprint: "random"}
	for i, id := range rng.Perm(n) {
		t := plan.Task{
			ID: fmt.Sprintf("t%d", id), DependsOn: randomDependencies(rng, i, density),
			Retry: randomRetry(rng), AllowFailure: rng.IntN(3) == 0, Open: rng.IntN(8) == 0,
		}
		for _, key := range keys {
			if rng.IntN(3) == 0 {
				t.Writes = append(t.Writes, plan.Write{Key: key, Optional: true})
			}
		}
		p.Tasks = append(p.Tasks, t)
		p.Tasks[i].Rule = randomRule(rng, p, i)
		for _, key := range keys {
			p.Tasks[i].Reads = append(p.Tasks[i].Reads, readOf(p, i, key))
		}
	}
	return p
}

func randomDependencies(rng *rand.Rand, task int, density float64) []int {
	var deps []int
	for _, d := range rng.Perm(task) {
		if len(deps) < 4 && rng.Float64() < density {
			deps = append(deps, d)
		}
	}
	return deps
}

func randomRetry(rng *rand.Rand) plan.Retry {
	delay := time.Duration(1+rng.IntN(2000)) * time.Millisecond
	if rng.IntN(2) == 0 {
		delay += time.Duration(rng.IntN(int(time.Millisecond))) // it must not be cut off
	}
	return plan.Retry{
		Attempts: rng.IntN(4), Delay: delay, MaxDelay: delay * time.Duration(1+rng.IntN(5)),
		Backoff: plan.Backoff(rng.IntN(3)), Jitter: rng.IntN(2) == 0,
		Condition: []plan.Condition{plan.RetryAll, plan.RetryAll, plan.RetryTransient, plan.RetryNever}[rng.IntN(4)],
	}
}

// randomRule returns "always" for a third of the tasks.
func randomRule(rng *rand.Rand, p *plan.Plan, task int) plan.Rule {
	if rng.IntN(3) == 0 {
		return plan.Rule{}
	}
	rule := plan.Rule{Tree: randomNode(rng, refOrder(p, task), 3)}
	for _, leaf := range rule.Tree.Leaves() {
		known := slices.ContainsFunc(rule.Reads, func(r plan.Read) bool { return r.Key == leaf.Key })
		if leaf.Op == plan.OpValue && !known {
			rule.Reads = append(rule.Reads, readOf(p, task, leaf.Key))
		}
	}
	return rule
}

func randomNode(rng *rand.Rand, ancestors []int, depth int) *plan.Node {
	if depth > 0 && rng.IntN(2) == 0 {
		node := &plan.Node{Op: plan.OpAll + plan.Op(rng.IntN(4))}
		args := 1
		if node.Op != plan.OpNot {
			args = rng.IntN(4)
		}
		for range args {
			node.Args = append(node.Args, randomNode(rng, ancestors, depth-1))
		}
		return node
	}
	if len(ancestors) > 0 && rng.IntN(3) > 0 {
		return &plan.Node{Op: plan.OpTaskSuccess + plan.Op(rng.IntN(3)), Task: ancestors[rng.IntN(len(ancestors))]}
	}
	node := &plan.Node{Op: plan.OpValue, Key: keys[rng.IntN(len(keys))]}
	if rng.IntN(3) == 0 {
		node.Key = "/" + node.Key
	}
	compare := []plan.Cmp{
		plan.CmpExists, plan.CmpNotExists, plan.CmpEquals, plan.CmpNotEquals,
		plan.CmpGreaterThan, plan.CmpLessThan, plan.CmpIn, plan.CmpNotIn,
	}
	node.Cmp = compare[rng.IntN(len(compare))]
	if node.Cmp != plan.CmpExists && node.Cmp != plan.CmpNotExists {
		node.Literals = []plan.Literal{{Kind: plan.LitInt, Int: int64(rng.IntN(3))}}
	}
	return node
}

// readOf returns the read of a key by a task, with its writers as the checker
// would list them.
func readOf(p *plan.Plan, task int, key string) plan.Read {
	return readAfter(p, refOrder(p, task), key)
}

// readAfter is readOf for a task whose refOrder is known.
func readAfter(p *plan.Plan, order []int, key string) plan.Read {
	read := plan.Read{Key: key, Optional: true}
	base := plan.BaseKey(key)
	for _, a := range order {
		if p.Tasks[a].Open {
			return plan.Read{Key: key, Optional: true, Walk: true}
		}
		if slices.ContainsFunc(p.Tasks[a].Writes, func(w plan.Write) bool { return w.Key == base }) {
			read.Writers = append(read.Writers, a)
		}
	}
	return read
}

// digits are the values that tasks write.
var digits = [][]byte{[]byte("0"), []byte("1"), []byte("2")}

// randomWrites returns what an attempt of a task may write: some of its keys,
// or, if it is open, any; now and then a deletion.
func randomWrites(rng *rand.Rand, t *plan.Task) []engine.Entry { return appendWrites(nil, rng, t) }

// appendWrites is randomWrites that appends to a list.
func appendWrites(to []engine.Entry, rng *rand.Rand, t *plan.Task) []engine.Entry {
	for _, key := range keys {
		may := t.Open
		for i := range t.Writes {
			may = may || t.Writes[i].Key == key
		}
		if may && rng.IntN(4) > 0 {
			to = append(to, randomEntry(rng, key))
		}
	}
	return to
}

func randomEntry(rng *rand.Rand, key string) engine.Entry {
	if rng.IntN(5) == 0 {
		return engine.Entry{Key: key}
	}
	return engine.Entry{Key: key, Value: digits[rng.IntN(len(digits))]}
}

// randomInitial returns an initial context in any order.
func randomInitial(rng *rand.Rand) []engine.Entry { return appendInitial(nil, rng) }

// appendInitial is randomInitial that appends to a list.
func appendInitial(to []engine.Entry, rng *rand.Rand) []engine.Entry {
	start := len(to)
	for _, key := range keys {
		if rng.IntN(2) == 0 {
			to = append(to, engine.Entry{Key: key, Value: digits[rng.IntN(len(digits))]})
		}
	}
	initial := to[start:]
	rng.Shuffle(len(initial), func(i, j int) { initial[i], initial[j] = initial[j], initial[i] })
	return to
}

// newRand returns a source that a seed determines on every machine.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }
