package terminal

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cloacina-go/cloacina/internal/printable"
)

// Escape returns the text with everything that a terminal would obey, or that
// would reorder what is shown, written as the escape of a Go string: \n, \x1b,
// \u202e. What is left can be shown in a line.
func Escape(text string) string {
	if Printable(text) {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if shown(r, size) {
			b.WriteRune(r)
		} else {
			quoted := strconv.Quote(text[:size])
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		text = text[size:]
	}
	return b.String()
}

// Printable reports whether the text can be shown as it is.
func Printable(text string) bool {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !shown(r, size) {
			return false
		}
		i += size
	}
	return true
}

func shown(r rune, size int) bool {
	return strconv.IsPrint(r) && (r != utf8.RuneError || size > 1)
}

// Width returns how many columns printable text takes.
func Width(text string) int { return printable.Width(text) }

// Cut returns printable text that takes at most so many columns; what is cut off
// is marked by an ellipsis.
func Cut(text string, columns int) string {
	if Width(text) <= columns {
		return text
	}
	if columns <= 0 {
		return ""
	}
	used := 0
	for i, r := range text {
		if used += printable.Width(string(r)); used > columns-1 {
			return text[:i] + "…"
		}
	}
	return text
}

// Pad returns printable text with so many spaces behind it that it takes as many
// columns, or more if it does so by itself.
func Pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(0, columns-Width(text)))
}
