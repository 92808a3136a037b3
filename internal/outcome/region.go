package outcome

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/domain"
)

// division is a partition as part of a circuit: for each part of a value the
// inputs that pick its region, and the truth of each condition.
//
// The regions of a part stand in a line. The inputs say how far along the line the
// region is: a condition that holds on a stretch of it, as comparisons do, takes
// two literals, however many regions there are.
type division struct {
	splitDone
	lines  [][]line
	free   []literal // inputs: the truths that are left open
	truths []literal // of these, with what others imply
}

// truthSet are the regions in which a condition has one truth, other than false.
type truthSet struct {
	truth   domain.Truth
	regions []bool
}

// line picks a region of a part, for the regions of the parent that allow the same.
type line struct {
	under   []bool  // by region of the parent; nil for the value itself
	when    literal // the parent is in one of those
	regions []int
	beyond  []literal // the region is the i-th of these or a later one; the first is always
	inputs  []literal // beyond i is the conjunction of these up to i
	usual   int       // place of the usual region
	loose   bool
}

// divide adds a partition to a circuit.
func (c *circuit) divide(done splitDone) *division {
	d := &division{splitDone: done, lines: make([][]line, len(done.partition.Parts))}
	for i := range done.partition.Parts {
		d.lines[i] = c.linesOf(d, i)
	}
	d.truths = c.freeTruths(d)
	return d
}

// linesOf lays out the regions of a part.
func (c *circuit) linesOf(d *division, part int) []line {
	p := &d.partition.Parts[part]
	if p.Parent < 0 {
		l := line{when: always}
		for r := range p.Regions {
			l.regions = append(l.regions, r)
		}
		c.layOut(p, &l)
		return []line{l}
	}
	parents := len(d.partition.Parts[p.Parent].Regions)
	allowed := make([][]int, parents)
	for r, region := range p.Regions {
		for _, u := range region.Under {
			allowed[u] = append(allowed[u], r)
		}
	}
	var lines []line
	for u, regions := range allowed {
		lines = join(lines, regions, u, parents)
	}
	for i := range lines {
		lines[i].when = c.within(d.lines[p.Parent], lines[i].under)
		c.layOut(p, &lines[i])
	}
	return lines
}

// join adds a region of the parent to the line with what it allows.
func join(lines []line, regions []int, parent, parents int) []line {
	for i := range lines {
		if slices.Equal(lines[i].regions, regions) {
			lines[i].under[parent] = true
			return lines
		}
	}
	l := line{under: make([]bool, parents), regions: regions}
	l.under[parent] = true
	return append(lines, l)
}

// layOut adds the inputs of a line.
func (c *circuit) layOut(p *domain.Part, l *line) {
	for _, r := range l.regions {
		l.loose = l.loose || p.Regions[r].Loose
	}
	input, last := always, always
	for i := range l.regions {
		if i > 0 {
			input = c.input(l.loose, false)
			last = c.and(last, input)
		}
		l.inputs, l.beyond = append(l.inputs, input), append(l.beyond, last)
	}
}

// choices are the inputs that pick a region.
func (l *line) choices() []literal { return l.inputs[min(1, len(l.inputs)):] }

// within says that the region of a part is one of a set.
func (c *circuit) within(lines []line, set []bool) literal {
	var any []literal
	for i := range lines {
		any = append(any, c.and(lines[i].when, c.onLine(&lines[i], set)))
	}
	return c.or(any...)
}

// onLine says that the place on a line is one of a set of regions.
func (c *circuit) onLine(l *line, set []bool) literal {
	var any []literal
	for i := 0; i < len(l.regions); i++ {
		if !set[l.regions[i]] {
			continue
		}
		from := l.beyond[i]
		for i < len(l.regions) && set[l.regions[i]] {
			i++
		}
		if i < len(l.regions) {
			from = c.and(from, l.beyond[i].not())
		}
		any = append(any, from)
	}
	return c.or(any...)
}

// freeTruths adds the truths that are left open. One that another implies is true
// with it.
func (c *circuit) freeTruths(d *division) []literal {
	d.free = make([]literal, d.partition.Free)
	for i := range d.free {
		d.free[i] = c.input(true, false)
	}
	truths := slices.Clone(d.free)
	for _, pair := range d.partition.Implied {
		truths[pair[1]] = c.or(truths[pair[1]], d.free[pair[0]])
	}
	return truths
}

// truthOf is the truth of a condition.
func (c *circuit) truthOf(d *division, condition int) literal {
	place := d.places[condition]
	var any []literal
	for _, set := range d.setsOf(condition) {
		in := c.within(d.lines[place.Part], set.regions)
		if set.truth >= domain.Open {
			in = c.and(in, d.truths[set.truth-domain.Open])
		}
		any = append(any, in)
	}
	return c.or(any...)
}

// setsOf says where a condition can be true, once for all slots with this partition.
func (s *splitDone) setsOf(condition int) []truthSet {
	if s.sets[condition] != nil {
		return s.sets[condition]
	}
	place := s.places[condition]
	regions := s.partition.Parts[place.Part].Regions
	sets := []truthSet{}
	for r := range regions {
		t := regions[r].Truths[place.Index]
		if t == domain.False {
			continue
		}
		at := slices.IndexFunc(sets, func(s truthSet) bool { return s.truth == t })
		if at < 0 {
			at = len(sets)
			sets = append(sets, truthSet{t, make([]bool, len(regions))})
		}
		sets[at].regions[r] = true
	}
	s.sets[condition] = sets
	return sets
}

// regionOf returns the region of a part for given values of the circuit; -1 if
// its parent has none.
func (d *division) regionOf(part int, holds func(literal) bool) int {
	for i := range d.lines[part] {
		l := &d.lines[part][i]
		if !holds(l.when) {
			continue
		}
		for n := len(l.regions) - 1; n >= 0; n-- {
			if holds(l.beyond[n]) {
				return l.regions[n]
			}
		}
	}
	return -1
}
