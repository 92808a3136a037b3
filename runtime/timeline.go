package cloacina

import "github.com/cloacina-go/cloacina/internal/engine"

// timeline is when things happened to a run, as far as its result tells and its
// state does not. It is kept of runs that were started in this process, so that
// whoever has waited for the end of one need not read the run back. All times
// are Unix milliseconds, and 0 means never. The zero value keeps nothing.
type timeline struct {
	spans    []span // by task; nil if nothing is kept
	ended    int64  // of the run
	timedOut bool
}

// span is when the first attempt of a task started and when the last one ended.
type span struct{ started, ended int64 }

func newTimeline(tasks int) timeline { return timeline{spans: make([]span, tasks)} }

func (t *timeline) attemptStarted(task, attempt int, at int64) {
	if t.spans != nil && attempt == 1 {
		t.spans[task].started = at
	}
}

func (t *timeline) attemptEnded(task int, at int64) {
	if t.spans != nil {
		t.spans[task].ended = at
	}
}

func (t *timeline) runEnded(at int64, timedOut bool) {
	t.ended, t.timedOut = at, timedOut
}

// ownResult is the result of a run whose end was waited for. Once it is complete it
// is the same as what [Runner.newResult] makes of the rows of the run; it is nil if
// not all that it takes is known.
//
// A run that is over without being blocked has ended, and that is on disk;
// nothing of it changes any more.
func (r *Runner) ownResult(run *openRun) *Result {
	t := &run.times
	if t.spans == nil || run.blocked.Load() != nil {
		return nil
	}
	result := &Result{
		Run: run.id, Workflow: run.workflow, State: runState(run.state.Status),
		Started: instant(run.created), Ended: instant(t.ended),
		state: run.state, open: run, graph: run.graph, limits: r.lim,
	}
	if t.timedOut {
		result.reason = runTimeout(run.state.Deadline - run.created)
	}
	return result
}

func (run *openRun) taskResult(task int) TaskResult {
	p, t, s := &run.plan.Tasks[task], &run.state.Tasks[task], run.times.spans[task]
	result := TaskResult{
		ID: p.ID, State: taskState(t.Status), AllowFailure: p.AllowFailure, Attempts: t.Attempt,
		Started: instant(s.started), Ended: instant(s.ended), Err: run.errs[task],
	}
	if t.Status == engine.TaskSkipped {
		result.Reason = run.skipReason(task, t.Leaves)
	}
	return result
}
