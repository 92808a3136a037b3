package domain

import (
	"cmp"
	"math/big"
	"slices"
	"sort"
	"strconv"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// numberLine are the numbers of a type, with the literals as points.
type numberLine struct {
	at      []point
	set     numberSet
	nonZero bool
}

// point is a number with its text.
type point struct {
	value *big.Rat
	text  string
}

// numberSet is a set of numbers that can be stored.
type numberSet interface {
	// has returns the JSON of a number, and nil if it is not in the set.
	has(r *big.Rat) []byte
	// between returns the least and the greatest number between two that are not
	// in question themselves, or nil if there is none. A nil bound is no bound;
	// then what is returned on its side is any number on that side.
	between(low, high *big.Rat) (least, most *big.Rat)
	// whole says that all its numbers are integers.
	whole() bool
}

func numbersOf(p *part, t *Type) numberLine {
	l := numberLine{set: t.Numbers.set(), nonZero: t.NonZero}
	for _, c := range p.conditions {
		if c.Cmp == plan.CmpContains {
			continue
		}
		for _, literal := range c.Literals {
			if value := literalNumber(literal); value != nil {
				l.at = append(l.at, point{value, literalText(literal)})
			}
		}
	}
	if l.nonZero {
		l.at = append(l.at, point{new(big.Rat), "0"})
	}
	slices.SortFunc(l.at, func(a, b point) int {
		return cmp.Or(a.value.Cmp(b.value), cmp.Compare(len(a.text), len(b.text)))
	})
	l.at = slices.CompactFunc(l.at, func(a, b point) bool { return a.value.Cmp(b.value) == 0 })
	return l
}

// literalNumber is the number a literal stands for; nil if it is none. A float
// counts as the shortest decimal that identifies it.
func literalNumber(l plan.Literal) *big.Rat {
	switch l.Kind {
	case plan.LitInt:
		return new(big.Rat).SetInt64(l.Int)
	case plan.LitUint:
		return new(big.Rat).SetInt(new(big.Int).SetUint64(l.Uint))
	case plan.LitFloat:
		return decimalOf(l.Float, 64)
	}
	return nil
}

// literalText is the shortest text of a number.
func literalText(l plan.Literal) string {
	switch l.Kind {
	case plan.LitInt:
		return strconv.FormatInt(l.Int, 10)
	case plan.LitUint:
		return strconv.FormatUint(l.Uint, 10)
	}
	return strconv.FormatFloat(l.Float, 'g', -1, 64)
}

// literalName tells literals apart that are not equal.
func literalName(l plan.Literal) string {
	switch l.Kind {
	case plan.LitBool:
		return strconv.FormatBool(l.Bool)
	case plan.LitString:
		return strconv.Quote(l.String)
	case plan.LitNil:
		return "null"
	}
	return literalNumber(l).RatString()
}

func (l numberLine) points() int { return len(l.at) }

func (l numberLine) find(literal plan.Literal) int {
	value := literalNumber(literal)
	if value == nil {
		return -1
	}
	return sort.Search(len(l.at), func(i int) bool { return l.at[i].value.Cmp(value) >= 0 })
}

// bounds returns the numbers around the stretch; nil where there is none.
func (l numberLine) bounds(from, to int) (low, high *big.Rat) {
	if i := (from+1)/2 - 1; i >= 0 {
		low = l.at[i].value
	}
	if i := to / 2; i < len(l.at) {
		high = l.at[i].value
	}
	return low, high
}

func (l numberLine) sample(stretch int) []byte {
	if stretch%2 == 1 {
		p := l.at[stretch/2].value
		if l.nonZero && p.Sign() == 0 {
			return nil
		}
		return l.set.has(p)
	}
	low, high := l.bounds(stretch, stretch)
	for _, r := range likely(low, high) {
		if inside(r, low, high) {
			if sample := l.set.has(r); sample != nil {
				return sample
			}
		}
	}
	least, most := l.set.between(low, high)
	switch {
	case least == nil:
		return nil
	case low == nil:
		return l.set.has(most)
	}
	return l.set.has(least)
}

// likely are numbers that make good examples, if they lie between two others.
func likely(low, high *big.Rat) []*big.Rat {
	one := big.NewRat(1, 1)
	switch {
	case low == nil && high == nil:
		return []*big.Rat{one}
	case high == nil:
		return []*big.Rat{floor(new(big.Rat).Add(low, one))}
	case low == nil:
		return []*big.Rat{ceil(new(big.Rat).Sub(high, one))}
	}
	middle := new(big.Rat).Add(low, high)
	middle.Mul(middle, big.NewRat(1, 2))
	return []*big.Rat{floor(new(big.Rat).Add(low, one)), middle}
}

func inside(r, low, high *big.Rat) bool {
	return (low == nil || r.Cmp(low) > 0) && (high == nil || r.Cmp(high) < 0)
}

// floor is the greatest integer that is not above a number.
func floor(r *big.Rat) *big.Rat {
	q, m := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int))
	_ = m // Euclid's: never negative, for the denominator is positive
	return new(big.Rat).SetInt(q)
}

// ceil is the least integer that is not below a number.
func ceil(r *big.Rat) *big.Rat {
	f := floor(new(big.Rat).Neg(r))
	return f.Neg(f)
}

func (l numberLine) text(from, to int, first, last bool) string {
	if from == to && from%2 == 1 {
		return l.at[from/2].text
	}
	if first && last {
		if l.set.whole() {
			return "an integer"
		}
		return "a number"
	}
	if l.set.whole() {
		return l.wholeText(from, to, first, last)
	}
	return l.openText(from, to, first, last)
}

// edges are the least and the greatest number of the stretches.
func (l numberLine) edges(from, to int) (least, most *big.Rat) {
	low, high := l.bounds(from, to)
	if from%2 == 1 {
		least = l.at[from/2].value
		low = least
	}
	if to%2 == 1 {
		most = l.at[to/2].value
		high = most
	}
	a, b := l.set.between(low, high)
	if least == nil {
		least = a
	}
	if most == nil {
		most = b
	}
	return least, most
}

func (l numberLine) wholeText(from, to int, first, last bool) string {
	least, most := l.edges(from, to)
	switch {
	case first:
		return most.RatString() + " or less"
	case last:
		return least.RatString() + " or more"
	case least.Cmp(most) == 0:
		return least.RatString()
	}
	return least.RatString() + " to " + most.RatString()
}

func (l numberLine) openText(from, to int, first, last bool) string {
	if !first && !last && from == to {
		if least, most := l.edges(from, to); least != nil && most != nil && least.Cmp(most) == 0 {
			return string(l.set.has(least))
		}
	}
	low, high := l.at[max(from-1, 0)/2].text, l.at[min(to/2, len(l.at)-1)].text
	closedLow, closedHigh := from%2 == 1, to%2 == 1
	switch {
	case first && closedHigh:
		return high + " or less"
	case first:
		return "below " + high
	case last && closedLow:
		return low + " or more"
	case last:
		return "over " + low
	case closedLow && closedHigh:
		return low + " to " + high
	case closedLow:
		return low + " or more, below " + high
	case closedHigh:
		return "over " + low + ", up to " + high
	}
	return "over " + low + ", below " + high
}

func (l numberLine) except(points []int) string {
	texts := make([]string, len(points))
	for i, p := range points {
		texts[i] = l.at[p].text
	}
	return "a number other than " + listed(texts)
}
