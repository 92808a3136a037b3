package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// simulation is one workflow on its way through one schedule. One after the other can
// use the same, which then allocates next to nothing.
type simulation struct {
	source *rand.PCG
	rng    *rand.Rand
	plan   *plan.Plan
	graph  *engine.Graph
	known  *known
	run    *engine.Run
	// before is the run before the last event, spare the space of another.
	before, spare *engine.Run
	journal       journal
	now           int64
	slots         int
	limit         int // of interruptions
	traced        bool
	trace         trace
	tally         tally
	// body says how a running attempt ends; nil for at random.
	body func(task int) engine.Event
	// running, ready and retrying are the tasks in these states when something is to happen.
	running, ready, retrying []int
	// changed are the tasks that the last event has changed.
	changed []int
	// entries are the writes of the schedule.
	entries []engine.Entry
	// decisions are those of the last event, behind one that stands for an earlier event.
	decisions []engine.Decision
}

func newSimulation() *simulation {
	source := rand.NewPCG(0, 0)
	return &simulation{source: source, rng: rand.New(source), before: &engine.Run{}, spare: &engine.Run{}}
}

// trace is what happened; it is kept only if someone has to read it.
type trace []traced

type traced struct {
	note      string
	event     engine.Event
	decisions []engine.Decision
}

func (t trace) String() string {
	var b strings.Builder
	for _, e := range t {
		if e.note != "" {
			fmt.Fprintf(&b, "%s\n", e.note)
			continue
		}
		fmt.Fprintf(&b, "%d %v task %d attempt %d\n", e.event.Now, e.event.Kind, e.event.Task, e.event.Attempt)
		for _, d := range e.decisions {
			fmt.Fprintf(&b, "    %v task %d attempt %d due %d leaves %x %v\n",
				d.Kind, d.Task, d.Attempt, d.Due, d.Leaves.AppendBytes(nil), d.Status)
		}
	}
	return b.String()
}

func (s *simulation) note(format string, args ...any) {
	if s.traced {
		s.trace = append(s.trace, traced{note: fmt.Sprintf(format, args...)})
	}
}

// applied notes an event.
func (s *simulation) applied(e engine.Event, decisions []engine.Decision) {
	if s.traced {
		s.trace = append(s.trace, traced{event: e, decisions: slices.Clone(decisions)})
	}
}

// advance applies an event as the runtime does, which appends the decisions to those of
// other events. They are good until the next event.
func (s *simulation) advance(e engine.Event) ([]engine.Decision, error) {
	const earlier = -1
	all, err := s.graph.AppendStep(append(s.decisions[:0], engine.Decision{Task: earlier}), s.run, e)
	if err != nil {
		return nil, err
	}
	if s.decisions = all; all[0].Task != earlier {
		s.fail("the decision before %+v has become %+v", e, all[0])
	}
	return all[1:], nil
}

// reset makes the simulation that of a seed.
func (s *simulation) reset(seed uint64) {
	s.source.Seed(seed, 0)
	s.now, s.tally, s.trace = 1_700_000_000_000, tally{}, nil
	s.entries = s.entries[:0]
}

// under lets the run go on under a plan.
func (s *simulation) under(k *known, g *engine.Graph) { s.plan, s.known, s.graph = k.plan, k, g }

// begin begins a run with the initial context.
func (s *simulation) begin(seed uint64, initial []engine.Entry, deadline int64) {
	s.run = s.graph.NewRun("run-"+strconv.FormatUint(seed, 10), initial, deadline)
	s.journal.begin(s.plan, s.run)
	s.step(engine.Event{Kind: engine.Begin, Now: s.now})
}

// simulate runs the schedule of a seed to its end.
func (s *simulation) simulate(c *catalogue, seed uint64) (err error) {
	defer func() {
		if broken := brokenInvariant(recover()); broken != nil {
			err = broken
		}
	}()
	s.reset(seed)
	p, err := c.of(seed)
	if err != nil {
		return err
	}
	s.under(p.known, p.graph)
	if len(s.plan.Tasks) > wholeTasks {
		s.tally.other[largePlan]++
	}
	s.slots, s.limit = 1+s.rng.IntN(4), s.rng.IntN(5)-1
	s.entries = appendInitial(s.entries, s.rng)
	s.begin(seed, s.entries, s.deadline())
	faults := s.rng.IntN(80)
	for n := 0; !s.run.Status.Ended(); n++ {
		if n >= 10_000 {
			s.fail("the run does not end")
		}
		s.act(n < faults)
	}
	s.afterTheEnd()
	return nil
}

func (s *simulation) deadline() int64 {
	if s.rng.IntN(6) > 0 {
		return 0
	}
	return s.now + s.rng.Int64N(1<<(1+s.rng.IntN(15)))
}

// act lets one thing happen.
func (s *simulation) act(faults bool) {
	s.now += s.rng.Int64N(50)
	if s.run.Status == engine.RunBlocked {
		s.lateEvent()
		wayOut := [...]engine.EventKind{engine.Cancel, engine.Unblock}[s.rng.IntN(2)]
		s.step(engine.Event{Kind: wayOut, Now: s.now})
		return
	}
	if faults && s.fault() {
		return
	}
	s.look()
	if len(s.ready) > 0 && len(s.running) < s.slots && s.rng.IntN(3) > 0 {
		s.step(engine.Event{Kind: engine.Start, Now: s.now, Task: s.pick(s.ready)})
		return
	}
	if len(s.running) > 0 && s.rng.IntN(4) > 0 {
		s.finish(s.pick(s.running))
		return
	}
	if len(s.retrying) > 0 {
		s.waitFor(s.pick(s.retrying))
	}
	if s.run.Deadline > 0 && s.now >= s.run.Deadline && !s.run.Status.Ended() {
		s.step(engine.Event{Kind: engine.TimedOut, Now: s.now})
	}
}

// look finds the tasks that may go on.
func (s *simulation) look() {
	s.running, s.ready, s.retrying = s.running[:0], s.ready[:0], s.retrying[:0]
	for i := range s.run.Tasks {
		switch s.run.Tasks[i].Status {
		case engine.TaskRunning:
			s.running = append(s.running, i)
		case engine.TaskReady:
			s.ready = append(s.ready, i)
		case engine.TaskRetrying:
			s.retrying = append(s.retrying, i)
		}
	}
}

// fault lets something go wrong and reports whether it did.
func (s *simulation) fault() bool {
	switch n := s.rng.IntN(200); {
	case n < 6:
		s.crash()
	case n < 10:
		s.shutdown()
	case n < 11:
		s.step(engine.Event{Kind: engine.Cancel, Now: s.now})
	case n < 12 && s.rng.IntN(2) == 0:
		s.step(engine.Event{Kind: engine.Block, Now: s.now})
	case n < 50:
		s.lateEvent()
	default:
		return false
	}
	return true
}

// finish ends a running attempt, which has read its context before.
func (s *simulation) finish(task int) {
	e := engine.Event{Kind: engine.Succeeded, Now: s.now, Task: task, Attempt: s.run.Tasks[task].Attempt}
	switch {
	case s.body != nil:
		e = s.body(task)
	case s.rng.IntN(3) == 0:
		e.Kind, e.Retryable = engine.Failed, s.rng.IntN(4) > 0
	default:
		e.Writes = s.writes(task)
	}
	s.checkContextBy(task, s.rng.IntN(ways))
	s.step(e)
}

// writes are what an attempt of a task writes.
func (s *simulation) writes(task int) []engine.Entry {
	start := len(s.entries)
	s.entries = appendWrites(s.entries, s.rng, &s.plan.Tasks[task])
	return s.entries[start:len(s.entries):len(s.entries)]
}

// waitFor lets time pass until a retry is due.
func (s *simulation) waitFor(task int) {
	t := &s.run.Tasks[task]
	s.now = max(s.now, t.Due)
	s.step(engine.Event{Kind: engine.RetryDue, Now: s.now, Task: task, Attempt: t.Attempt})
}

// crash kills the process: all that is left is the journal. A step of those that
// follow may be lost in another crash, and a blocked run is left as it is.
func (s *simulation) crash() {
	s.tally.other[crashed]++
	s.restart()
	for i := range s.run.Tasks {
		s.interrupt(i)
	}
}

func (s *simulation) interrupt(task int) {
	if t := &s.run.Tasks[task]; s.run.Status == engine.RunRunning && t.Status == engine.TaskRunning {
		s.step(engine.Event{
			Kind: engine.Interrupted, Now: s.now, Task: task, Attempt: t.Attempt, MaxInterruptions: s.limit,
		})
	}
}

// shutdown stops all attempts and starts a new process.
func (s *simulation) shutdown() {
	s.tally.other[shutDown]++
	for i := range s.run.Tasks {
		if t := &s.run.Tasks[i]; t.Status == engine.TaskRunning {
			s.step(engine.Event{Kind: engine.Stopped, Now: s.now, Task: i, Attempt: t.Attempt})
		}
	}
	s.restart()
}

// restart replaces the run by the one that the journal holds.
func (s *simulation) restart() {
	s.restored()
	s.run, s.spare = s.spare, s.run
	s.note("restart")
}

// restored returns the run that the journal holds; it is good for one look.
func (s *simulation) restored() *engine.Run {
	s.journal.rebuildInto(s.spare)
	if err := s.graph.Restore(s.spare); err != nil {
		s.fail("restore: %v", err)
	}
	return s.spare
}

// step applies an event, checks everything, and commits, unless the process
// dies just before.
func (s *simulation) step(e engine.Event) {
	cloneInto(s.before, s.run)
	decisions, err := s.advance(e)
	s.applied(e, decisions)
	if err != nil {
		s.fail("step: %v", err)
	}
	if len(decisions) == 0 && len(s.plan.Tasks) > 0 {
		s.fail("event %+v had no effect", e)
	}
	s.checkStep(&e, decisions)
	if s.rng.IntN(60) == 0 && e.Kind != engine.Begin {
		s.tally.other[lostCommit]++
		s.crash()
		return
	}
	s.commit(e, decisions)
	s.tally.count(&e, decisions)
	if s.rng.IntN(4) == 0 {
		s.tally.other[twice]++
		s.expectNothing(e)
	}
}

// commit commits what followed from an event, and checks that the journal gives back
// what it changed.
func (s *simulation) commit(e engine.Event, decisions []engine.Decision) {
	if err := s.journal.commit(e, decisions); err != nil {
		s.fail("journal: %v", err)
	}
	for _, i := range s.changed {
		var stored engine.Task
		if s.journal.rows[i].rebuildInto(&stored); !sameTask(&s.run.Tasks[i], &stored) {
			s.fail("task %d is %+v, the journal gives %+v", i, s.run.Tasks[i], stored)
		}
	}
	if s.rng.IntN(4) == 0 {
		s.checkRestored()
	}
}

// checkRestored checks that the journal gives back the run.
func (s *simulation) checkRestored() {
	if diff := difference(s.run, s.restored()); diff != "" {
		s.fail("the journal gives another run: %s", diff)
	}
}

// lateEvent applies a random event that does not fit the state.
func (s *simulation) lateEvent() {
	e := engine.Event{
		Kind: engine.EventKind(1 + s.rng.IntN(int(engine.Unblock))), Now: s.now, MaxInterruptions: -1,
		Task: s.rng.IntN(len(s.plan.Tasks)), Retryable: true,
	}
	e.Attempt = max(0, s.run.Tasks[e.Task].Attempt+s.rng.IntN(4)-2)
	if e.Kind == engine.Succeeded {
		e.Writes = s.writes(e.Task)
	}
	if !s.fits(&e) {
		s.tally.other[lateEvent]++
		s.expectNothing(e)
	}
}

// fits says whether an event has an effect in the present state.
func (s *simulation) fits(e *engine.Event) bool {
	t := &s.run.Tasks[e.Task]
	goesOn := s.run.Status == engine.RunRunning
	switch e.Kind {
	case engine.Begin, engine.Replan:
		return false // every run has begun, and what waits for nothing is decided
	case engine.Unblock:
		return s.run.Status == engine.RunBlocked
	case engine.Start:
		return goesOn && t.Status == engine.TaskReady
	case engine.RetryDue:
		return goesOn && t.Status == engine.TaskRetrying && t.Attempt == e.Attempt
	case engine.Cancel:
		return !s.run.Status.Ended()
	case engine.TimedOut, engine.Block:
		return goesOn
	default:
		return goesOn && t.Status == engine.TaskRunning && t.Attempt == e.Attempt
	}
}

// expectNothing applies an event that must not have an effect.
func (s *simulation) expectNothing(e engine.Event) {
	if s.fits(&e) {
		s.fail("event %+v fits", e)
	}
	cloneInto(s.before, s.run)
	decisions, err := s.advance(e)
	if err != nil || len(decisions) > 0 {
		s.fail("late event %+v: %v %v", e, decisions, err)
	}
	if diff := difference(s.before, s.run); diff != "" {
		s.fail("late event %+v changes the run: %s", e, diff)
	}
}

// afterTheEnd checks that nothing follows, not even after a restart.
func (s *simulation) afterTheEnd() {
	for range 5 {
		s.lateEvent()
	}
	s.checkRestored()
	s.restart()
	for range 5 {
		s.lateEvent()
	}
	s.checkContext(s.rng.IntN(len(s.plan.Tasks) + 1))
	s.checkContext(len(s.plan.Tasks))
}

func (s *simulation) pick(tasks []int) int { return tasks[s.rng.IntN(len(tasks))] }
