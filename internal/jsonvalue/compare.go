package jsonvalue

import (
	"cmp"
	"math"
	"strconv"

	"github.com/cloacina-go/cloacina/internal/teeth"
)

// exactInts bounds the integers that float64 holds without gaps.
const exactInts = 1 << 53

// CompareInt compares the value with an integer. The common case is written
// out, for it is most of what a compiled rule costs.
func (s *Scalar) CompareInt(n int64) Ordering {
	if s.kind != Int {
		return s.compareInt(n)
	}
	if teeth.Has(teeth.FloatComparison) {
		return orderOf(cmp.Compare(float64(int64(s.num)), float64(n)))
	}
	if int64(s.num) > n {
		return greater
	}
	if int64(s.num) == n {
		return equal
	}
	return less
}

// compareInt compares what is not an Int.
func (s *Scalar) compareInt(n int64) Ordering {
	switch s.kind {
	case Uint:
		return greater
	case Float:
		f := s.float()
		if c := cmp.Compare(f, float64(n)); c != 0 && math.Abs(f) < exactInts {
			return orderOf(c)
		}
		var buf [20]byte
		return s.compareLiteral(strconv.AppendInt(buf[:0], n, 10))
	}
	return 0
}

// CompareUint compares the value with an integer.
func (s *Scalar) CompareUint(n uint64) Ordering {
	if n <= math.MaxInt64 {
		return s.CompareInt(int64(n))
	}
	switch s.kind {
	case Int:
		return less
	case Uint:
		return orderOf(cmp.Compare(s.num, n))
	case Float:
		if math.Abs(s.float()) < exactInts {
			return less
		}
		var buf [20]byte
		return s.compareLiteral(strconv.AppendUint(buf[:0], n, 10))
	}
	return 0
}

// CompareFloat compares the value with a finite number.
func (s *Scalar) CompareFloat(f float64) Ordering {
	switch s.kind {
	case Int, Uint:
		return s.compareFloat(f)
	case Float:
		// Rounding keeps the order, so only equal neighbours need a closer look.
		if c := cmp.Compare(s.float(), f); c != 0 {
			return orderOf(c)
		}
		var buf [32]byte
		return s.compareLiteral(strconv.AppendFloat(buf[:0], f, 'e', -1, 64))
	}
	return 0
}

// compareFloat compares an integer with f.
func (s *Scalar) compareFloat(f float64) Ordering {
	if math.Abs(f) < exactInts {
		if s.kind == Uint {
			return greater
		}
		n := int64(s.num)
		if n < -exactInts || n > exactInts {
			return orderOf(cmp.Compare(n, 0))
		}
		return orderOf(cmp.Compare(float64(n), f))
	}
	var buf [32]byte
	return s.compareLiteral(strconv.AppendFloat(buf[:0], f, 'e', -1, 64))
}

// compareLiteral compares the number, as written, with a number literal.
func (s *Scalar) compareLiteral(lit []byte) Ordering {
	a, _ := parseDecimal(s.raw)
	b, _ := parseDecimal(lit)
	return orderOf(compareDecimals(&a, &b))
}

func (s *Scalar) float() float64 { return math.Float64frombits(s.num) }

// CompareString compares the value with a string, bytewise.
func (s *Scalar) CompareString(text string) Ordering {
	if s.kind != String {
		return 0
	}
	return orderOf(compareText(s.raw, text))
}

// CompareBool compares the value with a boolean, which has no order.
func (s *Scalar) CompareBool(b bool) Ordering {
	if s.kind == Bool && (s.num == 1) == b {
		return same
	}
	return 0
}

// CompareNil compares the value with null, which has no order.
func (s *Scalar) CompareNil() Ordering {
	if s.kind == Null {
		return same
	}
	return 0
}

// ContainsInt reports whether the value is an array with an element equal to n.
func (s *Scalar) ContainsInt(n int64) bool {
	var e Scalar
	for it := s.elements(); it.nextScalar(&e); {
		if e.CompareInt(n).Equal() {
			return true
		}
	}
	return false
}

// ContainsUint reports whether the value is an array with an element equal to n.
func (s *Scalar) ContainsUint(n uint64) bool {
	var e Scalar
	for it := s.elements(); it.nextScalar(&e); {
		if e.CompareUint(n).Equal() {
			return true
		}
	}
	return false
}

// ContainsFloat reports whether the value is an array with an element equal to f.
func (s *Scalar) ContainsFloat(f float64) bool {
	var e Scalar
	for it := s.elements(); it.nextScalar(&e); {
		if e.CompareFloat(f).Equal() {
			return true
		}
	}
	return false
}

// ContainsBool reports whether the value is an array with an element equal to b.
func (s *Scalar) ContainsBool(b bool) bool {
	var e Scalar
	for it := s.elements(); it.nextScalar(&e); {
		if e.CompareBool(b).Equal() {
			return true
		}
	}
	return false
}

// ContainsNil reports whether the value is an array with a null in it.
func (s *Scalar) ContainsNil() bool {
	var e Scalar
	for it := s.elements(); it.nextScalar(&e); {
		if e.CompareNil().Equal() {
			return true
		}
	}
	return false
}

// ContainsString reports whether the value is a string with the substring
// text, or an array with an element equal to it.
func (s *Scalar) ContainsString(text string) bool {
	if s.kind == String {
		return containsText(s.raw, text)
	}
	var e Scalar
	for it := s.elements(); it.nextScalar(&e); {
		if e.CompareString(text).Equal() {
			return true
		}
	}
	return false
}

// elements walks over the elements of an array; other values have none.
func (s *Scalar) elements() (it items) {
	if s.kind == Array {
		it, _ = newItems(s.raw)
	}
	return it
}

// nextScalar parses the next element into e; it returns false at the end.
func (it *items) nextScalar(e *Scalar) bool {
	_, raw, ok := it.next()
	if ok {
		e.Parse(raw)
	}
	return ok
}
