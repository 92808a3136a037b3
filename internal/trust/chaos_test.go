package trust

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// chaos makes values, keys and IDs that a careless program changes.
type chaos struct{ *rand.Rand }

// text is valid UTF-8 of whatever else.
func (c chaos) text(most int) string {
	var b strings.Builder
	for range c.IntN(most + 1) {
		switch c.IntN(8) {
		case 0:
			b.WriteRune(rune(c.IntN(0x20))) // control characters, NUL among them
		case 1:
			b.WriteString([]string{`"`, `\`, "'", "\\u0000", "</script>", "\u2028", "\ufeff", "\ufffd", "\U0010ffff", "--", "%", "\x7f"}[c.IntN(12)])
		case 2:
			if r := rune(c.IntN(utf8.MaxRune + 1)); utf8.ValidRune(r) {
				b.WriteRune(r)
			}
		default:
			b.WriteByte(byte(0x20 + c.IntN(0x5f)))
		}
	}
	return b.String()
}

// key is a key of a context that no other is.
func (c chaos) key() string { return "key " + c.text(12) }

// id is the ID of the run of a seed.
func (c chaos) id(seed uint64) string {
	text := c.text(40)
	for len(text) > 200 {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return fmt.Sprintf("%s#%d", text, seed)
}

// number is one as it is read: a fraction or something beyond the integers is a
// float64, and what is beyond int64 a uint64.
func (c chaos) number() any {
	switch c.IntN(6) {
	case 0:
		return int64(c.Uint64())
	case 1:
		return uint64(math.MaxInt64) + 1 + c.Uint64()>>1
	case 2: // around what a float64 holds exactly
		return int64(1)<<53 + int64(c.IntN(9)) - 4
	case 3:
		return int64(c.IntN(21)) - 10
	}
	for {
		f := math.Float64frombits(c.Uint64())
		if !math.IsNaN(f) && !math.IsInf(f, 0) && (math.Abs(f) > 1e21 || f != math.Trunc(f)) {
			return f
		}
	}
}

// value is a value of some levels.
func (c chaos) value(levels int) any {
	kind := c.IntN(9)
	if levels <= 0 {
		kind = c.IntN(6)
	}
	switch kind {
	case 0:
		return nil
	case 1:
		return c.IntN(2) == 0
	case 2, 3:
		return c.number()
	case 4, 5:
		return c.text(30)
	case 6:
		list := make([]any, c.IntN(5))
		for i := range list {
			list[i] = c.value(levels - 1)
		}
		return list
	default:
		object := map[string]any{}
		for range c.IntN(5) {
			object[c.text(8)] = c.value(levels - 1)
		}
		return object
	}
}

// poison is what cannot be stored.
func (c chaos) poison() any {
	cycle := map[string]any{}
	cycle["again"] = []any{cycle}
	return []any{
		math.NaN(), math.Inf(1), math.Inf(-1), float32(math.Inf(1)), "a\xff", "\xed\xa0\x80", map[string]any{"\xc0\xaf": 1},
		make(chan int), func() {}, complex(1, 2), cycle, nested(1001), []string{"good", "\xf5"},
	}[c.IntN(13)]
}

// poisoned is a value with something in it that cannot be stored.
func (c chaos) poisoned(levels int) any {
	if levels == 0 || c.IntN(4) == 0 {
		return c.poison()
	}
	if c.IntN(2) == 0 {
		list := []any{c.value(1), c.value(1), c.value(1)}
		list[c.IntN(len(list))] = c.poisoned(levels - 1)
		return list
	}
	return map[string]any{c.text(8): c.value(1), "p" + c.text(4): c.poisoned(levels - 1)}
}
