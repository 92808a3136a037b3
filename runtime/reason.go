package cloacina

import (
	"fmt"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/jsonvalue"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// skipReason says in words why a task was skipped: the conditions that made
// its rule false, with their truth at the decision. missing tells which keys
// had no value then; nil if that is not known.
func skipReason(p *plan.Plan, task int, leaves plan.Leaves, missing func(rd *plan.Read) bool) string {
	var buffer [256]byte
	text := append(buffer[:0], "trigger rule not satisfied"...)
	for i, f := range p.Explain(task, leaves, missing) {
		separator := "; "
		if i == 0 {
			separator = ": "
		}
		text = f.Append(append(text, separator...))
	}
	return string(text)
}

// missingTo tells which keys had no value when the rule of a task was decided.
// It can be asked at any time after that: the ancestors of the task, which it
// looks at alone, had ended.
func missingTo(g *engine.Graph, r *engine.Run, w *writers, task int) func(rd *plan.Read) bool {
	return func(rd *plan.Read) bool {
		key, path := jsonvalue.SplitPointer(rd.Key)
		var raw []byte
		var ok bool
		if rd.Walk {
			raw, ok = w.lookup(g, r, task, key)
		} else {
			raw, ok = g.LookupIn(r, rd.Writers, key)
		}
		if ok && path != nil {
			_, ok = jsonvalue.Find(raw, path)
		}
		return !ok
	}
}

// skipReason says why a task of an open run was skipped.
func (run *openRun) skipReason(task int, leaves plan.Leaves) string {
	var missing func(rd *plan.Read) bool
	if len(run.plan.Tasks[task].Rule.Reads) > 0 {
		missing = missingTo(run.graph, run.state, run.writers, task)
	}
	return skipReason(run.plan, task, leaves, missing)
}

// readyReason says why a task of an open run may run: its rule was true, or it
// has none, which matters if not everything before it has completed.
func (run *openRun) readyReason(task int) string {
	const most = 3
	var others []string
	more := 0
	if t := &run.plan.Tasks[task]; t.Rule.Tree == nil {
		for _, d := range t.DependsOn {
			switch status := run.state.Tasks[d].Status; {
			case status == engine.TaskCompleted:
			case len(others) == most:
				more++
			default:
				others = append(others, run.plan.Tasks[d].ID+" "+status.String())
			}
		}
	}
	if len(others) == 0 {
		return "dependencies satisfied, trigger rules passed"
	}
	reason := "no trigger rule; " + strings.Join(others, ", ")
	if more > 0 {
		reason += fmt.Sprintf(" and %d more", more)
	}
	return reason
}

// record is a run as it is stored, with what its reasons take; that is made
// when the first one is asked for.
type record struct {
	*store.RunDetail
	graph   *engine.Graph // nil unless known
	state   *engine.Run
	writers *writers
}

// skipReason says why a task was skipped; empty if it was not.
func (d *record) skipReason(task int) string {
	t := &d.Tasks[task]
	if t.Status != engine.TaskSkipped {
		return ""
	}
	var missing func(rd *plan.Read) bool
	if len(d.Plan.Tasks[task].Rule.Reads) > 0 && d.restore() {
		missing = missingTo(d.graph, d.state, d.writers, task)
	}
	return skipReason(d.Plan, task, t.Leaves, missing)
}

// restore makes the state of the run, unless its plan is not one.
func (d *record) restore() bool {
	if d.state != nil {
		return true
	}
	if d.graph == nil {
		var err error
		if d.graph, err = engine.Prepare(d.Plan, nil); err != nil {
			return false
		}
	}
	d.state = storedState(d.RunDetail)
	d.writers = newWriters(d.Plan, d.state)
	return true
}

// storedState rebuilds as much of a run's state as reading its context takes.
func storedState(d *store.RunDetail) *engine.Run {
	run := &engine.Run{ID: d.ID, Status: d.Status, Initial: d.Initial}
	run.Tasks = make([]engine.Task, len(d.Tasks))
	for i := range d.Tasks {
		t := &d.Tasks[i]
		run.Tasks[i] = engine.Task{Status: t.Status, Writes: t.Writes, Leaves: t.Leaves}
	}
	return run
}
