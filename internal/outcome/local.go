package outcome

import (
	"math"
	"slices"

	"github.com/cloacina-go/cloacina/internal/sat"
)

// nearest is the size of the neighbourhood that a search begins with. It is so small
// that it is tried even when all steps are used up.
const nearest = 64

// farNodes is how large a neighbourhood may get while others are still to be tried.
const farNodes = 256

// local searches the neighbourhood of a question, which grows where it must.
//
// Beyond the neighbourhood a run is as a known one: the nodes next to it have the
// values of that. If there is such a run, it does. If there is none, and the solver
// needs some of these values to show it, the neighbourhood grows there; if it needs
// none, there is no run at all, whatever lies beyond.
type local struct {
	m        *Model
	s        *searcher
	literals []literal // all that have to hold
	asked    []literal // those that the solver has to be told
	told     []literal // those, and the values of the nodes next to the neighbourhood
	base     *witness
	seen     []int // nodes of the neighbourhood and those next to it
	known    marks // seen
	inside   marks
	count    int // of nodes inside
	phased   int // of those seen: the solver tries first what the known run has
	walked   int // nodes of long searches since a run was kept
}

// search looks for a run in which all literals hold. It is left in m.change. Each
// known run is tried in the near neighbourhood, before the first of them is farther.
func (l *local) search(bases []*witness) sat.Status {
	for _, base := range bases {
		if status, done := l.from(base, farNodes); done {
			return status
		}
	}
	if l.m.closure.excludes(l.literals) {
		return sat.Unsat
	}
	status, _ := l.from(bases[0], math.MaxInt)
	if status == sat.Sat && l.count > longSearch {
		if l.walked += 4 * l.count; l.walked > l.m.circuit.nodes() {
			l.walked = 0
			l.m.keep(l.literals)
		}
	}
	return status
}

// from searches for a run like a known one. It is false if that takes too large a
// neighbourhood.
func (l *local) from(base *witness, most int) (status sat.Status, done bool) {
	l.base = base
	l.begin()
	for {
		status, core := l.try()
		switch status {
		case sat.GaveUp:
			return status, true
		case sat.Unsat:
			if len(core) == 0 {
				return status, true
			}
		case sat.Sat:
			if l.follow() {
				return status, true
			}
			if core = l.wrong(); len(core) == 0 {
				return sat.GaveUp, true
			}
		}
		switch {
		case l.m.left <= 0:
			return sat.GaveUp, true
		case l.count > most:
			return sat.GaveUp, false
		}
		l.grow(core, l.count+16*len(core))
	}
}

// begin starts with the nodes nearest to the question.
func (l *local) begin() {
	nodes := l.m.circuit.nodes()
	l.known.begin(nodes)
	l.inside.begin(nodes)
	l.seen, l.count, l.phased = l.seen[:0], 0, 0
	start := make([]int, 0, len(l.asked))
	for _, a := range l.asked {
		start = append(start, a.node())
	}
	l.grow(start, nearest)
}

// grow takes nodes into the neighbourhood, and of those they are made of the
// nearest, about as many as it says.
func (l *local) grow(from []int, by int) {
	queue := l.m.buffer[:0]
	take := func(node int) {
		if l.inside.add(node) {
			l.count++
			queue = append(queue, node)
			if l.known.add(node) {
				l.seen = append(l.seen, node)
			}
		}
	}
	for _, node := range from {
		take(node)
	}
	least := len(queue)
	for i := 0; i < len(queue); i++ {
		for _, o := range l.m.circuit.operands(queue[i]) {
			node := o.node()
			switch {
			case i < by && len(queue) < max(by, least) || l.m.circuit.isInput(node):
				take(node)
				l.takeFailure(node, take)
			case l.known.add(node):
				l.seen = append(l.seen, node)
			}
		}
	}
	l.m.left -= int64(2 * len(queue))
	l.s.encode(queue)
	l.m.buffer = queue
}

// takeFailure takes with a task that completes its failure, if runs that complete are
// asked for: from it and the other follows what runs.
func (l *local) takeFailure(node int, take func(int)) {
	if l.s == &l.m.plain {
		return
	}
	if t := l.m.taskAt(node); t >= 0 && !l.m.plan.Tasks[t].AllowFailure {
		take(l.m.tasks[t].failed.node())
	}
}

// try asks the solver. If there is no run it returns the nodes next to the
// neighbourhood whose values exclude it.
func (l *local) try() (status sat.Status, core []int) {
	l.told = append(l.told[:0], l.asked...)
	literals := l.told
	for i, node := range l.seen {
		holds := l.base.holds(literal(node << 1))
		if i >= l.phased {
			l.s.solver.SetPhase(node, holds)
		}
		if !l.inside.has(node) {
			b := literal(node << 1)
			if !holds {
				b = b.not()
			}
			literals = append(literals, b)
		}
	}
	l.phased = len(l.seen)
	l.m.left -= int64(len(l.seen))
	limit := max(l.m.left/questionShare, int64(nearest*64+len(l.seen)*8))
	l.told = literals
	status = l.s.search(l.seen, literals, limit)
	if status == sat.Unsat {
		for _, f := range l.s.solver.Failed() {
			if !l.inside.has(f.Var()) {
				core = append(core, f.Var())
			}
		}
	}
	return status, core
}

// follow computes what follows from the inputs that the solver found, and reports
// whether all literals hold.
func (l *local) follow() bool {
	c := &l.m.change
	c.begin(l.base)
	for _, node := range l.seen {
		if l.m.circuit.isInput(node) && l.s.solver.Value(node) != l.base.holds(literal(node<<1)) {
			c.flip(node)
		}
	}
	last := 0
	for _, a := range l.literals {
		last = max(last, a.node())
	}
	c.compute(last)
	return !slices.ContainsFunc(l.literals, func(a literal) bool { return !c.holds(a) })
}

// wrong lists nodes beyond the neighbourhood for which the run is not as it has to be:
// tasks that make it fail, or what has changed since it rests on the same inputs.
func (l *local) wrong() []int {
	var list []int
	add := func(node int, wrong bool) {
		if wrong && !l.inside.has(node) {
			list = append(list, node)
		}
	}
	c := &l.m.change
	if runs := l.m.runs; runs > never && slices.Contains(l.literals, runs) && !c.holds(runs) {
		add(runs.node(), runs.negated() || l.m.circuit.isInput(runs.node()))
		for _, o := range l.m.circuit.operands(runs.node()) {
			add(o.node(), !c.holds(o))
		}
	}
	for _, node := range l.seen {
		add(node, c.holds(literal(node<<1)) != l.base.holds(literal(node<<1)))
	}
	if len(list) == 0 {
		for _, node := range l.seen {
			add(node, true)
		}
	}
	return list
}
