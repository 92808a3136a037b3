package outcome

import "github.com/cloacina-go/cloacina/internal/plan"

// buildTask adds a task to the circuit. Where others ask whether it was skipped, it
// has a node of its own for that, so that a table can name it.
func (m *Model) buildTask(task int, rule []testedLeaf, told bool) {
	t, l, c := &m.plan.Tasks[task], &m.tasks[task], m.circuit
	l.leaves = make([]literal, len(rule))
	for i := range rule {
		l.leaves[i] = m.buildLeaf(&rule[i])
	}
	l.ran = always
	if t.Rule.Tree != nil {
		next := 0
		l.ran = c.rule(t.Rule.Tree, l.leaves, &next)
	}
	if told && l.ran != always && l.ran != never {
		l.ran = c.alias(l.ran)
		m.own(l.ran, task)
	}
	for i := range t.Writes {
		if t.Writes[i].Fills && !t.Open {
			m.fill(task, t.Writes[i].Key)
		}
	}
	l.works = c.input(false, true)
	needs := []literal{l.ran, l.works}
	for i := range t.Reads {
		if r := &t.Reads[i]; !r.Optional {
			from := m.sourceOf(task, r.Key, r.Key, t.Reads)
			p := m.presence(&from)
			m.present[slotID{task, r.Key}] = p
			m.sources[slotID{task, r.Key}] = from.writers
			needs = append(needs, p)
		}
	}
	l.completed = c.and(needs...)
	l.failed = c.and(l.ran, l.completed.not())
	m.own(l.completed, task)
	m.own(l.failed, task)
}

// fill lets a task that completes write a key that it does not find. What it finds is
// in its own context; the reader of the key may have another one.
func (m *Model) fill(task int, key string) {
	s := m.slotOf(task, key)
	s.acts = m.circuit.or(s.acts, m.presentAt(task, key).not())
}

// own notes that a node is the outcome of a task, the first one of which it is.
func (m *Model) own(l literal, task int) {
	for len(m.owners) <= l.node() {
		m.owners = append(m.owners, 0)
	}
	if l.node() > 0 && m.owners[l.node()] == 0 {
		m.owners[l.node()] = task + 1
	}
}

// taskAt returns the task that a node is the outcome of; -1 if it is none.
func (m *Model) taskAt(node int) int {
	if node >= len(m.owners) {
		return -1
	}
	return m.owners[node] - 1
}

func (m *Model) buildLeaf(leaf *testedLeaf) literal {
	switch n := leaf.node; n.Op {
	case plan.OpTaskSuccess:
		return m.tasks[n.Task].completed
	case plan.OpTaskFailed:
		return m.tasks[n.Task].failed
	case plan.OpTaskSkipped:
		return m.tasks[n.Task].ran.not()
	}
	l := m.last(&leaf.from, leaf.condition.text, func(s *slot) literal { return m.truth(s, &leaf.condition) })
	if leaf.negated {
		l = l.not()
	}
	return l
}

// rule adds the tree of a rule over its leaves.
func (c *circuit) rule(n *plan.Node, leaves []literal, next *int) literal {
	if n.Op.Leaf() {
		*next++
		return leaves[*next-1]
	}
	args := make([]literal, len(n.Args))
	for i, arg := range n.Args {
		args[i] = c.rule(arg, leaves, next)
	}
	switch n.Op {
	case plan.OpAll:
		return c.and(args...)
	case plan.OpAny:
		return c.or(args...)
	default: // OpNone, and OpNot, which is a none of one operand
		return c.or(args...).not()
	}
}
