package engine_test

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// checkStep checks what has to hold after every step, whatever the schedule:
//
//  1. What has ended, task or run, has not changed.
//  2. Every change of a state is in the tables of transitions.
//  3. Every change has one decision, and every decision a change.
//  4. A task is decided when all its dependencies have ended and not before,
//     and at once: no undecided task has only ended dependencies.
//  5. The verdict and the bit of each leaf are those of the naive reference,
//     and the bits give the verdict.
//  6. An attempt starts in a running run, from a ready task, with the next
//     number or, after a cut, the same; there are at most 1 + retries.
//  7. A retry follows only a retryable failure with attempts left, and is due
//     after a delay that its policy allows.
//  8. A cut uses nothing up; it fails a task only beyond the limit, never at -1.
//  9. Pending and Open are what counting gives.
//  10. The run has ended when all tasks have, as failed if a task failed that
//     must not or time was up, as cancelled if it was cancelled, else as
//     completed; the end is the last decision.
//  11. A run that goes on has a task that is ready, running or retrying.
//
// The simulation adds what is seen from outside:
//
//  12. A second application of the event, and any event that does not fit the
//     state, has no decision and changes nothing.
//  13. The journal accepts each decision in its order: decided once, no
//     dependant before its dependency is stored, no start without a verdict.
//  14. The run that Restore makes of the journal is the run.
//  15. Without further faults every run ends.
//  16. Contexts are those of the naive reference, by walk, order and writers.
//
// All tasks are looked at after every step; in a plan of more than wholeTasks, 4 and 9
// at those that changed and their dependants, for they follow from the dependencies
// alone, and at all of them after every eighth step. 14 is checked task by task for
// what a step changed, with Restore after every fourth step by chance, at every restart
// and at the end. 16 is checked in one of the ways, by chance, before the end of every
// attempt, and in all of them at the end, for the final context and a task by chance.
func (s *simulation) checkStep(e *engine.Event, decisions []engine.Decision) {
	moved := s.checkTasks()
	s.checkPlaces()
	s.checkRun(e, decisions)
	if s.run.Status != s.before.Status {
		moved++
	}
	if len(decisions) != moved {
		s.fail("%d decisions for %d changes", len(decisions), moved)
	}
	for i := range decisions {
		if d := &decisions[i]; d.Kind != engine.RunEnded && d.Kind != engine.RunUnblocked {
			s.checkDecision(e, d)
		}
	}
}

// wholeTasks is the size up to which a plan is looked at as a whole after every step.
const wholeTasks = 12

// The legal changes of state, as bits.
var (
	runMoves  = movesOf(engine.RunRunning, engine.RunCancelled, engine.RunTransitions)
	taskMoves = movesOf(engine.TaskWaiting, engine.TaskCancelled, engine.TaskTransitions)
)

func movesOf[S ~uint8](first, last S, next func(S) []S) []uint64 {
	moves := make([]uint64, last+1)
	for s := first; s <= last; s++ {
		for _, n := range next(s) {
			moves[s] |= 1 << n
		}
	}
	return moves
}

// checkTasks finds out which tasks have changed and how many have another state.
func (s *simulation) checkTasks() (moved int) {
	s.changed = s.changed[:0]
	for i := range s.run.Tasks {
		now, before := &s.run.Tasks[i], &s.before.Tasks[i]
		if now.Status == before.Status {
			if !sameTask(now, before) {
				s.fail("task %d changed without a change of state: %+v", i, *now)
			}
			continue
		}
		moved++
		s.changed = append(s.changed, i)
		switch {
		case taskMoves[before.Status]>>now.Status&1 == 0:
			s.fail("task %d: %v to %v", i, before.Status, now.Status)
		case now.Attempt < before.Attempt:
			s.fail("task %d: attempt falls from %d to %d", i, before.Attempt, now.Attempt)
		case now.Attempt > 1+s.plan.Tasks[i].Retry.Attempts:
			s.fail("task %d: attempt %d", i, now.Attempt)
		}
	}
	return moved
}

// checkPlaces checks tasks against their dependencies.
func (s *simulation) checkPlaces() {
	if len(s.run.Tasks) <= wholeTasks || s.run.Status != s.before.Status || s.rng.IntN(8) == 0 {
		for i := range s.run.Tasks {
			s.checkPlace(i)
		}
		return
	}
	for _, i := range s.changed {
		s.checkPlace(i)
		for _, f := range s.known.tasks[i].followers {
			s.checkPlace(f)
		}
	}
}

func (s *simulation) checkPlace(i int) {
	now, pending := &s.run.Tasks[i], 0
	for _, d := range s.plan.Tasks[i].DependsOn {
		if s.run.Tasks[d].Status < engine.TaskCompleted {
			pending++
		}
	}
	switch {
	case int(now.Pending) != pending:
		s.fail("task %d: pending is %d, counted %d", i, now.Pending, pending)
	case pending == 0 && now.Status == engine.TaskWaiting && s.run.Status != engine.RunBlocked:
		s.fail("task %d is undecided", i)
	case pending > 0 && now.Status != engine.TaskWaiting && now.Status != engine.TaskCancelled:
		s.fail("task %d is %v too early", i, now.Status)
	}
}

func (s *simulation) checkRun(e *engine.Event, decisions []engine.Decision) {
	open := 0
	moving := false
	for i := range s.run.Tasks {
		switch s.run.Tasks[i].Status {
		case engine.TaskCompleted, engine.TaskFailed, engine.TaskSkipped, engine.TaskCancelled:
		case engine.TaskReady, engine.TaskRunning, engine.TaskRetrying:
			moving = true
			fallthrough
		default:
			open++
		}
	}
	switch {
	case s.run.Open != open:
		s.fail("open is %d, counted %d", s.run.Open, open)
	case s.run.Status == engine.RunRunning && !moving:
		s.fail("the run goes on and nothing moves")
	case s.run.Status != s.before.Status:
		s.checkMove(e, decisions)
	}
}

// checkMove checks the change of the state of the run.
func (s *simulation) checkMove(e *engine.Event, decisions []engine.Decision) {
	if runMoves[s.before.Status]>>s.run.Status&1 == 0 {
		s.fail("run: %v to %v", s.before.Status, s.run.Status)
	}
	if e.Kind == engine.Unblock {
		first := &decisions[0]
		if s.run.Status != engine.RunRunning || first.Kind != engine.RunUnblocked || first.Status != s.run.Status {
			s.fail("the run is %v, the first decision %+v", s.run.Status, *first)
		}
		return
	}
	if want := s.expectedEnd(e); s.run.Status != want {
		s.fail("the run is %v, expected %v", s.run.Status, want)
	}
	last := &decisions[len(decisions)-1]
	if last.Kind != engine.RunEnded || last.Status != s.run.Status {
		s.fail("the last decision is %+v", *last)
	}
}

func (s *simulation) expectedEnd(e *engine.Event) engine.RunStatus {
	switch e.Kind {
	case engine.Block:
		return engine.RunBlocked
	case engine.Cancel:
		return engine.RunCancelled
	case engine.TimedOut:
		return engine.RunFailed
	}
	for i := range s.run.Tasks {
		if s.run.Tasks[i].Status == engine.TaskFailed && !s.plan.Tasks[i].AllowFailure {
			return engine.RunFailed
		}
	}
	return engine.RunCompleted
}

func (s *simulation) checkDecision(e *engine.Event, d *engine.Decision) {
	before, now := &s.before.Tasks[d.Task], &s.run.Tasks[d.Task]
	p := &s.plan.Tasks[d.Task]
	var ok bool
	switch d.Kind {
	case engine.BecameReady, engine.WasSkipped:
		if ok = d.Verdict == (before.Status == engine.TaskWaiting); ok && d.Verdict {
			s.checkVerdict(d)
			return
		}
		cut := now.Attempt == before.Attempt && now.Again // it uses up no attempt
		ok = ok && d.Attempt == now.Next() && (e.Kind == engine.RetryDue || cut)
	case engine.Started:
		ok = s.run.Status == engine.RunRunning && before.Status == engine.TaskReady && d.Attempt == before.Next() &&
			now.Attempt == d.Attempt && !now.Again
	case engine.Completed:
		ok = equalEntries(now.Writes, e.Writes) && d.Attempt == now.Attempt
	case engine.WillRetry:
		ok = s.mayRetry(p, e, before.Attempt)
		s.checkDue(&p.Retry, now, e)
	case engine.FailedForGood:
		if e.Kind == engine.Failed {
			ok = !s.mayRetry(p, e, before.Attempt) && !d.Interrupted
			break
		}
		limit := e.MaxInterruptions
		ok = d.Interrupted && limit >= 0 && now.Interruptions == limit+1
	case engine.WasCancelled:
		ok = (d.Attempt > 0) == (before.Status == engine.TaskRunning)
	}
	if !ok {
		s.fail("event %+v, decision %+v: the task was %+v and is %+v", *e, *d, *before, *now)
	}
}

func (s *simulation) mayRetry(p *plan.Task, e *engine.Event, attempt int) bool {
	return e.Kind == engine.Failed && e.Retryable && attempt <= p.Retry.Attempts && p.Retry.Condition != plan.RetryNever
}

func (s *simulation) checkVerdict(d *engine.Decision) {
	tree := s.plan.Tasks[d.Task].Rule.Tree
	k := s.known.of(d.Task)
	context := refContext(k.order, s.run)
	var space [16]bool
	truth := refLeaves(space[:0], k.leaves, s.run, &context)
	want := plan.LeavesOf(truth...)
	verdict := refVerdict(tree, &truth)
	switch {
	case verdict != (d.Kind == engine.BecameReady):
		s.fail("task %d: %v, the reference says %t", d.Task, d.Kind, verdict)
	case !d.Leaves.Equal(want) || !s.run.Tasks[d.Task].Leaves.Equal(want):
		s.fail("task %d: leaves %+v, want %+v", d.Task, d.Leaves, want)
	case tree.Eval(d.Leaves) != verdict:
		s.fail("task %d: the leaves do not give the verdict", d.Task)
	}
}

// checkDue checks the time of a retry against the bounds of its policy.
func (s *simulation) checkDue(r *plan.Retry, t *engine.Task, e *engine.Event) {
	base := r.Delay
	switch r.Backoff {
	case plan.Exponential:
		base <<= t.Attempt - 1
	case plan.Linear:
		base *= time.Duration(t.Attempt)
	}
	base = min(base, r.MaxDelay)
	low, high := base, base
	if r.Jitter {
		low, high = base*3/4, min(base*5/4, r.MaxDelay)
	}
	delay := time.Duration(t.Due-e.Now) * time.Millisecond
	if delay < low || delay >= high+time.Millisecond {
		s.fail("delay %v is not within %v and %v", delay, low, high)
	}
}

// ways are how many ways there are to read a context; see checkContextBy.
const ways = 5

// checkContext compares every way to read a task's context with the reference.
func (s *simulation) checkContext(task int) {
	for way := range ways {
		s.checkContextBy(task, way)
	}
}

// checkContextBy compares one way to read a task's context with the reference.
func (s *simulation) checkContextBy(task, way int) {
	k := s.known.of(task)
	want := refContext(k.order, s.run)
	var order []int
	switch way {
	case 0:
		s.checkWhole(task, &want)
		return
	case 1:
		if order = s.graph.Order(task); !slices.Equal(order, k.order) {
			s.fail("task %d follows %v, the reference says %v", task, order, k.order)
		}
	}
	for n, key := range keys {
		var got []byte
		var found bool
		switch way {
		case 1:
			got, found = s.graph.LookupIn(s.run, order, key)
		case 2:
			got, found = s.graph.Lookup(s.run, task, key)
		case 3:
			got, found = s.graph.LookupRead(s.run, task, &k.reads[n])
		case 4:
			got, found = s.graph.LookupRead(s.run, task, &k.pointers[n])
		}
		if found != (want[n] != nil) || !bytes.Equal(got, want[n]) {
			s.fail("task %d reads %s in way %d: %s %t, want %s", task, key, way, got, found, want[n])
		}
	}
}

// checkWhole compares the whole context of a task with the reference.
func (s *simulation) checkWhole(task int, want *contents) {
	all := s.graph.Context(s.run, task)
	for n, key := range keys {
		if want[n] == nil {
			continue
		}
		if len(all) == 0 || all[0].Key != key || !bytes.Equal(all[0].Value, want[n]) {
			s.fail("context of task %d: %v instead of %s, which is %s", task, all, key, want[n])
		}
		all = all[1:]
	}
	if len(all) > 0 {
		s.fail("context of task %d: %v is not part of it", task, all)
	}
}

// failure is what a broken invariant throws; the schedule catches it.
type failure struct{ text string }

// brokenInvariant turns what was recovered into an error; what is no failure of
// an invariant panics again.
func brokenInvariant(recovered any) error {
	switch p := recovered.(type) {
	case nil:
		return nil
	case failure:
		return fmt.Errorf("invariant broken: %s", p.text)
	default:
		panic(p)
	}
}

func (s *simulation) fail(format string, args ...any) { panic(failure{fmt.Sprintf(format, args...)}) }
