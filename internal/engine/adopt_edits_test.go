package engine_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// edit is one edit, and the ids of the tasks that it touched.
type edit struct {
	kind    string
	touched []string
}

// editKinds are the kinds of edits that touch tasks which may be there already.
var editKinds = []string{
	"removed", "renamed", "task before", "dependency added", "dependency removed", "dependencies reordered",
	"rule", "policy", "open", "writes", "reads", "retyped",
}

// edited returns the draft with one to three edits.
func (d *draft) edited() *draft {
	c := d.clone()
	for range 1 + d.rng.IntN(3) {
		c.edit()
	}
	return c
}

func (d *draft) edit() {
	if len(d.tasks) == 0 {
		d.add()
		return
	}
	t := d.tasks[d.rng.IntN(len(d.tasks))]
	switch d.rng.IntN(16) {
	case 0:
		d.remove(t)
		d.did("removed", t.ID)
	case 1, 2:
		d.insert()
	case 3:
		d.depend(t)
	case 4:
		if len(t.after) > 0 {
			t.after = slices.Delete(t.after, 0, 1)
			d.did("dependency removed", t.ID)
		}
	case 5, 14:
		d.reorder(t)
	case 6:
		d.newRule(t)
		d.did("rule", t.ID)
	case 7:
		t.Retry, t.AllowFailure = randomRetry(d.rng), d.rng.IntN(2) == 0
		d.did("policy", t.ID)
	case 8:
		t.Open = !t.Open
		d.did("open", t.ID)
	case 9, 10:
		t.writes = d.randomKeys(1 + d.rng.IntN(2))
		d.did("writes", t.ID)
	case 11:
		t.reads = d.randomKeys(1 + d.rng.IntN(2))
		d.did("reads", t.ID)
	case 12:
		d.retype(keys[d.rng.IntN(len(keys))])
	case 13:
		d.rename(t)
	default:
		d.shuffled, d.timeout = !d.shuffled, time.Duration(d.rng.IntN(3))*time.Hour
		d.declared = d.rng.IntN(2) == 0
		if key := keys[d.rng.IntN(len(keys))]; !slices.ContainsFunc(d.input, func(in plan.Input) bool { return in.Name == key }) {
			d.input = append(d.input, d.randomInput(key))
		}
		d.did("order, timeout and input")
	}
}

func (d *draft) did(kind string, touched ...string) {
	d.edits = append(d.edits, edit{kind, touched})
}

func (d *draft) reorder(t *draftTask) {
	for _, o := range d.tasks {
		if len(t.after) < 2 {
			t = o
		}
	}
	before := slices.Clone(t.after)
	d.rng.Shuffle(len(t.after), func(i, j int) { t.after[i], t.after[j] = t.after[j], t.after[i] })
	if !slices.Equal(before, t.after) {
		d.did("dependencies reordered", t.ID)
	}
}

// retype gives a key another type, which touches all that read or write it.
func (d *draft) retype(key string) {
	before := d.shapes[key]
	if d.shapes[key] = randomShape(d.rng); d.shapes[key] == before {
		return
	}
	var touched []string
	for _, t := range d.tasks {
		if slices.ContainsFunc(slices.Concat(t.reads, t.writes), func(r draftRead) bool { return r.key == key }) {
			touched = append(touched, t.ID)
		}
	}
	d.did("retyped", touched...)
}

// rename gives a task another name, where its dependants and their rules follow.
func (d *draft) rename(t *draftTask) {
	was := t.ID
	t.ID = fmt.Sprintf("t%d", d.next)
	d.next++
	for _, o := range d.tasks {
		for i, id := range o.after {
			if id == was {
				o.after[i] = t.ID
			}
		}
		o.tree = renamed(o.tree, was, t.ID)
	}
	d.did("renamed", was)
}

// renamed returns a rule that asks about a task under its new name.
func renamed(n *plan.Node, was, id string) *plan.Node {
	if n == nil || n.Op == plan.OpValue {
		return n
	}
	c := *n
	if n.Op.Leaf() && n.Key == was {
		c.Key = id
	}
	c.Args = nil
	for _, arg := range n.Args {
		c.Args = append(c.Args, renamed(arg, was, id))
	}
	return &c
}

func (d *draft) remove(t *draftTask) {
	d.tasks = slices.DeleteFunc(d.tasks, func(o *draftTask) bool { return o == t })
	for _, o := range d.tasks {
		o.after = slices.DeleteFunc(o.after, func(id string) bool { return id == t.ID })
	}
}

// insert adds a task, sometimes before another.
func (d *draft) insert() {
	t := d.add()
	o := d.tasks[d.rng.IntN(len(d.tasks))]
	if o != t && d.rng.IntN(2) == 0 && !slices.Contains(d.ancestors(t.ID), o.ID) {
		o.after = slices.Insert(o.after, d.rng.IntN(len(o.after)+1), t.ID)
		d.did("task before", o.ID)
		return
	}
	d.did("new task")
}

// depend makes a task depend on one more.
func (d *draft) depend(t *draftTask) {
	o := d.tasks[d.rng.IntN(len(d.tasks))]
	if o != t && !slices.Contains(t.after, o.ID) && !slices.Contains(d.ancestors(o.ID), t.ID) {
		t.after = append(t.after, o.ID)
		d.did("dependency added", t.ID)
	}
}
