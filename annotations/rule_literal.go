package annotations

import (
	"go/ast"
	"go/token"
	"math"
	"strconv"
	"strings"
)

func (p *ruleParser) literals(list []ast.Expr) ([]Literal, bool) {
	var out []Literal
	all := true
	for _, e := range list {
		l, ok := p.literal(e)
		out = append(out, l)
		all = all && ok
	}
	return out, all
}

// literal reads a constant, or reports that the expression is none.
func (p *ruleParser) literal(e ast.Expr) (Literal, bool) {
	if !p.take(e) || p.reportedAt(e) {
		return Literal{}, false
	}
	l := Literal{Span: p.node(e).span}
	switch e := e.(type) {
	case *ast.BasicLit:
		return p.constant(l, e)
	case *ast.UnaryExpr:
		if number, ok := e.X.(*ast.BasicLit); ok && e.Op == token.SUB && number.Kind != token.STRING {
			return p.negative(l, e, number)
		}
	case *ast.Ident:
		return p.namedLiteral(l, e)
	case *ast.BadExpr:
		p.failed = true
		return l, false
	}
	p.failAt(e, CodeBadLiteral, quoted(p.source(e))+" is no literal; write a string, a number, true, false or nil")
	return l, false
}

func (p *ruleParser) constant(l Literal, e *ast.BasicLit) (Literal, bool) {
	var ok bool
	switch e.Kind {
	case token.STRING:
		l.Kind = LitString
		l.String, ok = p.stringAt(e)
	case token.INT:
		var n uint64
		if n, ok = p.magnitude(e, e, math.MaxUint64); ok {
			l = l.withUint(n)
		}
	case token.FLOAT:
		l.Kind = LitFloat
		l.Float, ok = p.float(e, e)
	}
	return l, ok
}

func (l Literal) withUint(n uint64) Literal {
	if n > math.MaxInt64 {
		l.Kind, l.Uint = LitUint, n
	} else {
		l.Kind, l.Int = LitInt, int64(n)
	}
	return l
}

func (p *ruleParser) negative(l Literal, whole ast.Expr, e *ast.BasicLit) (Literal, bool) {
	if p.reportedAt(e) {
		return l, false
	}
	if e.Kind == token.FLOAT {
		f, ok := p.float(whole, e)
		l.Kind, l.Float = LitFloat, -f
		return l, ok
	}
	n, ok := p.magnitude(whole, e, 1<<63)
	l.Kind, l.Int = LitInt, -int64(n) // the smallest int64 is its own negation
	return l, ok
}

// magnitude reads an integer of Go's grammar without its sign.
func (p *ruleParser) magnitude(whole ast.Expr, e *ast.BasicLit, limit uint64) (uint64, bool) {
	n, err := strconv.ParseUint(e.Value, 0, 64)
	if err != nil || n > limit {
		p.failAt(whole, CodeBadLiteral,
			"integer is out of the range of int64 and uint64; for a large number write a float, such as 1e30")
		return 0, false
	}
	return n, true
}

func (p *ruleParser) float(whole ast.Expr, e *ast.BasicLit) (float64, bool) {
	f, err := strconv.ParseFloat(strings.ReplaceAll(e.Value, "_", ""), 64)
	if err != nil || math.IsInf(f, 0) {
		p.failAt(whole, CodeBadLiteral, "float is out of the range of float64")
		return 0, false
	}
	return f, true
}

// namedLiteral reads true, false and nil.
func (p *ruleParser) namedLiteral(l Literal, e *ast.Ident) (Literal, bool) {
	switch e.Name {
	case "true", "false":
		l.Kind, l.Bool = LitBool, e.Name == "true"
		return l, true
	case "nil":
		return l, true
	}
	tail, suggestion := wordSuggestion(e.Name, []string{"true", "false", "nil"})
	if suggestion == "" {
		tail = "; a string must be quoted"
	}
	f := p.failAt(e, CodeBadLiteral, quoted(e.Name)+" is no literal"+tail)
	p.replaceWord(f, e, suggestion)
	p.replace(f, e, "quote it", strconv.Quote(e.Name))
	return l, false
}
