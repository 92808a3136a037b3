package engine

import (
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// change is one event on its way into a run. Rules have to see the tasks that
// ended by the same event, so the run is changed as it goes; what was there
// before is kept until the event is through, and comes back if an assertion fails.
type change struct {
	g *Graph
	r *Run
	e Event
	// decisions are the consequences so far.
	decisions []Decision
	// undecided are tasks whose dependencies have ended, a list of work.
	undecided []int
	// before are the tasks that were changed, as they were.
	before []before
	// status and open are the run's before the event.
	status RunStatus
	open   int
}

type before struct {
	task  int
	state Task
}

// changes are used again, because their lists are most of what a step allocates.
var changes = sync.Pool{New: func() any { return new(change) }}

// mostKept is how long the lists may be of a change that is used again.
const mostKept = 64

func newChange(g *Graph, r *Run, e Event) *change {
	c := changes.Get().(*change)
	c.g, c.r, c.e, c.status, c.open = g, r, e, r.Status, r.Open
	return c
}

// giveBack lets the change be used again; it keeps nothing of the run.
func (c *change) giveBack() {
	if cap(c.before) > mostKept || cap(c.undecided) > mostKept {
		return
	}
	clear(c.before)
	*c = change{before: c.before[:0], undecided: c.undecided[:0]}
	changes.Put(c)
}

// move changes a task and records the decision, after checking that it may.
func (c *change) move(task int, next Task, d Decision) *Violation {
	t := &c.r.Tasks[task]
	if v := c.check(task, t, &next); v != nil {
		return v
	}
	if next.Status.Ended() {
		if v := c.release(task); v != nil {
			return v
		}
	}
	c.before = append(c.before, before{task, *t})
	*t = next
	d.Task = task
	c.decisions = append(c.decisions, d)
	return nil
}

// check holds the assertions that guard every change of a task.
func (c *change) check(task int, t, next *Task) *Violation {
	retries := c.g.plan.Tasks[task].Retry.Attempts
	switch {
	case !t.Status.canBecome(next.Status):
		return violation("task %d cannot change from %v to %v", task, t.Status, next.Status)
	case t.Pending != 0 && next.Status != TaskCancelled:
		return violation("task %d is to be %v before %d of its dependencies have ended", task, next.Status, t.Pending)
	case next.Attempt > retries+1:
		return violation("task %d is to start attempt %d with %d retries", task, next.Attempt, retries)
	case next.Attempt < t.Attempt:
		return violation("the attempt of task %d falls from %d to %d", task, t.Attempt, next.Attempt)
	case next.Status.Ended() && c.r.Open < 1:
		return violation("task %d is to end in a run with %d open tasks", task, c.r.Open)
	case len(t.Writes) > 0:
		return violation("task %d is %v and has writes already", task, t.Status)
	}
	return nil
}

// release takes an ended task from the counts of its dependants and of the run.
func (c *change) release(task int) *Violation {
	dependants := c.g.dependants(task)
	for _, d := range dependants {
		if t := &c.r.Tasks[d]; t.Pending < 1 || t.Status != TaskWaiting {
			return violation("task %d is %v with %d pending before its dependency %d has ended",
				d, t.Status, t.Pending, task)
		}
	}
	for _, d := range dependants {
		c.r.Tasks[d].Pending--
	}
	c.r.Open--
	return nil
}

// moveRun ends the run, after checking that it may.
func (c *change) moveRun(next RunStatus) *Violation {
	if !c.r.Status.canBecome(next) {
		return violation("the run cannot change from %v to %v", c.r.Status, next)
	}
	if c.r.Open != 0 {
		return violation("the run is to end as %v with %d open tasks", next, c.r.Open)
	}
	c.r.Status = next
	c.decisions = append(c.decisions, Decision{Kind: RunEnded, Status: next})
	return nil
}

// evaluate asks the program for the verdict of a rule and holds it against the
// rule's tree. A rule that panics concerns its run only.
func (c *change) evaluate(task int) (verdict bool, leaves plan.Leaves, v *Violation) {
	tree := c.g.plan.Tasks[task].Rule.Tree
	if tree == nil {
		return true, plan.Leaves{}, nil
	}
	if c.g.decide == nil {
		return false, plan.Leaves{}, violation("task %d has a rule, and the graph no decider", task)
	}
	defer func() {
		if p := recover(); p != nil {
			v = violation("the rule of task %d panicked: %v", task, p)
			v.Stack = debug.Stack()
		}
	}()
	verdict, leaves = c.g.decide(c.g, c.r, task)
	if tree.Eval(leaves) != verdict {
		v = violation("the rule of task %d is %t, but not by its leaves %x", task, verdict, leaves.AppendBytes(nil))
	}
	return verdict, leaves, v
}

// rollBack gives the run the state it had before the event.
func (c *change) rollBack() {
	for i := len(c.before) - 1; i >= 0; i-- {
		b := &c.before[i]
		t := &c.r.Tasks[b.task]
		if t.Status.Ended() && !b.state.Status.Ended() {
			for _, d := range c.g.dependants(b.task) {
				c.r.Tasks[d].Pending++
			}
		}
		*t = b.state
	}
	c.r.Status, c.r.Open = c.status, c.open
}

// violation returns a violation; Step adds the run and the event.
func violation(format string, args ...any) *Violation {
	return &Violation{Reason: fmt.Sprintf(format, args...)}
}
