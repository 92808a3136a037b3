package annotations

import (
	"go/scanner"
	"go/token"
	"sort"
	"strings"
	"unicode/utf8"
)

// ruleToken is one token of a rule. One that was reported already has been
// overwritten with something harmless of the same length, so that go/parser
// finds the errors behind it.
type ruleToken struct {
	token.Token
	start, end int
	reported   bool
}

// readTokens looks at the tokens before go/parser does. It bounds how deep they
// nest, because go/parser recurses, and takes out what Go's grammar has and
// rules do not. It returns false if the rule must not be parsed.
func (p *ruleParser) readTokens() bool {
	var problem string
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(p.buf))
	text := append([]byte(nil), p.buf...)
	s.Init(file, text, func(_ token.Position, message string) { problem = message }, 0)
	var depth nesting
	for !p.full() && !p.stopped {
		problem = ""
		pos, tok, lit := s.Scan()
		if tok == token.EOF || tok == token.SEMICOLON && lit == "\n" {
			return true
		}
		start := file.Offset(pos)
		if start < p.read {
			continue
		}
		t := ruleToken{Token: tok, start: start, end: p.tokenEnd(start, tok, lit)}
		if !depth.follow(tok, p.lastToken(), start) {
			p.fail(CodeTooLarge, t.start, t.end, "trigger rule nests deeper than 1,000")
			return false
		}
		if !p.misspelt(&t) {
			t = p.slip(p.joined(t, lit, depth.inCall()), &depth)
		}
		t.reported = t.reported || p.refuse(t, lit, problem)
		p.tokens = append(p.tokens, t)
	}
	return false
}

// tokenEnd returns the end of a token; that of one that is not closed is where the
// blanks begin. The scanner spells bytes that are not UTF-8 as something longer.
func (p *ruleParser) tokenEnd(start int, tok token.Token, lit string) int {
	switch {
	case tok == token.ILLEGAL:
		_, size := utf8.DecodeRune(p.buf[start:])
		return start + size
	case lit == "":
		lit = tok.String()
	}
	return start + len(strings.TrimRight(lit, " \t"))
}

// refuse reports a token that no rule holds and overwrites it.
func (p *ruleParser) refuse(t ruleToken, lit, problem string) bool {
	switch {
	case t.Token == token.CHAR:
		p.refuseChar(t)
	case problem != "" || t.Token == token.ILLEGAL:
		p.refuseIllegal(t, problem)
	case t.Token == token.IMAG:
		p.fail(CodeBadLiteral, t.start, t.end, "a rule has no imaginary numbers")
		p.overwrite(t, '1')
	case t.IsKeyword():
		p.refuseKeyword(t, lit)
	case t.Token == token.REM && (p.lastToken() == token.INT || p.lastToken() == token.FLOAT):
		number := p.tokens[len(p.tokens)-1]
		p.fail(CodeBadLiteral, number.start, t.end, "a number has no %; write it as the key has it, as 90 or as 0.9")
		p.overwrite(t, ' ')
	case t.Token == token.ASSIGN:
		f := p.fail(CodeUnknownOperator, t.start, t.end, "a rule compares with ==")
		p.fix(f, `change to "=="`, p.base+t.start, p.base+t.end, "==")
		p.overwrite(t, '<')
	case p.operatorArgument(t):
		op := operatorTokens[t.Token]
		f := p.fail(CodeUnknownOperator, t.start, t.end,
			"between commas the operator is written as a word, "+quoted(op.String()))
		p.fixChange(f, p.base+t.start, p.base+t.end, op.String())
		p.overwrite(t, 'x')
	case foreign[t.Token]:
		p.fail(CodeRuleSyntax, t.start, t.end, "trigger rule: unexpected "+quoted(string(p.buf[t.start:t.end])))
		p.overwrite(t, ' ')
	default:
		return false
	}
	return true
}

// foreign are the tokens that begin parts of Go's grammar that rules do not have.
var foreign = map[token.Token]bool{
	token.LBRACK: true, token.RBRACK: true, token.LBRACE: true, token.RBRACE: true,
	token.COLON: true, token.SEMICOLON: true, token.ELLIPSIS: true, token.DEFINE: true,
	token.INC: true, token.DEC: true, token.ARROW: true, token.TILDE: true,
	token.ADD_ASSIGN: true, token.SUB_ASSIGN: true, token.MUL_ASSIGN: true, token.QUO_ASSIGN: true,
	token.REM_ASSIGN: true, token.AND_ASSIGN: true, token.OR_ASSIGN: true, token.XOR_ASSIGN: true,
	token.SHL_ASSIGN: true, token.SHR_ASSIGN: true, token.AND_NOT_ASSIGN: true,
}

// operatorArgument says that the token is a comparison written as an argument,
// as in context_value("score", >, 80).
func (p *ruleParser) operatorArgument(t ruleToken) bool {
	return operatorTokens[t.Token] != 0 && len(p.tokens) > 0 && p.tokens[len(p.tokens)-1].Token == token.COMMA
}

// refuseChar reports a text in single quotes.
func (p *ruleParser) refuseChar(t ruleToken) {
	f := p.fail(CodeBadString, t.start, t.end, "strings stand in double quotes")
	inner := strings.Trim(string(p.buf[t.start:t.end]), "'")
	if !strings.ContainsAny(inner, "\"\\") {
		p.fix(f, "use double quotes", p.base+t.start, p.base+t.end, `"`+inner+`"`)
	}
	p.overwriteString(t)
}

// refuseIllegal reports what the scanner itself refused.
func (p *ruleParser) refuseIllegal(t ruleToken, problem string) {
	switch t.Token {
	case token.STRING:
		p.fail(CodeBadString, t.start, t.end, "string is not valid Go: "+problem)
		p.overwriteString(t)
	case token.INT, token.FLOAT, token.IMAG:
		p.fail(CodeBadLiteral, t.start, t.end, "number is not valid Go: "+problem)
		p.overwrite(t, '1')
	default:
		if problem == "" {
			problem = "unexpected " + quoted(string(p.buf[t.start:t.end]))
		}
		p.fail(CodeRuleSyntax, t.start, t.end, "trigger rule: "+problem)
		p.overwrite(t, ' ')
	}
}

// refuseKeyword reports a Go keyword, which go/parser would not take as a name.
func (p *ruleParser) refuseKeyword(t ruleToken, lit string) {
	f := p.fail(CodeBadTaskName, t.start, t.end, quoted(lit)+" is a Go keyword; as a task name it must be quoted")
	p.fix(f, "quote it", p.base+t.start, p.base+t.end, `"`+lit+`"`)
	p.overwrite(t, 'x')
}

func (p *ruleParser) overwrite(t ruleToken, c byte) {
	for i := t.start; i < min(t.end, len(p.buf)); i++ {
		p.buf[i] = c
	}
}

// overwriteString leaves a string of the same length.
func (p *ruleParser) overwriteString(t ruleToken) {
	p.overwrite(t, 'x')
	if t.end-t.start > 1 && t.end <= len(p.buf) {
		p.buf[t.start], p.buf[t.end-1] = '"', '"'
	}
}

// tokensFrom returns the tokens that begin at the offset or behind it.
func (p *ruleParser) tokensFrom(offset int) []ruleToken {
	i := sort.Search(len(p.tokens), func(i int) bool { return p.tokens[i].start >= offset })
	return p.tokens[i:]
}

// endBefore returns the end of the last token that begins before the offset.
func (p *ruleParser) endBefore(offset int) int {
	i := len(p.tokens) - len(p.tokensFrom(offset))
	if i == 0 {
		return 0
	}
	return p.tokens[i-1].end
}

// wasReported says that the token at the offset has been complained about.
func (p *ruleParser) wasReported(offset int) bool {
	rest := p.tokensFrom(offset)
	return len(rest) > 0 && rest[0].start == offset && rest[0].reported
}
