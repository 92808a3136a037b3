package engine_test

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/shape"
)

// body is the code of a task: it reads what the plan says, fails for good if a
// key that it requires is missing or a value is of another type, and writes what
// the plan says. A miss must not be one that the registered program promises.
func (a *adoptions) body(task int) engine.Event {
	t := &a.plan.Tasks[task]
	e := engine.Event{Kind: engine.Succeeded, Now: a.now, Task: task, Attempt: a.run.Tasks[task].Attempt}
	if a.rng.IntN(4) == 0 {
		e.Kind, e.Retryable = engine.Failed, a.rng.IntN(4) > 0
		return e
	}
	if a.misses(task) {
		a.seen["miss"]++
		e.Kind = engine.Failed
		return e
	}
	d := a.drafts[len(a.drafts)-1]
	for _, key := range keys {
		i := slices.IndexFunc(t.Writes, func(w plan.Write) bool { return w.Key == key })
		switch {
		case i >= 0 && t.Writes[i].Deletes && a.rng.IntN(3) == 0:
			a.seen["listed delete"]++
			e.Writes = append(e.Writes, tombstone(key))
		case i >= 0 && t.Writes[i].Fills && a.lacks(task, key):
			a.seen["fill"]++
			e.Writes = append(e.Writes, entry(key, d.value(t.Writes[i].Shape)))
		case i >= 0 && (!t.Writes[i].Optional || a.rng.IntN(2) == 0):
			e.Writes = append(e.Writes, entry(key, d.value(t.Writes[i].Shape)))
		case i < 0 && t.Open && a.rng.IntN(4) == 0:
			e.Writes = append(e.Writes, tombstone(key))
		case i < 0 && t.Open && a.rng.IntN(2) == 0:
			e.Writes = append(e.Writes, entry(key, d.anyValue()))
		}
	}
	return e
}

// misses reads all keys of a task.
func (a *adoptions) misses(task int) (missed bool) {
	context := a.known.context(a.run, task)
	for _, rd := range a.plan.Tasks[task].Reads {
		var raw []byte
		var ok bool
		if rd.Walk {
			raw, ok = a.graph.Lookup(a.run, task, rd.Key)
		} else {
			raw, ok = a.graph.LookupIn(a.run, rd.Writers, rd.Key)
		}
		want, there := context.of(rd.Key)
		a.require(ok == there && string(raw) == want, "task %d reads %s %t for %q, the reference %s %t", task, raw, ok, rd.Key, want, there)
		fits := ok && shape.Parse(rd.Shape).Check(raw) == nil || !ok && rd.Optional
		promised := a.promised(task, rd)
		if promised {
			a.seen["promised"]++
		}
		if fits {
			continue
		}
		missed = true
		if rd.Accepted {
			a.seen["accepted miss"]++
		}
		a.require(!promised || rd.Accepted || a.doomed(), "task %d misses %q (%s), which is promised to it", task, rd.Key, raw)
	}
	return missed
}

// doomed reports whether the run fails whatever comes.
func (a *adoptions) doomed() bool {
	for i := range a.run.Tasks {
		if a.run.Tasks[i].Status == engine.TaskFailed && !a.plan.Tasks[i].AllowFailure {
			return true
		}
	}
	return false
}

// promised says whether a task can count on a key by the registered plan alone:
// it replays the run as if every task had been written for that plan.
func (a *adoptions) promised(task int, rd plan.Read) bool {
	good := func(value []byte) bool { return shape.Parse(rd.Shape).Check(value) == nil }
	promised := rd.Optional // nothing, or a value of its type
	set := func(e *engine.Entry) {
		if e.Value == nil {
			promised = rd.Optional
		} else {
			promised = good(e.Value)
		}
	}
	for _, in := range a.registered.Input {
		if in.Name == rd.Key && (!in.Optional || in.Default != "") {
			promised = true
		}
	}
	if e := entryOf(a.run.Initial, rd.Key); e != nil && !a.registered.InputDeclared && a.mayBeGiven(rd.Key) {
		promised = promised && good(e.Value)
	}
	for _, w := range a.known.of(task).order {
		now, status := &a.registered.Tasks[w], a.run.Tasks[w].Status
		listed := slices.IndexFunc(now.Writes, func(o plan.Write) bool { return o.Key == rd.Key })
		wrote := entryOf(a.run.Tasks[w].Writes, rd.Key)
		here := a.under[now.ID] == a.registered.Fingerprint
		ran := status == engine.TaskCompleted ||
			!here && status == engine.TaskSkipped && now.Rule.Tree == nil && !now.AllowFailure ||
			!here && status == engine.TaskFailed && !now.AllowFailure
		switch {
		case here && wrote != nil:
			if set(wrote); rd.Optional && !promised {
				return false // an open task has left something else under an optional key
			}
		case !here && ran && listed >= 0 && !now.Writes[listed].Optional:
			promised = true
		case !here && ran && listed >= 0 && now.Writes[listed].Fills && a.lacks(w, rd.Key):
			promised = true
		case wrote != nil && (now.Open || wrote.Value == nil && listed >= 0 && now.Writes[listed].Deletes):
			set(wrote)
		}
	}
	return promised
}

// lacks reports whether a task finds no value of a key.
func (a *adoptions) lacks(task int, key string) bool {
	context := a.known.context(a.run, task)
	_, ok := context.of(key)
	return !ok
}

// mayBeGiven reports whether no task of the registered plan writes a key.
func (a *adoptions) mayBeGiven(key string) bool {
	return !slices.ContainsFunc(a.registered.Tasks, func(t plan.Task) bool {
		return slices.ContainsFunc(t.Writes, func(w plan.Write) bool { return w.Key == key })
	})
}

func entryOf(entries []engine.Entry, key string) *engine.Entry {
	i := slices.IndexFunc(entries, func(e engine.Entry) bool { return e.Key == key })
	if i < 0 {
		return nil
	}
	return &entries[i]
}
