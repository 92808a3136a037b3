package annotations

import (
	"bytes"
	"go/token"
)

// slip looks for slips that go/parser would answer with a chain of errors. It
// reports one at the token and puts something harmless in its place.
func (p *ruleParser) slip(t ruleToken, depth *nesting) ruleToken {
	switch {
	case t.reported:
		return t
	case t.Token == token.COMMA && !depth.inCall():
		return p.strayComma(t, depth)
	case t.Token == token.COMMA && p.decimalComma(t):
		t.reported = true
		return t
	case t.Token == token.LBRACK:
		return p.bracket(t)
	case t.Token == token.RBRACK && p.buf[t.start] == ' ':
		t.reported = true // with its partner
		return t
	case t.Token == token.RPAREN && p.emptyGroup(t):
		t.reported = true
		return t
	}
	t.reported = p.operandMissing(t)
	return t
}

// misspellings are operators of other languages, and slips of the finger.
var misspellings = map[string]string{
	"=>": ">=", "=<": "<=", "=!": "!=", "<>": "!=", "===": "==", "!==": "!=", ">==": ">=", "<==": "<=",
	"&&&": "&&", "|||": "||",
	"> =": ">=", "< =": "<=", "! =": "!=", "= =": "==", "& &": "&&", "| |": "||",
}

// misspelt reports a run of signs that together were meant as an operator.
func (p *ruleParser) misspelt(t *ruleToken) bool {
	end := p.signsEnd(t.start)
	run := string(p.buf[t.start:end])
	meant := misspellings[run]
	if meant == "" {
		if end = p.signsEnd(end + len(" ")); end > len(p.buf) || len(run) != 1 {
			return false
		}
		meant = misspellings[string(p.buf[t.start:end])]
	}
	if meant == "" {
		return false
	}
	t.end = end
	f := p.fail(CodeUnknownOperator, t.start, t.end,
		"a rule has no operator "+quoted(string(p.buf[t.start:t.end]))+"; did you mean "+quoted(meant)+"?")
	p.fixChange(f, p.base+t.start, p.base+t.end, meant)
	p.overwrite(*t, ' ')
	copy(p.buf[t.start:], meant)
	p.read = t.end
	t.Token, t.reported = token.EQL, true
	return true
}

// maxSigns is more than any misspelt operator has.
const maxSigns = 4

// signsEnd returns the end of the operator signs that begin at i. It does not look
// further than [maxSigns], or a long row of them would be read again for each.
func (p *ruleParser) signsEnd(i int) int {
	limit := min(i+maxSigns, len(p.buf))
	for i < limit && bytes.IndexByte([]byte("=<>!&|"), p.buf[i]) >= 0 {
		i++
	}
	return i
}

// bracket reports a list, or an index in place of the arguments of a call.
func (p *ruleParser) bracket(t ruleToken) ruleToken {
	end := p.partner(t.start)
	if end < 0 {
		return t
	}
	t.reported = true
	if p.lastToken() != token.IDENT {
		p.list(t.start, end)
		return t
	}
	f := p.fail(CodeRuleSyntax, t.start, t.end,
		"trigger rule: unexpected "+quoted("[")+"; arguments stand in parentheses")
	f.Fixes = []Fix{{Message: "change to parentheses", Edits: []Edit{
		{p.span(p.base+t.start, p.base+t.end), "("},
		{p.span(p.base+end, p.base+end+1), ")"},
	}}}
	p.stopped = true
	return t
}

// list reports elements in brackets or parentheses and takes these away.
func (p *ruleParser) list(start, end int) {
	inner := short(string(bytes.TrimSpace(p.buf[start+1 : end])))
	f := p.fail(CodeRuleSyntax, start, start+1,
		"trigger rule: a rule has no lists; the elements follow one by one: "+inner)
	f.Fixes = []Fix{{Message: "remove the brackets", Edits: []Edit{
		{p.span(p.base+start, p.base+start+1), ""},
		{p.span(p.base+end, p.base+end+1), ""},
	}}}
	p.buf[start], p.buf[end] = ' ', ' '
}

// partner returns the index of what closes the bracket at an index; -1 if there
// is nothing.
func (p *ruleParser) partner(at int) int {
	l := lexer{reporter: newReporter(p.file, ""), buf: p.buf, at: at}
	for depth := 0; l.at < len(l.buf); {
		switch l.buf[l.at] {
		case '"', '`':
			l.quote()
			continue
		case '(', '[':
			depth++
		case ')', ']':
			if depth--; depth == 0 {
				return l.at
			}
		}
		l.at++
	}
	return -1
}

// strayComma reports a comma outside of the arguments of a call.
func (p *ruleParser) strayComma(t ruleToken, depth *nesting) ruleToken {
	t.reported = true
	if p.decimalComma(t) {
		return t
	}
	if n := len(depth.open); n > 0 {
		start := depth.open[n-1].start
		if p.buf[start] == ' ' {
			t.reported = false // a list that was reported
			return t
		}
		if end := p.partner(start); end >= 0 && p.tokenBefore(start) == token.COMMA {
			p.list(start, end)
			return t
		}
	}
	p.fail(CodeRuleSyntax, t.start, t.end,
		"trigger rule: unexpected "+quoted(",")+"; rules are joined by && and ||, or stand in all(...) or any(...)")
	p.stopped = true
	return t
}

// tokenBefore returns the token before the one at the offset.
func (p *ruleParser) tokenBefore(offset int) token.Token {
	i := len(p.tokens) - len(p.tokensFrom(offset))
	if i == 0 {
		return token.ILLEGAL
	}
	return p.tokens[i-1].Token
}

// decimalComma reports 1,5 behind an operator.
func (p *ruleParser) decimalComma(t ruleToken) bool {
	n := len(p.tokens)
	if n < 2 || p.tokens[n-1].Token != token.INT || operatorTokens[p.tokens[n-2].Token] == 0 ||
		p.tokens[n-1].end != t.start || t.end >= len(p.buf) || !isDigit(p.buf[t.end]) {
		return false
	}
	end := t.end
	for end < len(p.buf) && isDigit(p.buf[end]) {
		end++
	}
	if end+1 < len(p.buf) && p.buf[end] == ',' && isDigit(p.buf[end+1]) {
		return false // several groups of digits
	}
	p.read = end
	start := p.tokens[n-1].start
	whole, fraction := string(p.buf[start:t.start]), string(p.buf[t.end:end])
	f := p.fail(CodeBadLiteral, start, end, "a number has a decimal point, "+whole+"."+fraction+", not a comma")
	p.fixChange(f, p.base+start, p.base+end, whole+"."+fraction)
	if len(fraction) == len("000") {
		p.fixChange(f, p.base+start, p.base+end, whole+fraction)
	}
	p.buf[t.start] = '.'
	p.tokens[n-1].end, p.tokens[n-1].reported = p.read, true
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// emptyGroup reports () where a rule belongs.
func (p *ruleParser) emptyGroup(t ruleToken) bool {
	n := len(p.tokens)
	if n < 2 || p.tokens[n-1].Token != token.LPAREN || p.tokens[n-2].Token == token.IDENT || p.empty() {
		return false
	}
	open := &p.tokens[n-1]
	f := p.fail(CodeRuleSyntax, open.start, t.end,
		"trigger rule: nothing stands between the parentheses; write a rule or a value")
	if p.tokens[n-2].Token == token.COMMA {
		p.remove(f, "remove them", p.base+p.tokens[n-2].start, p.base+t.end)
	}
	open.reported = true
	for i := open.start; i < t.end; i++ {
		p.buf[i] = 'x'
	}
	return true
}

// operandMissing reports a token where an operand belongs. If there is room, it
// puts one there, so that what follows is still read.
func (p *ruleParser) operandMissing(t ruleToken) bool {
	n := len(p.tokens)
	if n == 0 || p.tokens[n-1].reported || !endsOperand(t.Token) {
		return false
	}
	last := p.tokens[n-1]
	comma := last.Token == token.COMMA && (t.Token == token.LAND || t.Token == token.LOR || t.Token == token.COMMA)
	if !comma && !infix(last.Token) || last.end >= t.start || !isBlank(p.buf[last.end]) {
		return false
	}
	p.fail(CodeRuleSyntax, t.start, t.end, "trigger rule: expected a rule or a value behind "+
		quoted(string(p.buf[last.start:last.end]))+", found "+quoted(string(p.buf[t.start:t.end])))
	p.buf[last.end] = 'x'
	p.tokens = append(p.tokens, ruleToken{Token: token.IDENT, start: last.end, end: last.end + 1, reported: true})
	return true
}

// infix says that an operand must follow the token.
func infix(t token.Token) bool {
	return t == token.LAND || t == token.LOR || t == token.NOT || operatorTokens[t] != 0
}

// endsOperand says that the token can stand only behind an operand.
func endsOperand(t token.Token) bool {
	return t == token.LAND || t == token.LOR || t == token.COMMA || t == token.RPAREN || operatorTokens[t] != 0
}
