package emit

import (
	"strings"
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
// jennifer writes the file from declarations that are laid out, and does not format
// it: gofmt takes more time than all the rest of the work, and never breaks a line,
// and of smaller pieces jennifer takes as long for a bracket as for a declaration.
// So a doc has its blanks, indentation and alignment where gofmt sets them, which
// the tests hold against gofmt.
type doc interface {
	// flat is the width on one line, never if it cannot stand on one.
	flat() int
	// append appends what stands on one line. It is asked only if that is possible.
	append(b []byte) []byte
	// code lays the piece out at a place.
	code(at place) laid
}

// laid is source that has its layout.
type laid struct {
	text string
	// lines says that it stands on several lines.
	lines bool
}

// code returns the source for jennifer.
func (l laid) code() jen.Code { return jen.Op(l.text) }

// place is where a piece begins: its column, the indentation of its line, both
// from 0, and the width of what must follow on its last line.
type place struct {
	col, indent, tail int
	// tabs is the indentation that gofmt gives the line, at most indent; in a
	// condition of several lines it may be less.
	tabs int
	// deep says that the piece is an operand or one of several arguments, where
	// gofmt sets no blank before a plus.
	deep bool
}

func (p place) fits(width int) bool { return width < never && p.col+width+p.tail <= maxColumn }

// inner is the place of a line of its own, one indentation deeper.
func (p place) inner(tail int) place {
	return place{col: p.indent + tabWidth, indent: p.indent + tabWidth, tail: tail, tabs: p.tabs + 1, deep: p.deep}
}

// raw is source that is written as it is.
func raw(s string) laid { return laid{text: s} }

// join returns source without anything in between.
func join(parts ...laid) laid {
	size, lines := 0, false
	for _, p := range parts {
		size += len(p.text)
		lines = lines || p.lines
	}
	var text strings.Builder
	text.Grow(size)
	for _, p := range parts {
		text.WriteString(p.text)
	}
	return laid{text: text.String(), lines: lines}
}

// tabs returns an indentation.
func tabs(n int) string { return strings.Repeat("\t", n) }

// lay lays a piece of a width out on one line.
func lay(d doc, width int) laid { return raw(string(d.append(make([]byte, 0, width)))) }

// word is an unbreakable piece.
type word struct {
	text  string
	width int
}

func (w word) flat() int              { return w.width }
func (w word) append(b []byte) []byte { return append(b, w.text...) }
func (w word) code(place) laid        { return raw(w.text) }

// op returns punctuation or a keyword of the generator's own.
func op(text string) word { return word{text, utf8.RuneCountInString(text)} }

// seq are pieces beside each other without a blank between them.
type seq []doc

func (s seq) flat() int {
	total := 0
	for _, d := range s {
		if total += d.flat(); total >= never {
			return never
		}
	}
	return total
}

func (s seq) append(b []byte) []byte {
	for _, d := range s {
		b = d.append(b)
	}
	return b
}

func (s seq) code(at place) laid {
	rest := s.flat()
	if at.fits(rest) {
		return lay(s, rest)
	}
	parts := make([]laid, 0, len(s))
	for i, d := range s {
		width := d.flat()
		if rest < never {
			rest -= width
		} else {
			rest = s[i+1:].head()
		}
		p := at
		p.tail = at.tail + rest
		parts = append(parts, d.code(p))
		if p.fits(width) || rigid(d) {
			at.col += width
		} else {
			at.col = at.indent + 1 // behind its closing bracket
		}
	}
	return join(parts...)
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

var (
	// space is the blank that gofmt sets between two tokens.
	space = op(" ")
	// empty is an empty line among lines.
	empty = op("")
)
