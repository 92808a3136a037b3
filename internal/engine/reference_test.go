package engine_test

import (
	"slices"
	"strconv"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// This file is a second, naive meaning of orders, contexts and rules, written
// from the contract and without a look at the engine: it materialises
// everything and uses maps and recursion.

// refSinks are the dependencies of the virtual final task.
func refSinks(p *plan.Plan) []int {
	used := map[int]bool{}
	for _, t := range p.Tasks {
		if t.IsGone() {
			continue
		}
		for _, d := range t.DependsOn {
			used[d] = true
		}
	}
	byID := map[string]int{}
	var ids []string
	for i, t := range p.Tasks {
		if !used[i] && !t.IsGone() {
			byID[t.ID] = i
			ids = append(ids, t.ID)
		}
	}
	slices.Sort(ids)
	var sinks []int
	for _, id := range ids {
		sinks = append(sinks, byID[id])
	}
	return sinks
}

// refOrder is the depth-first post-order walk of a task's ancestors.
func refOrder(p *plan.Plan, task int) []int {
	var order []int
	seen := map[int]bool{}
	var visit func(deps []int)
	visit = func(deps []int) {
		for _, d := range deps {
			if seen[d] {
				continue
			}
			seen[d] = true
			visit(p.Tasks[d].DependsOn)
			order = append(order, d)
		}
	}
	if task == len(p.Tasks) {
		visit(refSinks(p))
	} else {
		visit(p.Tasks[task].DependsOn)
	}
	return order
}

// contents are the values of a context by the number of their key; nil where there is none.
type contents [4][]byte

// of returns the value of a key, as text.
func (c *contents) of(key string) (value string, ok bool) {
	v := c[slices.Index(keys, key)]
	return string(v), v != nil
}

// write writes entries, and deletes what they delete.
func (c *contents) write(entries []engine.Entry) {
	for _, e := range entries {
		c[slices.Index(keys, e.Key)] = e.Value
	}
}

// refContext is the context of a task whose refOrder is given.
func refContext(order []int, r *engine.Run) contents {
	var context contents
	context.write(r.Initial)
	for _, a := range order {
		if r.Tasks[a].Status == engine.TaskCompleted {
			context.write(r.Tasks[a].Writes)
		}
	}
	return context
}

// refLeaves appends the truth of the leaves of a rule in a context.
func refLeaves(to []bool, leaves []*plan.Node, r *engine.Run, context *contents) []bool {
	for _, leaf := range leaves {
		if leaf.Op == plan.OpValue {
			value := context[slices.Index(keys, plan.BaseKey(leaf.Key))]
			to = append(to, holds(leaf, value, value != nil))
		} else {
			to = append(to, outcomeIs(leaf, r.Tasks[leaf.Task].Status))
		}
	}
	return to
}

// refVerdict evaluates a rule over its leaves, taking them from the front.
func refVerdict(n *plan.Node, truth *[]bool) bool {
	if n == nil {
		return true
	}
	if n.Op.Leaf() {
		v := (*truth)[0]
		*truth = (*truth)[1:]
		return v
	}
	trues := 0
	for _, arg := range n.Args {
		if refVerdict(arg, truth) {
			trues++
		}
	}
	switch n.Op {
	case plan.OpAll:
		return trues == len(n.Args)
	case plan.OpAny:
		return trues > 0
	default:
		return trues == 0
	}
}

func outcomeIs(leaf *plan.Node, s engine.TaskStatus) bool {
	switch leaf.Op {
	case plan.OpTaskSuccess:
		return s == engine.TaskCompleted
	case plan.OpTaskFailed:
		return s == engine.TaskFailed
	default:
		return s == engine.TaskSkipped
	}
}

// holds says whether a condition is true of a value; literals are whole numbers
// in these tests, and what is no number is equal to none and not to be compared.
func holds(leaf *plan.Node, value []byte, ok bool) bool {
	var number int64
	isNumber := ok && value[0] <= '9'
	if isNumber {
		n, err := strconv.ParseInt(string(value), 10, 64)
		number, isNumber = n, err == nil
	}
	equal := false
	for i := range leaf.Literals {
		equal = equal || isNumber && leaf.Literals[i].Int == number
	}
	switch leaf.Cmp {
	case plan.CmpExists:
		return ok
	case plan.CmpNotExists:
		return !ok
	case plan.CmpEquals, plan.CmpIn:
		return equal
	case plan.CmpNotEquals, plan.CmpNotIn:
		return !equal
	case plan.CmpGreaterThan:
		return isNumber && number > leaf.Literals[0].Int
	default:
		return isNumber && number < leaf.Literals[0].Int
	}
}

// interpret is a decider that stands in for compiled rules.
func interpret(g *engine.Graph, r *engine.Run, task int) (bool, plan.Leaves) {
	rule := &g.Plan().Tasks[task].Rule
	leaves := rule.Tree.Leaves()
	return decideBy(g, r, task, leaves, slotsOf(rule, leaves))
}

// decideBy decides a rule by its leaves. It reads through the engine, as compiled rules
// do; slots are the reads of the leaves.
func decideBy(g *engine.Graph, r *engine.Run, task int, leaves []*plan.Node, slots []int) (bool, plan.Leaves) {
	rule := &g.Plan().Tasks[task].Rule
	var space [16]bool
	truth := space[:0]
	for i, leaf := range leaves {
		if leaf.Op != plan.OpValue {
			truth = append(truth, outcomeIs(leaf, r.Tasks[leaf.Task].Status))
			continue
		}
		value, ok := g.LookupRead(r, task, &rule.Reads[slots[i]])
		truth = append(truth, holds(leaf, value, ok))
	}
	bits := plan.LeavesOf(truth...)
	return refVerdict(rule.Tree, &truth), bits
}

// slotsOf returns the number of the read of each leaf of a rule; -1 for one that reads
// no value.
func slotsOf(rule *plan.Rule, leaves []*plan.Node) []int {
	slots := make([]int, len(leaves))
	for i, leaf := range leaves {
		slots[i] = slices.IndexFunc(rule.Reads, func(rd plan.Read) bool {
			return leaf.Op == plan.OpValue && rd.Key == leaf.Key
		})
	}
	return slots
}
