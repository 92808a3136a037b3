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

// refContext is the context of a task as a map, deleted keys left out.
func refContext(p *plan.Plan, r *engine.Run, task int) map[string]string {
	context := map[string]string{}
	write := func(entries []engine.Entry) {
		for _, e := range entries {
			if e.Value == nil {
				delete(context, e.Key)
			} else {
				context[e.Key] = string(e.Value)
			}
		}
	}
	write(r.Initial)
	for _, a := range refOrder(p, task) {
		if r.Tasks[a].Status == engine.TaskCompleted {
			write(r.Tasks[a].Writes)
		}
	}
	return context
}

// refLeaves returns the truth of every leaf of a task's rule.
func refLeaves(p *plan.Plan, r *engine.Run, task int) []bool {
	context := refContext(p, r, task)
	var truth []bool
	for _, leaf := range p.Tasks[task].Rule.Tree.Leaves() {
		if leaf.Op == plan.OpValue {
			value, ok := context[plan.BaseKey(leaf.Key)]
			truth = append(truth, holds(leaf, value, ok))
		} else {
			truth = append(truth, outcomeIs(leaf, r.Tasks[leaf.Task].Status))
		}
	}
	return truth
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
func holds(leaf *plan.Node, value string, ok bool) bool {
	number, err := strconv.ParseInt(value, 10, 64)
	isNumber := ok && err == nil
	isLiteral := func(l plan.Literal) bool { return isNumber && l.Int == number }
	switch leaf.Cmp {
	case plan.CmpExists:
		return ok
	case plan.CmpNotExists:
		return !ok
	case plan.CmpEquals, plan.CmpIn:
		return slices.ContainsFunc(leaf.Literals, isLiteral)
	case plan.CmpNotEquals, plan.CmpNotIn:
		return !slices.ContainsFunc(leaf.Literals, isLiteral)
	case plan.CmpGreaterThan:
		return isNumber && number > leaf.Literals[0].Int
	default:
		return isNumber && number < leaf.Literals[0].Int
	}
}

// interpret is a decider that stands in for compiled rules: it reads through
// the engine, as they do.
func interpret(g *engine.Graph, r *engine.Run, task int) (bool, plan.Leaves) {
	rule := &g.Plan().Tasks[task].Rule
	var truth []bool
	for _, leaf := range rule.Tree.Leaves() {
		if leaf.Op != plan.OpValue {
			truth = append(truth, outcomeIs(leaf, r.Tasks[leaf.Task].Status))
			continue
		}
		slot := slices.IndexFunc(rule.Reads, func(rd plan.Read) bool { return rd.Key == leaf.Key })
		value, ok := g.LookupRead(r, task, &rule.Reads[slot])
		truth = append(truth, holds(leaf, string(value), ok))
	}
	leaves := plan.LeavesOf(truth...)
	return refVerdict(rule.Tree, &truth), leaves
}
