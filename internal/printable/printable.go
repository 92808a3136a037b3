// Package printable turns text that users wrote into text that can be printed:
// nothing in it acts on a terminal or deceives its reader, and it is known how
// many columns it takes.
package printable

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tabWidth is how many blanks a tab is printed as.
const tabWidth = 4

// Cell is a stretch of source as it appears on the screen.
type Cell struct {
	// Text is what is printed.
	Text string
	// Size is how many bytes of the source it stands for.
	Size int
	// Width is how many columns of the screen it takes.
	Width int
}

// Cells splits source into what appears on the screen. Control characters,
// invisible ones and broken UTF-8 become escapes, tabs four blanks.
func Cells(source string) []Cell {
	list := make([]Cell, 0, len(source))
	for len(source) > 0 {
		r, size := utf8.DecodeRuneInString(source)
		list = append(list, newCell(r, source[:size]))
		source = source[size:]
	}
	return list
}

func newCell(r rune, raw string) Cell {
	switch {
	case r == '\t':
		return Cell{strings.Repeat(" ", tabWidth), 1, tabWidth}
	case r == utf8.RuneError && len(raw) == 1:
		return escaped(fmt.Sprintf(`\x%02x`, raw[0]), 1)
	case !Hidden(r):
		return Cell{raw, len(raw), width(r)}
	case r < 0x80:
		return escaped(fmt.Sprintf(`\x%02x`, r), len(raw))
	case r > 0xffff:
		return escaped(fmt.Sprintf(`\U%08x`, r), len(raw))
	}
	return escaped(fmt.Sprintf(`\u%04x`, r), len(raw))
}

func escaped(text string, size int) Cell { return Cell{text, size, len(text)} }

// Hidden reports whether r acts on the terminal or on the reader instead of
// being seen: controls, format characters such as those that turn the direction
// of text, and blanks that are none to Go.
func Hidden(r rune) bool {
	return r != ' ' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Z, unicode.Co)
}

// Escape returns text as one line that is safe to print. A tab becomes a blank.
func Escape(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f }) < 0 {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if r == '\t' {
			b.WriteByte(' ')
		} else {
			b.WriteString(newCell(r, text[:size]).Text)
		}
		text = text[size:]
	}
	return b.String()
}

// Lines returns text of several lines that is safe to print. Tabs at the beginning
// of a line become four blanks each, others one.
func Lines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		indent := len(line) - len(strings.TrimLeft(line, "\t"))
		lines[i] = strings.Repeat(" ", indent*tabWidth) + Escape(line[indent:])
	}
	return strings.Join(lines, "\n")
}
