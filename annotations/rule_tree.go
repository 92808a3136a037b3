package annotations

import (
	"go/ast"
	"go/token"
	"strings"
)

// rule turns an expression into a rule. It is nil if the expression is not one,
// which has then been reported.
func (p *ruleParser) rule(e ast.Expr) Rule {
	e = ast.Unparen(e)
	if !p.take(e) {
		return nil
	}
	switch e := e.(type) {
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			return p.negation(e, e.X, true)
		}
	case *ast.BinaryExpr:
		return p.binary(e)
	case *ast.Ident:
		return p.word(e)
	case *ast.CallExpr:
		return p.call(e)
	case *ast.SelectorExpr:
		p.outcomeOf(e)
		return nil
	case *ast.BadExpr:
		p.failed = true
		return nil
	}
	p.failAt(e, CodeNotARule, quoted(p.source(e))+" is no rule")
	return nil
}

// outcomeOf reports a.b, which for fetch.success is an outcome in the words of
// another language.
func (p *ruleParser) outcomeOf(e *ast.SelectorExpr) {
	if p.reportedAt(e) {
		return
	}
	f := p.failAt(e, CodeNotARule, quoted(p.source(e))+" is no rule")
	task, ok := e.X.(*ast.Ident)
	ending := endings[strings.ToLower(e.Sel.Name)]
	if !ok || ending == "" || ending == "done" {
		return
	}
	text := "task_" + ending + "(" + task.Name + ")"
	f.Message += "; write " + short(text)
	p.replace(f, e, "change to "+short(text), text)
}

// take counts a node and returns false if there are too many.
func (p *ruleParser) take(e ast.Node) bool {
	p.nodes++
	if p.nodes == MaxRuleNodes+1 {
		p.failAt(e, CodeTooLarge, tooManyNodes)
	}
	return p.nodes <= MaxRuleNodes && !p.full()
}

// rules turns operands into rules, without those that are not.
func (p *ruleParser) rules(list []ast.Expr) []Rule {
	out := make([]Rule, 0, len(list))
	for _, e := range list {
		if r := p.rule(e); r != nil {
			out = append(out, r)
		}
	}
	return out
}

func (p *ruleParser) negation(whole, operand ast.Expr, infix bool) Rule {
	if inner := p.rule(operand); inner != nil {
		return &Not{p.node(whole), inner, infix}
	}
	return nil
}

func (p *ruleParser) binary(e *ast.BinaryExpr) Rule {
	switch e.Op {
	case token.LAND:
		return &All{p.node(e), p.rules(operands(e)), true}
	case token.LOR:
		return &Any{p.node(e), p.rules(operands(e)), true}
	}
	if _, ok := operatorTokens[e.Op]; ok {
		return p.comparison(e)
	}
	return p.unknownBinary(e)
}

// operands returns the operands of a chain of the same operator, from left to
// right. Parentheses end a chain.
func operands(e *ast.BinaryExpr) []ast.Expr {
	n := 2
	left := e
	for {
		x, ok := left.X.(*ast.BinaryExpr)
		if !ok || x.Op != e.Op {
			break
		}
		left = x
		n++
	}
	out := make([]ast.Expr, n)
	for ; n > 2; n-- {
		out[n-1] = e.Y
		e = e.X.(*ast.BinaryExpr)
	}
	out[0], out[1] = e.X, e.Y
	return out
}

func (p *ruleParser) unknownBinary(e *ast.BinaryExpr) Rule {
	start := int(e.OpPos) - 1
	end := start + len(e.Op.String())
	if p.wasReported(start) {
		return nil
	}
	f := p.fail(CodeUnknownOperator, start, end, "a rule has no operator "+quoted(e.Op.String()))
	doubled := map[token.Token]string{token.AND: "&&", token.OR: "||"}[e.Op]
	if doubled != "" {
		f.Message += "; did you mean " + quoted(doubled) + "?"
		p.fixChange(f, p.base+start, p.base+end, doubled)
	} else if e.Op == token.SUB {
		f.Message += "; a task id with a dash must be quoted"
	}
	return nil
}

// word is a name that stands alone.
func (p *ruleParser) word(e *ast.Ident) Rule {
	if p.reportedAt(e) {
		return nil
	}
	if e.Name == "always" {
		return &Always{p.node(e)}
	}
	if kind, ok := shorthandByName(e.Name); ok {
		return &Shorthand{p.node(e), kind}
	}
	for _, f := range ruleFunctions {
		if f == e.Name {
			p.failAt(e, CodeRuleArity, quoted(e.Name)+" takes arguments in parentheses")
			return nil
		}
	}
	tail, suggestion := standsAlone(e.Name)
	f := p.failAt(e, CodeUnknownFunction, "unknown word "+quoted(e.Name)+tail)
	p.replaceWord(f, e, suggestion)
	if tail == "" {
		f.Message += "; to ask how a task ended, write task_success(" + short(e.Name) + ")"
	}
	return nil
}

// reportedAt says that the expression is a token that was complained about.
func (p *ruleParser) reportedAt(e ast.Expr) bool {
	start, _ := p.extent(e)
	return p.wasReported(start)
}
