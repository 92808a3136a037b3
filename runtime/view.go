package cloacina

import (
	"slices"
	"sync"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/jsonvalue"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// View is what a compiled trigger rule sees of a run: the outcomes of the
// task's ancestors and the values that the rule tests. It is valid only during
// the call of the rule.
type View struct {
	tasks  []engine.Task
	values []Value
}

// Success reports whether the ancestor with the index completed.
func (v *View) Success(task int) bool { return v.tasks[task].Status == engine.TaskCompleted }

// Failed reports whether the ancestor with the index failed for good.
func (v *View) Failed(task int) bool { return v.tasks[task].Status == engine.TaskFailed }

// Skipped reports whether the ancestor with the index was skipped.
func (v *View) Skipped(task int) bool { return v.tasks[task].Status == engine.TaskSkipped }

// Value returns the value of a key, by the position of the key in the rule's Reads.
func (v *View) Value(slot int) *Value { return &v.values[slot] }

// views are kept for reuse, so that a decision allocates nothing.
var views = sync.Pool{New: func() any { return new(View) }}

// compiledRule is a task's rule, ready to be decided.
type compiledRule struct {
	when  func(*View) (bool, Leaves)
	slots []slot
}

// slot is one key that a rule tests.
type slot struct {
	read *plan.Read
	path []string // of a JSON Pointer, below the context key
}

func compileRule(rule *plan.Rule, when func(*View) (bool, Leaves)) compiledRule {
	c := compiledRule{when: when, slots: make([]slot, len(rule.Reads))}
	for i := range rule.Reads {
		rd := &rule.Reads[i]
		_, path := jsonvalue.SplitPointer(rd.Key)
		c.slots[i] = slot{read: rd, path: path}
	}
	return c
}

// deciderOf decides by the When functions of the tasks that the code has. The
// plan may have more: those have ended.
func deciderOf(p *plan.Plan, code []TaskCode) engine.Decider {
	rules := make([]compiledRule, len(p.Tasks))
	for i := range code {
		rules[i] = compileRule(&p.Tasks[i].Rule, code[i].When)
	}
	return decider(rules)
}

// decider decides by the compiled rules, which run parallel to the tasks.
func decider(rules []compiledRule) engine.Decider {
	return func(g *engine.Graph, r *engine.Run, task int) (bool, plan.Leaves) {
		rule := &rules[task]
		if rule.when == nil {
			return true, plan.Leaves{}
		}
		v := views.Get().(*View)
		v.fill(g, r, task, rule.slots)
		verdict, leaves := rule.when(v)
		v.clear()
		views.Put(v)
		return verdict, leaves
	}
}

// fill reads the values of the slots.
func (v *View) fill(g *engine.Graph, r *engine.Run, task int, slots []slot) {
	v.tasks = r.Tasks
	v.values = slices.Grow(v.values[:0], len(slots))[:len(slots)]
	for i := range slots {
		raw, ok := g.LookupRead(r, task, slots[i].read)
		if ok && slots[i].path != nil {
			raw, ok = jsonvalue.Find(raw, slots[i].path)
		}
		if ok {
			v.values[i].scalar.Parse(raw)
		}
	}
}

// clear forgets the run, which must not be kept alive by a pooled view.
func (v *View) clear() {
	v.tasks = nil
	clear(v.values)
	v.values = v.values[:0]
}
