package engine_test

import (
	"sync/atomic"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// known is what the reference says about a plan whatever its runs do. It is worked out
// once, because schedules ask for it at every step; the engine has no part in it.
type known struct {
	plan *plan.Plan
	// tasks has one more than the plan, the virtual final task.
	tasks []knownTask
}

// knownTask is what is known of one task. All but the first two fields come on demand.
type knownTask struct {
	followers []int // who depends on it
	leaves    []*plan.Node
	asked     bool
	order     []int
	slots     []int
	// reads are those of each key, pointers of something within its value.
	reads, pointers []plan.Read
}

func learn(p *plan.Plan) *known {
	k := &known{plan: p, tasks: make([]knownTask, len(p.Tasks)+1)}
	for i := range p.Tasks {
		k.tasks[i].leaves = p.Tasks[i].Rule.Tree.Leaves()
		for _, d := range p.Tasks[i].DependsOn {
			k.tasks[d].followers = append(k.tasks[d].followers, i)
		}
	}
	return k
}

// all asks about every task; what is known is not changed any more from then on, so
// that several goroutines may ask.
func (k *known) all() {
	for i := range k.tasks {
		k.of(i)
	}
}

func (k *known) of(task int) *knownTask {
	t := &k.tasks[task]
	if t.asked {
		return t
	}
	t.asked = true
	t.order = refOrder(k.plan, task)
	if task < len(k.plan.Tasks) {
		t.slots = slotsOf(&k.plan.Tasks[task].Rule, t.leaves)
	}
	for _, key := range keys {
		t.reads = append(t.reads, readAfter(k.plan, t.order, key))
		t.pointers = append(t.pointers, readAfter(k.plan, t.order, "/"+key+"/0"))
	}
	return t
}

// context is the context of a task.
func (k *known) context(r *engine.Run, task int) contents { return refContext(k.of(task).order, r) }

// decide is interpret, faster.
func (k *known) decide(g *engine.Graph, r *engine.Run, task int) (bool, plan.Leaves) {
	t := k.of(task)
	return decideBy(g, r, task, t.leaves, t.slots)
}

// schedulesPerPlan is how many schedules a random plan serves: making one, and learning
// about it, takes longer than to run it.
const schedulesPerPlan = 8

// prepared is a random plan that schedules may share.
type prepared struct {
	number uint64
	known  *known
	graph  *engine.Graph
}

// catalogue keeps the plans that are in use; it may be used concurrently.
type catalogue [64]atomic.Pointer[prepared]

// of returns the plan for the schedule of a seed. The seed alone determines it.
func (c *catalogue) of(seed uint64) (*prepared, error) {
	number := seed / schedulesPerPlan
	place := &c[number%uint64(len(c))]
	if p := place.Load(); p != nil && p.number == number {
		return p, nil
	}
	k := learn(randomPlan(newRand(number)))
	k.all()
	g, err := engine.Prepare(k.plan, k.decide)
	if err != nil {
		return nil, err
	}
	p := &prepared{number, k, g}
	place.Store(p)
	return p, nil
}
