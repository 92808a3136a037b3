package jsonvalue

// Ordering is the result of comparing a stored value with a literal. The zero
// value means that the two cannot be compared and are not equal, which is
// also what a missing value gives.
type Ordering uint8

// The orderings, as bits so that each question is one mask.
const (
	less Ordering = 1 << iota
	equal
	greater
	// same is equality of values that have no order: null and booleans.
	same
)

// Equal reports whether the value equals the literal.
func (o Ordering) Equal() bool { return o&(equal|same) != 0 }

// NotEqual is the negation of Equal; it is true for a missing value.
func (o Ordering) NotEqual() bool { return o&(equal|same) == 0 }

// Greater reports whether the value is greater than the literal.
func (o Ordering) Greater() bool { return o&greater != 0 }

// Less reports whether the value is less than the literal.
func (o Ordering) Less() bool { return o&less != 0 }

// GreaterOrEqual reports whether the value is greater than the literal or
// equal to it; it is false for null and booleans, which have no order.
func (o Ordering) GreaterOrEqual() bool { return o&(greater|equal) != 0 }

// LessOrEqual reports whether the value is less than the literal or equal to
// it; it is false for null and booleans, which have no order.
func (o Ordering) LessOrEqual() bool { return o&(less|equal) != 0 }

// orderOf translates the result of a three-way comparison.
func orderOf(c int) Ordering {
	switch {
	case c < 0:
		return less
	case c > 0:
		return greater
	}
	return equal
}
