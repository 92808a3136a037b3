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
	want       *expected
	started    bool           // Start has returned
	ended      cloacina.State // what Wait returned; empty before
	endedIn    int            // the generation in which it did
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
	sealedIn   int    // the generation in which that was known
	called     bool   // its callback
	recorded   bool   // the store does not have its callback as one to be called
}

// cutOff reports whether the run may end before its tasks have.
func (r *runBook) cutOff() bool { return r.cancelling || r.flow.timeout > 0 }

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
		b.runs[e.Run] = &runBook{flow: f, n: n, want: f.expect(n), tasks: make([]taskBook, len(f.steps))}
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
		if r.ended == "" {
			r.ended, r.endedIn = cloacina.State(e.State), e.Generation
		}
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
// that was said makes it impossible. One that has a deadline may have reached it
// before its function has got as far as to say that it begins.
func (b *book) begins(r *runBook, i int, e entry) {
	s, t := &r.flow.steps[i], &r.tasks[i]
	fault := func(format string, args ...any) {
		b.fault("run %s, task %s: attempt %d begins in generation %d, %s", e.Run, e.Task, e.Attempt, e.Generation,
			fmt.Sprintf(format, args...))
	}
	switch {
	case e.Attempt == t.attempt && e.Generation > t.generation: // it was interrupted or stopped
	case e.Attempt == t.attempt+1 && (t.failed == t.attempt || s.timesOut()) && t.attempt <= min(s.failures, s.retries):
	default:
		fault("after attempt %d in generation %d; attempt %d has failed", t.attempt, t.generation, t.failed)
	}
	switch {
	case t.sealed != "" && (!s.timesOut() || t.sealedIn < e.Generation):
		fault("although %s", t.sealed)
	case r.cancelled != 0 && r.cancelled < e.Generation:
		fault("although its run was cancelled in generation %d", r.cancelled)
	case r.ended != "" && (!r.cutOff() && !s.timesOut() || r.endedIn != e.Generation): // what was about to begin when it was cut off may do so
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
	switch want := r.want.tasks[d]; {
	case want.attempts != t.attempt && (!s.timesOut() || want.attempts != t.attempt+1),
		want.state == cloacina.Completed && !t.succeeded,
		want.state == cloacina.Failed && t.failed != want.attempts && !s.timesOut():
		b.fault("run %s: task %s begins in generation %d before its dependency %s has ended: %+v",
			e.Run, dependant.id, e.Generation, s.id, *t)
	}
	t.sealed, t.sealedIn = fmt.Sprintf("task %s, which depends on it, has begun", dependant.id), e.Generation
}

// calls checks that a callback tells what has happened.
func (b *book) calls(r *runBook, i int, e entry) {
	t := &r.tasks[i]
	t.called = true
	if t.recorded {
		b.fault("run %s, task %s: the callback is called in generation %d, after its call was recorded", e.Run, e.Task, e.Generation)
	}
	if want := r.want.tasks[i]; string(want.state) != e.State || want.attempts != e.Attempt {
		b.fault("run %s, task %s: callback about %s after %d attempts, want %+v", e.Run, e.Task, e.State, e.Attempt, want)
	}
}
