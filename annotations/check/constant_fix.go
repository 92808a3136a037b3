package check

import "github.com/cloacina-go/cloacina/annotations"

// without is the fix that takes a constant part out of a rule. It rewrites the
// rule, so it is left out where the rule stands on several lines, and where a
// rule that is left over would say nothing.
func (k *constants) without(part annotations.Rule, value truth) []annotations.Fix {
	own := k.t.decl.TriggerRules
	if !own.Set || own.Span.Start.Line != own.Span.End.Line {
		return nil
	}
	rest, constant := fold(own.V, part, value)
	if constant != unknown {
		return nil
	}
	text := annotations.Format(rest)
	if isInfix(rest) {
		text = "(" + text + ")"
	}
	return []annotations.Fix{replace(own.Span, text, "simplify the rule to %s", short(text))}
}

// isInfix reports whether a rule is printed with an operator outside of calls, so
// that it needs parentheses in an annotation.
func isInfix(r annotations.Rule) bool {
	switch r := r.(type) {
	case *annotations.All:
		return r.Infix && len(r.Rules) > 1
	case *annotations.Any:
		return r.Infix && len(r.Rules) > 1
	case *annotations.ContextValue:
		return r.Infix
	}
	return false
}

// fold returns a rule without one of its parts, whose value is known, or the
// value of the whole rule if that is then known.
func fold(r, part annotations.Rule, value truth) (annotations.Rule, truth) {
	if r == part {
		return nil, value
	}
	switch r := r.(type) {
	case *annotations.All:
		rest, verdict := foldEach(r.Rules, part, value, yes)
		if verdict != unknown || len(rest) == 1 {
			return single(rest), verdict
		}
		return &annotations.All{Rules: rest, Infix: r.Infix}, unknown
	case *annotations.Any:
		rest, verdict := foldEach(r.Rules, part, value, no)
		if verdict != unknown || len(rest) == 1 {
			return single(rest), verdict
		}
		return &annotations.Any{Rules: rest, Infix: r.Infix}, unknown
	case *annotations.None:
		rest, verdict := foldEach(r.Rules, part, value, no)
		return &annotations.None{Rules: rest}, verdict.not()
	case *annotations.Not:
		rest, verdict := fold(r.Rule, part, value)
		return &annotations.Not{Rule: rest, Infix: r.Infix}, verdict.not()
	}
	return r, unknown
}

// foldEach folds operands. One of the neutral value is left out; one of the other
// value decides all.
func foldEach(rules []annotations.Rule, part annotations.Rule, value, neutral truth) ([]annotations.Rule, truth) {
	var rest []annotations.Rule
	for _, r := range rules {
		folded, verdict := fold(r, part, value)
		switch {
		case verdict == unknown:
			rest = append(rest, folded)
		case verdict != neutral:
			return nil, verdict
		}
	}
	if len(rest) == 0 {
		return nil, neutral
	}
	return rest, unknown
}

func single(rules []annotations.Rule) annotations.Rule {
	if len(rules) == 0 {
		return nil
	}
	return rules[0]
}
