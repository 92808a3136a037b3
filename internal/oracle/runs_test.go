package oracle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// enumeration runs a workflow in every way it can go, through the real engine:
// every task that runs may fail, or complete with any of its writes, if it has
// the keys that it requires.
type enumeration struct {
	plan   *plan.Plan
	graph  *engine.Graph
	leaves *leafTable
	// parts are those that facts are about, too; nil if none are.
	parts map[part]leafAt
	// starts are the initial contexts, writes what each task can complete with.
	starts [][]engine.Entry
	writes [][][]engine.Entry
	// complete says that the values cover everything that the types allow.
	complete bool
	// limit bounds the runs; visit is called with each at its end.
	limit int
	visit func(r *engine.Run)
	runs  int
}

// givers are the values that can come from outside the rules: of the types of
// writes and inputs, as [outcome.Types] has them.
type givers struct {
	writes [][]*domain.Type
	input  []*domain.Type
}

// newEnumeration prepares a valid plan.
func newEnumeration(p *plan.Plan, types givers) (*enumeration, error) {
	return newEnumerationOf(p, types, newLeafTable(p))
}

// newEnumerationOf prepares a valid plan with the table of its leaves.
func newEnumerationOf(p *plan.Plan, types givers, leaves *leafTable) (*enumeration, error) {
	e := &enumeration{plan: p, leaves: leaves, complete: true, limit: 1 << 30}
	graph, err := engine.Prepare(p, e.decide)
	if err != nil {
		return nil, err
	}
	e.graph = graph
	e.starts = [][]engine.Entry{nil}
	for _, key := range e.initialKeys() {
		e.starts = e.extend(e.starts, key.name, e.initialChoices(key, types))
	}
	for i := range p.Tasks {
		e.writes = append(e.writes, e.writesOf(i, types.writes))
	}
	return e, nil
}

// keys lists every context key that the plan knows of, sorted.
func (e *enumeration) keys() []string {
	var keys []string
	for _, in := range e.plan.Input {
		keys = append(keys, in.Name)
	}
	for i := range e.plan.Tasks {
		t := &e.plan.Tasks[i]
		for _, r := range slices.Concat(t.Rule.Reads, t.Reads) {
			keys = append(keys, plan.BaseKey(r.Key))
		}
		for _, w := range t.Writes {
			keys = append(keys, w.Key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// initialKey is a key that a run may start with; input is -1 if it is not declared.
type initialKey struct {
	name  string
	input int
}

// initialKeys lists the declared input, or without one every key that no task
// is known to write.
func (e *enumeration) initialKeys() []initialKey {
	var keys []initialKey
	if e.plan.InputDeclared {
		for i, in := range e.plan.Input {
			keys = append(keys, initialKey{in.Name, i})
		}
		return keys
	}
	written := make(map[string]bool)
	for i := range e.plan.Tasks {
		for _, w := range e.plan.Tasks[i].Writes {
			written[w.Key] = true
		}
	}
	for _, key := range e.keys() {
		if !written[key] {
			keys = append(keys, initialKey{key, -1})
		}
	}
	return keys
}

// A choice is what happens to a key: a JSON value, or one of these.
const (
	leftOut = "left out"
	deleted = "deleted"
)

func (e *enumeration) initialChoices(key initialKey, types givers) []string {
	if key.input < 0 {
		return append(e.values(key.name, domain.Any), leftOut)
	}
	in := e.plan.Input[key.input]
	typ := types.input[key.input]
	if in.Optional && (in.Default != "" || typ != domain.Any) && typ.Kinds != domain.Null {
		other := *typ // null counts as missing
		other.Kinds &^= domain.Null
		typ = &other
	}
	choices := e.values(key.name, typ)
	switch {
	case in.Default != "":
		choices = append(choices, in.Default)
	case in.Optional:
		choices = append(choices, leftOut)
	}
	return choices
}

// values are those of a type that the rules tell apart.
func (e *enumeration) values(key string, t *domain.Type) []string {
	var s samples
	values := e.leaves.different(key, s.of(t, e.leaves.all(key)))
	e.complete = e.complete && !s.cut
	return values
}

// writesOf lists what a task can complete with. An open task may do anything to
// any key.
func (e *enumeration) writesOf(task int, types [][]*domain.Type) [][]engine.Entry {
	t := &e.plan.Tasks[task]
	all := [][]engine.Entry{nil}
	for _, key := range e.keys() {
		n := slices.IndexFunc(t.Writes, func(w plan.Write) bool { return w.Key == key })
		switch {
		case t.Open:
			all = e.extend(all, key, append(e.values(key, domain.Any), leftOut, deleted))
		case n >= 0:
			var choices []string
			if !t.Writes[n].OnlyDeletes() {
				choices = e.values(key, types[task][n])
			}
			if t.Writes[n].Optional {
				choices = append(choices, leftOut)
			}
			if t.Writes[n].Deletes {
				choices = append(choices, deleted)
			}
			all = e.extend(all, key, choices)
		}
	}
	return all
}

// extend adds each choice for a key to each list of entries. Keys come in order.
func (e *enumeration) extend(lists [][]engine.Entry, key string, choices []string) [][]engine.Entry {
	var all [][]engine.Entry
	for _, entries := range lists {
		for _, choice := range choices {
			if len(all) > maxSamples {
				e.complete = false
				return all
			}
			longer := slices.Clip(slices.Clone(entries))
			switch choice {
			case leftOut:
			case deleted:
				longer = append(longer, engine.Entry{Key: key})
			default:
				longer = append(longer, engine.Entry{Key: key, Value: []byte(choice)})
			}
			all = append(all, longer)
		}
	}
	return all
}

// decide is what the compiled rules of the workflow are: leaf by leaf, on what
// the engine says the task sees.
func (e *enumeration) decide(g *engine.Graph, r *engine.Run, task int) (bool, plan.Leaves) {
	rule := &e.plan.Tasks[task].Rule
	var bits []bool
	for n, leaf := range rule.Tree.Leaves() {
		switch leaf.Op {
		case plan.OpTaskSuccess:
			bits = append(bits, r.Tasks[leaf.Task].Status == engine.TaskCompleted)
		case plan.OpTaskFailed:
			bits = append(bits, r.Tasks[leaf.Task].Status == engine.TaskFailed)
		case plan.OpTaskSkipped:
			bits = append(bits, r.Tasks[leaf.Task].Status == engine.TaskSkipped)
		default:
			at := slices.IndexFunc(rule.Reads, func(rd plan.Read) bool { return rd.Key == leaf.Key })
			value, _ := g.LookupRead(r, task, &rule.Reads[at])
			bits = append(bits, e.leaves.truth(leafAt{task, n}, string(value)))
		}
	}
	leaves := plan.LeavesOf(bits...)
	return rule.Tree.Eval(leaves), leaves
}

// all runs the workflow in every way; false if there are more than the limit.
func (e *enumeration) all() (bool, error) {
	e.runs = 0
	for _, start := range e.starts {
		r := e.graph.NewRun("run", start, 0)
		if _, err := e.graph.Step(r, engine.Event{Kind: engine.Begin}); err != nil {
			return false, err
		}
		if err := e.explore(r); err != nil {
			return false, err
		}
	}
	return e.runs <= e.limit, nil
}

// explore takes the run on from where it stands, in every way.
func (e *enumeration) explore(r *engine.Run) error {
	if r.Status.Ended() {
		e.runs++
		if e.runs <= e.limit {
			e.visit(r)
		}
		return nil
	}
	task := slices.IndexFunc(r.Tasks, func(t engine.Task) bool { return t.Status == engine.TaskReady })
	if task < 0 {
		return fmt.Errorf("the run %+v has not ended, and nothing is ready", r)
	}
	if err := e.step(r, engine.Event{Kind: engine.Start, Task: task}, engine.TaskRunning); err != nil {
		return err
	}
	ends := []engine.Event{{Kind: engine.Failed, Task: task, Attempt: 1}}
	if e.hasAll(r, task) {
		for _, w := range e.writes[task] {
			if e.leavesMissing(r, task, w) {
				continue
			}
			ends = append(ends, engine.Event{Kind: engine.Succeeded, Task: task, Attempt: 1, Writes: w})
		}
	}
	for _, end := range ends {
		if e.runs > e.limit {
			return nil
		}
		next := *r
		next.Tasks = slices.Clone(r.Tasks)
		status := engine.TaskFailed
		if end.Kind == engine.Succeeded {
			status = engine.TaskCompleted
		}
		if err := e.step(&next, end, status); err != nil {
			return err
		}
		if err := e.explore(&next); err != nil {
			return err
		}
	}
	return nil
}

// step applies an event that must bring its task into a state.
func (e *enumeration) step(r *engine.Run, event engine.Event, want engine.TaskStatus) error {
	if _, err := e.graph.Step(r, event); err != nil {
		return err
	}
	if got := r.Tasks[event.Task].Status; got != want {
		return fmt.Errorf("after %v task %d is %v, want %v", event.Kind, event.Task, got, want)
	}
	return nil
}

// leavesMissing reports whether a task that leaves keys alone only where it finds them
// leaves one alone that is not there.
func (e *enumeration) leavesMissing(r *engine.Run, task int, entries []engine.Entry) bool {
	return slices.ContainsFunc(e.plan.Tasks[task].Writes, func(w plan.Write) bool {
		if !w.Fills || slices.ContainsFunc(entries, func(entry engine.Entry) bool { return entry.Key == w.Key }) {
			return false
		}
		_, found := e.graph.Lookup(r, task, w.Key)
		return !found
	})
}

// hasAll reports whether a task gets every key that it requires. The list of
// writers and the walk over all ancestors must find the same.
func (e *enumeration) hasAll(r *engine.Run, task int) bool {
	for i := range e.plan.Tasks[task].Reads {
		rd := &e.plan.Tasks[task].Reads[i]
		value, ok := e.graph.LookupRead(r, task, rd)
		if walked, found := e.graph.Lookup(r, task, rd.Key); found != ok || string(walked) != string(value) {
			panic(fmt.Sprintf("task %d reads %q: its writers %v give %q, the walk %q", task, rd.Key, rd.Writers, value, walked))
		}
		if !ok && !rd.Optional {
			return false
		}
	}
	return true
}

// outcomesOf prints how the tasks of a run ended, one letter each: completed,
// failed, skipped.
func outcomesOf(r *engine.Run) string {
	var b strings.Builder
	for _, t := range r.Tasks {
		switch t.Status {
		case engine.TaskCompleted:
			b.WriteByte('c')
		case engine.TaskFailed:
			b.WriteByte('f')
		case engine.TaskSkipped:
			b.WriteByte('s')
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}
