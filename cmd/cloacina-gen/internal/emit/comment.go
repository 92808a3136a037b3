package emit

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dave/jennifer/jen"
)

// maxQuoted is how much of a text from the source is repeated in a comment;
// the whole text stands in the plan.
const maxQuoted = 300

// prose makes any text fit to be quoted in a comment: one line of visible
// characters, cut short when it is long.
func prose(s string) string {
	var b strings.Builder
	for i, word := range strings.Fields(strings.Map(visible, strings.ToValidUTF8(s, " "))) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(asComment.Replace(word))
		if b.Len() > maxQuoted {
			break
		}
	}
	return shorten(b.String(), maxQuoted)
}

// asComment ends no comment, and writes quotes as gofmt does in doc comments.
var asComment = strings.NewReplacer("*/", "* /", "``", "“", "''", "”")

func visible(r rune) rune {
	if r == utf8.RuneError || !strconv.IsPrint(r) {
		return ' '
	}
	return r
}

// shorten cuts a text to a number of characters and says so.
func shorten(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:width-4]) + " ..."
}

// comment is a comment of whole lines. The texts in it are prose.
type comment []string

// paragraph adds a paragraph, wrapped for a given indentation.
func (c *comment) paragraph(s string, indent int) {
	if len(*c) > 0 {
		*c = append(*c, "//")
	}
	*c = append(*c, wrap("// ", "// ", s, indent)...)
}

// item adds an item of a list.
func (c *comment) item(s string) {
	*c = append(*c, wrap("//   - ", "//     ", s, 0)...)
}

// over returns a declaration below the comment.
func (c comment) over(declaration doc) jen.Code {
	return c.above(declaration.code(place{}), 0).code()
}

// above returns what is laid out with the comment on the lines before it, all
// indented alike.
func (c comment) above(declaration laid, indent int) laid {
	var b strings.Builder
	for _, line := range c {
		b.WriteString(line + "\n" + tabs(indent))
	}
	return join(raw(b.String()), declaration)
}

// wrap breaks a text into lines that begin with the first and the next prefix.
func wrap(first, next, s string, indent int) []string {
	var lines []string
	line := []byte(first)
	column := indent + utf8.RuneCountInString(first)
	empty := true
	for _, word := range units(s, maxColumn-indent-len(next)) {
		width := utf8.RuneCountInString(word)
		if !empty && column+1+width > maxColumn {
			lines = append(lines, string(line))
			line, column, empty = append(line[:0], next...), indent+utf8.RuneCountInString(next), true
		}
		if !empty {
			line, column = append(line, ' '), column+1
		}
		line, column, empty = append(line, word...), column+width, false
	}
	return append(lines, strings.TrimRight(string(line), " "))
}

// units splits a text into what stays together on a line: words, with those
// behind them that mean something to gofmt, go doc or the go command when a
// line begins with them.
func units(s string, width int) []string {
	var out []string
	for _, word := range strings.Fields(s) {
		if len(out) > 0 && special(word) {
			out[len(out)-1] += " " + word
		} else {
			out = append(out, word)
		}
	}
	for i := range out {
		out[i] = shorten(out[i], width)
	}
	return out
}

// special reports whether a word may not begin a line of a comment: list
// markers, headings, link definitions and build constraints.
func special(word string) bool {
	if strings.ContainsRune("-*+•#[", []rune(word)[0]) {
		return true
	}
	number := strings.TrimLeft(word, "0123456789")
	return number != word && (number == "." || number == ")")
}
