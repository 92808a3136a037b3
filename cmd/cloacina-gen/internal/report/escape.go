package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tabWidth is how many blanks a tab is printed as.
const tabWidth = 4

// cell is a stretch of source as it appears on the screen.
type cell struct {
	text  string
	size  int // in bytes of the source
	width int // in columns of the screen
}

// cells splits source into what appears on the screen.
func cells(source string) []cell {
	list := make([]cell, 0, len(source))
	for len(source) > 0 {
		r, size := utf8.DecodeRuneInString(source)
		list = append(list, newCell(r, source[:size]))
		source = source[size:]
	}
	return list
}

func newCell(r rune, raw string) cell {
	switch {
	case r == '\t':
		return cell{strings.Repeat(" ", tabWidth), 1, tabWidth}
	case r == utf8.RuneError && len(raw) == 1:
		return escaped(fmt.Sprintf(`\x%02x`, raw[0]), 1)
	case !hidden(r):
		return cell{raw, len(raw), width(r)}
	case r < 0x80:
		return escaped(fmt.Sprintf(`\x%02x`, r), len(raw))
	case r > 0xffff:
		return escaped(fmt.Sprintf(`\U%08x`, r), len(raw))
	}
	return escaped(fmt.Sprintf(`\u%04x`, r), len(raw))
}

func escaped(text string, size int) cell { return cell{text, size, len(text)} }

// hidden reports whether r acts on the terminal or on the reader instead of
// being seen: controls, format characters such as those that turn the direction
// of text, and blanks that are none to Go.
func hidden(r rune) bool {
	return r != ' ' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Z, unicode.Co)
}

// wide are the blocks whose characters take two columns.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1}, {Lo: 0x2e80, Hi: 0x303e, Stride: 1},
		{Lo: 0x3041, Hi: 0xa4cf, Stride: 1}, {Lo: 0xac00, Hi: 0xd7a3, Stride: 1},
		{Lo: 0xf900, Hi: 0xfaff, Stride: 1}, {Lo: 0xfe30, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1}, {Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x1f300, Hi: 0x1f64f, Stride: 1}, {Lo: 0x1f680, Hi: 0x1f6ff, Stride: 1},
		{Lo: 0x1f900, Hi: 0x1faff, Stride: 1}, {Lo: 0x20000, Hi: 0x3fffd, Stride: 1},
	},
}

func width(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// escape returns text as one line that is safe to print.
func escape(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f }) < 0 {
		return text
	}
	var b strings.Builder
	for _, c := range cells(text) {
		if c.size == 1 && c.width == tabWidth && c.text == strings.Repeat(" ", tabWidth) {
			c.text = " "
		}
		b.WriteString(c.text)
	}
	return b.String()
}
