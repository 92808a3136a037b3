package outcome

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/sat"
)

const (
	// maxCores bounds how often a smaller run is searched for.
	maxCores = 24
	// maxHits bounds the search for the fewest failures that could do.
	maxHits = 20_000
)

// smaller is the search for the smallest run in which some literals hold.
type smaller struct {
	m        *Model
	literals []literal
	certain  bool
	cone     []int
	// tasks are those that can matter, and failures says of each that it fails.
	tasks    []int
	counted  map[int]bool
	failures []literal
	run      *block // one run, in its first lane
}

// smallest returns a smallest run in which some facts hold, as in the witness. The
// fewest tasks fail in it; and nothing in it could be as usual without changing the
// truth of the facts, or having another task fail. Of failures that make others be
// skipped, those nearest to the facts are picked.
func (m *Model) smallest(facts []Fact, certain bool, w *witness) *witness {
	s := &smaller{m: m, literals: m.literalsOf(facts, nil), certain: certain, counted: make(map[int]bool)}
	s.cone = m.cone(s.literals)
	for _, f := range facts {
		if f.kind <= failed {
			s.addTask(f.task) // it will be shown
		}
	}
	for _, node := range s.cone {
		if t := m.taskAt(node); t >= 0 {
			s.addTask(t)
		}
	}
	s.cone = m.cone(slices.Concat(s.literals, s.failures))
	s.run = s.fresh()
	for _, node := range s.cone {
		if m.circuit.isInput(node) {
			s.run.fill(node, w.holds(literal(node<<1)))
		}
	}
	s.run.evaluateOnly(s.cone)
	s.fewestFailures()
	s.mostUsual()
	s.nearest()
	defer s.free(s.run)
	return m.freeze(m.like(s.cone, func(l literal) bool { return s.run.holds(l, 0) }))
}

func (s *smaller) addTask(task int) {
	if s.counted[task] {
		return
	}
	s.counted[task] = true
	s.tasks = append(s.tasks, task)
	s.failures = append(s.failures, s.m.tasks[task].failed)
}

// failing counts the failures of a run of a block.
func (s *smaller) failing(b *block, lane int) int {
	n := 0
	for _, f := range s.failures {
		if b.holds(f, lane) {
			n++
		}
	}
	return n
}

// fewestFailures looks for a run with fewer failures. The solver names sets of
// tasks one of which has to fail; where so many of them as hit all these sets are
// as many as fail already, there is no better run.
func (s *smaller) fewestFailures() {
	best := s.failing(s.run, 0)
	var cores [][]literal
	for range maxCores {
		if best == 0 || s.m.left <= 0 {
			return
		}
		hits, ok := fewestHits(cores, best-1)
		if !ok {
			return
		}
		core, status := s.try(hits)
		switch {
		case status == sat.GaveUp || status == sat.Unsat && len(core) == 0:
			return
		case status == sat.Unsat:
			cores = append(cores, core)
		default:
			if !s.take() {
				return
			}
			best = s.failing(s.run, 0)
		}
	}
}

// try looks for a run in which nothing fails but what is allowed to. If there is
// none it returns failures one of which is needed.
func (s *smaller) try(allowed []literal) (core []literal, status sat.Status) {
	asked := slices.Clone(s.literals)
	for _, f := range s.failures {
		if !slices.Contains(allowed, f) {
			asked = append(asked, f.not())
		}
	}
	s.m.plain.resetPhases(s.cone)
	status = s.m.plain.solve(s.cone, asked)
	if status == sat.Unsat {
		for _, l := range s.m.plain.solver.Failed() {
			if !slices.Contains(s.literals, literal(l)) {
				core = append(core, literal(l).not())
			}
		}
	}
	return core, status
}

// take takes the run that the solver found, unless it is less certain.
func (s *smaller) take() bool {
	b := s.fresh()
	s.m.plain.copyTo(b, s.cone)
	b.evaluateOnly(s.cone)
	if !s.fits(b, 0) {
		s.free(b)
		return false
	}
	s.become(b)
	return true
}

// fits reports whether the literals hold in a run, and for certain if they should.
func (s *smaller) fits(b *block, lane int) bool {
	for _, l := range s.literals {
		if !b.holds(l, lane) || s.certain && !b.sure(l, lane) {
			return false
		}
	}
	return true
}

// mostUsual makes everything usual that can be, many things at a time.
func (s *smaller) mostUsual() {
	for {
		single := s.usualAlone(s.unusual())
		if len(single) == 0 {
			return
		}
		// The longest beginning of the list that can be usual together; the first
		// alone can.
		b := s.lanes(len(single), func(lane int) []group { return single[:lane+1] })
		kept := s.failing(s.run, 0)
		for lane := min(len(single), 64) - 1; lane >= 0; lane-- {
			if s.fits(b, lane) && s.failing(b, lane) <= kept {
				s.become(s.only(b, lane))
				break
			}
		}
		s.free(b)
	}
}

// group are inputs that are set together: those of a line, or one.
type group []literal

// unusual lists what is not as usual in the run.
func (s *smaller) unusual() []group {
	var groups []group
	seen := make(map[int]bool)
	for _, node := range s.cone {
		if !s.m.circuit.isInput(node) || s.run.holds(literal(node<<1), 0) == s.m.circuit.usual[node] {
			continue
		}
		g := group{literal(node << 1)}
		if at, ok := s.m.placeOf(node); ok && at.line != nil {
			g = at.line.choices()
		}
		if !seen[g[0].node()] {
			seen[g[0].node()] = true
			groups = append(groups, g)
		}
	}
	return groups
}

// usualAlone lists the groups each of which can be as usual.
func (s *smaller) usualAlone(groups []group) []group {
	var single []group
	kept := s.failing(s.run, 0)
	for from := 0; from < len(groups); from += 64 {
		part := groups[from:min(from+64, len(groups))]
		b := s.lanes(len(part), func(lane int) []group { return part[lane : lane+1] })
		for lane := range part {
			if s.fits(b, lane) && s.failing(b, lane) <= kept {
				single = append(single, part[lane])
			}
		}
		s.free(b)
	}
	return single
}

// lanes returns variants of the run, at most 64, in each of which some groups are
// as usual.
func (s *smaller) lanes(n int, usual func(lane int) []group) *block {
	b := s.fresh()
	for _, node := range s.cone {
		if s.m.circuit.isInput(node) {
			b.fill(node, s.run.holds(literal(node<<1), 0))
		}
	}
	for lane := range min(n, 64) {
		for _, g := range usual(lane) {
			for _, input := range g {
				b.put(input, lane, s.m.circuit.usual[input.node()])
			}
		}
	}
	s.m.left -= int64(len(s.cone))
	b.evaluateOnly(s.cone)
	return b
}

// fresh returns a block of runs that are not computed.
func (s *smaller) fresh() *block {
	m := s.m
	if n := len(m.spare); n > 0 {
		b := m.spare[n-1]
		m.spare = m.spare[:n-1]
		b.grow()
		return b
	}
	return m.circuit.newBlock(1)
}

// free gives a block back.
func (s *smaller) free(b *block) { s.m.spare = append(s.m.spare, b) }

// become goes on with another run.
func (s *smaller) become(b *block) {
	s.free(s.run)
	s.run = b
}

// only returns a block of one run of another.
func (s *smaller) only(from *block, lane int) *block {
	b := s.fresh()
	for _, node := range s.cone {
		if s.m.circuit.isInput(node) {
			b.fill(node, from.holds(literal(node<<1), lane))
		}
	}
	b.evaluateOnly(s.cone)
	return b
}

// fewestHits picks the fewest literals, at most so many, of which each core has
// one; false if that takes more.
func fewestHits(cores [][]literal, most int) ([]literal, bool) {
	steps := 0
	var hits []literal
	var search func(left int) bool
	search = func(left int) bool {
		steps++
		i := slices.IndexFunc(cores, func(core []literal) bool {
			return !slices.ContainsFunc(core, func(l literal) bool { return slices.Contains(hits, l) })
		})
		if i < 0 {
			return true
		}
		if left == 0 || steps > maxHits {
			return false
		}
		for _, l := range cores[i] {
			hits = append(hits, l)
			if search(left - 1) {
				return true
			}
			hits = hits[:len(hits)-1]
		}
		return false
	}
	for n := 0; n <= most; n++ {
		if search(n) {
			return hits, true
		}
	}
	return nil, false
}
