package annotations

import "go/token"

// nesting counts open parentheses and the operators directly before each of them.
type nesting struct {
	open  []parenthesis
	run   int
	depth int
}

// parenthesis is an open parenthesis: what it adds to the depth, whether it
// holds the arguments of a call, and where it stands.
type parenthesis struct {
	depth int
	call  bool
	start int
}

// follow takes the next token and returns false when it nests too deep.
func (n *nesting) follow(tok, before token.Token, start int) bool {
	switch {
	case tok == token.LPAREN:
		n.open = append(n.open, parenthesis{n.run + 1, before == token.IDENT, start})
		n.depth += n.run + 1
		n.run = 0
	case tok == token.RPAREN && len(n.open) > 0:
		n.depth -= n.open[len(n.open)-1].depth
		n.open = n.open[:len(n.open)-1]
		n.run = 0
	case tok.IsOperator() && tok != token.COMMA:
		n.run++
	default:
		n.run = 0
	}
	return n.depth+n.run <= MaxRuleDepth
}

// inCall says that the innermost open parenthesis holds arguments.
func (n *nesting) inCall() bool {
	return len(n.open) > 0 && n.open[len(n.open)-1].call
}

// lastToken returns the token before the next one.
func (p *ruleParser) lastToken() token.Token {
	if len(p.tokens) == 0 {
		return token.ILLEGAL
	}
	return p.tokens[len(p.tokens)-1].Token
}

// joined looks at two operands with nothing between them. go/parser would lose
// its place there, so that what is missing is put into the blank between them.
func (p *ruleParser) joined(t ruleToken, lit string, inCall bool) ruleToken {
	before := p.lastToken()
	if !operandEnd(before) || !operandStart(t.Token) {
		return t
	}
	if symbol := wordOperators[lit]; symbol != "" && t.Token == token.IDENT {
		f := p.fail(CodeUnknownOperator, t.start, t.end, "the operator "+quoted(lit)+" is written "+symbol)
		p.fixChange(f, p.base+t.start, p.base+t.end, symbol)
		p.overwrite(t, ' ')
		copy(p.buf[t.start:], symbol)
		t.Token, t.reported = token.LAND, true
		return t
	}
	if _, known := operatorByName(lit); known && before == token.RPAREN {
		p.fail(CodeUnknownOperator, t.start, t.end, "the operator "+quoted(lit)+
			" stands inside of the parentheses, behind the key: context_value(\"key\", "+lit+", ...)")
		p.stopped = true
		return t
	}
	last := &p.tokens[len(p.tokens)-1]
	if word := string(p.buf[last.start:last.end]); word == "not" || word == "NOT" {
		p.notAsWord(last, t)
		return t
	}
	gap := last.end
	if inCall && gap < t.start && isBlank(p.buf[gap]) {
		f := p.fail(CodeRuleSyntax, t.start, t.end,
			"trigger rule: missing ',' before "+quoted(string(p.buf[t.start:t.end])))
		p.fix(f, "insert a comma", p.base+gap, p.base+gap, ",")
		p.buf[gap] = ','
	}
	return t
}

// notAsWord reports a not that stands before its operand without parentheses.
func (p *ruleParser) notAsWord(not *ruleToken, operand ruleToken) {
	f := p.fail(CodeUnknownOperator, not.start, not.end,
		"not stands before parentheses, not(...), or is written !")
	p.fix(f, `change to "!"`, p.base+not.start, p.base+operand.start, "!")
	p.overwrite(*not, ' ')
	p.buf[not.start] = '!'
	not.Token, not.reported = token.NOT, true
}

// wordOperators are operators that other languages write as words.
var wordOperators = map[string]string{"and": "&&", "AND": "&&", "or": "||", "OR": "||"}

func operandEnd(t token.Token) bool {
	return t == token.IDENT || t == token.RPAREN || t.IsLiteral()
}

func operandStart(t token.Token) bool {
	return t == token.IDENT || t == token.NOT || t.IsLiteral()
}
