package cloacina

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// Runner executes runs of workflows and keeps them in a store. [Open] returns
// one, [Runner.Shutdown] ends it. It is safe for concurrent use, also by the
// tasks it executes.
type Runner struct {
	cfg   Config
	lim   *limits // of cfg; apart, because results that outlive the runner have it
	log   *slog.Logger
	host  string
	build string
	store store.Store
	queue *queue
	crew  *crew
	live  liveRuns
	ids   idLocks

	mu        sync.RWMutex
	workflows map[string]*workflow

	// impatient is closed when a shutdown waits no longer, for a loop that waits
	// for the store.
	impatient  chan struct{}
	noPatience sync.Once
	done       chan struct{} // closed when the loop has ended
	reason     error         // why; set before done is closed
	// reading is held while the store is read, so that it is not closed under
	// a reader.
	reading  sync.RWMutex
	closed   chan struct{} // closed when the store is
	closeErr error         // of the store; set before closed is closed
	// purging is held while runs are removed: of two at once, each would find
	// less to remove than it looked for.
	purging sync.Mutex
	// purges counts how often runs were looked for to be removed.
	purges atomic.Int64
	// callbacks is the context of all callbacks, and of what else works beside
	// the loop; stopCallbacks ends it.
	callbacks     context.Context
	stopCallbacks context.CancelFunc
	// abandoned counts calls that were given up.
	abandoned atomic.Int64
}

// workflow is a registered workflow.
type workflow struct {
	name    string
	graph   *engine.Graph
	code    []TaskCode
	writers map[string]int // the first task that may write a key, by key
	// defaults are the stored forms of the defaults of the plan's input; nil
	// where there is none.
	defaults [][]byte
}

// maxTasks bounds the tasks of a workflow; stores number them in 18 bits.
const maxTasks = 1 << 18

func newWorkflow(w *Workflow, lim limits) (*workflow, error) {
	g, err := w.prepare()
	if err != nil {
		return nil, fmt.Errorf("register: %w", err)
	}
	p := g.Plan()
	switch {
	case p.Fingerprint != p.ComputeFingerprint():
		return nil, fmt.Errorf(
			"register workflow %s: its plan was changed after it was generated; run go generate ./... again", p.Name)
	case len(p.Tasks) > maxTasks:
		return nil, fmt.Errorf("register workflow %s: %d tasks, at most %d can be", p.Name, len(p.Tasks), maxTasks)
	}
	defaults, err := defaultsOf(p, lim)
	if err != nil {
		return nil, fmt.Errorf("register workflow %s: %w", p.Name, err)
	}
	return &workflow{name: p.Name, graph: g, code: w.Code, writers: writersOf(p), defaults: defaults}, nil
}

// Register makes workflows known: they can be started from now on, and their
// open runs, read by [Open], go on. Callbacks that may not have been called are
// called, also of runs that have ended. An attempt that was running when the
// process died runs again under the same number.
//
// A run that was started from another plan than the registered one goes on under
// the registered one. Tasks that have ended keep outcome and values, tasks that
// were decided keep the rule they were decided by, and everything else follows
// the registered plan; the deadline of the run stays. [RunDetail] has the
// changes. If the registered plan does not fit what the run has done, the run is
// blocked, with an error that has every reason and every way out; see
// [Runner.Unblock]. Such a run is looked at again by the next program that
// registers its workflow, and goes on if the plan of that one fits, as after a
// deployment was taken back. A run that was blocked by an assertion stays
// blocked until Unblock or [Runner.Cancel].
//
// All workflows are registered or, if one is invalid, none. Register says
// nothing about what is on disk, and does not wait for a store that is
// unavailable.
func (r *Runner) Register(workflows ...*Workflow) error {
	e := &registerEvent{workflows: make([]*workflow, len(workflows)), answer: newAnswer()}
	for i, w := range workflows {
		var err error
		if e.workflows[i], err = newWorkflow(w, *r.lim); err != nil {
			return err
		}
	}
	if err := r.publish(e); err != nil {
		return err
	}
	return r.await(context.Background(), e.answer)
}

// publish makes workflows known to callers, and to the loop before it learns of
// what callers do with them.
func (r *Runner) publish(e *registerEvent) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := map[string]bool{}
	for _, w := range e.workflows {
		if names[w.name] || r.workflows[w.name] != nil {
			return fmt.Errorf("register: there is a workflow %q already", w.name)
		}
		names[w.name] = true
	}
	if !r.queue.push(e) {
		return nil // the loop has ended, which await reports
	}
	for _, w := range e.workflows {
		r.workflows[w.name] = w
	}
	return nil
}

// withdraw takes back what was published and came too late.
func (r *Runner) withdraw(e *registerEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range e.workflows {
		delete(r.workflows, w.name)
	}
}

// registered returns a workflow by name.
func (r *Runner) registered(name string) (*workflow, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	w, ok := r.workflows[name]
	if !ok {
		return nil, fmt.Errorf("%w %q: register it first", ErrUnknownWorkflow, name)
	}
	return w, nil
}

// Abandoned returns how many calls of task functions were given up so far,
// because they had not returned [Config.AbandonAfter] after the end of their attempt.
func (r *Runner) Abandoned() int { return int(r.abandoned.Load()) }

// answer brings the loop's answer to whoever asked.
type answer chan error

func newAnswer() answer { return make(answer, 1) }

// give answers; the loop never waits for the one who asked.
func (a answer) give(err error) { a <- err }

// refuse answers that the store has refused a change, which blocks the run.
func (a answer) refuse(err error) { a.give(fmt.Errorf("%w: %w", ErrBlocked, err)) }

// ask hands an event to the loop and waits for the answer, or for ctx, which
// ends the wait but not what was asked for.
func (r *Runner) ask(ctx context.Context, e event, a answer) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.queue.push(e) // if it is refused, the loop has ended, which await reports
	return r.await(ctx, a)
}

// await waits for an answer of the loop.
func (r *Runner) await(ctx context.Context, a answer) error {
	select {
	case err := <-a:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-r.done:
	}
	select { // the loop may have answered just before it ended
	case err := <-a:
		return err
	default:
		return r.reason
	}
}

// read lets f read the store, unless it is closed.
func (r *Runner) read(f func(s store.Store) error) error {
	r.reading.RLock()
	defer r.reading.RUnlock()
	select {
	case <-r.closed:
		return r.reason
	default:
		return f(r.store)
	}
}

// end is the loop's last act.
func (r *Runner) end(reason error) {
	r.reason = reason
	close(r.done)
	r.stopCallbacks()
	r.reading.Lock()
	defer r.reading.Unlock()
	r.closeErr = r.store.Close()
	close(r.closed)
}

// Shutdown ends the runner. From now on nothing starts: calls return
// [ErrShutdown], and tasks that become ready stay so until the next start of
// the program. Attempts that are running may finish, and so may callbacks, also
// those about tasks that end meanwhile. When ctx ends before they do, their
// contexts are cancelled, those of attempts with the cause ErrShutdown, their
// ends are not waited for, and Shutdown returns the error of ctx. At the next
// start, once their workflow is registered, the attempts run again under the
// same number, and the callbacks are called again.
//
// Shutdown may be called more than once, and by many at once; each call waits
// for the same end. A task that calls it waits for itself until ctx ends.
// After it the store is closed. If the runner stopped because its store failed,
// Shutdown returns that error. A store that is unavailable at the end, because
// its disk is full, say, is waited for until ctx ends; what could then not be
// stored was not acknowledged to anyone, and the attempts whose ends are lost
// run again, as after a crash. The error also is an [ErrStore] in that case.
func (r *Runner) Shutdown(ctx context.Context) error {
	r.queue.push(shutdownEvent{})
	var late error
	select {
	case <-r.closed:
	case <-ctx.Done():
		late = ctx.Err()
		r.queue.push(stopEvent{})
		r.noPatience.Do(func() { close(r.impatient) })
		<-r.closed
	}
	switch {
	case !errors.Is(r.reason, ErrShutdown):
		return r.reason
	case r.reason != ErrShutdown: //nolint:errorlint // it was not the plain end
		return errors.Join(late, r.reason, r.closeErr)
	}
	return errors.Join(late, r.closeErr)
}
