package cloacina

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/teeth"
)

// openRun is a run that has not ended. Everything in it belongs to the loop,
// with these exceptions: num, id, workflow and created never change; plan,
// graph, code and writers do not from the start of its first attempt on; the
// state and the last error of a task that has ended never change either, so the
// attempts of its descendants may read them; and whoever saw over closed may
// read everything.
type openRun struct {
	num      int64
	id       string
	workflow string
	created  int64
	plan     *plan.Plan    // the one that it follows
	graph    *engine.Graph // nil until the workflow is registered
	code     []TaskCode
	state    *engine.Run
	// writers are the writers of the run's keys; nil if nobody needs them.
	writers *writers
	// errs are the errors of the last failed attempts by task.
	errs []error
	// delayed has how many milliseconds the retries of an earlier process wait
	// at the most, by task.
	delayed map[int]int64
	// calls are the calls that have not come back, one of a task at the most, and no
	// more than the runner executes at once.
	calls []runningCall
	// timers are what the run waits for, to be forgotten when it ends; nil until
	// there is one.
	timers map[*due]struct{}
	// times has what the result takes; zero unless the run was started in this process.
	times timeline
	// purges is what the runner's was when the run was started.
	purges int64
	// audience are those who watch the run; nil if nobody does.
	audience *audience

	closed  bool             // ended or blocked: nothing happens to it any more
	cause   store.BlockCause // why it is blocked, as it is stored; 0 if the store does not have it blocked
	reason  string           // of cause
	refused error            // why nothing of the run can be stored in this process
	unblock []*unblockEvent  // what waits for the calls to come back
	over    chan struct{}    // closed, after the commit, when closed is set
	// blocked is why, for whoever saw over closed; nil unless it is blocked.
	blocked atomic.Pointer[blockage]

	// A run that goes on after it was blocked is another openRun, because
	// whoever saw over closed reads this one: heir for the loop, at once, and
	// next for the others, after the commit.
	heir *openRun
	next atomic.Pointer[openRun]
}

// newOpenRun returns a run that goes on; over may be nil.
func newOpenRun(num, created int64, p *plan.Plan, state *engine.Run, over chan struct{}) *openRun {
	if over == nil {
		over = make(chan struct{})
	}
	return &openRun{
		num: num, id: state.ID, workflow: p.Name, created: created, plan: p, state: state,
		errs: make([]error, len(p.Tasks)),
		over: over,
	}
}

// runningCall is a call of a task that has not come back.
type runningCall struct {
	task int
	call *call
}

// callOf returns the call of a task that has not come back; nil if there is none.
func (run *openRun) callOf(task int) *call {
	for _, r := range run.calls {
		if r.task == task {
			return r.call
		}
	}
	return nil
}

// reopened is a run as the store kept it.
func reopened(o *store.OpenRun) *openRun {
	if o.Damage != nil {
		return damaged(o)
	}
	run := newOpenRun(o.Num, o.Created, o.Plan, o.State, nil)
	run.delayed = o.Delayed
	for task, f := range o.Failures {
		run.errs[task] = storedFailure(f)
	}
	if run.state.Status == engine.RunBlocked {
		run.cause, run.reason = o.Cause, o.Reason
		run.closed = true
		run.blocked.Store(newBlockage(run, o.Reason))
		close(run.over)
	}
	return run
}

// latest returns the run as it goes on after it was blocked, for readers.
func (run *openRun) latest() *openRun {
	for next := run.next.Load(); next != nil; next = run.next.Load() {
		run = next
	}
	return run
}

// current is latest for the loop.
func (run *openRun) current() *openRun {
	for run.heir != nil {
		run = run.heir
	}
	return run
}

// isOver reports whether the run has ended or is blocked, on disk.
func (run *openRun) isOver() bool {
	select {
	case <-run.over:
		return true
	default:
		return false
	}
}

// stuck reports whether the run is blocked, and not ended.
func (run *openRun) stuck() bool {
	return run.refused != nil || run.closed && !run.state.Status.Ended()
}

// storedFailure is what is left of the error of an attempt that the store has.
func storedFailure(f store.Failure) error {
	if f.Interrupted {
		return interruptedError(f.Error)
	}
	return storedError(f.Error)
}

// task returns the index of a task by id.
func (run *openRun) task(id string) (int, bool) {
	i := slices.IndexFunc(run.plan.Tasks, func(t plan.Task) bool { return t.ID == id })
	return i, i >= 0
}

// wait makes the loop do something about the run at an instant, unless the run
// is closed before.
func (l *loop) wait(run *openRun, ms int64, do func(now int64)) {
	var d *due
	d = l.timers.add(l.at(ms), func() {
		delete(run.timers, d)
		// The wall clock may have been set back; what was waited for has come.
		do(max(l.millis(), ms))
	})
	if run.timers == nil {
		run.timers = map[*due]struct{}{}
	}
	run.timers[d] = struct{}{}
}

// liveRuns are the open runs by ID, for whoever has to find one.
type liveRuns struct {
	mu   sync.RWMutex
	byID map[string]*openRun
}

func (l *liveRuns) add(run *openRun) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byID == nil {
		l.byID = map[string]*openRun{}
	}
	l.byID[run.id] = run
}

func (l *liveRuns) remove(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.byID, id)
}

// find returns nil for a run that has ended or that never was.
func (l *liveRuns) find(id string) *openRun {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.byID[id]
}

// close says that nothing happens to the run any more. Its calls that have not
// come back keep their slots until they do, or are abandoned.
func (l *loop) close(run *openRun, blocked *blockage) {
	first := !run.closed // a blocked run is closed again when it is cancelled
	l.halt(run)
	l.after(run, func() {
		if blocked == nil && !teeth.Has(teeth.EndedRunsStay) {
			l.r.live.remove(run.id)
		} else if blocked != nil {
			run.blocked.Store(blocked) // perhaps for another reason than before
		}
		if first {
			l.gathering.stirred++
			close(run.over)
		}
	})
}

// halt lets nothing happen to the run any more.
func (l *loop) halt(run *openRun) {
	run.closed = true
	for d := range run.timers {
		l.timers.remove(d)
	}
	clear(run.timers)
}
