package cloacina

import (
	"slices"
	"sync"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// audience are the watchers of an open run. It belongs to the loop.
type audience struct {
	mailboxes []*mailbox
	// pending are the changes of the round. They become visible together, after
	// the commit.
	pending []noted
}

// noted is a change on its way to the watchers.
type noted struct {
	task   int // its index; ofRun for the end of the run
	change Change
}

// ofRun stands for the run among the indices of its tasks.
const ofRun = -1

// notice tells those who watch the run what was decided.
func (l *loop) notice(run *openRun, e *engine.Event, d engine.Decision, cause *failure) {
	if run.audience != nil {
		l.noticed(run, e, d, cause)
	}
}

func (l *loop) noticed(run *openRun, e *engine.Event, d engine.Decision, cause *failure) {
	n := noted{ofRun, Change{Run: run.id, Workflow: run.workflow, At: instant(l.millis())}}
	c := &n.change
	if d.Kind == engine.RunEnded {
		c.State = runState(d.Status)
		if e.Kind == engine.TimedOut {
			c.Err = cause.text
		}
	} else {
		t := &run.state.Tasks[d.Task]
		n.task = d.Task
		c.Task, c.State, c.Attempt = run.plan.Tasks[d.Task].ID, taskState(t.Status), t.Attempt
		switch d.Kind {
		case engine.WillRetry:
			c.RetryAt, c.Err = instant(d.Due), cause.stored()
		case engine.FailedForGood:
			c.Err = cause.stored()
		case engine.WasSkipped:
			c.Reason = run.skipReason(d.Task, d.Leaves)
		}
	}
	a := run.audience
	if a.pending = append(a.pending, n); len(a.pending) == 1 {
		l.effects = append(l.effects, effect{run: run, do: a.flush, refused: func(error) { a.pending = nil }})
	}
}

// flush hands the changes of the round to the watchers.
func (a *audience) flush() {
	for _, m := range a.mailboxes {
		m.add(a.pending[m.known:])
		m.known = 0
	}
	a.pending = nil
}

// announce tells those who watch the run anew how it is, once that is on disk.
func (l *loop) announce(run *openRun) {
	if run.audience == nil {
		return
	}
	l.after(run, func() {
		if run.audience == nil { // they have left in the same round
			return
		}
		for _, m := range run.audience.mailboxes {
			l.list(run, m)
		}
	})
}

// list puts the state of the run into a mailbox. It comprises what is pending, but
// for the end of the run, which comes last and is no part of a list.
func (l *loop) list(run *openRun, m *mailbox) {
	pending := run.audience.pending
	if m.known = len(pending); m.known > 0 && pending[m.known-1].task == ofRun {
		m.known--
	}
	m.begin(newListing(l, run))
}

// watchEvent lets somebody watch a run. Whoever watches learns first how the run
// is after the commit of the round.
type watchEvent struct {
	mailbox *mailbox
	answer  answer
}

func (e *watchEvent) apply(l *loop) {
	run := e.mailbox.run.current()
	l.effects = append(l.effects, effect{
		run:     run,
		do:      func() { l.admit(run.current(), e) },
		refused: func(error) { e.answer.give(nil) },
	})
}

// admit adds to the audience of the run unless it is over.
func (l *loop) admit(run *openRun, e *watchEvent) {
	m := e.mailbox
	m.run = run
	if !run.closed {
		if run.audience == nil {
			run.audience = &audience{}
		}
		run.audience.mailboxes = append(run.audience.mailboxes, m)
		l.list(run, m)
		m.joined = true
	}
	e.answer.give(nil)
}

// unwatchEvent ends a watch.
type unwatchEvent struct{ mailbox *mailbox }

func (e unwatchEvent) apply(l *loop) {
	// It may be joining in this very round; then it leaves behind that.
	l.after(nil, func() {
		run := e.mailbox.run
		if run.audience == nil {
			return
		}
		run.audience.mailboxes = slices.DeleteFunc(run.audience.mailboxes,
			func(m *mailbox) bool { return m == e.mailbox })
		if len(run.audience.mailboxes) == 0 {
			run.audience = nil
		}
	})
}

// mailbox keeps what a watcher has not taken yet: the last change of each task,
// in the order in which they happened.
type mailbox struct {
	run    *openRun      // set anew before the answer to the watchEvent
	joined bool          // it is told about the run; set before that answer
	known  int           // how many of the pending changes it knows; the loop's
	wake   chan struct{} // holds a token when there is something to take

	mu      sync.Mutex
	list    *listing // to be taken before the changes
	changes []noted  // one without a state was replaced by a later one
	latest  map[int]int
}

func newMailbox(run *openRun) *mailbox {
	return &mailbox{run: run, wake: make(chan struct{}, 1), latest: map[int]int{}}
}

// begin replaces all that was not taken.
func (m *mailbox) begin(list *listing) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list, m.changes = list, nil
	clear(m.latest)
	m.ring()
}

// add adds changes. One that was not taken is replaced by a later one of the same
// task, and the later one stands where it happened: so nobody sees a task start
// before those that it depends on have ended.
func (m *mailbox) add(changes []noted) {
	if len(changes) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, n := range changes {
		if i, ok := m.latest[n.task]; ok {
			m.changes[i] = noted{}
		}
		m.latest[n.task] = len(m.changes)
		m.changes = append(m.changes, n)
	}
	if len(m.changes) > 2*len(m.latest) {
		m.compact()
	}
	m.ring()
}

// compact removes what was replaced.
func (m *mailbox) compact() {
	m.changes = slices.DeleteFunc(m.changes, func(n noted) bool { return n.change.State == "" })
	for i, n := range m.changes {
		m.latest[n.task] = i
	}
}

func (m *mailbox) ring() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// take empties the mailbox.
func (m *mailbox) take() (list *listing, changes []noted) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.compact()
	list, changes = m.list, m.changes
	m.list, m.changes = nil, nil
	clear(m.latest)
	return list, changes
}
