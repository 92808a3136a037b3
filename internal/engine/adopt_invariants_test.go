package engine_test

import (
	"reflect"
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// checkObstacles checks what does not depend on what keys hold: a task that was decided
// and is gone is an obstacle, once; what concerns the past of a task that has ended can
// be accepted, and of another not; what a task lacks that has not ended can.
func (a *adoptions) checkObstacles(r *engine.Run, now *plan.Plan, obstacles []engine.Obstacle) {
	gone := map[string]bool{}
	for _, o := range obstacles {
		j := slices.IndexFunc(a.plan.Tasks, func(t plan.Task) bool { return t.ID == o.Task })
		status := engine.TaskWaiting // of a new task
		if j >= 0 {
			status = r.Tasks[j].Status
		}
		a.require(o.Status == status, "obstacle %v of a task that is %v", o, status)
		switch o.Kind {
		case engine.TaskGone:
			a.require(!gone[o.Task], "obstacle %v twice", o)
			gone[o.Task] = true
			fallthrough
		case engine.OtherDependencies, engine.TaskBefore:
			a.require(status != engine.TaskWaiting && o.Acceptable == status.Ended(), "obstacle %+v", o)
		default:
			a.require(!status.Ended() && o.Acceptable, "obstacle %+v", o)
		}
	}
	for j := range a.plan.Tasks {
		t := &a.plan.Tasks[j]
		left := slices.ContainsFunc(now.Tasks, func(n plan.Task) bool { return n.ID == t.ID })
		want := !left && !t.IsGone() && r.Tasks[j].Status != engine.TaskWaiting
		a.require(gone[t.ID] == want, "task %s is %v, gone %t: obstacles %v", t.ID, r.Tasks[j].Status, !left, obstacles)
	}
}

// checkAdoption checks what every adoption has to be:
//
//  1. Twice the same of the same.
//  2. Nothing has changed if the fingerprints are equal.
//  3. Tasks are a bijection between what is kept, by ids; what is new waits.
//  4. The tasks of the new plan have their numbers.
//  5. Decided tasks are what they were, with their rule.
//  6. Undecided ones have the rule, the policies and the keys of the new plan,
//     and exactly the ancestors that it gives them, in that order; those that go
//     on have no others.
func (a *adoptions) checkAdoption(r *engine.Run, now *plan.Plan, adoption *engine.Adoption) {
	if a.rng.IntN(8) == 0 {
		again, _ := engine.Adopt(a.plan, r, now, true)
		if !reflect.DeepEqual(adoption, again) {
			a.fail("adopted twice: %s", cmp.Diff(adoption, again, cmp.AllowUnexported(plan.Leaves{})))
		}
	}
	merged := adoption.Plan
	a.require(merged.Timeout == a.plan.Timeout && reflect.DeepEqual(merged.Input, a.plan.Input) || merged == now && !adoption.Changed,
		"the run was started with timeout %v and input %v, now %v and %v", a.plan.Timeout, a.plan.Input, merged.Timeout, merged.Input)
	a.require(merged.Fingerprint == merged.ComputeFingerprint(), "the fingerprint is not the plan's")
	a.require(adoption.Changed == (merged.Fingerprint != a.plan.Fingerprint), "changed: %t", adoption.Changed)
	if a.plan.Fingerprint == now.Fingerprint {
		a.require(!adoption.Changed && slices.Equal(adoption.Tasks, seq(len(a.plan.Tasks))), "equal plans change")
	}
	kept := map[int]bool{}
	for j, i := range adoption.Tasks {
		if i < 0 {
			a.require(r.Tasks[j].Status == engine.TaskWaiting, "task %d is gone, but %v", j, r.Tasks[j].Status)
			continue
		}
		a.require(!kept[i] && merged.Tasks[i].ID == a.plan.Tasks[j].ID, "task %d becomes %d", j, i)
		kept[i] = true
		a.checkKept(&r.Tasks[j], &adoption.Run.Tasks[i], j, merged, i)
	}
	for i := range merged.Tasks {
		a.require(kept[i] || adoption.Run.Tasks[i].Status == engine.TaskWaiting, "new task %d is %v", i, adoption.Run.Tasks[i].Status)
		if i >= len(now.Tasks) {
			a.require(kept[i] && merged.Tasks[i].IsGone(), "task %d is no history", i)
			a.seen["history"]++
			continue
		}
		a.require(now.Tasks[i].ID == merged.Tasks[i].ID, "task %d is %s", i, merged.Tasks[i].ID)
		if !adoption.Run.Tasks[i].Status.Ended() {
			a.checkFuture(now, merged, &adoption.Run.Tasks[i], i)
		}
	}
}

// checkContexts checks that a task that goes on sees what the decision about it saw,
// unless it is an obstacle that it does not.
func (a *adoptions) checkContexts(r *engine.Run, adoption *engine.Adoption, obstacles []engine.Obstacle) {
	for j, i := range adoption.Tasks {
		if status := r.Tasks[j].Status; i < 0 || status == engine.TaskWaiting || status.Ended() {
			continue
		}
		was, is := a.known.context(r, j), refContext(refOrder(adoption.Plan, i), adoption.Run)
		id := a.plan.Tasks[j].ID
		known := slices.ContainsFunc(obstacles, func(o engine.Obstacle) bool { return o.Kind == engine.OtherValue && o.Task == id })
		a.require(known != reflect.DeepEqual(was, is), "task %s saw %q, now %q: obstacles %v", id, was, is, obstacles)
	}
}

func (a *adoptions) checkKept(before, after *engine.Task, j int, merged *plan.Plan, i int) {
	same := before.Status == after.Status && before.Attempt == after.Attempt && before.Again == after.Again &&
		before.Due == after.Due && before.Interruptions == after.Interruptions && before.Leaves.Equal(after.Leaves) &&
		equalEntries(before.Writes, after.Writes)
	a.require(same, "task %d was %+v and is %+v", j, before, after)
	if before.Status == engine.TaskWaiting {
		return
	}
	old, now := a.plan.NodeText(a.plan.Tasks[j].Rule.Tree), merged.NodeText(merged.Tasks[i].Rule.Tree)
	a.require(old == now, "task %d was decided by %s, now %s", j, old, now)
	if before.Status.Ended() {
		x, y := a.plan.Tasks[j], merged.Tasks[i]
		a.require(x.AllowFailure == y.AllowFailure && x.Open == y.Open && reflect.DeepEqual(x.Writes, y.Writes) && reflect.DeepEqual(x.Retry, y.Retry),
			"task %d has ended as %+v, now %+v", j, x, y)
	}
}

func (a *adoptions) checkFuture(now, merged *plan.Plan, state *engine.Task, i int) {
	x, y := &now.Tasks[i], &merged.Tasks[i]
	a.require(x.AllowFailure == y.AllowFailure && x.Open == y.Open && reflect.DeepEqual(x.Writes, y.Writes) &&
		len(x.Reads) == len(y.Reads), "task %d: %+v, the plan says %+v", i, y, x)
	for n := range x.Reads {
		u, v := x.Reads[n], y.Reads[n]
		a.require(u.Key == v.Key && u.Shape == v.Shape && u.Optional == v.Optional, "task %d: read %+v, the plan says %+v", i, v, u)
		if v.Walk && !u.Walk {
			a.seen["walk"]++
		}
	}
	if state.Status == engine.TaskWaiting {
		a.require(reflect.DeepEqual(x.Rule.Tree, y.Rule.Tree) && reflect.DeepEqual(x.Retry, y.Retry), "task %d: %+v, the plan says %+v", i, y, x)
		for n := range x.Rule.Reads {
			a.require(x.Rule.Reads[n].Key == y.Rule.Reads[n].Key, "task %d: slot %d of its rule is another", i, n)
		}
	}
	want, got := refOrder(now, i), refOrder(merged, i)
	if state.Status != engine.TaskWaiting {
		want = slices.DeleteFunc(want, func(w int) bool { return !slices.Contains(got, w) }) // what came too late
		slices.Sort(want)
		slices.Sort(got)
	}
	a.require(slices.Equal(want, got), "task %d follows %v, the plan says %v", i, got, want)
}

func seq(n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	return numbers
}
