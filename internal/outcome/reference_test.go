package outcome_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// The reference enumerates the runs of a small plan one by one and evaluates rules
// on JSON values. It knows what the specification says of runs and rules, and
// nothing of circuits.

// valueOf is a JSON value; missing is none.
type missing struct{}

// happened is one run: how each task ended and what it wrote.
type happened struct {
	plan     *plan.Plan
	initial  map[string]any
	outcomes []outcome.Outcome
	wrote    []map[string]any // missing for a deleted key
}

// universe are the values that writers choose from, by task (0 is the start of the
// run, then the tasks) and key.
type universe []map[string][]any

// enumerate calls a function for every run until it returns false.
func enumerate(p *plan.Plan, u universe, yield func(h *happened) bool) bool {
	h := &happened{plan: p}
	return eachWrite(startWrites(p), u[0], func(w map[string]any) bool {
		h.initial = w
		return h.next(u, yield)
	})
}

// startWrites are the keys that the run may start with, as writes.
func startWrites(p *plan.Plan) []plan.Write {
	var writes []plan.Write
	if !p.InputDeclared {
		for _, key := range allKeys {
			if !slices.ContainsFunc(p.Tasks, func(t plan.Task) bool {
				return slices.ContainsFunc(t.Writes, func(w plan.Write) bool { return w.Key == key })
			}) {
				writes = append(writes, plan.Write{Key: key, Optional: true})
			}
		}
		return writes
	}
	for _, in := range p.Input {
		writes = append(writes, plan.Write{Key: in.Name, Optional: in.Optional && in.Default == ""})
	}
	return writes
}

var allKeys = []string{"k", "l", "m"}

// eachWrite calls a function for each way to write the keys.
func eachWrite(writes []plan.Write, values map[string][]any, yield func(map[string]any) bool) bool {
	wrote := make(map[string]any)
	var next func(i int) bool
	next = func(i int) bool {
		if i == len(writes) {
			return yield(wrote)
		}
		w := writes[i]
		if w.Optional {
			delete(wrote, w.Key)
			if !next(i + 1) {
				return false
			}
		}
		if w.Deletes {
			wrote[w.Key] = missing{}
			if !next(i + 1) {
				return false
			}
		}
		for _, v := range values[w.Key] {
			wrote[w.Key] = v
			if !next(i + 1) {
				return false
			}
		}
		delete(wrote, w.Key)
		return true
	}
	return next(0)
}

// next decides the task behind those that have ended.
func (h *happened) next(u universe, yield func(h *happened) bool) bool {
	t := len(h.outcomes)
	if t == len(h.plan.Tasks) {
		return yield(h)
	}
	end := func(o outcome.Outcome, wrote map[string]any) bool {
		h.outcomes = append(h.outcomes, o)
		h.wrote = append(h.wrote, wrote)
		ok := h.next(u, yield)
		h.outcomes, h.wrote = h.outcomes[:t], h.wrote[:t]
		return ok
	}
	task := &h.plan.Tasks[t]
	if !h.verdict(t) {
		return end(outcome.TaskSkipped, nil)
	}
	if !end(outcome.TaskFailed, nil) {
		return false
	}
	for _, r := range task.Reads {
		if !r.Optional && h.lookup(t, r.Key) == (missing{}) {
			return true
		}
	}
	writes := task.Writes
	if task.Open {
		writes = nil
		for _, key := range allKeys {
			writes = append(writes, plan.Write{Key: key, Optional: true, Deletes: true})
		}
	}
	return eachWrite(writes, u[t+1], func(w map[string]any) bool {
		for _, write := range writes {
			if _, wrote := w[write.Key]; write.Fills && !wrote && h.lookup(t, write.Key) == (missing{}) {
				return true
			}
		}
		return end(outcome.TaskCompleted, w)
	})
}

// lookup is what a task finds under a key: what the last of its completed ancestors
// wrote, in the order of a walk that goes deep first.
func (h *happened) lookup(task int, key string) any {
	value, ok := h.initial[key]
	if !ok {
		value = missing{}
	}
	seen := make(map[int]bool)
	var visit func(t int)
	visit = func(t int) {
		for _, d := range h.dependencies(t) {
			if seen[d] {
				continue
			}
			seen[d] = true
			visit(d)
			if w, ok := h.wrote[d][key]; ok && h.outcomes[d] == outcome.TaskCompleted {
				value = w
			}
		}
	}
	visit(task)
	return value
}

func (h *happened) dependencies(task int) []int {
	if task < len(h.plan.Tasks) {
		return h.plan.Tasks[task].DependsOn
	}
	var last []int
	for i := range h.plan.Tasks {
		if !slices.ContainsFunc(h.plan.Tasks, func(t plan.Task) bool { return slices.Contains(t.DependsOn, i) }) {
			last = append(last, i)
		}
	}
	slices.SortFunc(last, func(a, b int) int { return strings.Compare(h.plan.Tasks[a].ID, h.plan.Tasks[b].ID) })
	return last
}

// verdict evaluates the rule of a task.
func (h *happened) verdict(task int) bool {
	if h.plan.Tasks[task].Rule.Tree == nil {
		return true
	}
	return h.node(task, h.plan.Tasks[task].Rule.Tree)
}

func (h *happened) node(task int, n *plan.Node) bool {
	count := 0
	for _, arg := range n.Args {
		if h.node(task, arg) {
			count++
		}
	}
	switch n.Op {
	case plan.OpAll:
		return count == len(n.Args)
	case plan.OpAny:
		return count > 0
	case plan.OpNone, plan.OpNot:
		return count == 0
	case plan.OpTaskSuccess:
		return h.outcomes[n.Task] == outcome.TaskCompleted
	case plan.OpTaskFailed:
		return h.outcomes[n.Task] == outcome.TaskFailed
	case plan.OpTaskSkipped:
		return h.outcomes[n.Task] == outcome.TaskSkipped
	}
	return compare(n, part(h.lookup(task, plan.BaseKey(n.Key)), n.Key))
}

// part follows a JSON Pointer.
func part(value any, key string) any {
	if !strings.HasPrefix(key, "/") {
		return value
	}
	for _, token := range strings.Split(key, "/")[2:] {
		object, ok := value.(map[string]any)
		if !ok {
			return missing{}
		}
		if value, ok = object[token]; !ok {
			return missing{}
		}
	}
	return value
}

// compare is the table of conditions.
func compare(n *plan.Node, v any) bool {
	_, gone := v.(missing)
	switch n.Cmp {
	case plan.CmpExists:
		return !gone
	case plan.CmpNotExists:
		return gone
	case plan.CmpNotEquals, plan.CmpNotIn:
		return gone || !slices.ContainsFunc(n.Literals, func(l plan.Literal) bool { return v == literal(l) })
	case plan.CmpEquals, plan.CmpIn:
		return !gone && slices.ContainsFunc(n.Literals, func(l plan.Literal) bool { return v == literal(l) })
	case plan.CmpNotContains:
		return !contains(v, n.Literals[0])
	case plan.CmpContains:
		return contains(v, n.Literals[0])
	}
	order, ok := ordered(v, literal(n.Literals[0]))
	switch n.Cmp {
	case plan.CmpGreaterThan:
		return ok && order > 0
	case plan.CmpLessThan:
		return ok && order < 0
	case plan.CmpGreaterOrEqual:
		return ok && order >= 0
	default:
		return ok && order <= 0
	}
}

func contains(v any, l plan.Literal) bool {
	s, ok := v.(string)
	return ok && l.Kind == plan.LitString && strings.Contains(s, l.String)
}

// literal is the value of a literal; all numbers are floats here.
func literal(l plan.Literal) any {
	switch l.Kind {
	case plan.LitBool:
		return l.Bool
	case plan.LitInt:
		return float64(l.Int)
	case plan.LitFloat:
		return l.Float
	case plan.LitString:
		return l.String
	}
	return nil
}

func ordered(a, b any) (int, bool) {
	switch a := a.(type) {
	case float64:
		b, ok := b.(float64)
		switch {
		case a < b:
			return -1, ok
		case a > b:
			return 1, ok
		}
		return 0, ok
	case string:
		b, ok := b.(string)
		return strings.Compare(a, b), ok
	}
	return 0, false
}

// claim is a fact in the words of the reference.
type claim struct {
	fact outcome.Fact
	text string
	true func(h *happened) bool
}

// claims lists everything that can be asked of a plan.
func claims(p *plan.Plan) []claim {
	var list []claim
	add := func(text string, f outcome.Fact, holds func(h *happened) bool) {
		list = append(list, claim{f, text, holds},
			claim{f.Not(), "not " + text, func(h *happened) bool { return !holds(h) }})
	}
	ended := func(t int, o outcome.Outcome) func(h *happened) bool {
		return func(h *happened) bool { return h.outcomes[t] == o }
	}
	for t := range p.Tasks {
		add(fmt.Sprint("completed ", t), outcome.Completed(t), ended(t, outcome.TaskCompleted))
		add(fmt.Sprint("failed ", t), outcome.Failed(t), ended(t, outcome.TaskFailed))
		add(fmt.Sprint("skipped ", t), outcome.Skipped(t), ended(t, outcome.TaskSkipped))
		for i, leaf := range p.Tasks[t].Rule.Tree.Leaves() {
			add(fmt.Sprint("leaf ", t, " ", i), outcome.Leaf(t, i), func(h *happened) bool { return h.node(t, leaf) })
		}
	}
	for t := range len(p.Tasks) + 1 {
		for _, key := range allKeys {
			add(fmt.Sprint(key, " present at ", t), outcome.Present(t, key), func(h *happened) bool {
				return h.lookup(t, key) != missing{}
			})
		}
	}
	add("run completed", outcome.RunCompleted(), func(h *happened) bool {
		for t := range p.Tasks {
			if h.outcomes[t] == outcome.TaskFailed && !p.Tasks[t].AllowFailure {
				return false
			}
		}
		return true
	})
	return list
}

func text(p *plan.Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "input declared %t: %v\n", p.InputDeclared, p.Input)
	for i := range p.Tasks {
		t := &p.Tasks[i]
		fmt.Fprintf(&b, "%d %s after %v open %t allowed %t reads %v writes %v: %s\n",
			i, t.ID, t.DependsOn, t.Open, t.AllowFailure, t.Reads, t.Writes, p.NodeText(t.Rule.Tree))
	}
	return b.String()
}
