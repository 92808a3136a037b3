package cloacina

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloacina-go/cloacina/internal/store"
)

// The compiled rules of a changed program read tasks by its numbers and values
// by its slots, in a run whose ended tasks have written other keys than the
// program says.
func TestCompiledRulesOfAnAdoptedPlan(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		e := &editable{}
		e.leave(t, p) // fetch wrote n = 1 and no k
		rule := func(hold int) (*RuleNode, func(v *View) (bool, Leaves), []PlanRead) {
			return All(ContextValue("k", NotExists), TaskSuccess(hold), ContextValue("n", Equals, Int(1)),
					ContextValue("m", Equals, Int(1))),
				func(v *View) (bool, Leaves) {
					a, b, c, d := v.Value(0).NotExists(), v.Success(hold), v.Value(1).CompareInt(1).Equal(), v.Value(2).CompareInt(1).Equal()
					return a && b && c && d, LeavesOf(a, b, c, d)
				}, []PlanRead{{Key: "k", Optional: true}, {Key: "n", Optional: true}, {Key: "m", Optional: true}}
		}
		tree, when, reads := rule(3)
		fetch := e.typed("fetch").writes("n", "int").writes("k", "int")
		fetch.Writes[1].Optional = true
		r := p.open(t, e.flow(
			e.typed("prepare"), fetch, e.typed("check", 1).ifFailed(1), e.typed("hold", 1).writes("m", "int"),
			e.typed("store", 0, 3).when(tree, when, reads...),
			e.typed("never", 3).when(All(TaskSuccess(3), ContextValue("m", NotEquals, Int(1))),
				func(v *View) (bool, Leaves) {
					a, b := v.Success(3), !v.Value(0).CompareInt(1).Equal()
					return a && b, LeavesOf(a, b)
				}, PlanRead{Key: "m", Optional: true})))
		defer shutdown(t, r)
		result, err := r.Wait(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		got := states(result)
		if got["prepare"] != Completed || got["store"] != Completed || got["never"] != Skipped {
			t.Errorf("states are %v", got)
		}
		const reason = `trigger rule not satisfied: context_value("m", not_equals, 1) is false`
		if last := result.Tasks[len(result.Tasks)-1]; last.Reason != reason {
			t.Errorf("%s was skipped because %s", last.ID, last.Reason)
		}
	})
}

// program returns the workflow of a random flow as a later program might have it:
// in another order, with other delays, and with more tasks.
func (f *randomFlow) program(rng *rand.Rand, more int) *Workflow {
	was := f.workflow()
	var tasks []task
	var place []int // of each task of was
	for range was.Plan.Tasks {
		place = append(place, -1)
	}
	for len(tasks) < len(was.Plan.Tasks) {
		i := rng.IntN(len(place))
		t := was.task(i)
		t.DependsOn = slices.Clone(t.DependsOn)
		for d := range t.DependsOn {
			t.DependsOn[d] = place[t.DependsOn[d]]
		}
		if place[i] >= 0 || slices.Contains(t.DependsOn, -1) {
			continue
		}
		place[i] = len(tasks)
		tasks = append(tasks, t.retries(t.Retry.Attempts, time.Duration(1+rng.IntN(120))*time.Second))
	}
	for n := range more {
		last := plain(fmt.Sprintf("new%d", n), nothing, place[n%len(place)])
		tasks = append(tasks, last)
	}
	return flow("random", tasks...)
}

// Every process has another version of the program, and ends or dies at a
// random moment: the outcome is that of an undisturbed run of the last one, and
// no completed task is called again.
func TestRandomRunsSurviveDeployments(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			onEveryStore(t, func(t *testing.T, p place) {
				rng := rand.New(rand.NewPCG(seed, 7))
				p.cfg.MaxConcurrentTasks, p.cfg.MaxInterruptions = 1+rng.IntN(4), -1
				f := newRandomFlow(rng)
				for version := range 1 + rng.IntN(6) {
					r, crash := p.openToCrash(t, f.program(rng, version))
					if _, err := r.Start(t.Context(), "random", nil, StartOptions{ID: "x"}); err != nil {
						t.Fatal(err)
					}
					<-time.After(time.Duration(rng.IntN(200)) * time.Second)
					crash()
				}
				r := p.open(t, f.program(rng, 6))
				defer shutdown(t, r)
				result, err := r.Wait(t.Context(), "x")
				if err != nil {
					t.Fatal(err)
				}
				f.checkByName(t, result)
			})
		})
	}
}

// checkByName is check for a result whose tasks are in another order.
func (f *randomFlow) checkByName(t *testing.T, result *Result) {
	t.Helper()
	values, states, attempts := f.want()
	got, err := result.Values()
	if err != nil || fmt.Sprint(got) != fmt.Sprint(values) {
		t.Errorf("%v, values are %v, want %v", err, got, values)
	}
	for _, task := range result.Tasks {
		var i int
		if n, _ := fmt.Sscanf(task.ID, "t%d", &i); n == 0 {
			if task.State != Completed || task.Attempts != 1 {
				t.Errorf("task %s is %s after %d attempts", task.ID, task.State, task.Attempts)
			}
			continue
		}
		if task.State != states[i] || task.Attempts != attempts[i] || attempts[i] > 1 && task.Err == nil {
			t.Errorf("task %d is %s after %d attempts (%v), want %s after %d",
				i, task.State, task.Attempts, task.Err, states[i], attempts[i])
		}
		if task.State == Completed && f.taken[i] != 1 {
			t.Errorf("task %d went through %d times", i, f.taken[i])
		}
	}
}

// A plan that a run has adopted is no other plan at the next start: nothing is
// stored again, and nothing is told.
func TestAdoptedPlanIsAdoptedOnce(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, p place) {
		e := &editable{}
		e.leave(t, p)
		after := func() *Workflow {
			was := e.before()
			was[1] = was[1].ifSucceeded(0) // it has been decided by another rule
			return e.flow(append(was, e.typed("hold2", 3))...)
		}
		e.released = false
		s := &flaky{Store: p.cfg.store}
		p.cfg.store = s
		for process := range 3 {
			s.set(nil)
			log := &logs{}
			p.cfg.Handler = log
			r, crash := p.openToCrash(t, after())
			synctest.Wait()
			changes := 0
			for _, batch := range s.batches {
				for _, c := range batch {
					if _, ok := c.(*store.RunReplanned); ok {
						changes++
					}
				}
			}
			if d, err := r.Run(t.Context(), "x"); err != nil || len(d.PlanChanges) != 1 || (changes == 1) != (process == 0) {
				t.Errorf("process %d: %v, %d changes stored, %+v", process, err, changes, d)
			}
			crash()
		}
		e.released = true
		r := p.open(t, after())
		defer shutdown(t, r)
		if _, err := r.Wait(t.Context(), "x"); err != nil && !errors.Is(err, ErrInterrupted) {
			t.Error(err)
		}
	})
}

// Plans of one fingerprint whose reads differ have a graph each, and no more.
func TestGraphsOfAdoptedPlans(t *testing.T) {
	t.Parallel()
	e := &editable{}
	w, err := newWorkflow(e.flow(e.before()...), roomy)
	if err != nil {
		t.Fatal(err)
	}
	plans := newPlanner()
	variant := func(set func(rd *PlanRead)) *Plan {
		was := e.before()
		was[0] = was[0].retries(1, time.Second) // as a task has it that has ended
		p := e.flow(was...).Plan
		set(&p.Tasks[3].Reads[0])
		return &p
	}
	walks := func(rd *PlanRead) { rd.Walk, rd.Writers = true, nil }
	for range 2 {
		for _, set := range []func(rd *PlanRead){func(*PlanRead) {}, walks} {
			p := variant(set)
			g, err := plans.graphOf(w, p)
			if err != nil || !sameReads(g.Plan(), p) || g.Plan().Fingerprint != p.Fingerprint {
				t.Errorf("%v, graph is of another plan", err)
			}
		}
	}
	for fingerprint, graphs := range plans.graphs {
		if len(graphs) != 2 {
			t.Errorf("%d graphs for the fingerprint %s", len(graphs), fingerprint)
		}
	}
	if g, err := plans.graphOf(w, &e.flow(e.before()...).Plan); err != nil || g != w.graph || len(plans.graphs) != 1 {
		t.Errorf("%v, the registered plan has another graph, %d fingerprints", err, len(plans.graphs))
	}
}
