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
	log   *slog.Logger
	host  string
	build string
	store store.Store
	queue *queue
	live  liveRuns
	ids   idLocks

	mu        sync.RWMutex
	workflows map[string]*workflow

	done   chan struct{} // closed when the loop has ended
	reason error         // why; set before done is closed
	// reading is held while the store is read, so that it is not closed under
	// a reader.
	reading  sync.RWMutex
	closed   chan struct{} // closed when the store is
	closeErr error         // of the store; set before closed is closed
	// callbacks is the context of all callbacks; stopCallbacks ends it.
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
// process died runs again under the same number. A run that was started from
// another plan than the registered one is left as it is and is blocked.
// All workflows are registered or, if one is invalid, none.
func (r *Runner) Register(workflows ...*Workflow) error {
	prepared := make([]*workflow, len(workflows))
	for i, w := range workflows {
		var err error
		if prepared[i], err = newWorkflow(w, r.cfg.limits()); err != nil {
			return err
		}
	}
	e := &registerEvent{workflows: prepared, answer: newAnswer()}
	return r.ask(context.Background(), e, e.answer)
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
// After it the store is closed. If the runner stopped
// because its store failed, Shutdown returns that error.
func (r *Runner) Shutdown(ctx context.Context) error {
	r.queue.push(shutdownEvent{})
	var late error
	select {
	case <-r.closed:
	case <-ctx.Done():
		late = ctx.Err()
		r.queue.push(stopEvent{})
		<-r.closed
	}
	if !errors.Is(r.reason, ErrShutdown) {
		return r.reason
	}
	return errors.Join(late, r.closeErr)
}
