package annotations

import (
	"bytes"
	"go/ast"
	"go/token"
	"strings"
	"unicode/utf8"
)

// The verbs of the tool cloacina.
const (
	tool         = "cloacina"
	verbTask     = "task"
	verbWorkflow = "workflow"
)

var verbs = []string{verbTask, verbWorkflow}

// directive is one directive line. Its fields are byte offsets of the file.
type directive struct {
	verb string
	// start is the first slash, head the end of the verb, end that of the line.
	start, head, end int
	// meant says that it is none, but was meant as one, which is reported.
	meant bool
}

// directivesOf finds the directives of a comment group and reports what looks like
// one and is none.
func (p *fileParser) directivesOf(group *ast.CommentGroup) []directive {
	var found []directive
	for _, c := range group.List {
		text, start := p.comment(c)
		if len(text) < 2 || text[1] != '/' {
			p.blockNearMisses(text, start)
			continue
		}
		if d, ok := p.directive(text, start); ok {
			found = append(found, d)
		}
	}
	return found
}

// comment returns a comment as it stands in the file. The text in the syntax tree
// lacks carriage returns, so that its columns would be wrong.
func (p *fileParser) comment(c *ast.Comment) (text string, start int) {
	start = p.offset(c.Slash)
	if start >= len(p.src) {
		return "", start
	}
	rest := p.src[start:]
	if strings.HasPrefix(c.Text, "/*") {
		if n := bytes.Index(rest[min(2, len(rest)):], []byte("*/")); n >= 0 {
			rest = rest[:n+4]
		}
		return string(rest), start
	}
	if n := bytes.IndexByte(rest, '\n'); n >= 0 {
		rest = rest[:n]
	}
	return string(bytes.TrimRight(rest, " \t\r")), start
}

func (p *fileParser) offset(pos token.Pos) int {
	return p.fset.PositionFor(pos, false).Offset
}

// directive reads the head of a line comment.
func (p *fileParser) directive(text string, start int) (directive, bool) {
	parsed, ok := ast.ParseDirective(0, text)
	if !ok || parsed.Tool != tool {
		return p.lineNearMiss(text, start)
	}
	d := directive{verb: parsed.Name, start: start, end: start + len(text)}
	d.head = start + len("//"+tool+":") + len(parsed.Name)
	if d.verb == verbTask || d.verb == verbWorkflow {
		return d, true
	}
	return p.unknownVerb(d)
}

// unknownVerb reports a directive with another verb, and returns what it was meant
// to be, if that is known.
func (p *fileParser) unknownVerb(d directive) (directive, bool) {
	word := d.verb[:len(d.verb)-len(strings.TrimLeft(d.verb, "abcdefghijklmnopqrstuvwxyz0123456789_-"))]
	if word != d.verb && (word == verbTask || word == verbWorkflow) {
		p.divided(d, word, d.verb[len(word):])
		return directive{}, false
	}
	tail, suggestion := didYouMean(d.verb, verbs)
	f := p.report(CodeUnknownDirective, d.start, d.head, "unknown directive "+quoted("//cloacina:"+d.verb)+tail+
		remedy(suggestion, "; there are //cloacina:workflow and //cloacina:task"))
	if suggestion != "" {
		p.fixChange(f, d.start, d.head, "//cloacina:"+suggestion)
	}
	d.verb, d.meant = suggestion, true
	return d, suggestion != ""
}

// divided reports arguments that follow the verb without a blank. rest is what
// was taken for a part of the verb.
func (p *fileParser) divided(d directive, word, rest string) {
	at := d.head - len(rest)
	behind := strings.TrimRight(string(p.src[at:d.end]), " \t")
	fix := Fix{Message: "insert a blank", Edits: []Edit{{p.span(at, at), " "}}}
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case r == '(' && p.src[d.end-1] == ')':
		behind = behind[1 : len(behind)-1]
		fix = Fix{Message: "put a blank in place of the parentheses", Edits: []Edit{
			{p.span(at, at+1), " "},
			{p.span(d.end-1, d.end), ""},
		}}
	case strings.ContainsRune(",:;", r):
		behind = behind[size:]
		fix = Fix{Message: "put a blank in its place", Edits: []Edit{{p.span(at, at+size), " "}}}
	}
	message := "a blank divides //cloacina:" + word + " from its arguments; write "
	if r == '(' && len(fix.Edits) == 1 {
		fix = Fix{Message: "put a blank in its place", Edits: []Edit{{p.span(at, at+1), " "}}}
		message += "them without parentheses"
	} else {
		message += short(strings.TrimSpace("//" + tool + ":" + word + " " + strings.TrimSpace(behind)))
	}
	f := p.report(CodeUnknownDirective, d.start, d.head, message)
	f.Fixes = []Fix{fix}
}

// remedy returns the text unless there is a suggestion.
func remedy(suggestion, text string) string {
	if suggestion != "" {
		return ""
	}
	return text
}
