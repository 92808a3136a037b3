package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// draft is a workflow as people edit it: by ids, in any order. Plans are built
// from it as the checker would: every key has one type, readers and writers
// agree on it, and what is required is promised by somebody.
type draft struct {
	rng      *rand.Rand
	tasks    []*draftTask
	shapes   map[string]string
	declared bool
	input    []plan.Input
	shuffled bool // tasks come in any topological order
	timeout  time.Duration
	next     int // number of the next new task
	// edits are what was done to the draft before.
	edits []edit
}

type draftTask struct {
	plan.Task // without indices: DependsOn, Reads and the rule's are made by build
	after     []string
	tree      *plan.Node // task leaves have the id as their key
	reads     []draftRead
	writes    []draftRead
}

type draftRead struct {
	key      string
	optional bool
	deletes  bool // of a write
	fills    bool // of a write that does not delete
}

// values are some of each shape.
var values = map[string][]string{"int": {"0", "1", "2"}, "string": {`"s"`, `"t"`}, "bool": {"true"}}

func randomShape(rng *rand.Rand) string { return []string{"int", "int", "string", "bool"}[rng.IntN(4)] }

func randomDraft(rng *rand.Rand) *draft {
	d := &draft{rng: rng, shapes: map[string]string{}, declared: rng.IntN(2) == 0}
	for _, key := range keys {
		d.shapes[key] = randomShape(rng)
		if rng.IntN(3) == 0 {
			d.input = append(d.input, d.randomInput(key))
		}
	}
	for range 1 + rng.IntN(8) {
		d.add()
	}
	return d
}

func (d *draft) randomInput(key string) plan.Input {
	in := plan.Input{Name: key, Optional: d.rng.IntN(2) == 0}
	if in.Optional && d.rng.IntN(2) == 0 {
		in.Default = values[d.shapes[key]][0]
	}
	return in
}

// add adds a task that depends on some others.
func (d *draft) add() *draftTask {
	t := &draftTask{}
	t.ID = fmt.Sprintf("t%d", d.next)
	d.next++
	t.Retry, t.AllowFailure, t.Open = randomRetry(d.rng), d.rng.IntN(3) == 0, d.rng.IntN(10) == 0
	for _, i := range d.rng.Perm(len(d.tasks)) {
		if len(t.after) < 3 && d.rng.IntN(3) == 0 {
			t.after = append(t.after, d.tasks[i].ID)
		}
	}
	t.reads, t.writes = d.randomKeys(3), d.randomKeys(3)
	d.tasks = append(d.tasks, t)
	d.newRule(t)
	return t
}

func (d *draft) randomKeys(oneIn int) []draftRead {
	var list []draftRead
	for _, key := range keys {
		if d.rng.IntN(oneIn) == 0 {
			optional := d.rng.IntN(3) == 0
			deletes := optional && d.rng.IntN(2) == 0
			fills := optional && !deletes && d.rng.IntN(2) == 0
			list = append(list, draftRead{key, optional, deletes, fills})
		}
	}
	return list
}

// newRule gives a task another rule over its ancestors; half of them "always".
func (d *draft) newRule(t *draftTask) {
	t.tree = nil
	if d.rng.IntN(2) == 0 {
		return
	}
	ancestors := d.ancestors(t.ID)
	numbers := make([]int, len(ancestors))
	for i := range numbers {
		numbers[i] = i
	}
	t.tree = randomNode(d.rng, numbers, 2)
	for _, leaf := range t.tree.Leaves() {
		if leaf.Op != plan.OpValue {
			leaf.Key, leaf.Task = ancestors[leaf.Task], 0
		}
	}
}

func (d *draft) task(id string) *draftTask {
	i := slices.IndexFunc(d.tasks, func(t *draftTask) bool { return t.ID == id })
	return d.tasks[i]
}

// ancestors lists the ids of a task's ancestors.
func (d *draft) ancestors(id string) []string {
	var list []string
	todo := slices.Clone(d.task(id).after)
	for len(todo) > 0 {
		a := todo[0]
		todo = todo[1:]
		if !slices.Contains(list, a) {
			list = append(list, a)
			todo = append(todo, d.task(a).after...)
		}
	}
	return list
}

// clone copies a draft for edits.
func (d *draft) clone() *draft {
	c := *d
	c.tasks, c.edits = nil, nil
	for _, t := range d.tasks {
		e := *t
		e.after, e.reads, e.writes = slices.Clone(t.after), slices.Clone(t.reads), slices.Clone(t.writes)
		c.tasks = append(c.tasks, &e)
	}
	c.input = slices.Clone(d.input)
	c.shapes = map[string]string{}
	for _, key := range keys {
		c.shapes[key] = d.shapes[key]
	}
	return &c
}

// build returns the plan, in topological order.
func (d *draft) build() *plan.Plan {
	p := &plan.Plan{Name: "random", Timeout: d.timeout, InputDeclared: d.declared}
	if d.declared {
		for _, in := range d.input {
			in.Shape = d.shapes[in.Name]
			if in.Default != "" {
				in.Default = values[in.Shape][0]
			}
			p.Input = append(p.Input, in)
		}
	}
	index := map[string]int{}
	for len(index) < len(d.tasks) {
		t := d.nextTask(index)
		index[t.ID] = len(p.Tasks)
		d.buildTask(p, t, index)
	}
	p.Fingerprint = p.ComputeFingerprint()
	return p
}

// nextTask returns a task that is not in the plan yet and whose dependencies are.
func (d *draft) nextTask(index map[string]int) *draftTask {
	in := func(id string) bool { _, ok := index[id]; return ok }
	var ready []*draftTask
	for _, t := range d.tasks {
		if !in(t.ID) && !slices.ContainsFunc(t.after, func(id string) bool { return !in(id) }) {
			ready = append(ready, t)
		}
	}
	if d.shuffled {
		return ready[d.rng.IntN(len(ready))]
	}
	return ready[0]
}

func (d *draft) buildTask(p *plan.Plan, t *draftTask, index map[string]int) {
	i := len(p.Tasks)
	p.Tasks = append(p.Tasks, t.Task)
	out := &p.Tasks[i]
	for _, id := range t.after {
		out.DependsOn = append(out.DependsOn, index[id])
	}
	for _, w := range t.writes {
		out.Writes = append(out.Writes, plan.Write{
			Key: w.key, Shape: d.shapes[w.key], Optional: w.optional, Deletes: w.deletes, Fills: w.fills,
		})
	}
	d.buildRule(p, t, index)
	for _, r := range t.reads {
		read := readOf(p, i, r.key)
		read.Shape = d.shapes[r.key]
		read.Optional = r.optional || !read.Walk && len(read.Writers) == 0 && !d.mayStartWith(r.key)
		out.Reads = append(out.Reads, read)
	}
}

// mayStartWith reports whether a run may be started with a key.
func (d *draft) mayStartWith(key string) bool {
	if d.declared {
		return slices.ContainsFunc(d.input, func(in plan.Input) bool { return in.Name == key })
	}
	return !slices.ContainsFunc(d.tasks, func(t *draftTask) bool {
		return slices.ContainsFunc(t.writes, func(w draftRead) bool { return w.key == key })
	})
}

// buildRule numbers the rule. One that asks about a task which is no ancestor
// any more is replaced.
func (d *draft) buildRule(p *plan.Plan, t *draftTask, index map[string]int) {
	ancestors := d.ancestors(t.ID)
	for slices.ContainsFunc(t.tree.Leaves(), func(n *plan.Node) bool {
		return n.Op != plan.OpValue && !slices.Contains(ancestors, n.Key)
	}) {
		d.newRule(t)
	}
	out := &p.Tasks[len(p.Tasks)-1]
	out.Rule.Tree = numbered(t.tree, index)
	for _, leaf := range out.Rule.Tree.Leaves() {
		known := slices.ContainsFunc(out.Rule.Reads, func(r plan.Read) bool { return r.Key == leaf.Key })
		if leaf.Op == plan.OpValue && !known {
			out.Rule.Reads = append(out.Rule.Reads, readOf(p, len(p.Tasks)-1, leaf.Key))
		}
	}
}

func numbered(n *plan.Node, index map[string]int) *plan.Node {
	if n == nil || n.Op == plan.OpValue {
		return n
	}
	c := *n
	if n.Op.Leaf() {
		c.Task, c.Key = index[n.Key], ""
		return &c
	}
	c.Args = nil
	for _, arg := range n.Args {
		c.Args = append(c.Args, numbered(arg, index))
	}
	return &c
}

// initial returns what a run of the plan may be started with.
func (d *draft) initial(p *plan.Plan) []engine.Entry {
	var initial []engine.Entry
	for _, key := range keys {
		value := d.value(d.shapes[key])
		if !p.InputDeclared {
			if d.mayStartWith(key) && d.rng.IntN(2) == 0 {
				initial = append(initial, entry(key, d.anyValue()))
			}
			continue
		}
		i := slices.IndexFunc(p.Input, func(in plan.Input) bool { return in.Name == key })
		if i >= 0 && (!p.Input[i].Optional || p.Input[i].Default != "" || d.rng.IntN(2) == 0) {
			initial = append(initial, entry(key, value))
		}
	}
	return initial
}

func (d *draft) value(shape string) string { return values[shape][d.rng.IntN(len(values[shape]))] }

func (d *draft) anyValue() string { return d.value(randomShape(d.rng)) }
