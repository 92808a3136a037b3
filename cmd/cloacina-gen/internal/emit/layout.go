package emit

import (
	"unicode/utf8"

	"github.com/dave/jennifer/jen"
)

const (
	// maxColumn is the widest line of the generated file.
	maxColumn = 120
	// tabWidth is what an indentation counts for.
	tabWidth = 4
	// never is the width on one line of what must be broken.
	never = 1 << 20
)

// doc is a piece of Go source that can be laid out on one line or on several.
// jennifer writes tokens and gofmt indents them, but neither breaks a line.
type doc interface {
	// flat is the width on one line, never if it cannot stand on one.
	flat() int
	// code lays the piece out at a place.
	code(at place) jen.Code
}

// place is where a piece begins: its column, the indentation of its line, both
// from 0, and the width of what must follow on its last line.
type place struct{ col, indent, tail int }

func (p place) fits(width int) bool { return width < never && p.col+width+p.tail <= maxColumn }

// inner is the place of a line of its own, one indentation deeper.
func (p place) inner(tail int) place {
	return place{col: p.indent + tabWidth, indent: p.indent + tabWidth, tail: tail}
}

// word is an unbreakable piece.
type word struct {
	tokens jen.Code
	width  int
}

func (w word) flat() int           { return w.width }
func (w word) code(place) jen.Code { return w.tokens }

// op returns punctuation or a keyword of the generator's own.
func op(text string) word { return word{jen.Op(text), utf8.RuneCountInString(text)} }

// seq are pieces beside each other without a blank between them.
type seq []doc

func (s seq) flat() int {
	total := 0
	for _, d := range s {
		total = min(total+d.flat(), never)
	}
	return total
}

func (s seq) code(at place) jen.Code {
	out := jen.Null()
	rest := s.flat()
	for i, d := range s {
		if rest < never {
			rest -= d.flat()
		} else {
			rest = s[i+1:].head()
		}
		p := place{at.col, at.indent, at.tail + rest}
		out.Add(d.code(p))
		if rigid(d) || p.fits(d.flat()) {
			at.col += d.flat()
		} else {
			at.col = at.indent + 1 // behind its closing bracket
		}
	}
	return out
}

// rigid reports whether a piece stays on one line, however wide it is.
func rigid(d doc) bool {
	switch d := d.(type) {
	case word:
		return true
	case seq:
		for _, part := range d {
			if !rigid(part) {
				return false
			}
		}
		return true
	case list:
		return len(d.items) == 0 || d.style == hang && len(d.items) == 1 && !d.lines && rigid(d.items[0])
	default:
		return false
	}
}

// head is the width of what stands before the first forced line break.
func (s seq) head() int {
	total := 0
	for _, d := range s {
		if d.flat() >= never {
			return total + 1
		}
		total += d.flat()
	}
	return total
}

// style says how a list is broken.
type style int

const (
	block style = iota // each item on a line of its own, and so the closing bracket
	hang               // the first item beside the opening bracket, each other on a line of its own
	fill               // as many items on a line as fit
)

// list is a bracketed list.
type list struct {
	open, close string
	items       []doc
	style       style
	// lines has statements or definitions for items: always broken, no commas.
	lines bool
	// broken has the list broken even if it fits.
	broken bool
}

func (l list) flat() int {
	if len(l.items) > 0 && (l.lines || l.broken) {
		return never
	}
	total := len(l.open) + len(l.close)
	for i, d := range l.items {
		if i > 0 {
			total += 2
		}
		total = min(total+d.flat(), never)
	}
	return total
}

func (l list) code(at place) jen.Code {
	if at.fits(l.flat()) {
		flat := place{tail: -never}
		return jen.Custom(l.options(false), codes(l.items, flat)...)
	}
	if l.lines {
		o := l.options(true)
		o.Separator = ""
		return jen.Custom(o, codes(l.items, at.inner(0))...)
	}
	switch l.style {
	case hang:
		return l.hanging(at)
	case fill:
		return l.filled(at)
	default:
		return l.blocked(at)
	}
}

func (l list) options(multi bool) jen.Options {
	return jen.Options{Open: l.open, Close: l.close, Separator: ",", Multi: multi}
}

func codes(items []doc, at place) []jen.Code {
	out := make([]jen.Code, len(items))
	for i, d := range items {
		out[i] = d.code(at)
	}
	return out
}

func (l list) blocked(at place) jen.Code {
	inner := at.inner(1)
	// gofmt aligns the values of neighbouring keys, so that each may begin as
	// far right as behind the longest key.
	longest := 0
	for _, d := range l.items {
		if p, ok := d.(pair); ok {
			longest = max(longest, p.key.width)
		}
	}
	out := make([]jen.Code, len(l.items))
	for i, d := range l.items {
		if p, ok := d.(pair); ok {
			out[i] = p.aligned(inner, longest)
		} else {
			out[i] = d.code(inner)
		}
	}
	return jen.Custom(l.options(true), out...)
}

func (l list) hanging(at place) jen.Code {
	first := place{at.col + len(l.open), at.indent, 1}
	out := jen.Op(l.open).Add(l.items[0].code(first))
	for _, d := range l.items[1:] {
		out.Op(",").Line().Add(d.code(at.inner(1)))
	}
	return out.Op(l.close)
}

func (l list) filled(at place) jen.Code {
	inner := at.inner(1)
	var lines []jen.Code
	var line []jen.Code
	col := inner.col
	for _, d := range l.items {
		if len(line) > 0 && col+d.flat()+1 > maxColumn {
			lines = append(lines, jen.Custom(jen.Options{Separator: ","}, line...))
			line, col = nil, inner.col
		}
		line = append(line, d.code(place{col, inner.indent, 1}))
		col += d.flat() + 2
	}
	lines = append(lines, jen.Custom(jen.Options{Separator: ","}, line...))
	return jen.Custom(l.options(true), lines...)
}

// pair is a keyed element of a composite literal.
type pair struct {
	key   word
	value doc
}

func (p pair) flat() int { return min(p.key.width+2+p.value.flat(), never) }

func (p pair) code(at place) jen.Code { return p.aligned(at, p.key.width) }

// aligned lays the pair out with its value behind a key of the given width.
func (p pair) aligned(at place, width int) jen.Code {
	at.col += width + 2
	return jen.Add(p.key.tokens).Op(":").Add(p.value.code(at))
}

// chain are operands joined by a binary operator; broken behind operators.
type chain struct {
	operator string
	operands []doc
}

func (c chain) flat() int {
	total := (len(c.operator) + 2) * (len(c.operands) - 1)
	for _, d := range c.operands {
		total = min(total+d.flat(), never)
	}
	return total
}

func (c chain) code(at place) jen.Code {
	out := jen.Null()
	for i, d := range c.operands {
		tail := len(c.operator) + 1
		if i == len(c.operands)-1 {
			tail = at.tail
		}
		if i > 0 {
			out.Op(c.operator)
			if !(place{at.col, at.indent, tail}).fits(d.flat()) {
				out.Line()
				at.col = at.indent + tabWidth
			}
		}
		out.Add(d.code(place{at.col, at.indent + tabWidth, tail}))
		at.col += d.flat() + len(c.operator) + 2
	}
	return out
}

// spaced returns pieces beside each other with blanks between them
// as gofmt sets them.
func spaced(parts ...doc) doc {
	out := make(seq, 0, 2*len(parts))
	for i, d := range parts {
		if i > 0 {
			out = append(out, space)
		}
		out = append(out, d)
	}
	return out
}

// space is the blank that gofmt sets between two tokens.
var space = word{jen.Null(), 1}
