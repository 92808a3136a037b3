package emit

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// minPiece is the least number of columns a piece of a broken string gets.
	minPiece = 24
	// slack is how much wider than the others a piece may be to end at a blank.
	slack = 12
)

// text is a string literal. It takes any text, valid UTF-8 or not.
type text string

func (t text) flat() int { return utf8.RuneCountInString(t.quoter()(string(t))) }

func (t text) append(b []byte) []byte { return append(b, t.quoter()(string(t))...) }

func (t text) code(at place) laid {
	quote := t.quoter()
	if at.fits(t.flat()) {
		return raw(quote(string(t)))
	}
	// Pieces of about the same width read better than a long one and a rest.
	start := max(at.col, at.indent+tabWidth)
	room := max(minPiece, maxColumn-start-max(at.tail, len(" +"))-len(`""`))
	pieces := (t.flat() + room - 1) / room
	width := min(room, t.flat()/pieces+slack)
	plus := " +\n" + tabs(at.tabs+1)
	if at.deep {
		plus = plus[1:]
	}
	var out []byte
	for rest := string(t); ; {
		piece := rest
		if columns(rest, quote) > room {
			piece = cut(rest, width, quote)
		}
		rest = rest[len(piece):]
		out = append(out, quote(piece)...)
		if rest == "" {
			return laid{text: string(out), lines: pieces > 1}
		}
		out = append(out, plus...)
	}
}

// quoter returns how the text is quoted: in backquotes if that saves escapes
// and every character of it can be seen.
func (t text) quoter() func(string) string {
	s := string(t)
	if strings.ContainsAny(s, "\"\\") && utf8.ValidString(s) && strconv.CanBackquote(s) && printable(s) {
		return func(s string) string { return "`" + s + "`" }
	}
	return strconv.Quote
}

// printable reports whether a text has nothing but visible characters and
// blanks, and so no line separators or bidirectional controls.
func printable(s string) bool {
	for _, r := range s {
		if !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

// columns is the width of a text inside its quotes.
func columns(s string, quote func(string) string) int {
	return utf8.RuneCountInString(quote(s)) - len(`""`)
}

// cut returns a start of s that is at most width columns wide inside its quotes.
// It ends at the best place in the second half, if there is one: behind a comma,
// else at a blank that is not inside "name: type", else at any blank.
func cut(s string, width int, quote func(string) string) string {
	var places [3]int
	end, used := 0, 0
	for end < len(s) {
		_, size := utf8.DecodeRuneInString(s[end:])
		used += columns(s[end:end+size], quote)
		if used > width && end > 0 {
			break
		}
		end += size
		if s[end-1] == ' ' && used > width/2 {
			places[quality(s[:end-1])] = end
		}
	}
	if end == len(s) {
		return s
	}
	for _, place := range places {
		if place > 0 {
			return s[:place]
		}
	}
	return s[:end]
}

// quality is how good a place the blank behind a text is to break at, 0 the best.
func quality(before string) int {
	switch {
	case strings.HasSuffix(before, ","):
		return 0
	case strings.HasSuffix(before, ":"):
		return 2
	default:
		return 1
	}
}
