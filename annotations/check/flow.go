package check

import (
	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// flow asks the possible runs of a workflow which keys are there when they are
// read. It looks only at workflows without errors.
type flow struct {
	c *checker
	w *workflow
	m *outcome.Model
	// open says, by index, that an ancestor of the task is open: what it gets is
	// then not known.
	open []bool
	// tried counts the tasks of the workflows with other rules, see [maxTried].
	tried int
}

// checkFlow reports what may go wrong between the tasks that write a key and
// those that read or test it.
func (c *checker) checkFlow(w *workflow) {
	f := &flow{c: c, w: w, m: w.model(), open: w.openAbove()}
	f.checkRequired()
	f.checkNeverSet()
	f.checkUnordered()
	f.checkUnreached()
	f.checkBeside()
	f.checkNegated()
	c.checkLossy(w)
	c.checkUnread(w)
}

// openAbove says, by index, whether an ancestor of a task is open.
func (w *workflow) openAbove() []bool {
	open := make([]bool, len(w.order))
	for i, t := range w.order {
		for _, d := range t.deps {
			open[i] = open[i] || open[d.index] || d.open()
		}
	}
	return open
}

// can reports whether a run in which all facts hold may exist. Where the search
// was given up nothing is claimed, see [outcome.Unknown].
func (f *flow) can(facts ...outcome.Fact) bool {
	v := f.m.Verdict(facts...)
	return v == outcome.Possible || v == outcome.Perhaps
}

// run is the smallest run in which all facts hold. It costs more than to ask
// whether there is one, so that it is made for what is reported only.
func (f *flow) run(facts ...outcome.Fact) *outcome.Run { return f.m.Find(facts...).Run }

// cannot reports whether there is certainly no run in which all facts hold.
func (f *flow) cannot(facts ...outcome.Fact) bool {
	return f.m.Verdict(facts...) == outcome.Impossible
}

// mayArrive reports whether the value of the nth giver may be what a task
// reads: its writer completes, none that always writes the key overwrites it,
// and the reader runs.
func (w *workflow) mayArrive(reader *task, givers []giver, nth int) bool {
	return w.model().Verdict(arrival(reader, givers, nth)...) != outcome.Impossible
}

// arrives reports whether the value of the nth giver arrives for certain in a
// run that nobody would call exceptional: one in which no task fails but those
// whose failure the workflow provides for.
func (w *workflow) arrives(reader *task, givers []giver, nth int) bool {
	facts := arrival(reader, givers, nth)
	provided := make(map[*task]bool)
	for _, a := range w.failuresAsked() {
		provided[a.of] = true
	}
	for _, t := range w.order[:reader.index] {
		if !provided[t] && !t.policy.AllowFailure.V && w.ancestry.before(t, reader) {
			facts = append(facts, outcome.Failed(t.index).Not())
		}
	}
	return w.model().Verdict(facts...) == outcome.Possible
}

func arrival(reader *task, givers []giver, nth int) []outcome.Fact {
	facts := []outcome.Fact{outcome.Ran(reader.index)}
	if t := givers[nth].task; t != nil {
		facts = append(facts, outcome.Completed(t.index))
	}
	for _, later := range givers[nth+1:] {
		if later.always {
			facts = append(facts, outcome.Completed(later.task.index).Not())
		}
	}
	return facts
}

// readPlace points at the place where a task reads a key.
func readPlace(t *task, field Field) annotations.Related {
	return related(field.Span, "%q reads %q here", t.id, field.Key)
}

// writePlaces point at the places where tasks write a key.
func writePlaces(writers []*task, key string) []annotations.Related {
	var places []annotations.Related
	for _, t := range writers[:min(len(writers), maxListed)] {
		places = append(places, related(t.writePlace(key), "%q writes %q here", t.id, key))
	}
	return places
}

// writePlace is the place where a task writes a key.
func (t *task) writePlace(key string) annotations.Span {
	for i, write := range t.writes {
		if write.Key == key {
			return t.writtenAt(i)
		}
	}
	return t.decl.Target
}

// write is what a task may do to a key; the zero value if nothing.
func (t *task) write(key string) plan.Write {
	for _, write := range t.writes {
		if write.Key == key {
			return write
		}
	}
	return plan.Write{}
}
