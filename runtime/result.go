package cloacina

import (
	"fmt"
	"slices"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// Result is what became of a run that has ended.
type Result struct {
	// Run is the ID of the run.
	Run string
	// Workflow is the name of its workflow.
	Workflow string
	// State is Completed, Failed or Cancelled.
	State State
	// Started and Ended are when the run was started and when it ended, to the millisecond.
	Started, Ended time.Time
	// Tasks are all tasks in the order of the workflow: each behind its dependencies.
	Tasks []TaskResult

	reason error // why a failed run failed as a whole
	detail *store.RunDetail
	state  *engine.Run   // nil if it is to be made of detail
	open   *openRun      // what Tasks are still to be made of; nil if they are there
	graph  *engine.Graph // of the registered workflow, if its plan is the run's
	limits *limits
}

// complete makes what is left to be made, which not everybody needs.
func (r *Result) complete() {
	if r.open == nil {
		return
	}
	r.Tasks = make([]TaskResult, len(r.state.Tasks))
	for i := range r.Tasks {
		r.Tasks[i] = r.open.taskResult(i)
	}
	r.open = nil
}

// TaskResult is what became of one task of a run.
type TaskResult struct {
	// ID is the id of the task.
	ID string
	// State is Completed, Failed, Skipped or Cancelled.
	State State
	// AllowFailure says that a failure of the task does not fail the run.
	AllowFailure bool
	// Attempts is how many attempts were started.
	Attempts int
	// Started is when the first attempt started, Ended when the last one
	// ended; both are zero without an attempt.
	Started, Ended time.Time
	// Err is the error of the last failed attempt, also of a task that a later
	// attempt completed; nil if none failed. It is the very error that the task
	// returned if the run ended in this process, and not before [Runner.Wait] was
	// called with its ID; else its text.
	Err error
	// Reason is why a skipped task was skipped, else empty.
	Reason string
}

// Duration returns the time from the start of the run to its end.
func (r *Result) Duration() time.Duration { return r.Ended.Sub(r.Started) }

// Err returns nil for a completed run, [ErrCancelled] for a cancelled one, and
// a [*RunFailedError] for a failed one.
func (r *Result) Err() error {
	switch r.State {
	case Completed:
		return nil
	case Cancelled:
		return fmt.Errorf("run %s of workflow %s: %w", r.Run, r.Workflow, ErrCancelled)
	}
	failed := &RunFailedError{Run: r.Run, Workflow: r.Workflow, Reason: r.reason}
	for _, t := range r.Tasks {
		if t.State == Failed {
			failed.Tasks = append(failed.Tasks, TaskFailure{
				Task: t.ID, Attempts: t.Attempts, AllowFailure: t.AllowFailure, Err: t.Err,
			})
		}
	}
	return failed
}

// newResult reads the result of an ended run from its rows. The errors of a
// run that ended in this process are taken from its state.
func (r *Runner) newResult(d *store.RunDetail, run *openRun) *Result {
	result := &Result{
		Run: d.ID, Workflow: d.Workflow, State: runState(d.Status),
		Started: instant(d.Created), Ended: instant(d.Ended),
		Tasks:  make([]TaskResult, len(d.Tasks)),
		detail: d, limits: r.lim,
	}
	if d.Error != "" {
		result.reason = runTimeout(d.Deadline - d.Created) // nothing else fails a run as a whole
	}
	if w, err := r.registered(d.Workflow); err == nil && w.graph.Plan().Fingerprint == d.Fingerprint {
		result.graph = w.graph
	}
	rec := &record{RunDetail: d, graph: result.graph}
	for i := range d.Tasks {
		result.Tasks[i] = newTaskResult(rec, i)
		if run != nil && i < len(run.errs) && run.errs[i] != nil {
			result.Tasks[i].Err = run.errs[i]
		}
	}
	return result
}

func newTaskResult(d *record, task int) TaskResult {
	p, t := &d.Plan.Tasks[task], &d.Tasks[task]
	result := TaskResult{
		ID: p.ID, State: taskState(t.Status), AllowFailure: p.AllowFailure,
		Attempts: len(t.Attempts), Err: lastError(t), Reason: d.skipReason(task),
	}
	if n := len(t.Attempts); n > 0 {
		result.Started, result.Ended = instant(t.Attempts[0].Started), instant(t.Attempts[n-1].Ended)
	}
	return result
}

// lastError is the error of the last attempt that failed.
func lastError(t *store.TaskDetail) error {
	for i := range slices.Backward(t.Attempts) {
		if f, ok := t.Attempts[i].Failure(); ok {
			return storedFailure(f)
		}
	}
	return nil
}

// Context returns the final context of the run: what its completed tasks left
// behind. It is read with [Get], [Lookup], Has and Keys. The context of a run
// that did not complete has what was written until then.
func (r *Result) Context() (*Context, error) {
	k, err := r.keys()
	if err != nil {
		return nil, err
	}
	return &Context{keys: k}, nil
}

// Values returns the whole final context with values as [Get] of an any yields them.
func (r *Result) Values() (Values, error) {
	c, err := r.Context()
	if err != nil {
		return nil, err
	}
	values := Values{}
	for _, key := range c.Keys() {
		if values[key], err = Get[any](c, key); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// keys is the view of the final context.
func (r *Result) keys() (*Keys, error) {
	g, state := r.graph, r.state
	if g == nil {
		var err error
		if g, err = engine.Prepare(r.detail.Plan, nil); err != nil {
			return nil, fmt.Errorf("final context of run %s: %w: %w", r.Run, ErrDamaged, err)
		}
	}
	if state == nil {
		state = storedState(r.detail)
	}
	return newFinalKeys(g, state, r.limits), nil
}
