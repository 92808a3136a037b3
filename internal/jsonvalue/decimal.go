package jsonvalue

import (
	"cmp"
	"math"
	"strconv"
)

// maxExponent is where exponents saturate, maxPoint how far away from the
// digits the decimal point of a stored number may be. Both are far beyond what
// any use has for them; they keep the arithmetic within an int.
const (
	maxExponent = 1_000_000_000
	maxPoint    = maxExponent / 2
)

// decimal is a JSON number taken apart without copying: the digits are those
// of whole and frac, the significant ones begin at index from and end before
// index to, and the value is 0.SIGNIFICANT * 10^point.
type decimal struct {
	neg         bool
	whole, frac []byte
	from, to    int
	point       int
	plain       bool // written without fraction and exponent
	huge        bool // the point is beyond maxPoint
}

// parseDecimal takes a JSON number literal apart; ok is false if it is none.
func parseDecimal(lit []byte) (d decimal, ok bool) {
	rest := lit
	if len(rest) > 0 && rest[0] == '-' {
		d.neg, rest = true, rest[1:]
	}
	d.whole, rest = digits(rest)
	if len(d.whole) == 0 || len(d.whole) > 1 && d.whole[0] == '0' {
		return d, false
	}
	d.plain = len(rest) == 0
	if len(rest) > 0 && rest[0] == '.' {
		if d.frac, rest = digits(rest[1:]); len(d.frac) == 0 {
			return d, false
		}
	}
	exp, rest, ok := d.exponent(rest)
	if !ok || len(rest) > 0 {
		return d, false
	}
	d.trim(exp)
	return d, true
}

// digits splits the leading digits off b.
func digits(b []byte) (head, rest []byte) {
	i := 0
	for i < len(b) && b[i]-'0' < 10 {
		i++
	}
	return b[:i], b[i:]
}

// exponent reads the exponent part of a literal, if there is one.
func (d *decimal) exponent(b []byte) (exp int, rest []byte, ok bool) {
	if len(b) == 0 || b[0]|0x20 != 'e' {
		return 0, b, true
	}
	b = b[1:]
	neg := len(b) > 0 && b[0] == '-'
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		b = b[1:]
	}
	ds, rest := digits(b)
	for _, c := range ds {
		exp = exp*10 + int(c-'0')
		if exp >= maxExponent {
			exp = maxExponent
			break
		}
	}
	if neg {
		exp = -exp
	}
	return exp, rest, len(ds) > 0
}

// trim finds the significant digits and places the decimal point.
func (d *decimal) trim(exp int) {
	d.to = len(d.whole) + len(d.frac)
	for d.from < d.to && d.digit(d.from) == '0' {
		d.from++
	}
	for d.to > d.from && d.digit(d.to-1) == '0' {
		d.to--
	}
	d.point = len(d.whole) - d.from + exp
	d.huge = !d.zero() && (d.point > maxPoint || d.point < -maxPoint)
}

func (d *decimal) digit(i int) byte {
	if i < len(d.whole) {
		return d.whole[i]
	}
	return d.frac[i-len(d.whole)]
}

func (d *decimal) zero() bool { return d.from == d.to }

// integer returns the magnitude of the value if the value is an integer
// within int64 or uint64.
func (d *decimal) integer() (magnitude uint64, ok bool) {
	n := d.to - d.from
	if n == 0 {
		return 0, true
	}
	if d.point < n || d.point > 20 {
		return 0, false
	}
	for i := range d.point {
		digit := uint64(0)
		if i < n {
			digit = uint64(d.digit(d.from+i) - '0')
		}
		if magnitude > (math.MaxUint64-digit)/10 {
			return 0, false
		}
		magnitude = magnitude*10 + digit
	}
	return magnitude, !d.neg || magnitude <= 1<<63
}

// compareDecimals orders two numbers by value, exactly.
func compareDecimals(a, b *decimal) int {
	if s := cmp.Compare(a.sign(), b.sign()); s != 0 || a.zero() {
		return s
	}
	m := compareMagnitudes(a, b)
	if a.neg {
		return -m
	}
	return m
}

func (d *decimal) sign() int {
	switch {
	case d.zero():
		return 0
	case d.neg:
		return -1
	}
	return 1
}

// compareMagnitudes orders the absolute values of two numbers that are not zero.
func compareMagnitudes(a, b *decimal) int {
	if c := cmp.Compare(a.point, b.point); c != 0 {
		return c
	}
	for i := 0; a.from+i < a.to && b.from+i < b.to; i++ {
		if c := cmp.Compare(a.digit(a.from+i), b.digit(b.from+i)); c != 0 {
			return c
		}
	}
	return cmp.Compare(a.to-a.from, b.to-b.from)
}

// append writes the number in its stored form.
func (d *decimal) append(dst []byte) []byte {
	magnitude, ok := d.integer()
	if d.neg && !d.zero() {
		dst = append(dst, '-')
	}
	switch n := d.to - d.from; {
	case ok:
		return strconv.AppendUint(dst, magnitude, 10)
	case d.plain:
		return append(dst, d.whole...)
	case d.point > 21 || d.point < -5:
		return d.appendScientific(dst)
	case d.point <= 0:
		dst = appendZeros(append(dst, "0."...), -d.point)
		return d.appendDigits(dst, 0, n)
	case d.point >= n:
		return appendZeros(d.appendDigits(dst, 0, n), d.point-n)
	default:
		dst = append(d.appendDigits(dst, 0, d.point), '.')
		return d.appendDigits(dst, d.point, n)
	}
}

// appendScientific writes d.ddde±x, as encoding/json writes a float64.
func (d *decimal) appendScientific(dst []byte) []byte {
	dst = d.appendDigits(dst, 0, 1)
	if n := d.to - d.from; n > 1 {
		dst = d.appendDigits(append(dst, '.'), 1, n)
	}
	dst = append(dst, 'e')
	if d.point > 0 {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, int64(d.point)-1, 10)
}

func (d *decimal) appendDigits(dst []byte, from, to int) []byte {
	for i := from; i < to; i++ {
		dst = append(dst, d.digit(d.from+i))
	}
	return dst
}

func appendZeros(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '0')
	}
	return dst
}
