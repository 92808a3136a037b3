package layout

import (
	"cmp"
	"slices"
)

// precedence says which nets of a channel should be above which.
type precedence struct {
	after   [][]int
	waiting []int
}

func (p *precedence) add(above, below int) {
	p.after[above] = append(p.after[above], below)
	p.waiting[below]++
}

// precedence compares the nets of a channel. A net must be above another one if
// it comes down where the other one leaves, because the two vertical lines would
// run into each other; where there is a choice, the order with fewer crossings
// counts.
func (s *state) precedence(c *channel) *precedence {
	p := &precedence{after: make([][]int, len(c.nets)), waiting: make([]int, len(c.nets))}
	if len(c.nets) > comparable {
		s.sameColumns(c, p)
		return p
	}
	for i := range c.nets {
		for j := i + 1; j < len(c.nets); j++ {
			a, b := &c.nets[i], &c.nets[j]
			if a.right < b.left || b.right < a.left {
				continue
			}
			ij, ji := crossed(a, b), crossed(b, a)
			switch {
			case ij < ji:
				p.add(i, j)
			case ji < ij:
				p.add(j, i)
			}
		}
	}
	return p
}

// collision is what two vertical lines that run into each other count, in crossings.
const collision = 1000

// crossed counts the crossings of two nets if a is above b.
func crossed(a, b *net) int {
	n := within(b.tops, a.left, a.right) + within(a.bottoms, b.left, b.right)
	for _, x := range a.bottoms {
		if _, ok := slices.BinarySearch(b.tops, x); ok {
			n += collision
		}
	}
	return n
}

// within counts the numbers of an ascending list that are inside a range.
func within(list []int, low, high int) int {
	from, _ := slices.BinarySearch(list, low)
	to, _ := slices.BinarySearch(list, high+1)
	return to - from
}

// sameColumns only looks for nets that come down where another one leaves.
func (s *state) sameColumns(c *channel, p *precedence) {
	type end struct{ x, net int }
	var tops, bottoms []end
	for i := range c.nets {
		for _, x := range c.nets[i].tops {
			tops = append(tops, end{x, i})
		}
		for _, x := range c.nets[i].bottoms {
			bottoms = append(bottoms, end{x, i})
		}
	}
	byX := func(a, b end) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.net, b.net)) }
	slices.SortFunc(tops, byX)
	slices.SortFunc(bottoms, byX)
	for k := 0; len(tops) > 0 && k < len(bottoms); {
		switch t, b := tops[0], bottoms[k]; {
		case t.x < b.x:
			tops = tops[1:]
		case b.x < t.x:
			k++
		default:
			if t.net != b.net {
				p.add(t.net, b.net)
			}
			k++
		}
	}
}
