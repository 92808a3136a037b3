package annotations

import (
	"cmp"
	"math"
	"strconv"
	"strings"
)

// decimal is an exact number: sign * 0.digits * 10^exponent, with neither leading
// nor trailing zeros in digits. Zero has sign 0. Two equal numbers have equal
// decimals, and comparing takes time linear in their texts, whatever the exponent.
type decimal struct {
	sign     int
	digits   string
	exponent int64
}

// decimal returns the number a literal stands for, and false if it is none.
func (l Literal) decimal() (decimal, bool) {
	switch l.Kind {
	case LitInt, LitUint:
		return parseDecimal(l.Text()), true
	case LitFloat:
		return parseDecimal(strconv.FormatFloat(l.Float, 'e', -1, 64)), true
	}
	return decimal{}, false
}

// parseDecimal reads a number of JSON's grammar.
func parseDecimal(s string) decimal {
	d := decimal{sign: 1}
	s, negative := strings.CutPrefix(s, "-")
	if negative {
		d.sign = -1
	}
	mantissa, power := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, power = s[:i], s[i+1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	all := whole + fraction
	d.digits = strings.TrimLeft(all, "0")
	if d.digits == "" {
		return decimal{}
	}
	d.exponent = saturatingAdd(parsePower(power), int64(len(whole)-(len(all)-len(d.digits))))
	d.digits = strings.TrimRight(d.digits, "0")
	return d
}

// parsePower reads an exponent; one beyond int64 becomes the nearest int64, which
// is still further out than any literal.
func parsePower(s string) int64 {
	if s == "" {
		return 0
	}
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

func saturatingAdd(a, b int64) int64 {
	switch {
	case b > 0 && a > math.MaxInt64-b:
		return math.MaxInt64
	case b < 0 && a < math.MinInt64-b:
		return math.MinInt64
	}
	return a + b
}

// compare returns -1, 0 or 1.
func (d decimal) compare(e decimal) int {
	if d.sign != e.sign || d.sign == 0 {
		return cmp.Compare(d.sign, e.sign)
	}
	order := cmp.Or(cmp.Compare(d.exponent, e.exponent), cmp.Compare(d.digits, e.digits))
	return order * d.sign
}
