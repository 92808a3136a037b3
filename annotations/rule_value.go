package annotations

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// contextValue is context_value in its call spelling.
func (p *ruleParser) contextValue(e *ast.CallExpr) Rule {
	if len(e.Args) < 2 {
		key := `"key"`
		if len(e.Args) == 1 {
			key = short(p.source(e.Args[0]))
		}
		p.failAt(e, CodeRuleArity, "context_value takes a key, an operator and a literal; to test a bool, write "+
			"context_value("+key+") == true, and to ask whether a key exists, context_value("+key+", exists)")
		return nil
	}
	key, keyOK := p.key(e.Args[0])
	op, opOK := p.operator(e.Args[1])
	literals, literalsOK := p.literals(e.Args[2:])
	if !keyOK || !opOK {
		return nil
	}
	least, most := op.arity()
	n := len(e.Args) - 2
	if n < least || most >= 0 && n > most {
		p.failAt(e, CodeRuleArity, op.String()+" takes "+literalCount(least, most)+", not "+plural(n, "literal"))
		return nil
	}
	if !literalsOK {
		return nil
	}
	return &ContextValue{node: p.node(e), Key: key, Op: op, Literals: literals}
}

func literalCount(least, most int) string {
	switch {
	case most == 0:
		return "no literal"
	case most < 0:
		return "one literal or more"
	}
	return plural(least, "literal")
}

// plural counts things in a message: "1 literal", "2 literals".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// comparison is context_value in its infix spelling.
func (p *ruleParser) comparison(e *ast.BinaryExpr) Rule {
	call := asContextValue(e.X)
	if call == nil {
		p.notComparable(e)
		return nil
	}
	if len(call.Args) != 1 {
		p.failAt(call, CodeRuleArity, "in front of "+quoted(e.Op.String())+" context_value takes the key alone, not "+
			plural(len(call.Args), "argument"))
		return nil
	}
	key, keyOK := p.key(call.Args[0])
	if keyOK && p.operatorBehind(e, call.Args[0]) {
		return nil
	}
	literal, literalOK := p.literal(e.Y)
	if !keyOK || !literalOK || p.wasReported(int(e.OpPos)-1) {
		return nil
	}
	return &ContextValue{p.node(e), key, operatorTokens[e.Op], []Literal{literal}, true}
}

// operatorBehind reports a comparison with the name of an operator, such as == exists.
func (p *ruleParser) operatorBehind(e *ast.BinaryExpr, key ast.Expr) bool {
	name, ok := e.Y.(*ast.Ident)
	if !ok {
		return false
	}
	op, ok := operatorByName(name.Name)
	if !ok || p.reportedAt(name) {
		return false
	}
	f := p.failAt(name, CodeBadLiteral, quoted(name.Name)+" is no literal but an operator")
	if _, most := op.arity(); most != 0 {
		f.Message += "; it stands between commas: context_value(" + p.source(key) + ", " + op.String() + ", ...)"
		return true
	}
	if e.Op == token.NEQ {
		op = Exists + NotExists - op
	}
	text := "context_value(" + p.source(key) + ", " + op.String() + ")"
	f.Message += "; write " + short(text)
	if e.Op == token.EQL || e.Op == token.NEQ {
		p.replace(f, e, "change to "+short(text), text)
	}
	return true
}

func asContextValue(e ast.Expr) *ast.CallExpr {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return nil
	}
	if name, ok := call.Fun.(*ast.Ident); !ok || name.Name != "context_value" {
		return nil
	}
	return call
}

// mirrored are the comparisons with their sides exchanged.
var mirrored = map[token.Token]token.Token{
	token.EQL: token.EQL, token.NEQ: token.NEQ,
	token.LSS: token.GTR, token.GTR: token.LSS,
	token.LEQ: token.GEQ, token.GEQ: token.LEQ,
}

// notComparable reports a comparison without a context_value on its left.
func (p *ruleParser) notComparable(e *ast.BinaryExpr) {
	if p.chained(e) || p.bareKey(e) {
		return
	}
	f := p.failAt(e, CodeNotARule, "only a context_value can be compared, and it stands on the left")
	if call := asContextValue(e.Y); call != nil && isLiteral(e.X) {
		text := p.source(e.Y) + " " + mirrored[e.Op].String() + " " + p.source(e.X)
		p.replace(f, e, "exchange the sides", text)
	}
}

// chained reports a < b < c.
func (p *ruleParser) chained(e *ast.BinaryExpr) bool {
	first, ok := e.X.(*ast.BinaryExpr)
	if !ok || mirrored[first.Op] == token.ILLEGAL || asContextValue(first.Y) == nil {
		return false
	}
	if !isLiteral(first.X) || !isLiteral(e.Y) {
		return false
	}
	value := p.source(first.Y)
	text := value + " " + mirrored[first.Op].String() + " " + p.source(first.X) + " && " +
		value + " " + e.Op.String() + " " + p.source(e.Y)
	f := p.failAt(e, CodeNotARule, "comparisons are not chained; write two with &&")
	p.replace(f, e, "change to "+short(text), text)
	return true
}

// bareKey reports a key that is compared as if it were a variable.
func (p *ruleParser) bareKey(e *ast.BinaryExpr) bool {
	name, ok := e.X.(*ast.Ident)
	if !ok || reservedWords[name.Name] || p.reportedAt(name) || !isLiteral(e.Y) {
		return false
	}
	value := "context_value(" + strconv.Quote(name.Name) + ")"
	f := p.failAt(name, CodeNotARule, quoted(name.Name)+" is no value; to compare a key, write "+
		short(value+" "+e.Op.String()+" "+p.source(e.Y)))
	p.replace(f, name, "write "+short(value), value)
	return true
}

func isLiteral(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.UnaryExpr:
		return e.Op == token.SUB
	case *ast.Ident:
		return e.Name == "true" || e.Name == "false" || e.Name == "nil"
	}
	return false
}

// key reads the key of a context_value.
func (p *ruleParser) key(e ast.Expr) (Key, bool) {
	if p.reportedAt(e) {
		return Key{}, false
	}
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		f := p.failAt(e, CodeBadKey, "the key of a context_value is a quoted string")
		if name, ok := e.(*ast.Ident); ok {
			p.replace(f, e, "quote it", strconv.Quote(name.Name))
		}
		return Key{}, false
	}
	text, ok := p.stringAt(lit)
	if !ok {
		return Key{}, false
	}
	key := Key{Text: text, Span: p.node(e).span}
	if err := key.check(); err != nil {
		p.failAt(e, CodeBadKey, "bad key "+quoted(text)+": "+err.Error())
		return Key{}, false
	}
	return key, true
}

// operator reads the operator of a context_value.
func (p *ruleParser) operator(e ast.Expr) (Operator, bool) {
	if p.reportedAt(e) {
		return 0, false
	}
	name := p.source(e)
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		if name, ok = p.stringAt(lit); !ok {
			return 0, false
		}
		if _, known := operatorByName(name); known {
			f := p.failAt(e, CodeUnknownOperator, "the operator "+quoted(name)+" is written without quotes")
			p.replace(f, e, "remove the quotes", name)
			return 0, false
		}
	}
	if op, ok := operatorByName(name); ok {
		return op, true
	}
	tail, suggestion := wordSuggestion(name, ruleOperators)
	for sign, op := range operatorTokens {
		if sign.String() == name {
			tail, suggestion = "; between commas it is written as a word, "+quoted(op.String()), op.String()
		}
	}
	if suggestion == "" {
		tail = "; there are " + strings.Join(ruleOperators, ", ")
	}
	if name == "between" {
		tail = "; a range is two comparisons: context_value(...) >= a && context_value(...) <= b"
	}
	f := p.failAt(e, CodeUnknownOperator, "unknown operator "+quoted(name)+tail)
	p.replaceWord(f, e, suggestion)
	return 0, false
}
