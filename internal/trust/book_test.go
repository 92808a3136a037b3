package trust

import (
	"fmt"
	"slices"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// book is what a ledger has told so far, and what may not be told any more.
type book struct {
	flows    []*flow
	runs     map[string]*runBook
	problems []string
}

// runBook is what is known of a run.
type runBook struct {
	flow       *flow
	n          int64
	started    bool           // Start has returned
	ended      cloacina.State // what Wait returned; empty before
	cancelling bool           // Cancel was called
	cancelled  int            // the generation in which Cancel, or Wait with that, returned
	tasks      []taskBook
}

// taskBook is what is known of a task.
type taskBook struct {
	attempt    int // the last one that began
	generation int // in which it did
	failed     int // the last attempt that returned its failure
	succeeded  bool
	sealed     string // why it may not begin again; empty if it may
	called     bool   // its callback
}

func newBook(flows []*flow) *book { return &book{flows: flows, runs: map[string]*runBook{}} }

// fault notes that a promise is broken.
func (b *book) fault(format string, args ...any) {
	b.problems = append(b.problems, fmt.Sprintf(format, args...))
}

// add takes an entry.
func (b *book) add(e entry) {
	r := b.runs[e.Run]
	switch {
	case e.What == problem:
		b.fault("generation %d, run %s, task %s: %s", e.Generation, e.Run, e.Task, e.Text)
		return
	case e.What == starting && r == nil:
		f, n, ok := byID(b.flows, e.Run)
		if !ok {
			b.fault("run %q is none of the load", e.Run)
			return
		}
		b.runs[e.Run] = &runBook{flow: f, n: n, tasks: make([]taskBook, len(f.steps))}
		return
	case r == nil:
		b.fault("%s of run %s, which nobody started", e.What, e.Run)
		return
	case e.Task != "":
		b.addTask(r, e)
		return
	}
	switch e.What {
	case started:
		r.started = true
	case ended:
		if s := cloacina.State(e.State); r.ended != "" && r.ended != s {
			b.fault("run %s is %s after it was %s", e.Run, s, r.ended)
		}
		r.ended = cloacina.State(e.State)
		if r.ended == cloacina.Cancelled && r.cancelled == 0 {
			r.cancelled = e.Generation
		}
	case cancelling:
		r.cancelling = true
	case cancelled:
		if r.cancelled == 0 {
			r.cancelled = e.Generation
		}
	}
}

func (b *book) addTask(r *runBook, e entry) {
	i := slices.IndexFunc(r.flow.steps, func(s step) bool { return s.id == e.Task })
	t := &r.tasks[i]
	switch e.What {
	case begin:
		b.begins(r, i, e)
	case success:
		t.succeeded = true
	case failure:
		t.failed = e.Attempt
	case called:
		b.calls(r, i, e)
	}
}

// begins checks that an attempt may begin: it has the right number, and nothing
// that was said makes it impossible.
func (b *book) begins(r *runBook, i int, e entry) {
	s, t := &r.flow.steps[i], &r.tasks[i]
	fault := func(format string, args ...any) {
		b.fault("run %s, task %s: attempt %d begins in generation %d, %s", e.Run, e.Task, e.Attempt, e.Generation,
			fmt.Sprintf(format, args...))
	}
	switch {
	case e.Attempt == t.attempt && e.Generation > t.generation: // it was interrupted or stopped
	case e.Attempt == t.attempt+1 && t.failed == t.attempt && t.attempt <= min(s.failures, s.retries):
	default:
		fault("after attempt %d in generation %d; attempt %d has failed", t.attempt, t.generation, t.failed)
	}
	switch {
	case t.sealed != "":
		fault("although %s", t.sealed)
	case r.cancelled != 0 && r.cancelled < e.Generation:
		fault("although its run was cancelled in generation %d", r.cancelled)
	case r.ended != "" && r.cancelled == 0: // what was about to begin when the run was cancelled may do so
		fault("although its run has ended %s", r.ended)
	}
	t.attempt, t.generation = e.Attempt, e.Generation
	for _, d := range s.deps {
		b.dependency(r, d, s, e)
	}
}

// dependency seals a task whose dependant begins.
func (b *book) dependency(r *runBook, d int, dependant *step, e entry) {
	s, t := &r.flow.steps[d], &r.tasks[d]
	switch want := r.flow.expect(r.n).tasks[d]; {
	case want.attempts != t.attempt,
		want.state == cloacina.Completed && !t.succeeded,
		want.state == cloacina.Failed && t.failed != want.attempts:
		b.fault("run %s: task %s begins in generation %d before its dependency %s has ended: %+v",
			e.Run, dependant.id, e.Generation, s.id, *t)
	}
	t.sealed = fmt.Sprintf("task %s, which depends on it, has begun", dependant.id)
}

// calls checks that a callback tells what has happened.
func (b *book) calls(r *runBook, i int, e entry) {
	t := &r.tasks[i]
	t.called = true
	if want := r.flow.expect(r.n).tasks[i]; string(want.state) != e.State || want.attempts != e.Attempt {
		b.fault("run %s, task %s: callback about %s after %d attempts, want %+v", e.Run, e.Task, e.State, e.Attempt, want)
	}
}
