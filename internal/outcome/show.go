package outcome

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/domain"
)

// shower finds out what of a run matters to some facts. It goes back from them to
// their reasons: of a conjunction that holds, to all its parts, of another one, to
// one part that does not hold.
//
// Shown are the tasks that the facts name, those that fail or do not end as in the
// usual run, and those next to either. That others end as usual goes without saying.
type shower struct {
	m      *Model
	run    *witness
	shown  map[int]bool // tasks
	values map[place]bool
	seen   marks // nodes that were reached
	direct marks // those of them that are to be shown
}

// show turns a run into what matters of it.
func (m *Model) show(facts []Fact, run *witness) *Run {
	s := &m.shower
	s.m, s.run, s.shown, s.values = m, run, make(map[int]bool), make(map[place]bool)
	s.seen.begin(m.circuit.nodes())
	s.direct.begin(m.circuit.nodes())
	for _, f := range facts {
		if f.kind == completed || f.kind == failed || f.kind == ran && f.negate {
			s.shown[f.task] = true
		}
	}
	for _, f := range facts {
		l := m.literalOf(f)
		if t := m.taskAt(l.node()); t == f.task && f.kind <= failed {
			s.reason(l, true)
		} else {
			s.visit(l, f.kind != runCompleted)
		}
	}
	complete := m.completes()
	out := &Run{Completed: run.holds(complete), Values: s.valuesOf()}
	for _, t := range slices.Sorted(maps.Keys(s.shown)) {
		out.Tasks = append(out.Tasks, TaskOutcome{Task: t, Outcome: s.outcome(t)})
	}
	return out
}

func (s *shower) outcome(task int) Outcome { return s.m.outcome(task, s.run) }

// outcome is how a task ends in a run.
func (m *Model) outcome(task int, run *witness) Outcome {
	switch l := &m.tasks[task]; {
	case run.holds(l.completed):
		return TaskCompleted
	case run.holds(l.ran):
		return TaskFailed
	}
	return TaskSkipped
}

// visit looks for the reasons of a literal that holds. They are shown if they are
// next to something that is.
func (s *shower) visit(l literal, next bool) {
	if isNew := s.seen.add(l.node()); !isNew && !next || next && !s.direct.add(l.node()) {
		return
	}
	t := s.m.taskAt(l.node())
	if t < 0 {
		s.reason(l, next)
		return
	}
	o := s.outcome(t)
	show := next || o == TaskFailed || o != s.m.outcome(t, s.m.usually())
	if show {
		s.shown[t] = true
	}
	s.reason(l, show && o == TaskSkipped)
}

// reason visits what a literal rests on.
func (s *shower) reason(l literal, next bool) {
	operands := s.m.circuit.operands(l.node())
	switch {
	case len(operands) == 0:
		if at, ok := s.m.placeOf(l.node()); ok && next {
			s.values[at] = true
		}
	case s.run.holds(literal(l.node() << 1)):
		for _, o := range operands {
			s.visit(o, next)
		}
	default:
		s.visit(s.refuting(operands).not(), next)
	}
}

// refuting picks an operand that does not hold: one that is a reason already, if
// there is one, else the first.
func (s *shower) refuting(operands []literal) literal {
	first := never
	for _, o := range operands {
		if s.run.holds(o) {
			continue
		}
		if s.seen.has(o.node()) {
			return o
		}
		if first == never {
			first = o
		}
	}
	return first
}

// valuesOf describes the values that matter.
func (s *shower) valuesOf() []Value {
	var list []Value
	done := make(map[place]bool)
	for at := range s.values {
		if at.line == nil && at.free == 0 && s.absent(at.slot) == "" {
			continue // the key is written, as usual
		}
		if t := at.slot.task; t != start && s.outcome(t) != TaskCompleted {
			continue
		}
		at = s.general(at)
		if !done[at] {
			done[at] = true
			if v, ok := s.value(at); ok {
				list = append(list, v)
				if v.Task != start {
					s.shown[v.Task] = true
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b Value) int {
		return cmp.Or(cmp.Compare(a.Task, b.Task), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Text, b.Text))
	})
	return list
}

// general reduces a place to a part of a slot.
func (s *shower) general(at place) place {
	if at.free > 0 {
		at.part, _ = at.slot.openCondition(at.free - 1)
		at.free = 0
	}
	at.line = nil
	if s.absent(at.slot) != "" {
		at.part = 0
	}
	return at
}

// absent says why a writer that completed leaves no value; empty if it leaves one.
func (s *shower) absent(o *slot) string {
	switch {
	case !s.run.holds(o.acts):
		return "not written"
	case s.run.holds(o.gives):
		return ""
	case o.task == start:
		return "missing"
	}
	return "deleted"
}

// value describes a part of what a writer wrote; false if nothing is to be said.
func (s *shower) value(at place) (Value, bool) {
	v := Value{Task: at.slot.task, Key: at.slot.key}
	if v.Text = s.absent(at.slot); v.Text != "" {
		return v, true
	}
	d := at.slot.division
	if d == nil {
		return v, false
	}
	part := &d.partition.Parts[at.part]
	region := d.regionOf(at.part, func(l literal) bool { return s.run.holds(l) })
	if region < 0 {
		return v, false
	}
	r := &part.Regions[region]
	v.Key, v.Text, v.Sample = pointer(v.Key, part.Path), r.Text, r.Sample
	s.addOpen(&v, at, r)
	return v, true
}

// addOpen adds the truths of a region that are left open.
func (s *shower) addOpen(v *Value, at place, r *domain.Region) {
	o := at.slot
	for i, c := range o.conditions {
		p := o.division.places[i]
		if p.Part != at.part || r.Truths[p.Index] < domain.Open {
			continue
		}
		word := ", which does not contain "
		if o.truths[i] >= 0 && s.run.holds(o.truths[i]) {
			word = ", which contains "
		}
		if strings.Contains(v.Text, ", which ") {
			word = strings.Replace(word, ", which", " and", 1)
		}
		v.Text += word + c.Literals[0].Text()
		v.Sample = nil
	}
}

// openCondition finds the part and condition of a truth that is left open.
func (s *slot) openCondition(n int) (part, condition int) {
	for i, p := range s.division.places {
		for _, r := range s.division.partition.Parts[p.Part].Regions {
			if r.Truths[p.Index] == domain.Open+domain.Truth(n) {
				return p.Part, i
			}
		}
	}
	return 0, 0
}

// pointer is the key of a part of a value: a JSON Pointer unless it is the value.
func pointer(key string, path []string) string {
	if len(path) == 0 {
		return key
	}
	var b strings.Builder
	for _, token := range append([]string{key}, path...) {
		b.WriteByte('/')
		b.WriteString(escape.Replace(token))
	}
	return b.String()
}
