package annotations

import (
	"strconv"
	"strings"
)

// Format prints a rule in its canonical form: on one line, names and keys in
// double quotes, parentheses only where they are needed. Each node keeps the
// spelling it was written in. Reading the text with [ParseRule] gives the same
// tree but for the spans. An infix node that no infix spelling can express, such
// as an All with one operand, is printed as a call. A nil rule is "always".
//
// In an annotation a rule that contains infix operators outside calls has to be
// put into parentheses.
func Format(r Rule) string {
	var p rulePrinter
	p.print(r, precedenceOr)
	return p.String()
}

// Precedences, the weakest first.
const (
	precedenceOr = iota + 1
	precedenceAnd
	precedenceCompare
	precedenceUnary
)

type rulePrinter struct{ strings.Builder }

// print writes the rule, in parentheses if it binds less than least.
func (p *rulePrinter) print(r Rule, least int) {
	if precedence(r) < least {
		p.WriteByte('(')
		defer p.WriteByte(')')
	}
	switch r := r.(type) {
	case *All:
		p.operands("all", "&&", precedenceAnd, r.Rules, r.Infix)
	case *Any:
		p.operands("any", "||", precedenceOr, r.Rules, r.Infix)
	case *None:
		p.call("none", r.Rules)
	case *Not:
		p.not(r)
	case *Outcome:
		p.WriteString(r.Want.function() + "(" + strconv.Quote(r.ID.Text) + ")")
	case *ContextValue:
		p.value(r)
	case *Shorthand:
		p.WriteString(r.Kind.String())
	default:
		p.WriteString("always")
	}
}

// precedence returns how tightly the spelling of the rule binds.
func precedence(r Rule) int {
	switch r := r.(type) {
	case *All:
		if r.Infix && len(r.Rules) > 1 {
			return precedenceAnd
		}
	case *Any:
		if r.Infix && len(r.Rules) > 1 {
			return precedenceOr
		}
	case *ContextValue:
		if _, ok := r.symbol(); ok {
			return precedenceCompare
		}
	}
	return precedenceUnary
}

// symbol returns the infix operator of a comparison that is spelled with one.
func (c *ContextValue) symbol() (string, bool) {
	if !c.Infix || len(c.Literals) != 1 {
		return "", false
	}
	return c.Op.Symbol()
}

func (p *rulePrinter) operands(name, operator string, level int, rules []Rule, infix bool) {
	if !infix || len(rules) < 2 {
		p.call(name, rules)
		return
	}
	for i, r := range rules {
		if i > 0 {
			p.WriteString(" " + operator + " ")
		}
		p.print(r, level+1)
	}
}

func (p *rulePrinter) call(name string, rules []Rule) {
	p.WriteString(name + "(")
	for i, r := range rules {
		if i > 0 {
			p.WriteString(", ")
		}
		p.print(r, precedenceOr)
	}
	p.WriteByte(')')
}

func (p *rulePrinter) not(r *Not) {
	if r.Infix {
		p.WriteByte('!')
		p.print(r.Rule, precedenceUnary)
		return
	}
	p.call("not", []Rule{r.Rule})
}

func (p *rulePrinter) value(r *ContextValue) {
	p.WriteString("context_value(" + strconv.Quote(r.Key.Text))
	if symbol, ok := r.symbol(); ok {
		p.WriteString(") " + symbol + " " + r.Literals[0].Text())
		return
	}
	p.WriteString(", " + r.Op.String())
	for _, l := range r.Literals {
		p.WriteString(", " + l.Text())
	}
	p.WriteByte(')')
}
