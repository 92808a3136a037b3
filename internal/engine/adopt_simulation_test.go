package engine_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/shape"
	"github.com/google/go-cmp/cmp"
)

// TestAdoptionSimulation runs random workflows through random schedules, and
// gives their runs other plans on the way: edited, back to an earlier one, or
// edited again. See checkAdoption and body for what must hold; the invariants
// of checkStep hold before and after.
//
//	go test ./internal/engine -run AdoptionSimulation -schedules=1000000
//	go test ./internal/engine -run AdoptionSimulation -seed=4711 -v
func TestAdoptionSimulation(t *testing.T) {
	t.Parallel()
	if *oneSeed > 0 {
		a, err := simulateAdoptions(*oneSeed)
		t.Log("\n" + a.trace.String())
		if err != nil {
			t.Error(err)
		}
		return
	}
	var next atomic.Uint64
	workers := runtime.GOMAXPROCS(0)
	seen := make([]tally, workers)
	t.Run("schedules", func(t *testing.T) {
		for w := range workers {
			t.Run(fmt.Sprint(w), func(t *testing.T) {
				t.Parallel()
				for seed := next.Add(1); seed <= uint64(*schedules); seed = next.Add(1) {
					a, err := simulateAdoptions(seed)
					if err != nil {
						t.Fatalf("seed %d: %v\nreplay with -run AdoptionSimulation -seed=%d -v\n%s", seed, err, seed, a.trace.String())
					}
					seen[w].add(a.seen)
				}
			})
		}
	})
	if !t.Failed() {
		checkAdoptionCoverage(t, seen)
	}
}

func checkAdoptionCoverage(t *testing.T, seen []tally) {
	t.Helper()
	total := tally{}
	for _, s := range seen {
		total.add(s)
	}
	for what, least := range map[string]int{
		"adopted": *schedules, "accepted": *schedules / 20, "again": *schedules,
		"hopeless": *schedules / 50, "refused": *schedules / 10, "unblocked": *schedules / 50,
		"back": *schedules / 50, "the same": *schedules / 50, "decided by it": *schedules / 20,
		"listed delete": *schedules / 10, "miss": *schedules / 10, "promised": *schedules, "accepted miss": *schedules / 100,
		"walk": *schedules / 50, "history": *schedules / 100, "crash": *schedules / 20,
		"task_gone": *schedules / 50, "other_dependencies": *schedules / 50, "task_before": *schedules / 50,
		"other_value": *schedules / 1000, "key_not_written": *schedules / 100, "key_mistyped": *schedules / 100,
		"input_missing": *schedules / 100,
	} {
		if total[what] < max(1, least) {
			t.Errorf("%q happened %d times in %d schedules, want %d", what, total[what], *schedules, least)
		}
	}
	t.Logf("%d schedules: %v", *schedules, total)
}

// adoptions is a simulation in which the program changes.
type adoptions struct {
	*simulation
	// drafts are the programs so far; the last is the one that runs now, and
	// registered its plan.
	drafts     []*draft
	registered *plan.Plan
	// under is the fingerprint of the plan that was registered when a task ended.
	under map[string]string
}

func simulateAdoptions(seed uint64) (a *adoptions, err error) {
	rng := newRand(seed)
	a = &adoptions{
		simulation: &simulation{rng: rng, now: 1_700_000_000_000, seen: tally{}},
		drafts:     []*draft{randomDraft(rng)},
		under:      map[string]string{},
	}
	defer func() {
		if broken := brokenInvariant(recover()); broken != nil {
			err = broken
		}
	}()
	a.simulation.body = a.body
	a.plan = a.drafts[0].build()
	a.registered = a.plan
	if a.graph, err = engine.Prepare(a.plan, interpret); err != nil {
		return a, err
	}
	a.slots, a.limit = 1+rng.IntN(3), 2
	a.run = a.graph.NewRun(fmt.Sprintf("run-%d", seed), a.drafts[0].initial(a.plan), 0)
	a.journal = newJournal(a.plan, a.run)
	a.step(engine.Event{Kind: engine.Begin, Now: a.now})
	a.live(rng.IntN(12))
	for range 1 + rng.IntN(4) {
		if a.run.Status == engine.RunRunning && rng.IntN(10) == 0 {
			a.step(engine.Event{Kind: engine.Block, Now: a.now})
		}
		if !a.run.Status.Ended() {
			a.deploy()
			a.live(rng.IntN(8))
		}
	}
	a.live(10_000)
	a.require(a.run.Status.Ended(), "the run does not end")
	a.afterTheEnd()
	return a, nil
}

// live lets some things happen.
func (a *adoptions) live(things int) {
	for n := 0; n < things && !a.run.Status.Ended(); n++ {
		a.act(n < 20 && a.rng.IntN(10) == 0)
		a.note()
	}
}

// note notes which tasks have ended.
func (a *adoptions) note() {
	for i := range a.run.Tasks {
		if id := a.plan.Tasks[i].ID; a.run.Tasks[i].Status.Ended() && a.under[id] == "" {
			a.under[id] = a.registered.Fingerprint
		}
	}
}

// deploy lets another program go on with the run.
func (a *adoptions) deploy() {
	last := a.drafts[len(a.drafts)-1]
	next := last
	switch a.rng.IntN(12) {
	case 0:
		a.seen["the same"]++
	case 1:
		a.seen["back"]++
		next = a.drafts[a.rng.IntN(len(a.drafts))]
	default:
		next = last.edited()
	}
	now := next.build()
	r := a.journal.rebuild()
	before := clone(r)
	adoption, obstacles := engine.Adopt(a.plan, r, now, false)
	for _, o := range obstacles {
		a.seen[o.Kind.String()]++
		a.require(o.Kind != engine.StateBroken && o.String() != "", "obstacle %v", o)
	}
	a.require((adoption == nil) == (len(obstacles) > 0), "adoption %v with obstacles %v", adoption, obstacles)
	if adoption == nil {
		a.seen["refused"]++
		adoption = a.accept(r, now, obstacles)
	}
	a.require(difference(before, r) == "", "the run was changed")
	if adoption == nil {
		a.trace = append(a.trace, traced{note: fmt.Sprintf("not adopted: %v", obstacles)})
		return
	}
	a.trace = append(a.trace, traced{note: fmt.Sprintf("adopted %v, tasks %v: %v", obstacles, adoption.Tasks, plan.Diff(a.plan, adoption.Plan))})
	a.checkAdoption(r, now, adoption)
	a.install(now, adoption)
	a.drafts = append(a.drafts, next)
	a.again()
}

// accept accepts the obstacles, if that is possible and somebody does.
func (a *adoptions) accept(r *engine.Run, now *plan.Plan, obstacles []engine.Obstacle) *engine.Adoption {
	adoption, same := engine.Adopt(a.plan, r, now, true)
	a.require(slices.Equal(same, obstacles), "obstacles %v, and accepted %v", obstacles, same)
	hopeless := slices.ContainsFunc(obstacles, func(o engine.Obstacle) bool { return !o.Acceptable })
	a.require((adoption == nil) == hopeless, "accepting %v gives %v", obstacles, adoption)
	switch {
	case hopeless:
		a.seen["hopeless"]++
		return nil
	case a.rng.IntN(3) == 0:
		return nil
	}
	a.seen["accepted"]++
	return adoption
}

// install does what a driver does with an adoption, in one transaction, and
// then tells of the attempts that the change of programs has cut off.
func (a *adoptions) install(now *plan.Plan, adoption *engine.Adoption) {
	a.seen["adopted"]++
	g, err := engine.Prepare(adoption.Plan, interpret)
	a.require(err == nil, "the adopted plan is not valid: %v", err)
	a.graph, a.plan, a.registered, a.run = g, adoption.Plan, now, adoption.Run
	err = a.journal.replan(adoption.Plan, adoption.Tasks)
	a.require(err == nil, "journal: %v", err)
	err = g.RestoreAdopted(a.run)
	a.require(err == nil, "restore: %v", err)
	e := engine.Event{Kind: engine.Replan, Now: a.now}
	if a.run.Status == engine.RunBlocked {
		e.Kind = engine.Unblock
		a.seen["unblocked"]++
	}
	before := clone(a.run)
	decisions, err := g.Step(a.run, e)
	a.trace = append(a.trace, traced{event: e, decisions: decisions})
	a.require(err == nil, "step: %v", err)
	a.checkStep(before, e, decisions)
	err = a.journal.commit(e, decisions)
	a.require(err == nil, "journal: %v", err)
	diff := difference(a.run, a.restored())
	a.require(diff == "", "the journal gives another run: %s", diff)
	if len(decisions) > 0 {
		a.seen["decided by it"]++
	}
	a.note()
	for _, task := range a.in(engine.TaskRunning) {
		a.interrupt(task)
		a.note()
	}
}

// again adopts the registered plan once more, as every start of the program
// does. It is no change, and what comes of it serves as well.
func (a *adoptions) again() {
	if a.run.Status.Ended() {
		return
	}
	a.seen["again"]++
	r := a.restored()
	adoption, obstacles := engine.Adopt(a.plan, r, a.registered, false)
	a.require(len(obstacles) == 0, "obstacles to the same plan: %v", obstacles)
	a.require(!adoption.Changed && adoption.Plan.Fingerprint == a.plan.Fingerprint, "the same plan changes: %v",
		plan.Diff(a.plan, adoption.Plan))
	for i, j := range adoption.Tasks {
		a.require(i == j, "the same plan renumbers: %v", adoption.Tasks)
	}
	g, err := engine.Prepare(adoption.Plan, interpret)
	a.require(err == nil, "prepare: %v", err)
	err = g.Restore(adoption.Run)
	a.require(err == nil, "restore: %v", err)
	diff := difference(a.run, adoption.Run)
	a.require(diff == "", "the run of the same plan is another: %s", diff)
	a.graph, a.plan, a.run, a.journal.plan = g, adoption.Plan, adoption.Run, adoption.Plan
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
		diff := cmp.Diff(adoption, again, cmp.AllowUnexported(plan.Leaves{}))
		a.require(diff == "", "adopted twice: %s", diff)
	}
	merged := adoption.Plan
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
		a.require(x.AllowFailure == y.AllowFailure && x.Open == y.Open && cmp.Equal(x.Writes, y.Writes) && cmp.Equal(x.Retry, y.Retry),
			"task %d has ended as %+v, now %+v", j, x, y)
	}
}

func (a *adoptions) checkFuture(now, merged *plan.Plan, state *engine.Task, i int) {
	x, y := &now.Tasks[i], &merged.Tasks[i]
	a.require(x.AllowFailure == y.AllowFailure && x.Open == y.Open && cmp.Equal(x.Writes, y.Writes) &&
		len(x.Reads) == len(y.Reads), "task %d: %+v, the plan says %+v", i, y, x)
	for n := range x.Reads {
		u, v := x.Reads[n], y.Reads[n]
		a.require(u.Key == v.Key && u.Shape == v.Shape && u.Optional == v.Optional, "task %d: read %+v, the plan says %+v", i, v, u)
		if v.Walk && !u.Walk {
			a.seen["walk"]++
		}
	}
	if state.Status == engine.TaskWaiting {
		a.require(cmp.Equal(x.Rule.Tree, y.Rule.Tree) && cmp.Equal(x.Retry, y.Retry), "task %d: %+v, the plan says %+v", i, y, x)
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

// body is the code of a task: it reads what the plan says, fails for good if a
// key that it requires is missing or a value is of another type, and writes what
// the plan says. A miss must not be one that the registered program promises.
func (a *adoptions) body(task int) engine.Event {
	t := &a.plan.Tasks[task]
	e := engine.Event{Kind: engine.Succeeded, Now: a.now, Task: task, Attempt: a.run.Tasks[task].Attempt}
	if a.rng.IntN(4) == 0 {
		e.Kind, e.Retryable = engine.Failed, a.rng.IntN(4) > 0
		return e
	}
	if a.misses(task) {
		a.seen["miss"]++
		e.Kind = engine.Failed
		return e
	}
	d := a.drafts[len(a.drafts)-1]
	for _, key := range keys {
		i := slices.IndexFunc(t.Writes, func(w plan.Write) bool { return w.Key == key })
		switch {
		case i >= 0 && t.Writes[i].Deletes && a.rng.IntN(3) == 0:
			a.seen["listed delete"]++
			e.Writes = append(e.Writes, tombstone(key))
		case i >= 0 && (!t.Writes[i].Optional || a.rng.IntN(2) == 0):
			e.Writes = append(e.Writes, entry(key, d.value(t.Writes[i].Shape)))
		case i < 0 && t.Open && a.rng.IntN(4) == 0:
			e.Writes = append(e.Writes, tombstone(key))
		case i < 0 && t.Open && a.rng.IntN(2) == 0:
			e.Writes = append(e.Writes, entry(key, d.anyValue()))
		}
	}
	return e
}

// misses reads all keys of a task.
func (a *adoptions) misses(task int) (missed bool) {
	context := refContext(a.plan, a.run, task)
	for _, rd := range a.plan.Tasks[task].Reads {
		var raw []byte
		var ok bool
		if rd.Walk {
			raw, ok = a.graph.Lookup(a.run, task, rd.Key)
		} else {
			raw, ok = a.graph.LookupIn(a.run, rd.Writers, rd.Key)
		}
		want, there := context[rd.Key]
		a.require(ok == there && string(raw) == want, "task %d reads %s %t for %q, the reference %s %t", task, raw, ok, rd.Key, want, there)
		fits := ok && shape.Parse(rd.Shape).Check(raw) == nil || !ok && rd.Optional
		promised := a.promised(task, rd)
		if promised {
			a.seen["promised"]++
		}
		if fits {
			continue
		}
		missed = true
		if rd.Accepted {
			a.seen["accepted miss"]++
		}
		a.require(!promised || rd.Accepted || a.doomed(), "task %d misses %q (%s), which is promised to it", task, rd.Key, raw)
	}
	return missed
}

// doomed reports whether the run fails whatever comes.
func (a *adoptions) doomed() bool {
	for i := range a.run.Tasks {
		if a.run.Tasks[i].Status == engine.TaskFailed && !a.plan.Tasks[i].AllowFailure {
			return true
		}
	}
	return false
}

// promised says whether a task can count on a key by the registered plan alone:
// it replays the run as if every task had been written for that plan.
func (a *adoptions) promised(task int, rd plan.Read) bool {
	good := func(value []byte) bool { return shape.Parse(rd.Shape).Check(value) == nil }
	promised := rd.Optional // nothing, or a value of its type
	set := func(e *engine.Entry) {
		if e.Value == nil {
			promised = rd.Optional
		} else {
			promised = good(e.Value)
		}
	}
	for _, in := range a.registered.Input {
		if in.Name == rd.Key && (!in.Optional || in.Default != "") {
			promised = true
		}
	}
	if e := entryOf(a.run.Initial, rd.Key); e != nil && !a.registered.InputDeclared && a.mayBeGiven(rd.Key) {
		promised = promised && good(e.Value)
	}
	for _, w := range refOrder(a.plan, task) {
		now, status := &a.registered.Tasks[w], a.run.Tasks[w].Status
		listed := slices.IndexFunc(now.Writes, func(o plan.Write) bool { return o.Key == rd.Key })
		wrote := entryOf(a.run.Tasks[w].Writes, rd.Key)
		here := a.under[now.ID] == a.registered.Fingerprint
		ran := status == engine.TaskCompleted ||
			!here && status == engine.TaskSkipped && now.Rule.Tree == nil && !now.AllowFailure ||
			!here && status == engine.TaskFailed && !now.AllowFailure
		switch {
		case here && wrote != nil:
			if set(wrote); rd.Optional && !promised {
				return false // an open task has left something else under an optional key
			}
		case !here && ran && listed >= 0 && !now.Writes[listed].Optional:
			promised = true
		case wrote != nil && (now.Open || wrote.Value == nil && listed >= 0 && now.Writes[listed].Deletes):
			set(wrote)
		}
	}
	return promised
}

// mayBeGiven reports whether no task of the registered plan writes a key.
func (a *adoptions) mayBeGiven(key string) bool {
	return !slices.ContainsFunc(a.registered.Tasks, func(t plan.Task) bool {
		return slices.ContainsFunc(t.Writes, func(w plan.Write) bool { return w.Key == key })
	})
}

func entryOf(entries []engine.Entry, key string) *engine.Entry {
	i := slices.IndexFunc(entries, func(e engine.Entry) bool { return e.Key == key })
	if i < 0 {
		return nil
	}
	return &entries[i]
}

func seq(n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	return numbers
}
