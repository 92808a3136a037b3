package outcome

import "github.com/cloacina-go/cloacina/internal/plan"

// Model is the set of runs that a plan allows. It is not safe for concurrent use.
type Model struct {
	plan    *plan.Plan
	types   Types
	circuit *circuit
	writers *writers
	slots   map[slotID]*slot
	splits  map[splitID]splitDone
	asked   []*slot // those with conditions on their values, in the order in which they were found
	divided []*slot // in the order in which they were divided
	chances []chance
	inputs  []int32 // by node: where the place of an input is, plus one
	places  []place // of inputs that belong to values
	owners  []int   // by node: the task that it is the outcome of, plus one
	tasks   []taskLiterals
	// present are the literals of keys at tasks that were asked for.
	present map[slotID]literal
	// runs is whether the run completes; 0 until somebody asks.
	runs literal
	// sources are the writers of keys at tasks, as far as they were asked for.
	sources    map[slotID][]int
	certain    *certainties
	deviations []deviation
	blocks     []*block
	marks      marks
	buffer     []int
	question   []literal // the literals of the last one
	readers    readers
	change     change
	closure    closure
	local      local
	spare      []*block // see [smaller.fresh]
	sound      bool     // nothing fails in the usual run
	shower     shower
	plain      searcher
	completing *searcher // see [Model.searcherFor]; nil until it is needed
	*budget
	answered map[asked]answered
	listed   int  // writers of all sources, see [maxListed]
	cut      bool // some sources have too many writers to be looked at
	gaveUp   []bool
}

// place is where an input belongs: to a line of a part of a slot, to a truth that
// is left open, or, with neither, to a slot as its chance.
type place struct {
	slot *slot
	part int
	line *line
	free int // number of the open truth, plus one
}

// chance is an input that says whether a writer acts or leaves a value.
type chance struct {
	input literal
	slot  *slot
}

// taskLiterals are what can be asked of a task.
type taskLiterals struct {
	ran       literal
	works     literal // an input: it does not fail by itself
	completed literal
	failed    literal
	leaves    []literal
}

// New returns the model of a valid plan. An open task may write any key with any
// value, and delete it. Without a declared input a run starts with no key that a
// task writes, and perhaps with any other.
func New(p *plan.Plan, types Types) *Model {
	return newModel(p, types, &budget{left: maxSteps, firmLeft: maxFirm, showLeft: maxShow})
}

// With returns the model of another plan with the same types of values, such as one
// in which a rule is another one. What is left of the steps is for both.
func (m *Model) With(p *plan.Plan) *Model { return newModel(p, m.types, m.budget) }

func newModel(p *plan.Plan, types Types, left *budget) *Model {
	m := &Model{
		budget: left,
		plan:   p, types: types,
		circuit: newCircuit(), writers: newWriters(p),
		slots: make(map[slotID]*slot), answered: make(map[asked]answered), present: make(map[slotID]literal),
		splits:  make(map[splitID]splitDone),
		sources: make(map[slotID][]int),
		gaveUp:  make([]bool, len(p.Tasks)+1),
		tasks:   make([]taskLiterals, len(p.Tasks)),
	}
	m.plain.m, m.change.m, m.closure.m = m, m, m
	rules := m.conditions()
	m.shareConditions()
	told := make([]bool, len(p.Tasks))
	for i := range p.Tasks {
		for _, leaf := range rules[i] {
			if leaf.node.Op == plan.OpTaskSkipped {
				told[leaf.node.Task] = true
			}
		}
	}
	m.certain = newCertainties(m)
	for i := range p.Tasks {
		m.buildTask(i, rules[i], told[i])
		m.certain.add(i)
	}
	m.left -= int64(m.circuit.nodes() * buildSteps)
	if m.circuit.nodes() > hugeCircuit {
		m.left = min(m.left, maxSteps/2) // each step takes longer where little is at hand
	}
	m.deviations = m.valueDeviations()
	m.look()
	return m
}
