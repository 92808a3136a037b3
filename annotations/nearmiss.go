package annotations

import (
	"strings"
)

// miss is a comment line that reads like a directive.
type miss struct {
	// verb is the directive that was most likely meant.
	verb string
	// head is how many bytes of the line the head takes.
	head int
}

// headWords is a line taken apart: lead, tool, before, colon, after, verb, rest.
type headWords struct {
	lead, before, after string
	colon               bool
	tool, verb, rest    string
}

// splitHead takes apart a line whose first word could be the tool's name.
func splitHead(line string) (h headWords, ok bool) {
	h.lead, line = cutBlanks(line)
	h.tool, line = cutWord(line)
	if len(h.tool) < len(tool)-2 || len(h.tool) > len(tool)+2 || h.tool[0]|0x20 != tool[0] {
		return h, false
	}
	h.before, line = cutBlanks(line)
	line, h.colon = strings.CutPrefix(line, ":")
	if h.colon {
		h.after, line = cutBlanks(line)
	}
	h.verb, h.rest = cutWord(line)
	return h, true
}

func cutBlanks(s string) (blanks, rest string) {
	rest = strings.TrimLeft(s, " \t")
	return s[:len(s)-len(rest)], rest
}

func cutWord(s string) (word, rest string) {
	n := 0
	for n < len(s) && isWordByte(s[n]) {
		n++
	}
	return s[:n], s[n:]
}

// nearMiss decides whether a comment line was meant as a directive. prose says
// that the line stands where prose stands: behind a blank or in a block comment.
// The closer a line is to prose, the more it must look like a directive:
// "Cloacina: task queues for Go" is prose, "cloacina: task id=x" is not.
func nearMiss(line string, prose bool) (miss, bool) {
	h, ok := splitHead(line)
	if !ok {
		return miss{}, false
	}
	m := miss{head: len(line) - len(h.rest)}
	prose = prose || h.lead != ""
	exact := h.verb == verbTask || h.verb == verbWorkflow
	m.verb = h.verb
	if !exact {
		m.verb = Suggest(h.verb, verbs)
	}
	switch {
	case m.verb == "":
		return m, false
	case !strings.EqualFold(h.tool, tool):
		return m, exact && !prose && h.colon && h.before+h.after == "" && slips(strings.ToLower(h.tool), tool, 2) <= 2
	case looksLikeArguments(h.rest):
		return m, true
	}
	apart := h.before+h.after != "" || !h.colon
	switch {
	case exact && !prose:
		return m, true
	case exact:
		return m, !apart
	}
	return m, !prose && !apart
}

// looksLikeArguments says that what follows a verb is nothing, a flag, or key=value.
func looksLikeArguments(rest string) bool {
	rest = strings.TrimSpace(rest)
	word, behind := cutWord(rest)
	_, behind = cutBlanks(behind)
	return rest == "" || word == "allow_failure" || word != "" && strings.HasPrefix(behind, "=")
}

// lineNearMiss reports a line comment that is no directive but reads like one.
func (p *fileParser) lineNearMiss(text string, start int) {
	const slashes = len("//")
	line := strings.TrimPrefix(text, "//")
	m, ok := nearMiss(line, false)
	if !ok {
		p.verblessDirective(line, start)
		return
	}
	head := start + slashes + m.head
	want := "//" + tool + ":" + m.verb
	f := p.report(CodeNearMiss, start, head, quoted(text[:slashes+m.head])+" is no directive; write "+want)
	if rest := text[slashes+m.head:]; rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		want += " "
	}
	p.fix(f, "change to "+quoted(strings.TrimSpace(want)), start, head, want)
}

// verblessDirective reports //cloacina: with something behind it that cannot be a verb.
func (p *fileParser) verblessDirective(line string, start int) {
	behind, ok := strings.CutPrefix(line, tool+":")
	if !ok || behind != "" && isSpace(behind[0]) {
		return
	}
	word := behind
	if i := strings.IndexAny(word, " \t\r"); i >= 0 {
		word = word[:i]
	}
	end := start + len("//"+tool+":") + len(word)
	p.report(CodeUnknownDirective, start, end, "unknown directive "+quoted("//cloacina:"+word)+
		"; there are //cloacina:workflow and //cloacina:task")
}

// blockNearMisses reports lines of a block comment that read like directives.
func (p *fileParser) blockNearMisses(text string, start int) {
	offset := 0
	for line := range strings.SplitAfterSeq(text, "\n") {
		body := strings.TrimLeft(line, " \t/*")
		at := start + offset + len(line) - len(body)
		offset += len(line)
		if strings.HasPrefix(strings.TrimLeft(line, " \t"), "//") {
			continue // a directive that has been commented out with others
		}
		body = strings.TrimRight(strings.TrimSuffix(strings.TrimRight(body, " \t\r\n"), "*/"), " \t")
		m, ok := nearMiss(body, true)
		if !ok {
			continue
		}
		f := p.report(CodeNearMiss, at, at+m.head,
			quoted(body[:m.head])+" in a block comment is no directive; write //"+tool+":"+m.verb)
		whole := offset >= len(text) && at == start+len(text)-len(strings.TrimLeft(text, " \t/*"))
		if whole && strings.HasSuffix(text, "*/") {
			p.fixBlock(f, m, body, start, start+len(text))
		}
	}
}

// fixBlock turns a block comment of one line into a directive. That is possible
// only where nothing but the end of the line follows.
func (p *fileParser) fixBlock(f *Finding, m miss, body string, start, end int) {
	behind := p.src[end:]
	for i, c := range behind {
		if c == '\n' {
			break
		}
		if !isBlank(c) {
			return
		}
		if i > longestQuoted {
			return
		}
	}
	p.fix(f, "make it a directive", start, end, "//"+tool+":"+m.verb+body[m.head:])
}
