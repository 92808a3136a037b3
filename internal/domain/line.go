package domain

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// line is an ordered set of values, the numbers or the strings, with points on
// it where literals are. With n points it falls into 2n+1 stretches: stretch
// 2i+1 is the point i, stretch 2i what lies between the points i-1 and i.
type line interface {
	// points is how many points there are.
	points() int
	// find returns the point of a literal; -1 for one of another kind.
	find(l plan.Literal) int
	// sample returns the JSON of a value within a stretch; nil if the type has none.
	sample(stretch int) []byte
	// text describes the values from one stretch to another that have no
	// values below or above, as first and last say.
	text(from, to int, first, last bool) string
	// except describes all values but those of some points.
	except(points []int) string
}

// run are stretches side by side.
type run struct{ from, to int }

// divideLine returns the regions of a line: stretches that all conditions treat
// alike are one region. The truth of contains is left to the caller: it is asked
// for with the condition and the stretch, and may be nil.
func divideLine(p *part, kind Kinds, l line, contains func(c Condition, stretch int) Truth) []region {
	d := divider{part: p, line: l, contains: contains, known: make(map[string]int)}
	d.conditions()
	for stretch := range 2*l.points() + 1 {
		if sample := l.sample(stretch); sample != nil {
			d.add(kind, stretch, sample)
		}
	}
	for i := range d.regions {
		d.regions[i].Text = d.describe(i)
	}
	return d.regions
}

// divider carries one call of [divideLine].
type divider struct {
	part     *part
	line     line
	contains func(c Condition, stretch int) Truth
	// literals are the points of the literals of each condition, sorted.
	literals [][]int
	regions  []region
	// runs are the stretches of each region.
	runs [][]run
	// known finds a region by its truths.
	known map[string]int
	// used are the stretches that have values, in ascending order.
	used []int
	// latest is the region of the last of them.
	latest int
}

func (d *divider) conditions() {
	d.literals = make([][]int, len(d.part.conditions))
	for i, c := range d.part.conditions {
		for _, l := range c.Literals {
			if at := d.line.find(l); at >= 0 {
				d.literals[i] = append(d.literals[i], at)
			}
		}
		slices.Sort(d.literals[i])
	}
}

// add puts one stretch into the region of its truths.
func (d *divider) add(kind Kinds, stretch int, sample []byte) {
	truths := make([]Truth, len(d.part.conditions))
	var name []byte
	for i, c := range d.part.conditions {
		truths[i] = d.truth(c, d.literals[i], stretch)
		name = binary.AppendUvarint(name, uint64(truths[i]))
	}
	n, ok := d.known[string(name)]
	switch {
	case !ok:
		n = len(d.regions)
		d.known[string(name)] = n
		d.regions = append(d.regions, region{kind: kind, Region: Region{Sample: sample, Truths: truths}})
		d.runs = append(d.runs, []run{{stretch, stretch}})
	case len(d.used) > 0 && d.latest == n:
		d.runs[n][len(d.runs[n])-1].to = stretch
	default:
		d.runs[n] = append(d.runs[n], run{stretch, stretch})
	}
	d.used, d.latest = append(d.used, stretch), n
}

// truth is the truth of a condition on a stretch.
func (d *divider) truth(c Condition, literals []int, stretch int) Truth {
	switch c.Cmp {
	case plan.CmpExists:
		return True
	case plan.CmpContains:
		if d.contains == nil {
			return False
		}
		return d.contains(c, stretch)
	case plan.CmpIn: // which may have thousands
		if _, ok := slices.BinarySearch(literals, stretch/2); ok && stretch%2 == 1 {
			return True
		}
		return False
	}
	for _, at := range literals {
		if ordered(c.Cmp, stretch-(2*at+1)) {
			return True
		}
	}
	return False
}

// ordered reports whether a comparison holds for a value that stands below, at or
// above the literal.
func ordered(c plan.Cmp, order int) bool {
	switch c {
	case plan.CmpEquals:
		return order == 0
	case plan.CmpGreaterThan:
		return order > 0
	case plan.CmpGreaterOrEqual:
		return order >= 0
	case plan.CmpLessThan:
		return order < 0
	case plan.CmpLessOrEqual:
		return order <= 0
	}
	return false
}

// maxRuns is how many runs of stretches a text lists.
const maxRuns = 4

// describe is the text of a region.
func (d *divider) describe(n int) string {
	runs := d.runs[n]
	if points, ok := d.allBut(runs); ok {
		return d.line.except(points)
	}
	first, last := d.used[0], d.used[len(d.used)-1]
	var texts []string
	for _, r := range runs[:min(len(runs), maxRuns)] {
		texts = append(texts, d.line.text(r.from, r.to, r.from == first, r.to == last))
	}
	if len(runs) > maxRuns {
		texts = append(texts, "others")
	}
	return strings.Join(texts, " or ")
}

// allBut returns the points that a region leaves out, if it has everything else.
func (d *divider) allBut(runs []run) (points []int, ok bool) {
	first, last := d.used[0], d.used[len(d.used)-1]
	if len(runs) < 2 || runs[0].from != first || runs[len(runs)-1].to != last {
		return nil, false
	}
	at := 0 // the run that the next stretch is in or behind
	for _, stretch := range d.used {
		switch {
		case at+1 < len(runs) && stretch >= runs[at+1].from:
			at++
		case stretch <= runs[at].to:
		case stretch%2 == 0:
			return nil, false
		default:
			points = append(points, stretch/2)
		}
	}
	return points, true
}

// listed joins the texts of points: `1, 2 and 3`.
func listed(texts []string) string {
	const most = 5
	if len(texts) > most {
		return strings.Join(texts[:most], ", ") + " and others"
	}
	if len(texts) == 1 {
		return texts[0]
	}
	last := len(texts) - 1
	return strings.Join(texts[:last], ", ") + " and " + texts[last]
}
