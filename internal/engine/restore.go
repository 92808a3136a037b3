package engine

import "slices"

// Restore makes a run that was filled from stored rows ready for [Graph.Step]:
// it computes Pending and Open, and checks that the states could have been
// reached. What the store has to fill are ID, Status, Deadline, Initial, and of
// each task everything but Pending. A task that was never decided is waiting.
//
// An error is a [*Violation] and means that rows are missing or were changed by
// other hands; the run is then to be blocked. A run that was stored without the
// decisions of its [Begin] is such a run, unless it has no tasks: one
// transaction holds both. The states of a run that is blocked already are not
// checked; [Unblock] does that.
func (g *Graph) Restore(r *Run) error { return g.restored(r, false, false) }

// RestoreAdopted is [Graph.Restore] for the run of an [Adoption]: tasks may
// wait for nothing, and nothing may be left of the run. Step a [Replan] next.
func (g *Graph) RestoreAdopted(r *Run) error { return g.restored(r, true, false) }

// RestoreWhole is [Graph.Restore] that looks at the states of a blocked run, too:
// blocking leaves them as they were, so they have to be ones of a run that goes
// on. With undecided it may have tasks that wait for nothing, because an assertion
// failed when they were to be decided; see [Violation.Undecided].
func (g *Graph) RestoreWhole(r *Run, undecided bool) error { return g.restored(r, undecided, true) }

func (g *Graph) restored(r *Run, adopted, whole bool) error {
	if v := g.restore(r, adopted, whole); v != nil {
		v.Run, v.Dump = r.ID, g.dump(r)
		return v
	}
	return nil
}

// restore does not insist on what a Replan is still to do if the run is adopted.
func (g *Graph) restore(r *Run, adopted, whole bool) *Violation {
	if len(r.Tasks) != len(g.plan.Tasks) {
		return violation("it has %d tasks, its plan %d", len(r.Tasks), len(g.plan.Tasks))
	}
	if !r.Status.known() {
		return violation("it is in no known state: %v", r.Status)
	}
	if !sorted(r.Initial) {
		return violation("its initial context is not sorted by key: %q", keysOf(r.Initial))
	}
	g.count(r)
	if r.Status == RunBlocked && !whole {
		return nil
	}
	for i := range r.Tasks {
		if v := g.checkTask(r, i, adopted); v != nil {
			return v
		}
	}
	return g.checkRun(r, adopted)
}

// count sets what follows from the states.
func (g *Graph) count(r *Run) {
	r.Open = 0
	for i := range r.Tasks {
		t := &r.Tasks[i]
		t.Pending = 0
		for _, d := range g.plan.Tasks[i].DependsOn {
			if !r.Tasks[d].Status.Ended() {
				t.Pending++
			}
		}
		if !t.Status.Ended() {
			r.Open++
		}
	}
}

func (g *Graph) checkTask(r *Run, task int, adopted bool) *Violation {
	t := &r.Tasks[task]
	if v := g.checkProgress(r, task, adopted); v != nil {
		return v
	}
	if v := g.checkAttempt(task, t); v != nil {
		return v
	}
	tree := g.plan.Tasks[task].Rule.Tree
	if t.Status.Decided() && tree.Eval(t.Leaves) != (t.Status != TaskSkipped) {
		return violation("task %d is %v, which its leaves %x contradict", task, t.Status, t.Leaves.AppendBytes(nil))
	}
	return nil
}

// checkProgress checks that a task got as far as its dependencies let it.
func (g *Graph) checkProgress(r *Run, task int, adopted bool) *Violation {
	t := &r.Tasks[task]
	switch {
	case !t.Status.known():
		return violation("task %d is in no known state: %v", task, t.Status)
	case t.Pending > 0 && t.Status.Decided():
		return violation("task %d is %v, but %d of its dependencies have not ended", task, t.Status, t.Pending)
	case t.Pending == 0 && t.Status == TaskWaiting && !adopted:
		return violation("task %d is undecided, but all its dependencies have ended", task)
	case t.Status != TaskCompleted && len(t.Writes) > 0:
		return violation("task %d is %v and has writes", task, t.Status)
	case !sorted(t.Writes):
		return violation("the writes of task %d are not sorted by key: %q", task, keysOf(t.Writes))
	}
	return nil
}

// checkAttempt checks the number of the attempt against the state and the plan.
func (g *Graph) checkAttempt(task int, t *Task) *Violation {
	retries := g.plan.Tasks[task].Retry.Attempts
	least, most := 0, retries+1
	switch t.Status {
	case TaskWaiting, TaskSkipped:
		most = 0
	case TaskReady:
		if !t.Again {
			most = retries
		}
	case TaskRunning, TaskDeferred, TaskCompleted, TaskFailed:
		least = 1
	case TaskRetrying:
		least, most = 1, retries
	}
	switch {
	case t.Attempt < least || t.Attempt > most:
		return violation("task %d is %v with attempt %d, which is not within %d and %d",
			task, t.Status, t.Attempt, least, most)
	case t.Again && (t.Status != TaskReady || t.Attempt < 1):
		return violation("task %d is %v and is to start attempt %d again", task, t.Status, t.Attempt)
	case t.Interruptions < 0:
		return violation("task %d has %d interruptions", task, t.Interruptions)
	}
	return nil
}

// checkRun checks the state of the run against its tasks.
func (g *Graph) checkRun(r *Run, adopted bool) *Violation {
	cancelled := slices.ContainsFunc(r.Tasks, func(t Task) bool { return t.Status == TaskCancelled })
	switch {
	case !r.Status.Ended():
		if len(r.Tasks) > 0 && r.Open == 0 && !adopted {
			return violation("it is %v, but all its tasks have ended", r.Status)
		}
		if cancelled {
			return violation("it is %v, but has a cancelled task", r.Status)
		}
	case r.Open > 0:
		return violation("it is %v, but %d of its tasks have not ended", r.Status, r.Open)
	case r.Status == RunCancelled:
	case cancelled && r.Status == RunCompleted, !cancelled && r.Status != g.outcome(r):
		return violation("it is %v, which its tasks contradict", r.Status)
	}
	return nil
}

// sorted reports whether entries are sorted by key, each key once.
func sorted(entries []Entry) bool {
	for i := 1; i < len(entries); i++ {
		if entries[i-1].Key >= entries[i].Key {
			return false
		}
	}
	return true
}
