package emit

import "strings"

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
		if total += d.flat(); total >= never {
			return never
		}
	}
	return total
}

func (l list) append(b []byte) []byte {
	b = append(b, l.open...)
	for i, d := range l.items {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = d.append(b)
	}
	return append(b, l.close...)
}

func (l list) code(at place) laid {
	if width := l.flat(); len(l.items) == 0 || at.fits(width) {
		return lay(l, width)
	}
	if at.deep = at.deep || len(l.items) > 1; l.lines || l.open == "{" {
		at.deep = false
	}
	switch {
	case l.lines:
		return l.multi(at, "", l.each(at.inner(0)))
	case l.style == hang:
		return l.hanging(at)
	case l.style == fill:
		return l.multi(at, ",", l.filled(at.inner(1)))
	default:
		return l.multi(at, ",", l.blocked(at.inner(1)))
	}
}

// multi writes the items on lines of their own.
func (l list) multi(at place, separator string, items []laid) laid {
	indent, last := tabs(at.tabs+1), tabs(at.tabs)
	size := len(l.open) + len("\n") + len(last) + len(l.close)
	for _, item := range items {
		size += len(indent) + len(item.text) + len(separator) + len("\n")
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteString(l.open + "\n")
	for _, item := range items {
		if item != emptyLine {
			b.WriteString(indent)
			b.WriteString(item.text)
			b.WriteString(separator)
		}
		b.WriteByte('\n')
	}
	b.WriteString(last)
	b.WriteString(l.close)
	return laid{text: b.String(), lines: true}
}

// emptyLine is an empty line among lines.
var emptyLine laid

// each lays the items out one by one.
func (l list) each(at place) []laid {
	out := make([]laid, len(l.items))
	for i, d := range l.items {
		out[i] = d.code(at)
	}
	return out
}

func (l list) blocked(at place) []laid {
	if _, keyed := l.items[0].(pair); !keyed {
		return l.each(at)
	}
	// gofmt aligns the values of neighbouring keys, so that each may begin as
	// far right as behind the longest key.
	longest := 0
	for _, d := range l.items {
		longest = max(longest, d.(pair).key.width)
	}
	values := make([]laid, len(l.items))
	for i, d := range l.items {
		values[i] = d.(pair).valueAt(at, longest)
	}
	return l.align(values)
}

// align sets the values of neighbouring pairs that stand on one line behind the
// longest of their keys. A value of several lines stands by itself.
func (l list) align(values []laid) []laid {
	out := make([]laid, len(values))
	for i := 0; i < len(values); {
		end, longest := i, 0
		for ; end < len(values) && !values[end].lines; end++ {
			longest = max(longest, l.items[end].(pair).key.width)
		}
		if end == i {
			longest, end = l.items[i].(pair).key.width, i+1
		}
		for ; i < end; i++ {
			key := l.items[i].(pair).key
			out[i] = join(raw(key.text+":"+strings.Repeat(" ", longest-key.width+1)), values[i])
		}
	}
	return out
}

func (l list) hanging(at place) laid {
	first := at
	first.col, first.tail = at.col+len(l.open), 1
	parts := []laid{raw(l.open), l.items[0].code(first)}
	inner := at.inner(1)
	for _, d := range l.items[1:] {
		parts = append(parts, laid{text: ",\n" + tabs(inner.tabs), lines: true}, d.code(inner))
	}
	return join(append(parts, raw(l.close))...)
}

func (l list) filled(inner place) []laid {
	var lines, line []laid
	col := inner.col
	for _, d := range l.items {
		if len(line) > 0 && col+d.flat()+1 > maxColumn {
			lines = append(lines, join(line...))
			line, col = nil, inner.col
		}
		if len(line) > 0 {
			line = append(line, raw(", "))
		}
		p := inner
		p.col = col
		line = append(line, d.code(p))
		col += d.flat() + 2
	}
	return append(lines, join(line...))
}

// pair is a keyed element of a composite literal.
type pair struct {
	key   word
	value doc
}

func (p pair) flat() int { return min(p.key.width+2+p.value.flat(), never) }

func (p pair) append(b []byte) []byte { return p.value.append(append(p.key.append(b), ": "...)) }

func (p pair) code(at place) laid {
	return join(raw(p.key.text+": "), p.valueAt(at, p.key.width))
}

// valueAt lays the value out behind a key of the given width.
func (p pair) valueAt(at place, width int) laid {
	at.col += width + 2
	return p.value.code(at)
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

func (c chain) append(b []byte) []byte {
	for i, d := range c.operands {
		if i > 0 {
			b = append(append(append(b, ' '), c.operator...), ' ')
		}
		b = d.append(b)
	}
	return b
}

func (c chain) code(at place) laid {
	var parts []laid
	for i, d := range c.operands {
		p := place{at.col, at.indent + tabWidth, len(c.operator) + 1, at.tabs, true}
		if i == len(c.operands)-1 {
			p.tail = at.tail
		}
		if i > 0 {
			between := raw(" " + c.operator + " ")
			if !p.fits(d.flat()) {
				// gofmt indents what begins on a new line, and nothing else.
				p.col, p.tabs = at.indent+tabWidth, at.tabs+1
				between = laid{text: " " + c.operator + "\n" + tabs(p.tabs), lines: true}
				at.col = p.col
			}
			parts = append(parts, between)
		}
		parts = append(parts, d.code(p))
		at.col += d.flat() + len(c.operator) + 2
	}
	return join(parts...)
}
