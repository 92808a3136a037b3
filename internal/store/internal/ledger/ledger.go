// Package ledger holds the rules that every store enforces: which change fits
// which stored state. A store asks it before it writes, so that all stores
// refuse the same changes with the same words.
//
// A ledger keeps a few bytes for each task of the runs that have not ended,
// and nothing of runs that have.
package ledger

import (
	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/teeth"
)

// Task is what a ledger knows of a task.
type Task struct {
	// Status is the state of the task.
	Status engine.TaskStatus
	// Outcome is the outcome of the last attempt; 0 while it goes on or before it.
	Outcome store.AttemptOutcome
	// Attempt is the number of the last attempt that started; 0 before the first.
	Attempt int32
}

// Again reports whether the task is ready to start its last attempt again,
// under the same number, because it was stopped or interrupted.
func (t Task) Again() bool {
	return t.Status == engine.TaskReady &&
		(t.Outcome == store.AttemptStopped || t.Outcome == store.AttemptInterrupted)
}

// Run is what a ledger knows of a run.
type Run struct {
	// Num is the number of the run.
	Num int64
	// Created is when the run was created.
	Created int64
	// Status is the state of the run.
	Status engine.RunStatus
	// Workflow is the name of the run's plan.
	Workflow string
	// Tasks runs parallel to the tasks of the run's plan.
	Tasks []Task
}

// NewRun returns a running run whose tasks all wait.
func NewRun(num int64, workflow string, tasks int) *Run {
	r := &Run{Num: num, Status: engine.RunRunning, Workflow: workflow, Tasks: make([]Task, tasks)}
	for i := range r.Tasks {
		r.Tasks[i].Status = engine.TaskWaiting
	}
	return r
}

// Ledger checks changes one batch at a time. It is not safe for concurrent use.
type Ledger struct {
	// Load returns a run that the ledger does not hold, with an error that
	// matches [store.ErrNotFound] if there is none. An ended run needs no more
	// than its Num and Status.
	Load func(num int64) (*Run, error)

	runs    map[int64]*Run
	last    int64
	journal []entry
	// recent is the run that was last found among those of runs, since the next change is
	// most often about the same one; nil at the beginning of a batch.
	recent *Run
}

// entry undoes one change.
type entry struct {
	run    *Run
	task   int // the index of a task, or one of the constants below
	before Task
	last   int64 // of a created run: the number before it
	// Of a change of the whole run: what was before it.
	status engine.RunStatus
	tasks  []Task
}

// What an entry is about that is about no task.
const (
	whole   = -1 // a change of the whole run
	created = -2 // its creation
)

// New returns an empty ledger; last is the greatest run number in use.
func New(last int64, load func(num int64) (*Run, error)) *Ledger {
	return &Ledger{Load: load, runs: map[int64]*Run{}, last: last}
}

// Last returns the greatest run number in use.
func (l *Ledger) Last() int64 { return l.last }

// Put adds a run that the ledger does not hold yet.
func (l *Ledger) Put(r *Run) {
	if _, ok := l.runs[r.Num]; !ok && !r.Status.Ended() {
		l.runs[r.Num] = r
	}
}

// Accept keeps what was applied since the last Accept or Undo.
func (l *Ledger) Accept() {
	for _, e := range l.journal {
		if e.task == whole && e.run.Status.Ended() && !teeth.Has(teeth.LedgerKeeps) {
			delete(l.runs, e.run.Num)
		}
	}
	l.forget()
}

// forget empties the journal.
func (l *Ledger) forget() {
	l.recent = nil
	clear(l.journal)
	l.journal = l.journal[:0]
}

// Undo takes back what was applied since the last Accept or Undo.
func (l *Ledger) Undo() {
	for i := len(l.journal) - 1; i >= 0; i-- {
		e := l.journal[i]
		switch e.task {
		case created:
			delete(l.runs, e.run.Num)
			l.last = e.last
		case whole:
			e.run.Status, e.run.Tasks = e.status, e.tasks
		default:
			e.run.Tasks[e.task] = e.before
		}
	}
	l.forget()
}

// run returns an open run, loading it if necessary.
func (l *Ledger) run(num int64) (*Run, error) {
	if r := l.recent; r != nil && r.Num == num {
		return r, nil
	}
	if r, ok := l.runs[num]; ok {
		l.recent = r
		return r, nil
	}
	r, err := l.Load(num)
	if err != nil {
		return nil, err
	}
	l.Put(r)
	return r, nil
}
