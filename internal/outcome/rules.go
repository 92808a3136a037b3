package outcome

import "github.com/cloacina-go/cloacina/internal/plan"

// testedLeaf is a leaf of a rule with what it takes to build it.
type testedLeaf struct {
	node *plan.Node
	// The rest is for a leaf that tests a value.
	condition condition
	negated   bool
	from      source
}

// source is where the value of a key comes from.
type source struct {
	key     string
	writers []int
	known   bool // the writers are known
}

// conditions lists the leaves of all rules, and tells each writer what is asked of
// its values, before any of it is built.
func (m *Model) conditions() [][]testedLeaf {
	rules := make([][]testedLeaf, len(m.plan.Tasks))
	for i := range m.plan.Tasks {
		rule := &m.plan.Tasks[i].Rule
		if rule.Tree == nil {
			continue
		}
		sources := make(map[string]source, len(rule.Reads))
		votes := votesOf(rule.Tree, 1, nil)
		for j, n := range rule.Tree.Leaves() {
			leaf := testedLeaf{node: n}
			if n.Op == plan.OpValue {
				from, ok := sources[n.Key]
				if !ok {
					from = m.sourceOf(i, n.Key, plan.BaseKey(n.Key), rule.Reads)
					sources[n.Key] = from
				}
				leaf.from = from
				leaf.condition, leaf.negated = conditionOf(n)
				if leaf.negated {
					votes[j] = -votes[j]
				}
				for _, s := range m.slotsOf(&from) {
					s.expects(&leaf.condition, votes[j])
				}
			}
			rules[i] = append(rules[i], leaf)
		}
	}
	return rules
}

// votesOf returns, for each leaf of a rule, 1 if the rule asks for it to be true and
// -1 if it asks for it to be false.
func votesOf(n *plan.Node, vote int, votes []int) []int {
	if n.Op.Leaf() {
		return append(votes, vote)
	}
	if n.Op == plan.OpNone || n.Op == plan.OpNot {
		vote = -vote
	}
	for _, arg := range n.Args {
		votes = votesOf(arg, vote, votes)
	}
	return votes
}

// sourceOf finds where a task gets a key from: as its reads say, or else by a walk.
// The base is the context key: a key of a rule may be a pointer into its value.
func (m *Model) sourceOf(task int, key, base string, reads []plan.Read) source {
	s := source{key: base, known: true}
	for i := range reads {
		if reads[i].Key == key && !reads[i].Walk {
			s.writers = reads[i].Writers
			return s
		}
	}
	s.writers, s.known = m.writers.of(task, s.key)
	return s
}

// slotsOf are the slots that a value can come from.
func (m *Model) slotsOf(from *source) []*slot {
	if !from.known {
		return nil
	}
	slots := make([]*slot, 0, len(from.writers)+1)
	if s := m.slotOf(start, from.key); s != nil {
		slots = append(slots, s)
	}
	for _, w := range from.writers {
		slots = append(slots, m.slotOf(w, from.key))
	}
	return slots
}

// last is what holds of the last writer that acted: of what the run started with,
// unless a task overwrote it, and so on.
func (m *Model) last(from *source, holds func(s *slot) literal) literal {
	if !from.known {
		return m.circuit.input(true, true)
	}
	result := never
	for _, s := range m.slotsOf(from) {
		acts := always
		if s.task != start {
			acts = m.circuit.and(m.tasks[s.task].completed, s.acts)
		}
		result = m.circuit.choose(acts, m.circuit.and(s.gives, holds(s)), result)
	}
	return result
}

func (m *Model) presence(from *source) literal {
	return m.last(from, func(*slot) literal { return always })
}
