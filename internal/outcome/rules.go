package outcome

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/plan"
)

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
					m.count(&from, len(from.writers))
					sources[n.Key] = from
				}
				leaf.from = from
				leaf.condition, leaf.negated = conditionOf(n)
				if leaf.negated {
					votes[j] = -votes[j]
				}
				for _, s := range m.slotsOf(&from) {
					m.expects(s, &leaf.condition, votes[j])
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
	m.cut = m.cut || !s.known
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

// count counts writers of a source, which is given up if there are too many in all.
func (m *Model) count(from *source, writers int) {
	if m.listed += writers; m.listed > maxListed {
		m.cut, from.known = true, false
	}
}

// asked is what is asked of a key: whether it is there, or what a condition says of it.
type asked struct{ key, condition string }

// answered is what was found out of the first writers of a key.
type answered struct {
	writers []int
	result  literal
}

// last is what holds of the last writer that acted: of what the run started with,
// unless a task overwrote it, and so on. Where the first writers are those of the last
// question of the kind, which is frequent, only the rest is looked at.
func (m *Model) last(from *source, condition string, holds func(s *slot) literal) literal {
	id := asked{from.key, condition}
	before, ok := m.answered[id]
	if n := len(before.writers); !ok || n > len(from.writers) || !slices.Equal(before.writers, from.writers[:n]) {
		before, ok = answered{}, false
	}
	rest := from.writers[len(before.writers):]
	if from.known {
		m.count(from, len(rest))
	}
	if !from.known {
		return m.circuit.input(true, true)
	}
	result := before.result
	if !ok {
		result = never
		if s := m.slotOf(start, from.key); s != nil {
			result = m.after(s, result, holds)
		}
	}
	for _, w := range rest {
		result = m.after(m.slotOf(w, from.key), result, holds)
	}
	m.answered[id] = answered{from.writers, result}
	return result
}

// after is what holds behind a writer, if it is known what does before.
func (m *Model) after(s *slot, before literal, holds func(s *slot) literal) literal {
	acts := always
	if s.task != start {
		acts = m.circuit.and(m.tasks[s.task].completed, s.acts)
	}
	return m.circuit.choose(acts, m.circuit.and(s.gives, holds(s)), before)
}

func (m *Model) presence(from *source) literal {
	return m.last(from, "", func(*slot) literal { return always })
}
