package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// simulation is one workflow on its way through one schedule.
type simulation struct {
	rng     *rand.Rand
	plan    *plan.Plan
	graph   *engine.Graph
	run     *engine.Run
	journal *journal
	now     int64
	slots   int
	limit   int // of interruptions
	trace   trace
	seen    tally
	// body says how a running attempt ends; nil for at random.
	body func(task int) engine.Event
}

// trace is what happened; it is printed only if someone has to read it.
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

// simulate runs the schedule of a seed to its end.
func simulate(seed uint64) (s *simulation, err error) {
	s = &simulation{rng: newRand(seed), now: 1_700_000_000_000, seen: tally{}}
	defer func() {
		if broken := brokenInvariant(recover()); broken != nil {
			err = broken
		}
	}()
	s.plan = randomPlan(s.rng)
	s.graph, err = engine.Prepare(s.plan, interpret)
	if err != nil {
		return s, err
	}
	s.slots, s.limit = 1+s.rng.IntN(4), s.rng.IntN(5)-1
	s.run = s.graph.NewRun(fmt.Sprintf("run-%d", seed), randomInitial(s.rng), s.deadline())
	s.journal = newJournal(s.plan, s.run)
	s.step(engine.Event{Kind: engine.Begin, Now: s.now})
	faults := s.rng.IntN(80)
	for n := 0; !s.run.Status.Ended(); n++ {
		s.require(n < 10_000, "the run does not end")
		s.act(n < faults)
	}
	s.afterTheEnd()
	return s, nil
}

func (s *simulation) deadline() int64 {
	if s.rng.IntN(6) > 0 {
		return 0
	}
	return s.now + s.rng.Int64N(20_000)
}

// act lets one thing happen.
func (s *simulation) act(faults bool) {
	s.now += s.rng.Int64N(50)
	if s.run.Status == engine.RunBlocked {
		s.lateEvent()
		wayOut := []engine.EventKind{engine.Cancel, engine.Unblock}[s.rng.IntN(2)]
		s.step(engine.Event{Kind: wayOut, Now: s.now})
		return
	}
	if faults && s.fault() {
		return
	}
	running, ready, retrying := s.in(engine.TaskRunning), s.in(engine.TaskReady), s.in(engine.TaskRetrying)
	if len(ready) > 0 && len(running) < s.slots && s.rng.IntN(3) > 0 {
		s.step(engine.Event{Kind: engine.Start, Now: s.now, Task: s.pick(ready)})
		return
	}
	if len(running) > 0 && s.rng.IntN(4) > 0 {
		s.finish(s.pick(running))
		return
	}
	if len(retrying) > 0 {
		s.waitFor(s.pick(retrying))
	}
	if s.run.Deadline > 0 && s.now >= s.run.Deadline {
		s.step(engine.Event{Kind: engine.TimedOut, Now: s.now})
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

// finish ends a running attempt.
func (s *simulation) finish(task int) {
	e := engine.Event{Kind: engine.Succeeded, Now: s.now, Task: task, Attempt: s.run.Tasks[task].Attempt}
	if s.rng.IntN(3) == 0 {
		e.Kind, e.Retryable = engine.Failed, s.rng.IntN(4) > 0
	} else {
		e.Writes = randomWrites(s.rng, &s.plan.Tasks[task])
	}
	if s.body != nil {
		e = s.body(task)
	}
	s.checkContext(task)
	s.step(e)
}

// waitFor lets time pass until a retry is due.
func (s *simulation) waitFor(task int) {
	t := s.run.Tasks[task]
	s.now = max(s.now, t.Due)
	s.step(engine.Event{Kind: engine.RetryDue, Now: s.now, Task: task, Attempt: t.Attempt})
}

// crash kills the process: all that is left is the journal.
func (s *simulation) crash() {
	s.seen["crash"]++
	s.restart()
	for _, task := range s.in(engine.TaskRunning) {
		s.interrupt(task)
	}
}

func (s *simulation) interrupt(task int) {
	t := s.run.Tasks[task]
	// A step before this one may have been lost in another crash, and a blocked
	// run is left as it is.
	if s.run.Status == engine.RunRunning && t.Status == engine.TaskRunning {
		s.step(engine.Event{
			Kind: engine.Interrupted, Now: s.now, Task: task, Attempt: t.Attempt, MaxInterruptions: s.limit,
		})
	}
}

// shutdown stops all attempts and starts a new process.
func (s *simulation) shutdown() {
	s.seen["shutdown"]++
	for _, task := range s.in(engine.TaskRunning) {
		if t := s.run.Tasks[task]; t.Status == engine.TaskRunning {
			s.step(engine.Event{Kind: engine.Stopped, Now: s.now, Task: task, Attempt: t.Attempt})
		}
	}
	s.restart()
}

// restart replaces the run by the one that the journal holds.
func (s *simulation) restart() {
	s.run = s.restored()
	s.trace = append(s.trace, traced{note: "restart"})
}

func (s *simulation) restored() *engine.Run {
	r := s.journal.rebuild()
	err := s.graph.Restore(r)
	s.require(err == nil, "restore: %v", err)
	return r
}

// step applies an event, checks everything, and commits, unless the process
// dies just before.
func (s *simulation) step(e engine.Event) {
	before := clone(s.run)
	decisions, err := s.graph.Step(s.run, e)
	s.trace = append(s.trace, traced{event: e, decisions: decisions})
	s.require(err == nil, "step: %v", err)
	s.require(len(decisions) > 0 || len(s.plan.Tasks) == 0, "event %+v had no effect", e)
	s.checkStep(before, e, decisions)
	if s.rng.IntN(60) == 0 && e.Kind != engine.Begin {
		s.seen["lost commit"]++
		s.crash()
		return
	}
	err = s.journal.commit(e, decisions)
	s.require(err == nil, "journal: %v", err)
	diff := difference(s.run, s.restored())
	s.require(diff == "", "the journal gives another run: %s", diff)
	s.count(e, decisions)
	if s.rng.IntN(4) == 0 {
		s.seen["twice"]++
		s.expectNothing(e)
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
		e.Writes = randomWrites(s.rng, &s.plan.Tasks[e.Task])
	}
	if !s.fits(e) {
		s.seen["late event"]++
		s.expectNothing(e)
	}
}

// fits says whether an event has an effect in the present state.
func (s *simulation) fits(e engine.Event) bool {
	t := s.run.Tasks[e.Task]
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
	s.require(!s.fits(e), "event %+v fits", e)
	before := clone(s.run)
	decisions, err := s.graph.Step(s.run, e)
	s.require(err == nil && len(decisions) == 0, "late event %+v: %v %v", e, decisions, err)
	diff := difference(before, s.run)
	s.require(diff == "", "late event %+v changes the run: %s", e, diff)
}

// afterTheEnd checks that nothing follows, not even after a restart.
func (s *simulation) afterTheEnd() {
	for range 5 {
		s.lateEvent()
	}
	s.restart()
	for range 5 {
		s.lateEvent()
	}
	s.checkContext(s.rng.IntN(len(s.plan.Tasks) + 1))
	s.checkContext(len(s.plan.Tasks))
}

// in returns the tasks in a state, in order.
func (s *simulation) in(status engine.TaskStatus) []int {
	var tasks []int
	for i := range s.run.Tasks {
		if s.run.Tasks[i].Status == status {
			tasks = append(tasks, i)
		}
	}
	return tasks
}

func (s *simulation) pick(tasks []int) int { return tasks[s.rng.IntN(len(tasks))] }

func (s *simulation) count(e engine.Event, decisions []engine.Decision) {
	if slices.Contains([]engine.EventKind{engine.Cancel, engine.TimedOut}, e.Kind) {
		s.seen[e.Kind.String()]++
	}
	for _, d := range decisions {
		s.seen[d.Kind.String()]++
		if d.Interrupted {
			s.seen["given up"]++
		}
		if d.Kind == engine.RunEnded {
			s.seen["run "+d.Status.String()]++
		}
	}
}
