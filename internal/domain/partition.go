package domain

import "github.com/cloacina-go/cloacina/internal/plan"

// Condition is a comparison in its positive form: equals, greater_than,
// less_than, greater_or_equal, less_or_equal, contains, exists or in. Whoever
// has a negated one negates the truth of this.
type Condition struct {
	// Path leads from the value under the key to the part that is compared; it
	// is empty for the value itself.
	Path []string
	// Cmp is the comparison.
	Cmp plan.Cmp
	// Literals are its right-hand sides.
	Literals []plan.Literal
}

// Partition divides the values of a type by conditions.
type Partition struct {
	// Parts are the parts of the value that conditions look at, the value itself
	// first, and each before its own parts. A value lies in one region of each part.
	Parts []Part
	// Free is how many truths are left open; they are numbered from 0.
	Free int
	// Implied lists pairs (a, b) of open truths: if a holds, b does.
	Implied [][2]int
}

// Part is a part of a value.
type Part struct {
	// Path leads to it.
	Path []string
	// Parent is the index of the part that it is a member or element of; -1 for the value itself.
	Parent int
	// Regions divide the values the part can have. No region is empty.
	Regions []Region
}

// Region is a set of values that all conditions on the part treat alike.
type Region struct {
	// Missing says that the part is not there: the key exists, but what the path
	// names within its value does not. The value itself is never missing here.
	Missing bool
	// Under are the regions of the parent with which this one goes together;
	// nil for the value itself.
	Under []int
	// Text describes the values in an annotation's words: `81`, `over 80, below 81`,
	// `"gold"`, `a string other than "gold" and "silver"`, `null`, `missing`.
	Text string
	// Sample is the JSON of one value of the region; nil if it is missing or none
	// could be made.
	Sample []byte
	// Loose says that the values are taken from a type that is a guess from above,
	// see [Type.Loose]; perhaps the writer never writes one of the region.
	Loose bool
	// Truths runs parallel to the conditions on the part, as [Place.Index] says.
	Truths []Truth
}

// Truth is the truth of a condition within a region: False, True, or the open
// truth n as Open+n.
type Truth int

// The truths that are not open.
const (
	False Truth = iota
	True
	// Open is the first of the open truths.
	Open
)

// Place says where the truth of a condition stands.
type Place struct {
	// Part is the index of the part that the condition is about.
	Part int
	// Index is the place of its truth in [Region.Truths] of that part.
	Index int
}
