package engine_test

import (
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
func (s *simulation) checkStep(before *engine.Run, e engine.Event, decisions []engine.Decision) {
	s.checkRun(before, e, decisions)
	changed := 0
	for i := range s.run.Tasks {
		if s.run.Tasks[i].Status != before.Tasks[i].Status {
			changed++
		}
		s.checkTask(before.Tasks[i], i)
	}
	if s.run.Status != before.Status {
		changed++
	}
	s.require(len(decisions) == changed, "%d decisions for %d changes", len(decisions), changed)
	for _, d := range decisions {
		if d.Kind != engine.RunEnded && d.Kind != engine.RunUnblocked {
			s.checkDecision(before.Tasks[d.Task], e, d)
		}
	}
}

func (s *simulation) checkRun(before *engine.Run, e engine.Event, decisions []engine.Decision) {
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
	s.require(s.run.Open == open, "open is %d, counted %d", s.run.Open, open)
	s.require(s.run.Status != engine.RunRunning || moving, "the run goes on and nothing moves")
	if s.run.Status == before.Status {
		return
	}
	s.require(slices.Contains(engine.RunTransitions(before.Status), s.run.Status), "run: %v to %v", before.Status, s.run.Status)
	if e.Kind == engine.Unblock {
		first := decisions[0]
		s.require(s.run.Status == engine.RunRunning && first.Kind == engine.RunUnblocked && first.Status == s.run.Status,
			"the run is %v, the first decision %+v", s.run.Status, first)
		return
	}
	s.require(s.run.Status == s.expectedEnd(e), "the run is %v, expected %v", s.run.Status, s.expectedEnd(e))
	last := decisions[len(decisions)-1]
	s.require(last.Kind == engine.RunEnded && last.Status == s.run.Status, "the last decision is %+v", last)
}

func (s *simulation) expectedEnd(e engine.Event) engine.RunStatus {
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

func (s *simulation) checkTask(before engine.Task, i int) {
	now := s.run.Tasks[i]
	pending := 0
	for _, d := range s.plan.Tasks[i].DependsOn {
		if s.run.Tasks[d].Status < engine.TaskCompleted {
			pending++
		}
	}
	s.require(now.Pending == pending, "task %d: pending is %d, counted %d", i, now.Pending, pending)
	s.require(pending > 0 || now.Status != engine.TaskWaiting || s.run.Status == engine.RunBlocked, "task %d is undecided", i)
	s.require(pending == 0 || now.Status == engine.TaskWaiting || now.Status == engine.TaskCancelled, "task %d is %v too early", i, now.Status)
	s.require(now.Attempt >= before.Attempt, "task %d: attempt falls from %d to %d", i, before.Attempt, now.Attempt)
	s.require(now.Attempt <= 1+s.plan.Tasks[i].Retry.Attempts, "task %d: attempt %d", i, now.Attempt)
	if before.Status >= engine.TaskCompleted || now.Status == before.Status {
		s.require(now.Status == before.Status && now.Attempt == before.Attempt && now.Due == before.Due &&
			now.Again == before.Again && now.Interruptions == before.Interruptions && now.Leaves.Equal(before.Leaves) &&
			equalEntries(now.Writes, before.Writes), "task %d changed without a change of state: %+v", i, now)
		return
	}
	s.require(slices.Contains(engine.TaskTransitions(before.Status), now.Status), "task %d: %v to %v", i, before.Status, now.Status)
}

func (s *simulation) checkDecision(before engine.Task, e engine.Event, d engine.Decision) {
	now, p := s.run.Tasks[d.Task], &s.plan.Tasks[d.Task]
	switch d.Kind {
	case engine.BecameReady, engine.WasSkipped:
		s.require(d.Verdict == (before.Status == engine.TaskWaiting), "decision %+v of a task that was %v", d, before.Status)
		if d.Verdict {
			s.checkVerdict(d)
			return
		}
		s.require(d.Attempt == now.Next(), "decision %+v, next is %d", d, now.Next())
		s.require(e.Kind == engine.RetryDue || now.Attempt == before.Attempt && now.Again, "a cut uses up an attempt: %+v", now)
	case engine.Started:
		s.require(s.run.Status == engine.RunRunning && before.Status == engine.TaskReady && d.Attempt == before.Next() &&
			now.Attempt == d.Attempt && !now.Again, "decision %+v of %+v", d, before)
	case engine.Completed:
		s.require(equalEntries(now.Writes, e.Writes) && d.Attempt == now.Attempt, "decision %+v of %+v", d, now)
	case engine.WillRetry:
		s.require(s.mayRetry(p, e, before.Attempt), "a retry after %+v", e)
		s.checkDue(p.Retry, now, e)
	case engine.FailedForGood:
		if e.Kind == engine.Failed {
			s.require(!s.mayRetry(p, e, before.Attempt) && !d.Interrupted, "no retry after %+v", e)
			return
		}
		limit := e.MaxInterruptions
		s.require(d.Interrupted && limit >= 0 && now.Interruptions == limit+1, "decision %+v at limit %d: %+v", d, limit, now)
	case engine.WasCancelled:
		s.require((d.Attempt > 0) == (before.Status == engine.TaskRunning), "decision %+v of a task that was %v", d, before.Status)
	default:
		s.require(false, "unknown decision %+v", d)
	}
}

func (s *simulation) mayRetry(p *plan.Task, e engine.Event, attempt int) bool {
	return e.Kind == engine.Failed && e.Retryable && attempt <= p.Retry.Attempts && p.Retry.Condition != plan.RetryNever
}

func (s *simulation) checkVerdict(d engine.Decision) {
	tree := s.plan.Tasks[d.Task].Rule.Tree
	truth := refLeaves(s.plan, s.run, d.Task)
	want := plan.LeavesOf(truth...)
	verdict := refVerdict(tree, &truth)
	s.require(verdict == (d.Kind == engine.BecameReady), "task %d: %v, the reference says %t", d.Task, d.Kind, verdict)
	s.require(d.Leaves.Equal(want) && s.run.Tasks[d.Task].Leaves.Equal(want), "task %d: leaves %+v, want %+v", d.Task, d.Leaves, want)
	s.require(tree.Eval(d.Leaves) == verdict, "task %d: the leaves do not give the verdict", d.Task)
}

// checkDue checks the time of a retry against the bounds of its policy.
func (s *simulation) checkDue(r plan.Retry, t engine.Task, e engine.Event) {
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
	s.require(low <= delay && delay < high+time.Millisecond, "delay %v is not within %v and %v", delay, low, high)
}

// checkContext compares every way to read a task's context with the reference.
func (s *simulation) checkContext(task int) {
	want := refContext(s.plan, s.run, task)
	all := s.graph.Context(s.run, task)
	s.require(slices.IsSortedFunc(all, func(a, b engine.Entry) int { return slices.Compare([]byte(a.Key), []byte(b.Key)) }), "context %v", all)
	s.require(len(all) == len(want), "context %v, want %v", all, want)
	for _, e := range all {
		value, ok := want[e.Key]
		s.require(ok && value == string(e.Value), "context of task %d: %s is %s, want %s", task, e.Key, e.Value, value)
	}
	order := s.graph.Order(task)
	for _, key := range keys {
		value, ok := want[key]
		check := func(way string, got []byte, found bool) {
			s.require(found == ok && string(got) == value, "%s of %s by task %d: %s %t, want %s %t", way, key, task, got, found, value, ok)
		}
		got, found := s.graph.Lookup(s.run, task, key)
		check("walk", got, found)
		got, found = s.graph.LookupIn(s.run, order, key)
		check("order", got, found)
		read := readOf(s.plan, task, key)
		got, found = s.graph.LookupRead(s.run, task, &read)
		check("writers", got, found)
		read = readOf(s.plan, task, "/"+key+"/0")
		got, found = s.graph.LookupRead(s.run, task, &read)
		check("pointer", got, found)
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

func (s *simulation) require(ok bool, format string, args ...any) {
	if !ok {
		panic(failure{fmt.Sprintf(format, args...)})
	}
}
