package cloacina

import (
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/teeth"
)

// loop is the heart of a runner: it owns the state of every open run, and the
// goroutine that has the [turn] runs it. It works in rounds. A round takes
// everything that was reported since the last one, lets the engine decide what
// follows, gives free slots to ready tasks, and commits all of that in one
// transaction; only then does it do what the decisions ask for. While a commit
// waits for the disk, further reports queue up and share the next one; those that
// are about to come when a round begins share it, see [gathering]. No code of the
// user's runs in it but compiled rules and the handler of the log.
type loop struct {
	r     *Runner
	now   time.Time // of the round, with the monotonic clock
	clock clock     // tells the time of the round as it is stored

	workflows map[string]*workflow
	sweeps    map[string]*sweeps // of the workflows with a retention
	dormant   []*openRun         // read from the store, workflow not registered yet; oldest first
	// forsakenAt is when it is a warning that runs are dormant.
	forsakenAt *due
	lastNum    int64

	ready    readyList
	suspects readyList // ready tasks that may only run one at a time
	suspect  *call     // the one that does
	calls    []*call   // in no order
	lastCall uint64
	timers   timers
	// callbacks counts the callbacks that have not returned.
	callbacks int
	// uncalled are callbacks of earlier processes whose workflow is not
	// registered yet; unrecorded are those that need not be called again, to be
	// recorded at recordBy at the latest.
	uncalled   []store.Callback
	unrecorded []*store.CallbackDone
	recordBy   *due

	changes   batch
	effects   []effect
	gathering gathering
	trouble   error // of a commit, after which nothing was done yet; see mend
	// helping says that the round is done on a goroutine of the crew, and own is
	// the call that this one is to execute then.
	helping bool
	own     *call
	// deserted says that a goroutine of the crew was ended in the middle of a round.
	deserted bool
	// alarm wakes the keeper for the next timer, which is due at alarmAt.
	alarm   *time.Timer
	alarmAt time.Time
	// taken, acted and decisions are empty slices that are used again.
	taken     []event
	acted     []effect
	decisions []engine.Decision
	notes     []string // what the store said last about its file

	draining bool // a shutdown has begun: nothing starts any more
	stopped  bool // a shutdown waits no longer
}

// round handles everything that has happened.
func (l *loop) round() {
	l.gathering.gather(l.r.queue)
	l.gathering.before = l.lastCall
	events := l.r.queue.take(l.taken)
	l.tick() // not before: what is reported after a look at the clock is later than that
	for _, e := range events {
		e.apply(l)
	}
	l.taken = emptied(events)
	l.timers.fire(l.now)
	l.advance()
}

// advance starts what can start, commits, and does what the decisions ask for. A
// commit that fails is left to [loop.mend].
func (l *loop) advance() {
	l.fill()
	if l.changes.len() > 0 || l.draining {
		l.recordCallbacks()
	}
	if teeth.Has(teeth.AckBeforeCommit) {
		l.act(nil)
	}
	committed := l.changes.len() > 0
	if committed {
		if l.trouble = l.r.store.Commit(noContext, l.changes.changes); l.trouble != nil {
			return
		}
		l.changes.empty()
	}
	l.act(nil)
	if committed {
		l.heed()
	}
}

// mend does what is left of a round whose commit has failed. Its error is the store's.
func (l *loop) mend() error {
	for l.trouble != nil {
		err := l.trouble
		l.trouble = nil
		refused, err := l.persist(err)
		if err != nil {
			return err
		}
		l.act(refused)
		l.heed()
		if len(refused) > 0 {
			l.advance() // blocking a run has set slots free, and is to be logged
		}
	}
	return nil
}

// effect is something to do after the commit. It belongs to a run, or to none.
type effect struct {
	run     *openRun
	do      func()          // nil once it is done
	begin   *call           // in place of do: the call to begin
	refused func(err error) // what to do instead if the store refuses the run's changes; may be nil
	early   bool            // need not wait for a store that is unavailable
}

// carryOut does what was to be done.
func (e *effect) carryOut() {
	switch {
	case e.begin != nil:
		e.begin.l.begin(e.begin)
	case e.do != nil:
		e.do()
	}
}

// store adds to what the round commits.
func (l *loop) store(run *openRun, c store.Change) { l.changes.add(run, c) }

// after adds to what happens once the changes of the run are committed; a nil
// run is for what happens in any case.
func (l *loop) after(run *openRun, do func()) {
	l.effects = append(l.effects, effect{run: run, do: do})
}

// soon adds to what happens once the changes are committed, or as soon as that
// has to wait for the store: it says nothing about what is on disk.
func (l *loop) soon(do func()) { l.effects = append(l.effects, effect{do: do, early: true}) }

// reply answers who asked for a change of the run, once it is committed or refused.
func (l *loop) reply(run *openRun, a answer) {
	l.effects = append(l.effects, effect{run: run, do: func() { a.give(nil) }, refused: a.refuse})
}

// finished reports whether a shutdown has nothing left to wait for.
func (l *loop) finished() bool {
	return l.stopped || l.draining && len(l.calls) == 0 && l.callbacks == 0
}

// exit ends the runner: nothing is accepted any more, everyone who waits
// learns why, and the store is closed once nobody reads from it.
func (l *loop) exit(reason error) {
	l.r.queue.close()
	l.r.crew.dismiss()
	for _, c := range l.calls {
		c.stop(reason)
	}
	l.r.end(reason)
}
