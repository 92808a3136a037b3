package annotations

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// Limits of what is read. What exceeds one is a finding with [CodeTooLarge].
const (
	// MaxRuleDepth is how deep parentheses, calls and negations of a rule nest.
	MaxRuleDepth = 1000
	// MaxRuleNodes is how many conditions, operators and literals a rule has.
	MaxRuleNodes = 10_000
	// MaxAnnotationBytes is the length of all directive lines of one annotation,
	// and of the text of one rule.
	MaxAnnotationBytes = 1 << 20
	// MaxDocBytes is the length of a doc comment without its directives. The
	// plan holds it, and the program with the plan.
	MaxDocBytes = 64 << 10
)

// ParseRule reads a trigger rule that stands by itself. Spans are relative to the
// text, and their File is empty. Line ends and comments count as blanks. The
// rule is nil if and only if a finding is an error.
func ParseRule(text string) (Rule, []Finding) {
	file := token.NewFileSet().AddFile("", -1, len(text))
	if text != "" { // else the file would lose its only line
		file.SetLinesForContent([]byte(text))
	}
	r := newReporter(file, "")
	if len(text) > MaxAnnotationBytes {
		r.report(CodeTooLarge, 0, 0, "rule is longer than 1 MiB")
		return nil, r.findings
	}
	l := &lexer{reporter: r, buf: []byte(text)}
	if !l.nested(nil, true) {
		return nil, r.findings
	}
	rule, _ := parseRule(r, l.buf, 0)
	sortFindings(r.findings)
	return rule, r.findings
}

// ruleParser turns the Go expression of a rule into a tree. The text has its line
// ends and comments blanked; text[i] is byte base+i of the file.
type ruleParser struct {
	lexer
	tokens []ruleToken
	nodes  int
	failed bool
	// stopped says that what was found makes it no use to read on.
	stopped bool
	// read is where reading goes on behind tokens that were taken together.
	read int
	// lost is where go/parser lost its way; what it made of the text from there
	// on, and of what holds that place, is not to be trusted.
	lost int
}

// parseRule reads a rule whose line ends and comments are blanked. It changes text.
func parseRule(r *reporter, text []byte, base int) (Rule, bool) {
	p := &ruleParser{lexer: lexer{reporter: r, buf: text, base: base}, lost: len(text) + 1}
	if !p.readTokens() {
		return nil, false
	}
	if p.empty() {
		p.fail(CodeRuleSyntax, 0, p.endBefore(len(p.buf)), "rule is empty; write always")
		return nil, false
	}
	tree, err := parser.ParseExprFrom(token.NewFileSet(), "", p.buf, parser.AllErrors|parser.SkipObjectResolution)
	p.syntaxErrors(err)
	var rule Rule
	if tree != nil {
		rule = p.rule(tree)
	}
	if p.failed || rule == nil {
		return nil, false
	}
	return rule, true
}

// empty says that there is nothing in the rule but parentheses.
func (p *ruleParser) empty() bool {
	return !p.failed && !slices.ContainsFunc(p.tokens, func(t ruleToken) bool {
		return t.Token != token.LPAREN && t.Token != token.RPAREN
	})
}

// fail reports an error of the rule.
func (p *ruleParser) fail(code Code, start, end int, message string) *Finding {
	p.failed = true
	return p.complain(code, start, end, message)
}

// syntaxErrors reports the first error that go/parser found, at the token it
// found it at. The others mostly follow from it, and so does one at a token that
// was reported or at the one behind it.
func (p *ruleParser) syntaxErrors(err error) {
	var list scanner.ErrorList
	if !errors.As(err, &list) || p.full() {
		return
	}
	first := list[0]
	start, end := p.tokenAt(first.Pos.Offset)
	p.lost = start
	switch {
	case first.Msg == tooDeepForGo:
		p.fail(CodeTooLarge, start, end, tooManyNodes)
	case p.followsReported(start):
		p.failed = true
	default:
		p.fail(CodeRuleSyntax, start, end, "trigger rule: "+syntaxWords.Replace(shortFound(first.Msg)))
	}
}

// followsReported says that the token at the offset or the one before it has
// been complained about.
func (p *ruleParser) followsReported(offset int) bool {
	i := len(p.tokens) - len(p.tokensFrom(offset))
	return i > 0 && p.tokens[i-1].reported || i < len(p.tokens) && p.tokens[i].reported
}

const tooManyNodes = "trigger rule has more than 10,000 nodes"

// tooDeepForGo is what go/parser says of a chain of 100,000 operators.
const tooDeepForGo = "exceeded max nesting depth"

// shortFound cuts the token that go/parser found, which can be of any length.
func shortFound(message string) string {
	before, found, ok := strings.Cut(message, "found ")
	if !ok {
		return message
	}
	return before + "found " + short(found)
}

// tokenAt returns the token that begins at the offset. Behind the last token it
// is the empty stretch after that one.
func (p *ruleParser) tokenAt(offset int) (start, end int) {
	if rest := p.tokensFrom(offset); len(rest) > 0 && rest[0].start == offset {
		return rest[0].start, rest[0].end
	}
	last := p.endBefore(offset + 1)
	return last, last
}

// syntaxWords rewords errors of go/parser for someone who writes a rule.
var syntaxWords = strings.NewReplacer(
	"'EOF'", "the end of the rule",
	"operand", "a rule or a value",
)

// extent returns the place of an expression in the text. What go/parser makes up
// for a missing operand ends with the last token.
func (p *ruleParser) extent(e ast.Node) (start, end int) {
	last := p.endBefore(len(p.buf))
	start = min(max(int(e.Pos())-1, 0), last)
	return start, min(max(int(e.End())-1, start), last)
}

func (p *ruleParser) node(e ast.Node) node {
	start, end := p.extent(e)
	return node{p.span(p.base+start, p.base+end)}
}

// failAt reports an error about an expression, unless go/parser lost its way in
// or before it.
func (p *ruleParser) failAt(e ast.Node, code Code, message string) *Finding {
	start, end := p.extent(e)
	if end >= p.lost {
		p.failed = true
		return &Finding{}
	}
	return p.fail(code, start, end, message)
}

// replace adds a repair that replaces an expression.
func (p *ruleParser) replace(f *Finding, e ast.Node, message, text string) {
	start, end := p.extent(e)
	p.fix(f, message, p.base+start, p.base+end, text)
}

// replaceWord adds the repair that puts the suggestion, if there is one, in place
// of a word.
func (p *ruleParser) replaceWord(f *Finding, e ast.Node, suggestion string) {
	start, end := p.extent(e)
	p.fixChange(f, p.base+start, p.base+end, suggestion)
}

// source returns the text of an expression.
func (p *ruleParser) source(e ast.Node) string {
	start, end := p.extent(e)
	return string(p.buf[start:end])
}
