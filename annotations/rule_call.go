package annotations

import (
	"go/ast"
	"go/token"
)

// call is a function of the rule language with its arguments.
func (p *ruleParser) call(e *ast.CallExpr) Rule {
	name, ok := e.Fun.(*ast.Ident)
	if !ok {
		p.failAt(e.Fun, CodeNotARule, quoted(p.source(e.Fun))+" is no function of the rule language")
		return nil
	}
	switch name.Name {
	case "all":
		return p.operandList(e, &All{node: p.node(e), Rules: p.rules(e.Args)})
	case "any":
		return p.operandList(e, &Any{node: p.node(e), Rules: p.rules(e.Args)})
	case "none":
		return p.operandList(e, &None{node: p.node(e), Rules: p.rules(e.Args)})
	case "not":
		if p.arity(e, 1, "one rule") {
			return p.negation(e, e.Args[0], false)
		}
		return nil
	case "context_value":
		return p.contextValue(e)
	}
	if want, ok := outcomeByFunction(name.Name); ok {
		return p.outcome(e, want)
	}
	return p.unknownCall(e, name)
}

// operandList warns of a function without operands.
func (p *ruleParser) operandList(e *ast.CallExpr, r Rule) Rule {
	if len(e.Args) == 0 && !p.failed {
		name := p.source(e.Fun)
		meaning := "always true"
		if name == "any" {
			meaning = "never true"
		}
		start, end := p.extent(e)
		p.complain(CodeEmptyRule, start, end, name+"() without operands is "+meaning)
	}
	return r
}

// arity reports a call that does not have n arguments.
func (p *ruleParser) arity(e *ast.CallExpr, n int, takes string) bool {
	if len(e.Args) == n {
		return true
	}
	p.failAt(e, CodeRuleArity, p.source(e.Fun)+" takes "+takes+", not "+plural(len(e.Args), "argument"))
	return false
}

func (p *ruleParser) outcome(e *ast.CallExpr, want TaskOutcome) Rule {
	if !p.arity(e, 1, "one task") {
		return nil
	}
	id, ok := p.taskName(e.Args[0])
	if !ok {
		return nil
	}
	return &Outcome{p.node(e), want, id}
}

// taskName reads the id of a task, bare or quoted.
func (p *ruleParser) taskName(e ast.Expr) (Name, bool) {
	if p.reportedAt(e) {
		return Name{}, false
	}
	span := p.node(e).span
	switch arg := e.(type) {
	case *ast.Ident:
		if !reservedWords[arg.Name] {
			return Name{Text: arg.Name, Span: span}, true
		}
		f := p.failAt(e, CodeBadTaskName,
			quoted(arg.Name)+" is a word of the rule language; as a task name it must be quoted")
		p.replace(f, e, "quote it", `"`+arg.Name+`"`)
		return Name{}, false
	case *ast.BasicLit:
		if arg.Kind == token.STRING {
			text, ok := p.stringAt(arg)
			if ok && text == "" {
				p.failAt(e, CodeBadTaskName, "task name is empty")
				return Name{}, false
			}
			return Name{Text: text, Quoted: true, Span: span}, ok
		}
	case *ast.BadExpr:
		p.failed = true
		return Name{}, false
	case *ast.BinaryExpr:
		if arg.Op == token.SUB {
			f := p.failAt(e, CodeBadTaskName, "a task name that is no Go identifier must be quoted")
			p.replace(f, e, "quote it", `"`+p.source(e)+`"`)
			return Name{}, false
		}
	}
	p.failAt(e, CodeBadTaskName, quoted(p.source(e))+" is no task name")
	return Name{}, false
}

// stringAt returns the text of a string literal.
func (p *ruleParser) stringAt(e *ast.BasicLit) (string, bool) {
	start, end := p.extent(e)
	text, ok := p.unquote(start, end)
	if !ok {
		p.failed = true
	}
	return text, ok
}

// unknownCall reports a function that rules do not have.
func (p *ruleParser) unknownCall(e *ast.CallExpr, name *ast.Ident) Rule {
	if p.reportedAt(name) {
		return nil
	}
	for _, w := range ruleWords {
		if w != name.Name {
			continue
		}
		f := p.failAt(e, CodeRuleArity, quoted(w)+" is a word without parentheses")
		if len(e.Args) == 0 {
			p.replace(f, e, "remove the parentheses", w)
		}
		return nil
	}
	if p.quantifiedCall(e, name) {
		return nil
	}
	tail, suggestion := wordSuggestion(name.Name, ruleFunctions)
	f := p.failAt(name, CodeUnknownFunction, "unknown function "+quoted(name.Name)+tail)
	p.replaceWord(f, name, suggestion)
	return nil
}
