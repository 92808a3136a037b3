package outcome

import (
	"iter"
	"slices"

	"github.com/cloacina-go/cloacina/internal/sat"
)

// Combination is how some tasks end together in some run.
type Combination struct {
	// Outcomes are parallel to the tasks that were asked about. The slice is the
	// caller's to keep.
	Outcomes []Outcome
	// Completed says whether the run completes; else it fails.
	Completed bool
	// Perhaps says that it takes values of which it is not known whether they occur,
	// as in the verdict [Perhaps].
	Perhaps bool
}

// Facts says of a run that the tasks end as in the combination. With [Model.Find]
// they give an example of the values that lead to it.
func (c Combination) Facts(tasks []int) []Fact {
	facts := make([]Fact, 0, len(tasks)+1)
	for i, t := range tasks {
		facts = append(facts, ended(t, c.Outcomes[i]))
	}
	if c.Completed {
		return append(facts, RunCompleted())
	}
	return append(facts, RunCompleted().Not())
}

func ended(task int, o Outcome) Fact {
	switch o {
	case TaskCompleted:
		return Completed(task)
	case TaskFailed:
		return Failed(task)
	}
	return Skipped(task)
}

// Combinations lists how some tasks can end together, each combination once with
// each status of the run it goes with. Without tasks it is about all of them. The
// order is that of the tasks, with completed before failed before skipped, and at
// last that of the status. There can be very many: nothing is computed ahead of
// what the caller takes. A search that is given up leaves combinations out, see
// [Model.GaveUp].
func (m *Model) Combinations(tasks ...int) iter.Seq[Combination] {
	if len(tasks) == 0 {
		for i := range m.plan.Tasks {
			tasks = append(tasks, i)
		}
	}
	return func(yield func(Combination) bool) {
		e := &enumeration{m: m, tasks: tasks, yield: yield}
		var all []literal
		for _, t := range tasks {
			all = append(all, m.tasks[t].completed, m.tasks[t].failed)
		}
		e.cone = m.cone(append(all, m.completes()))
		if m.blocks[0].evaluate(); len(m.plan.Tasks) > 0 {
			e.next(m.usually())
			return
		}
		yield(Combination{Completed: true})
	}
}

// enumeration is a walk through the combinations, by the first task first.
type enumeration struct {
	m        *Model
	tasks    []int
	cone     []int
	outcomes []Outcome
	fixed    []literal // what the outcomes mean
	yield    func(Combination) bool
}

// next goes on behind the outcomes that are fixed. The witness is a run with them.
func (e *enumeration) next(w *witness) bool {
	if len(e.outcomes) == len(e.tasks) {
		return e.end(w)
	}
	task := e.tasks[len(e.outcomes)]
	for _, o := range []Outcome{TaskCompleted, TaskFailed, TaskSkipped} {
		found := e.fix(e.m.literalOf(ended(task, o)), w, task)
		if found != nil {
			e.outcomes = append(e.outcomes, o)
			goOn := e.next(found)
			e.outcomes = e.outcomes[:len(e.outcomes)-1]
			if !goOn {
				return false
			}
		}
		e.fixed = e.fixed[:len(e.fixed)-1]
	}
	return true
}

// end yields the combination with each status of the run that is possible.
func (e *enumeration) end(w *witness) bool {
	last := e.tasks[len(e.tasks)-1]
	for _, completed := range []bool{true, false} {
		l := e.m.completes()
		if !completed {
			l = l.not()
		}
		found := e.fix(l, w, last)
		c := Combination{Outcomes: slices.Clone(e.outcomes), Completed: completed}
		if found != nil {
			c.Perhaps = slices.ContainsFunc(e.fixed, func(l literal) bool { return !found.sure(l) })
		}
		e.fixed = e.fixed[:len(e.fixed)-1]
		if found != nil && !e.yield(c) {
			return false
		}
	}
	return true
}

// fix adds a literal, and returns a run with all that is fixed; nil if there is none.
func (e *enumeration) fix(l literal, w *witness, task int) *witness {
	e.fixed = append(e.fixed, l)
	if l == never {
		return nil
	}
	if w.block.nodes == e.m.circuit.nodes() && w.holds(l) {
		return w
	}
	verdict, known := e.m.lookUp(e.fixed)
	if verdict == Possible {
		return known
	}
	left := e.m.left
	status := e.m.plain.solve(e.cone, e.fixed)
	if status != sat.GaveUp {
		e.m.left = left // there are as many as the caller takes
	}
	switch status {
	case sat.Unsat:
		return nil
	case sat.GaveUp:
		e.m.gaveUp[task] = true
		return nil
	}
	b := e.m.circuit.newBlock(1)
	e.m.plain.copyTo(b, e.cone)
	b.evaluate()
	return &witness{block: b}
}
