package outcome

import "github.com/cloacina-go/cloacina/internal/domain"

// crowded is from how many conditions on one key, counted for each of its writers,
// the writers share one division of its values. Each then tells apart what is asked
// of any of them, which makes finer regions than it takes, but they are made once.
const crowded = 5000

// valueKind is a key with the type of its values.
type valueKind struct {
	key string
	typ *domain.Type
}

// shareConditions gives the writers of a key of which much is asked the same
// conditions.
func (m *Model) shareConditions() {
	all := make(map[valueKind]*slot) // with the conditions of all writers
	count := make(map[valueKind]int)
	for _, s := range m.asked {
		kind := valueKind{s.key, s.typ}
		count[kind] += len(s.conditions)
		union := all[kind]
		if union == nil {
			union = &slot{places: make(map[string]int)}
			all[kind] = union
		}
		for text, i := range s.places {
			union.places[text] = i // what is there is numbered below
		}
	}
	for kind, union := range all {
		if count[kind] < crowded || len(union.places) > maxTested || count[kind] < 2*len(union.places) {
			delete(all, kind)
			continue
		}
		clear(union.places)
	}
	for _, s := range m.asked {
		if union := all[valueKind{s.key, s.typ}]; union != nil {
			union.join(s)
		}
	}
	for _, s := range m.asked {
		if union := all[valueKind{s.key, s.typ}]; union != nil {
			s.share(union)
		}
	}
}

// join adds the conditions of another slot.
func (s *slot) join(other *slot) {
	for i, text := range other.texts() {
		if _, ok := s.places[text]; !ok {
			s.places[text] = len(s.conditions)
			s.conditions = append(s.conditions, other.conditions[i])
		}
	}
}

// share takes the conditions of another slot in place of fewer own ones.
func (s *slot) share(union *slot) {
	votes := make([]int, len(union.conditions))
	for text, i := range s.places {
		votes[union.places[text]] = s.votes[i]
	}
	s.conditions, s.places, s.votes = union.conditions, union.places, votes
}

// texts are the conditions as texts.
func (s *slot) texts() []string {
	texts := make([]string, len(s.conditions))
	for text, i := range s.places {
		texts[i] = text
	}
	return texts
}
