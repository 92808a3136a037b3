package annotations

import (
	"bytes"
	"slices"
	"strings"
)

// list reads a,b or [a, b]. Elements are bare words or strings.
func (v *valueReader) list(a *argument) ([]Name, bool) {
	start, end := a.start, a.end
	if v.buf[start] == '[' {
		inner := &lexer{reporter: v.reporter, buf: v.buf[:end], base: v.base, at: start + 1}
		if end-start < 2 || v.buf[end-1] != ']' || !inner.reachesBracket() {
			v.complain(CodeBadList, start, end, "the closing ] of the list must end the value")
			return nil, false
		}
		start, end = start+1, end-1
	}
	l := listReader{lexer: lexer{reporter: v.reporter, buf: v.buf[:end], base: v.base, at: start}}
	return l.read()
}

// reachesBracket says that the first ] outside of strings ends the text.
func (l *lexer) reachesBracket() bool {
	for l.at < len(l.buf) {
		switch l.buf[l.at] {
		case '"', '`':
			if !l.quote() {
				return false
			}
			continue
		case ']':
			return l.at == len(l.buf)-1
		}
		l.at++
	}
	return false
}

// listReader reads the elements between the brackets of a list.
type listReader struct {
	lexer
	// gap is where the last element ended; 0 before the first.
	gap int
}

// read returns the elements. A comma may stand behind the last one.
func (l *listReader) read() ([]Name, bool) {
	list := []Name{}
	ok := true
	l.blanks()
	for l.at < len(l.buf) && !l.full() {
		if l.buf[l.at] == ',' {
			l.extraComma()
			ok = false
			continue
		}
		start := l.at
		element, good := l.element()
		ok = !l.joined(start) && good && ok
		if good {
			list = append(list, element)
		}
		l.separator()
	}
	return list, ok
}

// joined reports an element that no comma divides from the one before it.
func (l *listReader) joined(start int) bool {
	if l.gap == 0 || bytes.IndexByte(l.buf[l.gap:start], ',') >= 0 {
		return false
	}
	f := l.complain(CodeBadList, start, l.at, "there is no comma before "+quoted(string(l.buf[start:l.at])))
	l.fix(f, "insert a comma", l.base+l.gap, l.base+l.gap, ",")
	return true
}

func (l *listReader) extraComma() {
	f := l.complain(CodeBadList, l.at, l.at+1, "there is no element before this comma")
	l.remove(f, "remove the comma", l.base+l.at, l.base+l.at+1)
	l.at++
	l.blanks()
}

// separator moves over the comma behind an element.
func (l *listReader) separator() {
	l.gap = l.at
	l.blanks()
	if l.at < len(l.buf) && l.buf[l.at] == ',' {
		l.at++
		l.blanks()
	}
}

// element reads a bare word or a string.
func (l *listReader) element() (Name, bool) {
	start := l.at
	if c := l.buf[start]; c == '"' || c == '`' {
		if !l.quote() {
			return Name{}, false
		}
		text, ok := l.unquote(start, l.at)
		return Name{Text: text, Quoted: true, Span: l.span(l.base+start, l.base+l.at)}, ok
	}
	for l.at < len(l.buf) && !isSpace(l.buf[l.at]) && strings.IndexByte(",\"`", l.buf[l.at]) < 0 {
		l.at++
	}
	word := Name{Text: string(l.buf[start:l.at]), Span: l.span(l.base+start, l.base+l.at)}
	bare := strings.Trim(word.Text, "'\u2018\u2019\u201c\u201d")
	if bare != word.Text && !strings.ContainsAny(bare, notInWords) {
		f := l.complain(CodeBadString, start, l.at, "strings stand in double quotes")
		l.fix(f, "use double quotes", l.base+start, l.base+l.at, `"`+bare+`"`)
		return word, false
	}
	if strings.ContainsAny(word.Text, notInWords) {
		f := l.complain(CodeBadList, start, l.at,
			quoted(word.Text)+" is no element of a list; write words or strings, separated by commas")
		if commas := strings.ReplaceAll(word.Text, ";", ","); !strings.ContainsAny(commas, notInWords) {
			l.fix(f, "write commas", l.base+start, l.base+l.at, commas)
		}
		return word, false
	}
	return word, true
}

// notInWords are the characters that no bare element of a list has.
const notInWords = "()[]{};'=\u2018\u2019\u201c\u201d\u201e"

// dependencies reads a list of task ids, or * for all others.
func (v *valueReader) dependencies(a *argument) ([]Name, bool) {
	raw := v.raw(a)
	if raw[0] == '(' && strings.HasSuffix(raw, ")") || raw[0] == '{' && strings.HasSuffix(raw, "}") {
		f := v.bad(a, CodeBadList, "is a list in brackets, [a, b]")
		v.change(f, a, "["+raw[1:len(raw)-1]+"]")
		return nil, false
	}
	list, _ := v.list(a)
	seen := make(map[string]Span, len(list))
	kept := list[:0]
	for _, n := range list {
		if v.full() {
			break
		}
		if v.dependency(n, seen, len(list)) {
			seen[n.Text] = n.Span
			kept = append(kept, n)
		}
	}
	return slices.Clip(kept), list != nil
}

// dependency reports an element that is none.
func (v *valueReader) dependency(n Name, seen map[string]Span, all int) bool {
	first, again := seen[n.Text]
	switch {
	case again:
		f := v.add(Finding{Code: CodeDuplicateDependency, Span: n.Span,
			Message: "dependency " + quoted(n.Text) + " is given twice",
			Related: related(first, "first given here")})
		v.removeElement(f, n)
	case n.Text == "*" && all > 1:
		v.add(Finding{Code: CodeDuplicateDependency, Span: n.Span,
			Message: `"*" stands alone, because it means every task that does not depend on this one`})
	case n.Text == "":
		if n.Quoted {
			v.add(Finding{Code: CodeBadID, Span: n.Span, Message: "dependency is empty"})
		}
	default:
		return true
	}
	return false
}

// removeElement adds the repair that removes an element and the comma before it.
func (v *valueReader) removeElement(f *Finding, n Name) {
	from := n.Span.Start.Offset - v.base
	for from > 0 && (isSpace(v.buf[from-1]) || v.buf[from-1] == ',') {
		from--
		if v.buf[from] == ',' {
			v.remove(f, "remove it", v.base+from, n.Span.End.Offset)
			return
		}
	}
}

// retryCondition reads a word, or a list of strings.
func (v *valueReader) retryCondition(a *argument) (RetryCondition, bool) {
	words := []string{string(RetryAll), string(RetryNever), string(RetryTransient)}
	raw := v.raw(a)
	if slices.Contains(words, raw) {
		return RetryCondition{Kind: ConditionKind(raw)}, true
	}
	if inner := strings.Trim(raw, "\"`"); inner != raw && slices.Contains(words, inner) {
		f := v.bad(a, CodeUnknownRetryCondition, "in quotes matches errors whose text contains "+quoted(inner)+
			"; write the word without quotes, or a list with one element")
		v.change(f, a, inner)
		v.change(f, a, "["+raw+"]")
		return RetryCondition{}, false
	}
	list, ok := v.list(a)
	if !ok {
		return RetryCondition{}, false
	}
	return v.matches(a, list, words)
}

// matches turns the elements of a list into the parts of error texts.
func (v *valueReader) matches(a *argument, list []Name, words []string) (RetryCondition, bool) {
	c := RetryCondition{Kind: RetryMatching}
	ok := len(list) > 0
	if !ok {
		f := v.bad(a, CodeUnknownRetryCondition, "is an empty list, which no error matches; write never")
		v.change(f, a, string(RetryNever))
	}
	for _, n := range list {
		ok = v.match(n, words) && ok
		c.Matches = append(c.Matches, n.Text)
	}
	return c, ok
}

// match reports an element that is no part of an error text.
func (v *valueReader) match(n Name, words []string) bool {
	switch {
	case !n.Quoted:
		tail, suggestion := didYouMean(n.Text, words)
		f := v.add(Finding{Code: CodeUnknownRetryCondition, Span: n.Span,
			Message: "unknown retry_condition " + quoted(n.Text) +
				"; it is all, never, transient, or a list of quoted parts of the error text" + tail})
		v.fixChange(f, n.Span.Start.Offset, n.Span.End.Offset, suggestion)
		v.fix(f, "quote it", n.Span.Start.Offset, n.Span.End.Offset, `"`+n.Text+`"`)
	case n.Text == "":
		v.add(Finding{Code: CodeUnknownRetryCondition, Span: n.Span,
			Message: "an empty text is part of every error; write retry_condition=all"})
	default:
		return true
	}
	return false
}
