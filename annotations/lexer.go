package annotations

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// lexer moves over the text of one annotation or rule. The text is a private
// copy, so that what only separates tokens can be blanked in place and every byte
// keeps its offset: buf[i] is byte base+i of the file.
type lexer struct {
	*reporter
	buf  []byte
	base int
	at   int
	// between is the directive that each line of the text begins with, if
	// comments without it stand among the lines.
	between string
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

func isSpace(c byte) bool { return isBlank(c) || c == '\n' }

// complain reports a finding about buf[start:end].
func (l *lexer) complain(code Code, start, end int, message string) *Finding {
	return l.report(code, l.base+start, l.base+end, message)
}

// rest returns what is not read yet.
func (l *lexer) rest() []byte { return l.buf[l.at:] }

// lineEnd returns the index of the end of the line that holds index i.
func (l *lexer) lineEnd(i int) int {
	if n := bytes.IndexByte(l.buf[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(l.buf)
}

// blanks moves over blanks on the same line.
func (l *lexer) blanks() {
	for l.at < len(l.buf) && isBlank(l.buf[l.at]) {
		l.at++
	}
}

// spaces moves over blanks, line ends and trailing comments.
func (l *lexer) spaces() {
	for l.at < len(l.buf) {
		switch {
		case isSpace(l.buf[l.at]):
			l.at++
		case l.comment():
			l.at = l.lineEnd(l.at)
		default:
			return
		}
	}
}

// comment reports whether a trailing comment begins here: // behind a blank or at
// the beginning of a line.
func (l *lexer) comment() bool {
	return bytes.HasPrefix(l.rest(), []byte("//")) && (l.at == 0 || isSpace(l.buf[l.at-1]))
}

// blank overwrites buf[start:end], except for line ends if lines is set.
func (l *lexer) blank(start, end int, lines bool) {
	for i := start; i < end; i++ {
		if !lines || l.buf[i] != '\n' {
			l.buf[i] = ' '
		}
	}
}

// value moves to the end of a value: the first blank or line end outside quotes,
// parentheses and brackets. Inside brackets it blanks line ends and comments. It
// returns false if it had something to report.
func (l *lexer) value() bool { return l.nested(nil, false) }

// nested is value with brackets already open; whole keeps it from stopping.
func (l *lexer) nested(open []int, whole bool) bool {
	ok := true
	for l.at < len(l.buf) {
		c := l.buf[l.at]
		inside := whole || len(open) > 0
		switch {
		case c == '"' || c == '`':
			ok = l.quoteWithin(len(open)) && ok
			continue
		case c == '(' || c == '[':
			open = append(open, l.at)
		case c == ')' || c == ']':
			var matched bool
			open, matched = l.close(open)
			ok = matched && ok
		case isSpace(c) && !inside:
			return ok
		case isSpace(c):
			l.buf[l.at] = ' '
		case c == '/' && inside:
			ok = l.innerComment() && ok
		}
		l.at++
	}
	if len(open) > 0 && ok {
		f := l.complain(CodeUnbalanced, open[0], open[0]+1, quoted(string(l.buf[open[0]]))+" is never closed")
		if l.between != "" {
			f.Message += "; each line of a value begins with " + l.between
		}
		return false
	}
	return ok
}

// close takes the bracket that is closed here off the open ones.
func (l *lexer) close(open []int) ([]int, bool) {
	c := l.buf[l.at]
	if len(open) == 0 {
		f := l.complain(CodeUnbalanced, l.at, l.at+1, quoted(string(c))+" closes nothing")
		l.remove(f, "remove it", l.base+l.at, l.base+l.at+1)
		return open, false
	}
	last := open[len(open)-1]
	open = open[:len(open)-1]
	want := byte(')')
	if l.buf[last] == '[' {
		want = ']'
	}
	if c == want {
		return open, true
	}
	f := l.complain(CodeUnbalanced, l.at, l.at+1, quoted(string(c))+" closes "+quoted(string(l.buf[last])))
	f.Related = related(l.span(l.base+last, l.base+last+1), "opened here")
	l.fix(f, "change to "+quoted(string(want)), l.base+l.at, l.base+l.at+1, string(want))
	return open, false
}

// innerComment blanks a comment inside brackets. It stays on the last byte of it.
func (l *lexer) innerComment() bool {
	end := l.lineEnd(l.at)
	switch {
	case bytes.HasPrefix(l.rest(), []byte("//")):
		l.blank(l.at, end, false)
		l.at = end - 1
	case bytes.HasPrefix(l.rest(), []byte("/*")):
		n := bytes.Index(l.buf[l.at+2:end], []byte("*/"))
		if n < 0 {
			l.complain(CodeUnbalanced, l.at, l.at+2, `"/*" is not closed on this line`)
			l.blank(l.at, end, false)
			l.at = end - 1
			return false
		}
		stop := l.at + 2 + n + 2
		l.blank(l.at, stop, false)
		l.at = stop - 1
	}
	return true
}

// quote moves over a string. One that is not closed ends with the line.
func (l *lexer) quote() bool { return l.quoteWithin(0) }

// quoteWithin is quote within open brackets.
func (l *lexer) quoteWithin(open int) bool {
	start, q := l.at, l.buf[l.at]
	for l.at++; l.at < len(l.buf); l.at++ {
		switch c := l.buf[l.at]; {
		case c == q:
			l.at++
			return true
		case c == '\n':
			return l.unterminated(start, open)
		case c == '\\' && q == '"' && l.at+1 < len(l.buf) && l.buf[l.at+1] != '\n':
			l.at++
		}
	}
	return l.unterminated(start, open)
}

// unterminated reports a string that ends with its line. Brackets at the end of
// the line are taken for those that close the open ones.
func (l *lexer) unterminated(start, open int) bool {
	end := start + len(bytes.TrimRight(l.buf[start:l.at], " \t\r"))
	q := string(l.buf[start])
	f := l.complain(CodeUnterminatedString, start, end, "string is not closed with "+q+" on this line")
	at := end
	for ; open > 0 && at > start+1 && bytes.IndexByte([]byte(")]"), l.buf[at-1]) >= 0; open-- {
		at--
	}
	l.fix(f, "close it", l.base+at, l.base+at, q)
	return false
}

// unquote returns the text of the string buf[start:end], quotes included, or
// reports what is wrong with it.
func (l *lexer) unquote(start, end int) (string, bool) {
	text, err := strconv.Unquote(string(l.buf[start:end]))
	switch {
	case err != nil:
		l.complain(CodeBadString, start, end, "string is not valid Go: unknown escape or stray quote; "+
			`write \\ for a backslash, or use back quotes`)
	case !utf8.Valid(l.buf[start:end]) || !utf8.ValidString(text):
		l.complain(CodeBadString, start, end, "string is not valid UTF-8")
	default:
		return text, true
	}
	return "", false
}
