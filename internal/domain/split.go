package domain

import (
	"slices"
	"strings"
)

// Split divides the values of a type by conditions, and says where each
// condition finds its truth. The number of regions of a part is linear in the
// literals of its conditions. A nil type is [Any].
func Split(t *Type, conditions []Condition) (*Partition, []Place) {
	if t == nil {
		t = Any
	}
	s := splitter{
		partition: &Partition{},
		index:     make(map[string]int),
	}
	places := s.place(conditions)
	s.value(t)
	for i := 1; i < len(s.parts); i++ {
		s.inner(i)
	}
	for i := range s.parts {
		p := &s.parts[i]
		out := Part{Path: p.path, Parent: p.parent, Regions: make([]Region, len(p.regions))}
		for j, r := range p.regions {
			out.Regions[j] = r.Region
		}
		s.partition.Parts = append(s.partition.Parts, out)
	}
	return s.partition, places
}

// splitter carries one call of [Split].
type splitter struct {
	partition *Partition
	parts     []part
	// index finds a part by its path, the tokens each ended by a slash that is
	// escaped within them.
	index map[string]int
}

// part is a part of the value while it is being divided.
type part struct {
	path       []string
	parent     int
	conditions []Condition
	// elements are the array indices among the last tokens of its own parts, sorted.
	elements []int
	// inside says that it has parts of its own.
	inside  bool
	regions []region
}

// region is a [Region] with what is needed to divide the parts within it.
type region struct {
	Region
	// kind is the only kind of its values; 0 if it is missing.
	kind Kinds
	// typ is the type its values are of.
	typ *Type
	// least is the smallest length of an array.
	least int
}

// place finds or makes the part of each condition.
func (s *splitter) place(conditions []Condition) []Place {
	s.partOf(nil)
	places := make([]Place, len(conditions))
	for i, c := range conditions {
		n := s.partOf(c.Path)
		p := &s.parts[n]
		places[i] = Place{Part: n, Index: len(p.conditions)}
		p.conditions = append(p.conditions, c)
	}
	for i := range s.parts {
		slices.Sort(s.parts[i].elements)
		s.parts[i].elements = slices.Compact(s.parts[i].elements)
	}
	return places
}

var escapeToken = strings.NewReplacer("~", "~0", "/", "~1")

// partOf returns the part a path leads to, and makes it and those around it if
// they do not exist yet.
func (s *splitter) partOf(path []string) int {
	var name strings.Builder
	at := s.named("", -1, nil)
	for i, token := range path {
		_, _ = escapeToken.WriteString(&name, token)
		name.WriteByte('/')
		outer := at
		at = s.named(name.String(), outer, path[:i+1])
		s.parts[outer].inside = true
		if n, ok := elementIndex(token); ok {
			s.parts[outer].elements = append(s.parts[outer].elements, n)
		}
	}
	return at
}

func (s *splitter) named(name string, parent int, path []string) int {
	if n, ok := s.index[name]; ok {
		return n
	}
	n := len(s.parts)
	s.index[name] = n
	s.parts = append(s.parts, part{path: slices.Clone(path), parent: parent})
	return n
}

// value divides the value itself.
func (s *splitter) value(t *Type) {
	s.parts[0].regions = s.divide(&s.parts[0], t)
}

// inner divides a part within another. What it can be depends on the regions of
// the outer one; those that make it the same type are taken together.
func (s *splitter) inner(n int) {
	p := &s.parts[n]
	token := p.path[len(p.path)-1]
	var missing []int
	var types []*Type
	under := make(map[*Type][]int)
	for i, r := range s.parts[p.parent].regions {
		t, may := r.member(token)
		if may {
			missing = append(missing, i)
		}
		if t == nil {
			continue
		}
		if under[t] == nil {
			types = append(types, t)
		}
		under[t] = append(under[t], i)
	}
	for _, t := range types {
		regions := s.divide(p, t)
		for i := range regions {
			regions[i].Under = under[t]
		}
		p.regions = append(p.regions, regions...)
	}
	if len(missing) > 0 {
		p.regions = append(p.regions, region{Region: Region{
			Missing: true,
			Under:   missing,
			Text:    "missing",
			Truths:  make([]Truth, len(p.conditions)),
		}})
	}
}

// member returns the type of what a token names within values of the region; nil
// if none of them has it. It may be missing from some or all of them.
func (r *region) member(token string) (t *Type, missing bool) {
	switch r.kind {
	case Array:
		if n, ok := elementIndex(token); !ok || n >= r.least {
			return nil, true
		}
		return r.typ.elem(), false
	case Object:
		if f, ok := r.typ.field(token); ok {
			return orAny(f.Type), f.Optional
		}
		if r.typ.Struct {
			return nil, true
		}
		return r.typ.elem(), true
	}
	return nil, true
}

// elem is the type of elements and members.
func (t *Type) elem() *Type { return orAny(t.Elem) }

func orAny(t *Type) *Type {
	if t == nil {
		return Any
	}
	return t
}

// maxElement is the longest index of a list that is not taken for one that no
// list has.
const maxElement = 9

// elementIndex reads the index of an element as JSON Pointers have it: digits
// without a leading zero.
func elementIndex(token string) (int, bool) {
	if token == "" || len(token) > maxElement || token[0] == '0' && len(token) > 1 {
		return 0, false
	}
	n := 0
	for _, b := range []byte(token) {
		if b < '0' || b > '9' {
			return 0, false
		}
		n = 10*n + int(b-'0')
	}
	return n, true
}
