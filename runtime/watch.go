package cloacina

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// Change tells in which state a task, or the run itself, is since when; see
// [Runner.Watch].
type Change struct {
	// Run is the ID of the run.
	Run string
	// Workflow is the name of its workflow.
	Workflow string
	// Task is the id of the task; empty if the change is about the run itself.
	Task string
	// State is the state of the task or of the run.
	State State
	// Attempt is the number of the attempt that runs, or else of the last one;
	// 0 before the first, and for the run.
	Attempt int
	// Err is the error of the attempt after which a task is Retrying or Failed,
	// or why a run failed as a whole or is blocked, as it is stored: its text, and
	// after a panic the stack behind it. Otherwise it is empty.
	Err string
	// Reason is why a task was skipped, or why nothing of a Running run runs: its
	// workflow is not registered. Otherwise it is empty.
	Reason string
	// RetryAt is when the next attempt of a Retrying task starts, else zero.
	RetryAt time.Time
	// At is since when it is in the state, to the millisecond; zero for a task
	// that waits and a run that is blocked.
	At time.Time
	// DependsOn are the ids of the task's dependencies in their declared order. It
	// is set in the list of tasks that a watch begins with, and empty later.
	DependsOn []string
}

// Watch yields how a run is and then each change of it, once it is on disk. It
// is woken by changes and polls nothing; a run that nobody watches costs nothing.
//
// First comes the run itself, as Running, and behind it all its tasks in the order
// of the workflow. The same is yielded again, in place of all that was known, when
// the run goes on after its workflow was registered, because its plan may have
// changed. Then come the changes in the order in which they happened. The last one
// is that of the run to Completed, Failed or Cancelled. Of a run that has ended
// before, all tasks are yielded, and that change.
//
// The consumer may take its time: nothing waits for it. What it has not taken
// when the next change of the same task comes is replaced, so that it misses
// states on the way but never the last one, and what is kept for it is bounded by
// the number of tasks. Nor are states seen that a task passes within one
// transaction, such as Ready when there is a free slot.
//
// An error is yielded last, with a zero Change: [ErrRunNotFound]; [ErrBlocked],
// behind the Change that says so, when the run is blocked, in which case another
// Watch can follow [Runner.Unblock]; [ErrShutdown] or [ErrStore] when the runner
// stops before the run has ended; the error of ctx when that ends. Each range over
// the result is a watch of its own, and any number may watch one run. The loop
// body may call the runner.
func (r *Runner) Watch(ctx context.Context, id string) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		w := &watch{r: r, ctx: ctx, id: id, yield: yield}
		switch err := w.follow(); {
		case err == nil || errors.Is(err, errNoConsumer):
		case errors.Is(err, ErrBlocked) && !errors.Is(err, errNotOurs): // which names the run
			yield(Change{}, err)
		default:
			yield(Change{}, foundError("watch", id, err))
		}
	}
}

// watch is one range over the changes of a run, on the goroutine of its consumer.
type watch struct {
	r     *Runner
	ctx   context.Context
	id    string
	yield func(Change, error) bool
}

// errNoConsumer ends a watch whose loop was left.
var errNoConsumer = errors.New("the consumer has gone")

func (w *watch) follow() error {
	for {
		run := w.r.live.find(w.id)
		if run != nil {
			m, err := w.join(run)
			if err != nil {
				return err
			}
			if m.joined {
				return w.listen(m)
			}
		}
		if over, err := w.stored(run); over || err != nil {
			return err
		}
		// It was started, or has gone on after it was blocked, meanwhile.
		if next := w.r.live.find(w.id); next == nil || next == run {
			return errNotOurs
		}
	}
}

// join has the loop tell about the run from now on, unless it is over.
func (w *watch) join(run *openRun) (*mailbox, error) {
	m := newMailbox(run)
	e := &watchEvent{mailbox: m, answer: newAnswer()}
	if err := w.r.ask(w.ctx, e, e.answer); err != nil {
		w.leave(m) // it may join yet
		return nil, err
	}
	if m.joined {
		return m, nil
	}
	select {
	case <-m.run.over:
		return m, nil
	case <-w.ctx.Done():
		return nil, w.ctx.Err()
	case <-w.r.done:
		return nil, w.r.reason
	}
}

func (w *watch) leave(m *mailbox) { w.r.queue.push(unwatchEvent{m}) }

// listen yields what comes into the mailbox until the run is over.
func (w *watch) listen(m *mailbox) error {
	defer w.leave(m)
	var reason error
	for over := false; ; {
		if ended, err := w.empty(m); ended || err != nil {
			return err
		}
		if over {
			return w.cutOff(m.run, reason)
		}
		select {
		case <-m.wake:
		case <-m.run.over:
			over = true
		case <-w.ctx.Done():
			return w.ctx.Err()
		case <-w.r.done:
			over, reason = true, w.r.reason
		}
	}
}

// empty yields what is in the mailbox, and reports whether the run has ended.
func (w *watch) empty(m *mailbox) (ended bool, err error) {
	list, changes := m.take()
	if list != nil {
		if err := w.tellList(list); err != nil {
			return false, err
		}
	}
	for _, c := range changes {
		if err := w.tell(c.change); err != nil {
			return false, err
		}
		if c.task == ofRun {
			return true, nil
		}
	}
	return false, nil
}

// cutOff ends the watch of a run that is blocked, or whose runner has stopped.
func (w *watch) cutOff(run *openRun, reason error) error {
	select {
	case <-run.over:
	default:
		return reason
	}
	b := run.blocked.Load()
	if b == nil {
		return reason
	}
	if err := w.tell(Change{
		Run: run.id, Workflow: run.workflow, State: Blocked, Err: b.reason,
	}); err != nil {
		return err
	}
	return b.err
}

// tell yields one change.
func (w *watch) tell(c Change) error {
	switch {
	case w.ctx.Err() != nil:
		return w.ctx.Err()
	case !w.yield(c, nil):
		return errNoConsumer
	default:
		return nil
	}
}

// tellList yields a run and its tasks as they were when the list was made.
func (w *watch) tellList(list *listing) error {
	detail, err := w.detail()
	if err != nil {
		return err
	}
	if detail.Num != list.num {
		return store.ErrNotFound // it was removed, and another one has its ID
	}
	c := Change{Run: w.id, Workflow: list.plan.Name, State: Running, Reason: list.reason, At: instant(detail.Created)}
	if err := w.tell(c); err != nil {
		return err
	}
	return w.tellTasks(list.plan, list.tasks, detail)
}

func (w *watch) detail() (detail *store.RunDetail, err error) {
	err = w.r.read(func(s store.Store) (err error) {
		detail, err = storedRun(w.ctx, s, w.id)
		return err
	})
	return detail, err
}

// stored yields a run that has ended or is blocked, of which the store has all
// there is. It reports false if the run is neither. live is the run as the runner
// has it, over by now; nil if it has not.
func (w *watch) stored(live *openRun) (over bool, err error) {
	detail, err := w.detail()
	if err != nil {
		if live != nil {
			if b := live.blocked.Load(); b != nil && b.unstored { // its rows cannot be read
				return true, w.cutOff(live, err)
			}
		}
		return false, err
	}
	info := w.r.info(&detail.RunInfo)
	c := Change{Run: w.id, Workflow: info.Workflow, State: info.State, Err: info.Error, At: info.Ended}
	tasks := make([]engine.Task, len(detail.Tasks))
	for i := range tasks {
		tasks[i] = storedTask(&detail.Tasks[i])
	}
	switch {
	case info.State.Ended():
		if err := w.tellTasks(detail.Plan, tasks, detail); err != nil {
			return true, err
		}
		return true, w.tell(c)
	case info.State == Blocked:
		if err := w.tell(c); err != nil {
			return true, err
		}
		if err := w.tellTasks(detail.Plan, tasks, detail); err != nil {
			return true, err
		}
		if live != nil && live.blocked.Load() != nil {
			return true, live.blocked.Load().err
		}
		return true, fmt.Errorf("run %s of workflow %s: %w: %s", w.id, info.Workflow, ErrBlocked, info.Error)
	}
	return false, nil
}

// tellTasks yields the tasks of a list. Their times and errors are in the store,
// which may know more by now than the list had to tell.
func (w *watch) tellTasks(p *plan.Plan, tasks []engine.Task, detail *store.RunDetail) error {
	history := newHistory(detail)
	for i := range tasks {
		if err := w.tell(history.change(p, i, &tasks[i])); err != nil {
			return err
		}
	}
	return nil
}
