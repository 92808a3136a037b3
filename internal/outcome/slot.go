package outcome

import (
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// maxTested is the most conditions on the values of one writer that are told
// apart; beyond it each may be true or false.
const maxTested = 1000

// notBuilt stands for a literal that is not there yet.
const notBuilt literal = -1

// start is the writer that stands for the context a run starts with.
const start = -1

// slot is what one writer does to one key.
type slot struct {
	task int
	key  string
	typ  *domain.Type
	// acts says that the writer decides the key: it writes or deletes it.
	acts literal
	// gives says that it leaves a value, if it acts.
	gives literal
	// conditions are those that readers have on the values, each once.
	conditions []domain.Condition
	places     map[string]int // of a condition, by its text
	division   *division      // nil unless there are conditions that are told apart
	truths     []literal      // by condition; notBuilt until it is asked for
	votes      []int          // by condition: how many rules want it true rather than false
}

// slotOf returns the slot of a writer and a key that it may write; nil if the key
// is never there at the start.
func (m *Model) slotOf(task int, key string) *slot {
	id := slotID{task, key}
	s, ok := m.slots[id]
	if !ok {
		s = m.newSlot(task, key)
		m.slots[id] = s
	}
	return s
}

type slotID struct {
	task int
	key  string
}

func (m *Model) newSlot(task int, key string) *slot {
	s := &slot{task: task, key: key, places: make(map[string]int)}
	if task == start {
		return m.startSlot(s)
	}
	t := &m.plan.Tasks[task]
	s.acts, s.gives, s.typ = always, always, domain.Any
	if t.Open {
		s.acts, s.gives = m.chance(s, true), m.chance(s, true)
		return s
	}
	for i, w := range t.Writes {
		if w.Key != key {
			continue
		}
		if typ := m.types.write(task, i); typ != nil {
			s.typ = typ
		}
		if w.Optional {
			s.acts = m.chance(s, false)
		}
		switch {
		case w.OnlyDeletes():
			s.gives = never
		case w.Deletes:
			s.gives = m.chance(s, false)
		}
	}
	return s
}

// chance adds an input of a slot.
func (m *Model) chance(s *slot, loose bool) literal {
	l := m.circuit.input(loose, true)
	m.chances = append(m.chances, chance{l, s})
	m.belongs(l, place{slot: s})
	return l
}

// startSlot is what a run starts with; nil for a key that it never starts with.
func (m *Model) startSlot(s *slot) *slot {
	s.acts, s.gives, s.typ = always, always, domain.Any
	if !m.plan.InputDeclared {
		if len(m.writers.byKey[s.key]) > 0 {
			return nil
		}
		s.gives = m.chance(s, false)
		return s
	}
	for i, in := range m.plan.Input {
		if in.Name != s.key {
			continue
		}
		if typ := m.types.input(i); typ != nil {
			s.typ = typ
		}
		if in.Optional && (s.typ.Kinds != domain.AllKinds || in.Default != "") {
			s.typ = withoutNull(s.typ)
		}
		if in.Optional && in.Default == "" {
			s.gives = m.chance(s, false)
		}
		return s
	}
	return nil
}

// withoutNull takes null out of a type: a run that starts with null for an optional
// key starts without it, or with its default. Only where nothing is known of the
// values, and there is no default, null is one of them.
func withoutNull(t *domain.Type) *domain.Type {
	if t.Kinds&domain.Null == 0 || t.Kinds == domain.Null {
		return t
	}
	other := *t
	other.Kinds &^= domain.Null
	return &other
}

func (t *Types) write(task, i int) *domain.Type {
	if task < len(t.Writes) && i < len(t.Writes[task]) {
		return t.Writes[task][i]
	}
	return nil
}

func (t *Types) input(i int) *domain.Type {
	if i < len(t.Input) {
		return t.Input[i]
	}
	return nil
}

// condition is the positive form of a leaf that tests a value.
type condition struct {
	domain.Condition
	text string
}

// conditionOf returns the positive form of a leaf, and whether the leaf negates it.
func conditionOf(leaf *plan.Node) (c condition, negated bool) {
	c.Path, c.Cmp, c.Literals = pathOf(leaf.Key), leaf.Cmp, leaf.Literals
	switch leaf.Cmp {
	case plan.CmpNotEquals:
		c.Cmp, negated = plan.CmpEquals, true
	case plan.CmpNotContains:
		c.Cmp, negated = plan.CmpContains, true
	case plan.CmpNotExists:
		c.Cmp, negated = plan.CmpExists, true
	case plan.CmpNotIn:
		c.Cmp, negated = plan.CmpIn, true
	}
	var b strings.Builder
	b.WriteString(c.Cmp.String())
	for _, token := range c.Path {
		b.WriteByte('/')
		b.WriteString(strconv.Quote(token))
	}
	for _, l := range c.Literals {
		b.WriteByte(' ')
		b.WriteString(l.Text())
	}
	c.text = b.String()
	return c, negated
}

// pathOf returns the tokens of a JSON Pointer behind the context key.
func pathOf(key string) []string {
	pointer, ok := strings.CutPrefix(key, "/")
	if !ok {
		return nil
	}
	tokens := strings.Split(pointer, "/")[1:]
	for i := range tokens {
		tokens[i] = unescape.Replace(tokens[i])
	}
	return tokens
}

var (
	escape   = strings.NewReplacer("~", "~0", "/", "~1")
	unescape = strings.NewReplacer("~1", "/", "~0", "~")
)

// expects notes that a reader has a condition on the values of a slot, and whether
// its rule asks for it to be true or false.
func (m *Model) expects(s *slot, c *condition, vote int) {
	if c.Cmp == plan.CmpExists && len(c.Path) == 0 {
		return // whether the key is there says all
	}
	at, ok := s.places[c.text]
	if !ok {
		if len(s.conditions) == 0 {
			m.asked = append(m.asked, s)
		}
		at = len(s.conditions)
		s.places[c.text] = at
		s.conditions = append(s.conditions, c.Condition)
		s.votes = append(s.votes, 0)
	}
	s.votes[at] += vote
}

// truth is what a condition says of the value of a slot, if it gives one.
func (m *Model) truth(s *slot, c *condition) literal {
	if c.Cmp == plan.CmpExists && len(c.Path) == 0 {
		return always
	}
	if s.truths == nil {
		m.divide(s)
	}
	at := s.places[c.text]
	if s.truths[at] < 0 {
		s.truths[at] = m.circuit.truthOf(s.division, at)
	}
	return s.truths[at]
}

// divide divides the values of a slot by the conditions on them.
func (m *Model) divide(s *slot) {
	if len(s.conditions) > maxTested || s.gives == never {
		s.truths = make([]literal, len(s.conditions))
		for i := range s.truths {
			s.truths[i] = m.circuit.input(true, s.votes[i] > 0)
		}
		return
	}
	s.division = m.circuit.divide(m.split(s))
	s.truths = make([]literal, len(s.conditions))
	for i := range s.truths {
		s.truths[i] = notBuilt
	}
	m.circuit.favour(s.division, s.votes)
	m.divided = append(m.divided, s)
	m.locate(s)
}

// split is [domain.Split], once for slots of which the same is asked.
func (m *Model) split(s *slot) splitDone {
	id := splitID{s.typ, strings.Join(s.texts(), "\n")}
	done, ok := m.splits[id]
	if !ok {
		done.partition, done.places = domain.Split(s.typ, s.conditions)
		done.sets = make([][]truthSet, len(done.places))
		m.splits[id] = done
	}
	return done
}

type splitID struct {
	typ        *domain.Type
	conditions string
}

type splitDone struct {
	partition *domain.Partition
	places    []domain.Place // by condition
	sets      [][]truthSet   // by condition: where it can be true; nil until it is asked for
}

// belongs notes where an input belongs.
func (m *Model) belongs(input literal, at place) {
	m.places = append(m.places, at)
	m.inputAt(input)
}

// inputAt notes that an input belongs to the place that was added last.
func (m *Model) inputAt(input literal) {
	for len(m.inputs) <= input.node() {
		m.inputs = append(m.inputs, 0)
	}
	if input != always {
		m.inputs[input.node()] = int32(len(m.places))
	}
}

// placeOf returns where an input belongs; false if to no value.
func (m *Model) placeOf(node int) (place, bool) {
	if node >= len(m.inputs) || m.inputs[node] == 0 {
		return place{}, false
	}
	return m.places[m.inputs[node]-1], true
}

// locate notes where the inputs of a division belong.
func (m *Model) locate(s *slot) {
	for part := range s.division.lines {
		for i := range s.division.lines[part] {
			l := &s.division.lines[part][i]
			m.belongs(always, place{slot: s, part: part, line: l})
			for _, input := range l.choices() {
				m.inputAt(input)
			}
		}
	}
	for n, input := range s.division.free {
		m.belongs(input, place{slot: s, free: n + 1})
	}
}
