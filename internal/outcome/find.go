package outcome

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/sat"
)

// Find looks for a run in which all facts hold. The same questions in the same
// order get the same answers; the cost is bounded by a number of steps, not by a
// clock.
//
// The run is a smallest one, until that has cost as much as all searches may; from
// then on it is any. Whoever does not need the run asks [Model.Verdict], which is much cheaper.
func (m *Model) Find(facts ...Fact) Answer {
	m.completes() // so that no node is missing from the run
	verdict, found := m.ask(facts)
	if found == nil {
		return Answer{Verdict: verdict}
	}
	found = m.freeze(found)
	if !m.isUsual(found) && m.showLeft > 0 {
		left := m.left
		m.left = m.showLeft
		found = m.smallest(facts, verdict == Possible, found)
		m.left, m.showLeft = left, m.left
	}
	return Answer{Verdict: verdict, Run: m.show(facts, found)}
}

// Verdict says whether there is a run in which all facts hold.
func (m *Model) Verdict(facts ...Fact) Verdict {
	verdict, _ := m.ask(facts)
	return verdict
}

// ask answers a question, with a run if there is one.
func (m *Model) ask(facts []Fact) (Verdict, *witness) {
	literals := m.literalsOf(facts, m.question[:0])
	m.question = literals
	if contradict(literals) {
		return Impossible, nil
	}
	switch verdict, w := m.lookUp(literals); verdict {
	case Possible:
		return Possible, w
	case Perhaps:
		return m.weigh(facts, literals, w)
	}
	known, refuted := m.withCertain(facts, literals)
	if refuted || contradict(known) {
		return Impossible, nil
	}
	if m.closure.often(literals[0]) && m.closure.excludes(literals) {
		return Impossible, nil
	}
	switch status, w := m.search(known); status {
	case sat.Unsat:
		return Impossible, nil
	case sat.Sat:
		return m.weigh(facts, literals, w)
	}
	m.giveUp(facts)
	return Unknown, nil
}

// contradict reports whether one of the literals never holds, or is the opposite of
// another.
func contradict(literals []literal) bool {
	if len(literals) <= 4 {
		for i, l := range literals {
			if l == never || slices.Contains(literals[:i], l.not()) {
				return true
			}
		}
		return false
	}
	sorted := slices.Clone(literals)
	slices.Sort(sorted)
	for i, l := range sorted {
		if l == never || i > 0 && sorted[i-1] == l.not() {
			return true
		}
	}
	return false
}

// literalsOf adds the literals of facts, but for those that always hold.
func (m *Model) literalsOf(facts []Fact, literals []literal) []literal {
	for _, f := range facts {
		if l := m.literalOf(f); l != always {
			literals = append(literals, l)
		}
	}
	return literals
}

// withCertain adds to literals what they imply of the writers of keys they ask for.
// They are refuted if a key is to be missing that is there for certain.
func (m *Model) withCertain(facts []Fact, literals []literal) (known []literal, refuted bool) {
	for _, f := range facts {
		if f.kind == present {
			writers := m.sources[slotID{f.task, f.key}]
			certain := m.certain.completed(literals, writers)
			if f.negate && m.leaves(writers, f.key, certain) {
				return literals, true
			}
			literals = slices.Concat(literals, certain)
		}
	}
	return literals, false
}

// leaves reports whether a key is there if some of its writers complete: the last of
// them always writes it, and none behind takes it away.
func (m *Model) leaves(writers []int, key string, completed []literal) bool {
	for _, w := range slices.Backward(writers) {
		s := m.slots[slotID{w, key}]
		if len(completed) == 0 || s == nil || s.gives != always {
			return false
		}
		if s.acts == always && slices.Contains(completed, m.tasks[w].completed) {
			return true
		}
	}
	return false
}

// lookUp looks for a run among those that are known.
func (m *Model) lookUp(literals []literal) (Verdict, *witness) {
	verdict, w := Unknown, (*witness)(nil)
	for _, b := range m.blocks {
		b.evaluate()
		lane, certain := b.find(literals)
		if certain {
			return Possible, &witness{block: b, lane: lane}
		}
		if lane >= 0 && w == nil {
			verdict, w = Perhaps, &witness{block: b, lane: lane}
		}
	}
	return verdict, w
}

// giveUp notes the tasks of a question without an answer. What is asked of the run as
// a whole is asked at its last task.
func (m *Model) giveUp(facts []Fact) {
	last := len(m.plan.Tasks) - 1
	for _, f := range facts {
		if f.kind != runCompleted {
			m.gaveUp[min(f.task, last)] = true
		}
	}
	if !slices.ContainsFunc(facts, func(f Fact) bool { return f.kind != runCompleted }) {
		m.gaveUp[last] = true
	}
}

// GaveUp returns the tasks at which a search was given up so far, in the order
// of the plan.
func (m *Model) GaveUp() []int {
	var tasks []int
	for i := range m.plan.Tasks {
		if m.gaveUp[i] {
			tasks = append(tasks, i)
		}
	}
	return tasks
}
