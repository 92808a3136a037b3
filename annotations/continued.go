package annotations

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// continued looks for text that was meant to belong to the value that ends here
// although a blank divides them: the rest of an infix rule or of a list. It
// reports that such a value needs brackets, and returns where the value ends.
func (s *argumentScanner) continued(a *argument, start int) int {
	first := s.at
	end := first
	switch kind := s.keys.kind(a.key); {
	case kind == ruleValue:
		end = s.join(a, start, s.joinsRule)
	case kind == listValue && s.buf[start] != '[':
		end = s.join(a, start, s.joinsList)
	case kind == textValue && s.buf[start] != '"' && s.buf[start] != '`':
		return s.unquoted(start)
	}
	if end > start+1 && s.buf[end-1] == ',' {
		end--
		s.stray(end, end+1)
		end = start + len(bytes.TrimRight(s.buf[start:end], " \t\r\n"))
	}
	if end > first {
		s.needsBrackets(a, start, end)
	}
	return end
}

// unquoted reports a text of several words without quotes, and returns where it
// ends: before the next argument, a comment, or the end of the line.
func (s *argumentScanner) unquoted(start int) int {
	end := s.at
	for s.blanks(); s.at < s.lineEnd(end) && !s.comment() && !s.beginsArgument(s.rest()); s.blanks() {
		for s.at < len(s.buf) && !isSpace(s.buf[s.at]) {
			s.at++
		}
		end = s.at
	}
	text := s.buf[start:end]
	s.at = end
	if !bytes.ContainsAny(text, " \t") {
		return end
	}
	f := s.complain(CodeUnexpectedText, start, end, "a text with blanks stands in quotes")
	if utf8.Valid(text) {
		s.fix(f, "put it in quotes", s.base+start, s.base+end, strconv.Quote(string(text)))
	}
	return end
}

// needsBrackets reports a value that only brackets hold together.
func (s *argumentScanner) needsBrackets(a *argument, start, end int) {
	if s.keys.kind(a.key) == listValue {
		f := s.complain(CodeListWithoutBrackets, start, end, "a list with blanks stands in brackets: "+a.key+"=[a, b]")
		s.fixAround(f, "put it in brackets", s.base+start, s.base+end, "[", "]")
		return
	}
	f := s.complain(CodeInfixWithoutParens, start, end,
		"an infix rule stands in parentheses, because a value ends at the first blank")
	if !endsOpen(s.buf[start:end]) {
		s.fixAround(f, "put it in parentheses", s.base+start, s.base+end, "(", ")")
	}
}

// join moves over the values that follow as long as they belong together, and
// returns the end of the last one. It blanks what stands between them.
func (s *argumentScanner) join(a *argument, start int, joins func(before, next []byte) bool) int {
	for {
		end := s.at
		s.spaces()
		if s.at >= len(s.buf) || !joins(s.buf[start:end], s.rest()) {
			s.at = end
			return end
		}
		s.blank(end, s.at, false)
		next := s.at
		if !s.value() {
			a.broken = true
		}
		s.at = max(s.at, next+1)
	}
}

var infixOperators = [][]byte{
	[]byte("&"), []byte("|"), []byte("="), []byte("!="), []byte("<"), []byte(">"),
}

// joinsRule says that an operator connects the texts.
func (s *argumentScanner) joinsRule(before, next []byte) bool {
	for _, op := range infixOperators {
		if bytes.HasPrefix(next, op) {
			return true
		}
	}
	if operatorWord(leadingWord(next)) && !s.beginsArgument(next) {
		return true
	}
	return endsOpen(before) && !s.beginsArgument(next)
}

// operatorWord says that a word stands where Go has a sign.
func operatorWord(word string) bool {
	_, operator := operatorByName(word)
	return operator || wordOperators[word] != ""
}

// leadingWord returns the word that a text begins with.
func leadingWord(text []byte) string {
	n := 0
	for n < len(text) && isWordByte(text[n]) {
		n++
	}
	return string(text[:n])
}

// endsOpen says that the text ends with an operator.
func endsOpen(text []byte) bool {
	if len(text) == 0 || bytes.IndexByte([]byte("&|!<>="), text[len(text)-1]) >= 0 {
		return len(text) > 0
	}
	n := len(text)
	for n > 0 && isWordByte(text[n-1]) {
		n--
	}
	word := string(text[n:])
	return wordOperators[word] != "" || word == "not" || word == "in"
}

// joinsList says that a comma connects the texts.
func (s *argumentScanner) joinsList(before, next []byte) bool {
	if next[0] == ',' {
		return true
	}
	return before[len(before)-1] == ',' && !s.beginsArgument(next)
}

// beginsArgument says that the text is more likely the next argument than the
// rest of a value.
func (s *argumentScanner) beginsArgument(text []byte) bool {
	if !isWordStart(text[0]) {
		return false
	}
	word := leadingWord(text)
	if s.keys.has(word) {
		return true
	}
	rest := bytes.TrimLeft(text[len(word):], " \t")
	return bytes.HasPrefix(rest, []byte("=")) && !bytes.HasPrefix(rest, []byte("=="))
}
