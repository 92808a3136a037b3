package annotations

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// argument is one key of an annotation with its value. from and to are the bytes
// of the file that a fix removes with it, the blank before it included.
type argument struct {
	key           string
	keySpan, span Span
	from, to      int
	// bare says that no value was given.
	bare bool
	// start and end are the value in the text of the annotation.
	start, end int
	// broken says that the value has a fault that was reported, so that it makes
	// no sense to read it.
	broken bool
}

func (a *argument) keyStart() int { return a.keySpan.Start.Offset }
func (a *argument) keyEnd() int   { return a.keySpan.End.Offset }

// argumentScanner divides the text of an annotation into arguments.
type argumentScanner struct {
	lexer
	keys *keySet
	seen map[string]*argument
}

// scanArguments reads the arguments of an annotation into its declaration.
func scanArguments(l *lexer, keys *keySet) {
	s := &argumentScanner{lexer: *l, keys: keys, seen: make(map[string]*argument)}
	for !s.full() {
		s.spaces()
		if s.at >= len(s.buf) {
			return
		}
		if !isWordStart(s.buf[s.at]) {
			s.unexpected()
			continue
		}
		if a := s.argument(); a != nil && !s.full() {
			s.take(a)
		}
	}
}

func isWordStart(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func isWordByte(c byte) bool {
	return isWordStart(c) || c == '-' || '0' <= c && c <= '9'
}

// wordEnd returns the end of the word that begins at i.
func (l *lexer) wordEnd(i int) int {
	for i < len(l.buf) && isWordByte(l.buf[i]) {
		i++
	}
	return i
}

// unexpected skips text that is no argument and reports it.
func (s *argumentScanner) unexpected() {
	start := s.at
	if s.buf[start] == ',' {
		s.at++
		s.stray(start, s.at)
		return
	}
	if s.foreignBlank(s.at) {
		_, size := utf8.DecodeRune(s.rest())
		s.at += size
		return
	}
	if s.buf[start] == '#' {
		s.foreignComment()
		return
	}
	if !s.value() {
		return
	}
	s.at = max(s.at, start+1)
	text := string(s.buf[start:s.at])
	f := s.complain(CodeUnexpectedText, start, s.at, "unexpected "+quoted(text)+"; arguments are key=value")
	if text == "=" || text == ":" {
		f.Message = "unexpected " + quoted(text) + "; there is no key before it"
	}
}

// foreignComment reports the comment of another language and moves behind it.
func (s *argumentScanner) foreignComment() {
	start := s.at
	s.at = s.lineEnd(start)
	f := s.complain(CodeUnexpectedText, start, s.at, "a comment begins with //")
	end := start
	for end < s.at && s.buf[end] == '#' {
		end++
	}
	s.fix(f, "write //", s.base+start, s.base+end, "//")
}

// foreignBlank reports a character at buf[at] that looks like a blank, or like
// nothing, and is none to Go.
func (l *lexer) foreignBlank(at int) bool {
	r, size := utf8.DecodeRune(l.buf[at:])
	if r < utf8.RuneSelf || !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) {
		return false
	}
	if unicode.IsSpace(r) {
		f := l.complain(CodeUnexpectedText, at, at+size,
			fmt.Sprintf("the character %U is no blank; write a plain one", r))
		l.fix(f, "write a plain blank", l.base+at, l.base+at+size, " ")
		return true
	}
	f := l.complain(CodeUnexpectedText, at, at+size, fmt.Sprintf("the character %U is not seen; remove it", r))
	l.remove(f, "remove it", l.base+at, l.base+at+size)
	return true
}

// stray reports a comma that separates nothing.
func (s *argumentScanner) stray(start, end int) {
	f := s.complain(CodeUnexpectedText, start, end, "arguments are separated by blanks, not by commas")
	s.remove(f, "remove the comma", s.base+start, s.base+end)
}

// argument reads a key and the extent of its value. It returns nil for what is
// no argument, which it has reported.
func (s *argumentScanner) argument() *argument {
	start := s.at
	s.at = s.wordEnd(start)
	a := &argument{key: string(s.buf[start:s.at]), bare: true}
	a.keySpan = s.span(s.base+start, s.base+s.at)
	a.span = a.keySpan
	a.from, a.to = s.base+start, s.base+s.at
	if start > 0 && isBlank(s.buf[start-1]) {
		a.from--
	}
	if s.assignment() {
		a.bare = false
		s.argumentValue(a)
		a.to = s.base + s.at
		return a
	}
	if s.at < len(s.buf) && s.buf[s.at] == '(' {
		s.called(a, start)
		return nil
	}
	if s.at < len(s.buf) && !isSpace(s.buf[s.at]) && s.buf[s.at] != ',' {
		s.unexpected()
	}
	return a
}

// called reports a word with parentheses, such as a rule that stands alone.
func (s *argumentScanner) called(a *argument, start int) {
	open := s.at
	if !s.value() {
		return
	}
	text := quoted(string(s.buf[start:s.at]))
	if s.keys.has(a.key) {
		f := s.complain(CodeUnexpectedText, start, s.at, "unexpected "+text+"; a value stands behind =")
		if s.buf[s.at-1] == ')' && s.at-open > 2 {
			f.Fixes = []Fix{{Message: "write " + quoted(a.key+"=") + " before the value", Edits: []Edit{
				{s.span(s.base+open, s.base+open+1), "="},
				{s.span(s.base+s.at-1, s.base+s.at), ""},
			}}}
		}
		return
	}
	f := s.complain(CodeUnexpectedText, start, s.at, "unexpected "+text+"; arguments are key=value")
	if reservedWords[a.key] {
		f.Message = text + " stands alone; a rule is the value of trigger_rules"
	}
}

// assignment moves over = and the blanks round it.
func (s *argumentScanner) assignment() bool {
	back := s.at
	s.blanks()
	start := s.at
	rest := s.rest()
	switch {
	case bytes.HasPrefix(rest, []byte("==")):
		s.at += 2
		s.wrongAssignment(CodeDoubleEquals, start, "== is no assignment; an argument is given with =")
	case bytes.HasPrefix(rest, []byte("=")):
		s.at++
	case bytes.HasPrefix(rest, []byte(":=")):
		s.at += 2
		s.wrongAssignment(CodeUnexpectedText, start, "an argument is given with =, not with :=")
	case bytes.HasPrefix(rest, []byte(":")):
		s.at++
		s.wrongAssignment(CodeUnexpectedText, start, "an argument is given with =, not with a colon")
	default:
		s.at = back
		return false
	}
	s.blanks()
	return true
}

func (s *argumentScanner) wrongAssignment(code Code, start int, message string) {
	f := s.complain(code, start, s.at, message)
	s.fix(f, `change to "="`, s.base+start, s.base+s.at, "=")
}

// argumentValue finds the extent of a value.
func (s *argumentScanner) argumentValue(a *argument) {
	start := s.at
	if s.at >= len(s.buf) || s.buf[s.at] == '\n' || s.comment() || s.nextKey() {
		a.broken = true
		at := a.keySpan.End.Offset - s.base
		f := s.complain(CodeMissingValue, a.keyStart()-s.base, at,
			quoted(a.key)+" has no value; it stands behind = on the same line")
		if s.keys.kind(a.key) == flagValue {
			s.remove(f, "write the bare flag", s.base+at, s.base+start)
		}
		return
	}
	a.broken = s.foreignQuotes(a) || !s.value()
	end := s.at
	if !a.broken {
		end = s.continued(a, start)
	}
	a.start, a.end = start, end
	a.span = s.span(s.base+start, s.base+end)
}

// nextKey says that behind the blank the next argument begins with its key and =.
func (s *argumentScanner) nextKey() bool {
	word := leadingWord(s.rest())
	if !s.keys.has(word) || !isBlank(s.buf[s.at-1]) {
		return false
	}
	rest := bytes.TrimLeft(s.buf[s.at+len(word):], " \t")
	return bytes.HasPrefix(rest, []byte("=")) && !bytes.HasPrefix(rest, []byte("=="))
}

// closing are the quotes that Go does not know, each with its partner.
var closing = map[rune]string{
	'\'': "'", '\u2018': "\u2019", '\u2019': "\u2019",
	'\u201c': "\u201d", '\u201d': "\u201d", '\u201e': "\u201c",
}

// foreignQuotes reports a value in quotes that Go does not know, and moves behind it.
func (s *argumentScanner) foreignQuotes(a *argument) bool {
	kind := s.keys.kind(a.key)
	first, size := utf8.DecodeRune(s.rest())
	partner := closing[first]
	if partner == "" || kind == listValue || kind == ruleValue {
		return false
	}
	start := s.at
	inner := s.buf[start+size : s.lineEnd(start)]
	n := bytes.Index(inner, []byte(partner))
	if n < 0 || bytes.ContainsAny(inner[:n], "\"\\") {
		s.value()
		s.complain(CodeBadString, start, max(s.at, start+size), "strings stand in double quotes")
		return true
	}
	s.at = start + size + n + len(partner)
	f := s.complain(CodeBadString, start, s.at, "strings stand in double quotes")
	s.fix(f, "use double quotes", s.base+start, s.base+s.at, `"`+string(inner[:n])+`"`)
	return true
}

// take gives the argument to the reader of its key.
func (s *argumentScanner) take(a *argument) {
	spec, ok := s.keys.spec(a.key)
	if !ok {
		s.unknownKey(a)
		return
	}
	if first, again := s.seen[a.key]; again {
		f := s.report(CodeDuplicateKey, a.keyStart(), a.keyEnd(), quoted(a.key)+" is given twice; keep one of the two")
		f.Related = related(first.keySpan, "first given here")
		s.remove(f, "remove the second", a.from, a.to)
		if first.broken || a.broken || string(s.buf[first.start:first.end]) != string(s.buf[a.start:a.end]) {
			s.remove(f, "remove the first", first.from, first.to)
		}
		return
	}
	s.seen[a.key] = a
	if a.bare && spec.kind != flagValue {
		s.report(CodeMissingValue, a.keyStart(), a.keyEnd(), quoted(a.key)+" takes a value: "+a.key+"=...")
		return
	}
	if !a.broken {
		spec.read(&valueReader{&s.lexer}, a)
	}
}

func (s *argumentScanner) unknownKey(a *argument) {
	suggestion := s.keys.suggest(a.key)
	message := "unknown key " + quoted(a.key)
	switch {
	case suggestion != "":
		message += "; did you mean " + quoted(suggestion) + "?"
	case s.keys.elsewhere(a.key) != "":
		message = quoted(a.key) + " belongs to //cloacina:" + s.keys.elsewhere(a.key)
	default:
		message += "; //cloacina:" + s.keys.verb + " takes " + strings.Join(s.keys.names(), ", ")
	}
	f := s.report(CodeUnknownKey, a.keyStart(), a.keyEnd(), message)
	s.fixChange(f, a.keyStart(), a.keyEnd(), suggestion)
}
