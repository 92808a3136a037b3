package oracle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// sketch is a random workflow before its reads have been linked to their
// writers, so that parts of it can be taken away.
type sketch struct {
	declared bool
	input    []sketchInput
	tasks    []sketchTask
}

type sketchInput struct {
	plan.Input
	typ *domain.Type
}

type sketchTask struct {
	id     string
	deps   []int
	tree   *plan.Node
	allow  bool
	open   bool
	walk   bool // the reads are found by walking the ancestors
	reads  []plan.Read
	writes []sketchWrite
}

type sketchWrite struct {
	plan.Write
	typ *domain.Type
}

// link makes a plan of the sketch.
func (s *sketch) link() (*plan.Plan, givers, error) {
	p := &plan.Plan{Name: "random", InputDeclared: s.declared}
	var types givers
	for _, in := range s.input {
		p.Input = append(p.Input, in.Input)
		types.input = append(types.input, in.typ)
	}
	for _, t := range s.tasks {
		task := plan.Task{ID: t.id, DependsOn: slices.Clone(t.deps), AllowFailure: t.allow, Open: t.open}
		var written []*domain.Type
		for _, w := range t.writes {
			task.Writes = append(task.Writes, w.Write)
			written = append(written, w.typ)
		}
		p.Tasks = append(p.Tasks, task)
		types.writes = append(types.writes, written)
	}
	graph, err := engine.Prepare(p, nil)
	if err != nil {
		return nil, givers{}, err
	}
	for i, t := range s.tasks {
		task := &p.Tasks[i]
		task.Rule.Tree = t.tree
		order := graph.Order(i)
		walk := t.walk || slices.ContainsFunc(order, func(a int) bool { return s.tasks[a].open })
		for _, leaf := range t.tree.Leaves() {
			known := slices.ContainsFunc(task.Rule.Reads, func(rd plan.Read) bool { return rd.Key == leaf.Key })
			if leaf.Op == plan.OpValue && !known {
				task.Rule.Reads = append(task.Rule.Reads, s.read(plan.Read{Key: leaf.Key}, order, walk))
			}
		}
		for _, rd := range t.reads {
			task.Reads = append(task.Reads, s.read(rd, order, walk))
		}
	}
	return p, types, p.Validate()
}

// read links a read to its writers.
func (s *sketch) read(rd plan.Read, order []int, walk bool) plan.Read {
	rd.Writers, rd.Walk = nil, walk
	if walk {
		return rd
	}
	for _, a := range order {
		writes := func(w sketchWrite) bool { return w.Key == plan.BaseKey(rd.Key) }
		if slices.ContainsFunc(s.tasks[a].writes, writes) {
			rd.Writers = append(rd.Writers, a)
		}
	}
	return rd
}

// String prints the sketch for people.
func (s *sketch) String() string {
	p, _, err := s.link()
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	if s.declared {
		b.WriteString("input:")
		for _, in := range s.input {
			fmt.Fprintf(&b, " %s %s optional=%v default=%s;", in.Name, typeText(in.typ), in.Optional, in.Default)
		}
		b.WriteString("\n")
	}
	for i, t := range p.Tasks {
		fmt.Fprintf(&b, "%d %s after=%v allow=%v open=%v rule=%s\n", i, t.ID, t.DependsOn, t.AllowFailure, t.Open, p.NodeText(t.Rule.Tree))
		for _, rd := range slices.Concat(t.Rule.Reads, t.Reads) {
			fmt.Fprintf(&b, "    reads %s optional=%v writers=%v walk=%v\n", rd.Key, rd.Optional, rd.Writers, rd.Walk)
		}
		for n, w := range t.Writes {
			fmt.Fprintf(&b, "    writes %s %s optional=%v deletes=%v fills=%v\n",
				w.Key, typeText(s.tasks[i].writes[n].typ), w.Optional, w.Deletes, w.Fills)
		}
	}
	return b.String()
}

func typeText(t *domain.Type) string {
	for _, known := range randomTypes {
		if known.typ == t {
			return known.name
		}
	}
	return fmt.Sprintf("%+v", t)
}

// reduce takes parts away from a sketch as long as fails says that it still
// fails.
func (s *sketch) reduce(fails func(*sketch) bool) *sketch {
	for {
		smaller := slices.IndexFunc(s.smaller(), fails)
		if smaller < 0 {
			return s
		}
		s = s.smaller()[smaller]
	}
}

// smaller lists what the sketch can be cut down to, the deepest cuts first.
func (s *sketch) smaller() []*sketch {
	var all []*sketch
	for i := range slices.Backward(s.tasks) {
		if cut := s.without(i); cut != nil {
			all = append(all, cut)
		}
	}
	edit := func(change func(c *sketch)) {
		c := s.clone()
		change(c)
		all = append(all, c)
	}
	for i := range s.input {
		edit(func(c *sketch) { c.input = slices.Delete(c.input, i, i+1) })
	}
	for i, t := range s.tasks {
		for _, tree := range smallerTrees(t.tree) {
			edit(func(c *sketch) { c.tasks[i].tree = tree })
		}
		for n := range t.reads {
			edit(func(c *sketch) { c.tasks[i].reads = slices.Delete(c.tasks[i].reads, n, n+1) })
		}
		for n := range t.writes {
			edit(func(c *sketch) { c.tasks[i].writes = slices.Delete(c.tasks[i].writes, n, n+1) })
		}
		for n := range t.deps {
			edit(func(c *sketch) { c.tasks[i].deps = slices.Delete(c.tasks[i].deps, n, n+1) })
		}
		for _, flag := range []func(c *sketch) *bool{
			func(c *sketch) *bool { return &c.tasks[i].open },
			func(c *sketch) *bool { return &c.tasks[i].walk },
			func(c *sketch) *bool { return &c.tasks[i].allow },
		} {
			if *flag(s) {
				edit(func(c *sketch) { *flag(c) = false })
			}
		}
	}
	return all
}

func (s *sketch) clone() *sketch {
	c := &sketch{declared: s.declared, input: slices.Clone(s.input), tasks: slices.Clone(s.tasks)}
	for i := range c.tasks {
		t := &c.tasks[i]
		t.deps, t.reads, t.writes = slices.Clone(t.deps), slices.Clone(t.reads), slices.Clone(t.writes)
	}
	return c
}

// without takes a task away; nil if a rule asks about it.
func (s *sketch) without(task int) *sketch {
	c := s.clone()
	c.tasks = slices.Delete(c.tasks, task, task+1)
	shift := func(n int) int {
		if n > task {
			return n - 1
		}
		return n
	}
	for i := range c.tasks {
		t := &c.tasks[i]
		t.deps = slices.DeleteFunc(t.deps, func(d int) bool { return d == task })
		for n := range t.deps {
			t.deps[n] = shift(t.deps[n])
		}
		if slices.ContainsFunc(t.tree.Leaves(), func(l *plan.Node) bool { return l.Op != plan.OpValue && l.Task == task }) {
			return nil
		}
		t.tree = renumbered(t.tree, shift)
	}
	return c
}

func renumbered(n *plan.Node, shift func(int) int) *plan.Node {
	if n == nil {
		return nil
	}
	c := *n
	if n.Op.Leaf() && n.Op != plan.OpValue {
		c.Task = shift(n.Task)
	}
	c.Args = nil
	for _, a := range n.Args {
		c.Args = append(c.Args, renumbered(a, shift))
	}
	return &c
}

// smallerTrees lists a tree without itself, without one operand, or with a
// smaller one.
func smallerTrees(n *plan.Node) []*plan.Node {
	if n == nil {
		return nil
	}
	trees := append([]*plan.Node{nil}, n.Args...)
	for i := range n.Args {
		c := *n
		if n.Op != plan.OpNot {
			c.Args = slices.Delete(slices.Clone(n.Args), i, i+1)
			trees = append(trees, &c)
		}
		for _, smaller := range smallerTrees(n.Args[i]) {
			if smaller == nil {
				continue
			}
			d := *n
			d.Args = slices.Clone(n.Args)
			d.Args[i] = smaller
			trees = append(trees, &d)
		}
	}
	if len(n.Literals) > 1 {
		c := *n
		c.Literals = n.Literals[:1]
		trees = append(trees, &c)
	}
	return trees
}
