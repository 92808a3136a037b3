package cloacina

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// StartOptions are the optional parts of starting a run.
type StartOptions struct {
	// ID identifies the run and makes starting it idempotent: starting the
	// same workflow with the same input and ID again returns the run that is
	// there. Once the run was removed, see [Runner.Purge], starting it again
	// starts a new one. It is valid UTF-8 of 1 to 256 bytes; anything else is
	// [ErrInvalidID]. Defaults to a new UUIDv7.
	ID string
	// UntilEnd makes Start return when the run has ended or is blocked, instead of
	// when it is on disk; then the Wait of what it returns has the result at once. So
	// who waits for the end anyway is woken once instead of twice. If ctx ends first,
	// or the runner is shut down ([ErrShutdown]), the error names the run, which goes
	// on if it was started: after a shutdown at the next start of the program.
	// Defaults to false.
	UntilEnd bool
}

// Start starts a run of a registered workflow and returns once it is on disk, or has
// ended if the options say so.
// The input is the initial context; nil is an empty one. Keys that the
// workflow does not accept, and missing ones, are [ErrInputKey]; a value of
// another kind than a declared key has, also inside it, is [ErrWrongType], and
// one that has no JSON form [ErrNotStorable]. The error has a line for each key
// that is wrong.
//
// A nil for a declared key that is optional counts as a missing one: the
// default is used, if there is one. Without a default it stays null if the key
// accepts any value. A required key accepts nil if it is a list, a map, bytes
// or any.
//
// With an ID that is known, Start returns that run if workflow and input are
// the same, else [ErrRunConflict]. If ctx ends first the run may have been
// started or not; starting it again with the same ID finds out.
func (r *Runner) Start(ctx context.Context, workflow string, input Values, opts StartOptions) (*RunHandle, error) {
	return r.start(ctx, workflow, opts, func(k *Keys) { WriteAll(k, input) })
}

// Execute starts a run and waits for its end; see [Runner.Start] and
// [RunHandle.Wait]. If ctx ends first the run goes on.
func (r *Runner) Execute(ctx context.Context, workflow string, input Values) (*Result, error) {
	run, err := r.Start(ctx, workflow, input, StartOptions{UntilEnd: true})
	if err != nil {
		return nil, err
	}
	return run.Wait(ctx)
}

func (r *Runner) start(ctx context.Context, name string, opts StartOptions, write func(*Keys)) (*RunHandle, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w, initial, err := r.checkStart(name, opts, write)
	if err != nil {
		return nil, fmt.Errorf("start workflow %s: %w", name, err)
	}
	e := &startEvent{workflow: w, id: opts.ID, initial: initial, answer: newAnswer(), release: func() {}}
	if opts.UntilEnd {
		e.over = make(chan struct{})
	}
	if e.id == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, fmt.Errorf("start workflow %s: %w", name, err)
		}
		e.id = id.String()
		return r.create(ctx, e)
	}
	if err := r.ids.lock(ctx, r.done, e.id); errors.Is(err, ErrShutdown) {
		return nil, r.reason
	} else if err != nil {
		return nil, err
	}
	known, err := r.known(ctx, e)
	if known != nil || err != nil {
		r.ids.unlock(e.id)
		if known != nil && opts.UntilEnd {
			return known.atEnd(ctx)
		}
		return known, err
	}
	e.release = func() { r.ids.unlock(e.id) }
	return r.create(ctx, e)
}

// checkStart looks at everything that the store need not be asked for.
func (r *Runner) checkStart(name string, opts StartOptions, write func(*Keys)) (*workflow, []engine.Entry, error) {
	select {
	case <-r.done:
		return nil, nil, r.reason
	default:
	}
	if err := checkID(opts.ID); err != nil {
		return nil, nil, err
	}
	w, err := r.registered(name)
	if err != nil {
		return nil, nil, err
	}
	k := newInputKeys(r.lim)
	write(k)
	initial, err := w.checkInput(k.collected())
	return w, initial, err
}

// known returns the run that has the ID of e, nil if there is none.
func (r *Runner) known(ctx context.Context, e *startEvent) (*RunHandle, error) {
	live := r.live.find(e.id)
	var old *store.RunDetail
	err := r.read(func(s store.Store) (err error) {
		old, err = s.Run(ctx, e.id)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("start run %s: %w", e.id, err)
	case old.Workflow != e.workflow.name:
		return nil, fmt.Errorf("start run %s of workflow %s: %w by a run of workflow %s",
			e.id, e.workflow.name, ErrRunConflict, old.Workflow)
	case !slices.EqualFunc(old.Initial, e.initial, sameEntry):
		return nil, fmt.Errorf("start run %s of workflow %s: %w by a run with another input",
			e.id, e.workflow.name, ErrRunConflict)
	}
	return &RunHandle{r: r, id: e.id, workflow: e.workflow.name, live: live}, nil
}

func sameEntry(a, b engine.Entry) bool { return a.Key == b.Key && string(a.Value) == string(b.Value) }

// create hands a new run to the loop and waits until it is on disk, or over.
func (r *Runner) create(ctx context.Context, e *startEvent) (*RunHandle, error) {
	if !r.queue.push(e) {
		e.release()
	}
	if e.over == nil {
		if err := r.await(ctx, e.answer); err != nil {
			return nil, e.failed(err)
		}
		return &RunHandle{r: r, id: e.id, workflow: e.workflow.name, live: e.run}, nil
	}
	if err := r.awaitEnd(ctx, e); err != nil {
		return nil, err
	}
	return &RunHandle{r: r, id: e.id, workflow: e.workflow.name, live: e.run, ended: e.run}, nil
}

// awaitEnd waits until the new run is over, or was not started. An answer says that
// it was not, and comes before the end of what was then no run.
func (r *Runner) awaitEnd(ctx context.Context, e *startEvent) error {
	select {
	case err := <-e.answer:
		return e.failed(err)
	case <-e.over:
	case <-ctx.Done():
		return executeError(e.id, e.workflow.name, ctx.Err())
	case <-r.done:
	}
	select {
	case err := <-e.answer:
		return e.failed(err)
	default:
	}
	select { // it may have ended just before the runner
	case <-e.over:
		return nil
	default:
		return executeError(e.id, e.workflow.name, r.reason)
	}
}

// executeError is the error of starting a run and waiting for its end, of which it is
// not known how far that has come.
func executeError(id, workflow string, err error) error {
	return fmt.Errorf("execute run %q of workflow %s: %w", id, workflow, err)
}

// startEvent starts a run whose ID is new.
type startEvent struct {
	workflow *workflow
	id       string
	initial  []engine.Entry
	run      *openRun // set before the answer, and before over is closed
	// answer tells that the run is on disk or was not started.
	answer  answer
	over    chan struct{} // that of the run, in place of an answer that it is on disk; may be nil
	release func()        // of the ID
}

// failed is the error of not having started the run.
func (e *startEvent) failed(err error) error {
	return fmt.Errorf("start workflow %s: %w", e.workflow.name, err)
}

func (e *startEvent) apply(l *loop) {
	switch {
	case l.draining:
		e.finish(ErrShutdown)
		return
	case l.r.live.find(e.id) != nil:
		e.finish(fmt.Errorf("run %s: %w by a run that goes on", e.id, ErrRunConflict))
		return
	}
	p := e.workflow.graph.Plan()
	deadline := int64(0)
	if p.Timeout > 0 {
		deadline = l.millis() + int64((p.Timeout+time.Millisecond-1)/time.Millisecond)
	}
	l.lastNum++
	run := newOpenRun(l.lastNum, l.millis(), p, e.workflow.graph.NewRun(e.id, e.initial, deadline), e.over)
	run.graph, run.code, run.writers = e.workflow.graph, e.workflow.code, newWriters(p, run.state)
	run.times = newTimeline(len(p.Tasks))
	run.purges = l.r.purges.Load()
	e.run = run
	l.r.live.add(run)
	l.store(run, l.changes.created.put(store.RunCreated{
		Num: run.num, ID: run.id, Plan: p, Initial: run.state.Initial, At: l.millis(), Deadline: deadline,
	}))
	l.watchDeadline(run)
	l.step(run, engine.Event{Kind: engine.Begin}, nil)
	l.effects = append(l.effects, effect{run: run, do: e.started, refused: func(err error) {
		l.r.live.remove(run.id)
		if errors.Is(err, store.ErrExists) {
			err = fmt.Errorf("run %s: %w: %w", run.id, ErrRunConflict, err)
		}
		e.finish(err)
	}})
}

// started is what follows when the run is on disk.
func (e *startEvent) started() {
	if e.over != nil {
		e.release()
		return
	}
	e.finish(nil)
}

// finish lets others use the ID and answers.
func (e *startEvent) finish(err error) {
	e.release()
	e.answer.give(err)
}
