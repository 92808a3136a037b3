package annotations

import (
	"slices"
	"strings"
	"unicode"
)

// miss is a comment line that reads like a directive.
type miss struct {
	// verb is the directive that was most likely meant.
	verb string
	// head is how many bytes of the line the head takes.
	head int
	// loose says that the line could be prose.
	loose bool
}

// headWords is a line taken apart: lead, mark, tool, before, separator, after,
// verb, rest.
type headWords struct {
	lead, before, after string
	// marked says that a sign stands before the tool, as in //@cloacina:task.
	marked bool
	// separator is ":", or what stands in its place.
	separator        string
	tool, verb, rest string
}

// splitHead takes apart a line whose first word could be the tool's name.
func splitHead(line string) (h headWords, ok bool) {
	h.lead, line = cutInvisible(line)
	if line != "" && strings.IndexByte("/@+#!", line[0]) >= 0 {
		h.marked, line = true, line[1:]
	}
	h.tool, line = cutTool(line)
	if len(h.tool) < len(tool)-2 || len(h.tool) > len(tool)+2 {
		return h, false
	}
	h.before, line = cutBlanks(line)
	h.separator, line = cutSeparator(line)
	if h.separator != "" {
		h.after, line = cutInvisible(line)
	}
	h.verb, h.rest = cutWord(line)
	return h, true
}

// cutTool cuts off the first word. A name that - or _ joins to the tool's is none
// of its own, and a verb that nothing divides from it is none either.
func cutTool(s string) (word, rest string) {
	word, rest = cutWord(s)
	if len(word) <= len(tool) || !strings.EqualFold(word[:len(tool)], tool) {
		return word, rest
	}
	if joinsWords(word[len(tool)]) || slices.Contains(verbs, word[len(tool):]) {
		return s[:len(tool)], s[len(tool):]
	}
	return word, rest
}

func joinsWords(c byte) bool { return c == '-' || c == '_' }

// cutSeparator cuts off what stands between tool and verb.
func cutSeparator(s string) (separator, rest string) {
	for _, separator := range []string{"::", ":", ".", ";", "/", "=", "-", "_"} {
		if rest, ok := strings.CutPrefix(s, separator); ok {
			return separator, rest
		}
	}
	return "", s
}

// cutInvisible cuts off blanks of all kinds, and characters that are not seen.
func cutInvisible(s string) (blanks, rest string) {
	rest = strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
	return s[:len(s)-len(rest)], rest
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
	prose = prose || h.lead != "" && !h.marked
	exact := h.verb == verbTask || h.verb == verbWorkflow
	m.verb = h.verb
	if !exact {
		m.verb = Suggest(h.verb, verbs)
	}
	m.loose = prose && !looksLikeArguments(h.rest)
	return m, m.verb != "" && h.meant(exact, prose)
}

// meant says that the words were meant as a directive. exact says that the verb
// is one.
func (h headWords) meant(exact, prose bool) bool {
	apart := h.before+h.after != ""
	arguments := looksLikeArguments(h.rest)
	switch {
	case !strings.EqualFold(h.tool, tool):
		return exact && !prose && !apart && h.separator == ":" && slips(strings.ToLower(h.tool), tool, 2) <= 2
	case h.separator == "":
		return exact && arguments && (!prose || strings.Contains(h.rest, "="))
	case h.separator != ":" && h.separator != "::":
		return exact && arguments && (!prose || h.joined())
	case arguments:
		return true
	case !exact:
		return !prose && !apart
	}
	return !prose || !apart && !endsSentence(h.rest)
}

// joined says that tool and verb are one word, such as cloacina_task, and that
// what follows assigns something.
func (h headWords) joined() bool {
	return joinsWords(h.separator[0]) && strings.Contains(h.rest, "=")
}

// endsSentence says that the text begins with a punctuation mark of prose.
func endsSentence(rest string) bool {
	return strings.IndexByte(".,;:)", rest[0]) >= 0 && (len(rest) == 1 || isSpace(rest[1]))
}

// looksLikeArguments says that what follows a verb is nothing, a flag, or key=value.
func looksLikeArguments(rest string) bool {
	rest = strings.TrimSpace(rest)
	word, behind := cutWord(rest)
	_, behind = cutBlanks(behind)
	return rest == "" || word == "allow_failure" || word != "" && strings.HasPrefix(behind, "=")
}

// lineNearMiss reports a line comment that is no directive but reads like one, and
// returns the directive that was meant, unless the line could be prose.
func (p *fileParser) lineNearMiss(text string, start int) (directive, bool) {
	const slashes = len("//")
	line := strings.TrimPrefix(text, "//")
	m, ok := nearMiss(line, false)
	if !ok {
		p.verblessDirective(line, start)
		return directive{}, false
	}
	head := start + slashes + m.head
	want := "//" + tool + ":" + m.verb
	f := p.report(CodeNearMiss, start, head, quoted(text[:slashes+m.head])+" is no directive; write "+want)
	rest := text[slashes+m.head:]
	apart := rest == "" || isBlank(rest[0])
	if !apart {
		want += " "
	}
	if m.loose {
		f.Message += ", or begin the line with another word if it is prose"
	} else {
		p.fix(f, "change to "+quoted(strings.TrimSpace(want)), start, head, want)
	}
	d := directive{verb: m.verb, start: start, head: head, end: start + len(text), meant: true}
	return d, apart && !m.loose && looksLikeArguments(rest)
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
