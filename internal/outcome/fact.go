package outcome

import "github.com/cloacina-go/cloacina/internal/plan"

// Fact is something that is true or false of a run. Facts are comparable.
type Fact struct {
	kind   factKind
	task   int
	leaf   int
	key    string
	negate bool
}

type factKind uint8

const (
	ran factKind = iota
	completed
	failed
	leafTrue
	present
	runCompleted
)

// Ran says that the rule of the task was true.
func Ran(task int) Fact { return Fact{kind: ran, task: task} }

// Skipped says that the rule of the task was false.
func Skipped(task int) Fact { return Fact{kind: ran, task: task, negate: true} }

// Completed says that the task ran and completed.
func Completed(task int) Fact { return Fact{kind: completed, task: task} }

// Failed says that the task ran and failed after its last attempt.
func Failed(task int) Fact { return Fact{kind: failed, task: task} }

// Leaf says that the leaf of the task's rule with that number is true when the
// rule is evaluated, whether or not the task then runs.
func Leaf(task, leaf int) Fact { return Fact{kind: leafTrue, task: task, leaf: leaf} }

// Present says that the context that the task sees has the key. The index
// behind the last task asks for the final context.
func Present(task int, key string) Fact { return Fact{kind: present, task: task, key: key} }

// RunCompleted says that the run ends as completed: no task failed that does not
// allow it.
func RunCompleted() Fact { return Fact{kind: runCompleted} }

// Not is the opposite of a fact.
func (f Fact) Not() Fact { f.negate = !f.negate; return f }

// literalOf is what a fact says of a run.
func (m *Model) literalOf(f Fact) literal {
	var l literal
	switch f.kind {
	case ran:
		l = m.tasks[f.task].ran
	case completed:
		l = m.tasks[f.task].completed
	case failed:
		l = m.tasks[f.task].failed
	case leafTrue:
		l = m.tasks[f.task].leaves[f.leaf]
	case present:
		l = m.presentAt(f.task, f.key)
	case runCompleted:
		l = m.completes()
	}
	if f.negate {
		l = l.not()
	}
	return l
}

// presentAt says that a task finds a key.
func (m *Model) presentAt(task int, key string) literal {
	id := slotID{task, key}
	l, ok := m.present[id]
	if !ok {
		var reads []plan.Read
		if task < len(m.plan.Tasks) {
			reads = m.plan.Tasks[task].Reads
		}
		from := m.sourceOf(task, key, key, reads)
		l = m.presence(&from)
		m.present[id] = l
		m.sources[id] = from.writers
	}
	return l
}

// completes says that no task fails that must not.
func (m *Model) completes() literal {
	if m.runs == 0 {
		var fine []literal
		for i := range m.plan.Tasks {
			if !m.plan.Tasks[i].AllowFailure {
				fine = append(fine, m.tasks[i].failed.not())
			}
		}
		m.runs = m.circuit.and(fine...)
	}
	return m.runs
}
