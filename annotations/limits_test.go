package annotations

import (
	"fmt"
	"strings"
	"testing"
)

// hostile are texts that must end in one positioned finding: no panic, no
// exhausted stack, no time that grows with the square of the input.
func TestHostileRules(t *testing.T) {
	t.Parallel()
	const deep = 100_000
	for name, c := range map[string]struct {
		text   string
		code   Code
		column int
	}{
		"calls":            {strings.Repeat("all(", deep) + "always" + strings.Repeat(")", deep), CodeTooLarge, 4*MaxRuleDepth + 4},
		"parentheses":      {strings.Repeat("(", deep) + "always" + strings.Repeat(")", deep), CodeTooLarge, MaxRuleDepth + 1},
		"negations":        {strings.Repeat("!", deep) + "always", CodeTooLarge, MaxRuleDepth + 1},
		"mixed":            {strings.Repeat("!(", deep) + "always" + strings.Repeat(")", deep), CodeTooLarge, MaxRuleDepth + 1},
		"signs":            {"context_value(\"k\") == " + strings.Repeat("- ", deep) + "1", CodeTooLarge, 23 + 2*(MaxRuleDepth-1)},
		"chains":           {"always" + strings.Repeat("&&always", 100_000), CodeTooLarge, 799_999},
		"stars":            {strings.Repeat("*", deep) + "a", CodeTooLarge, MaxRuleDepth + 1},
		"open":             {strings.Repeat("(", deep), CodeUnbalanced, 1},
		"operands":         {"always" + strings.Repeat(" && always", deep/2), CodeTooLarge, 1 + 10*(MaxRuleNodes-1)},
		"arguments":        {"all(" + strings.Repeat("always,", deep) + ")", CodeTooLarge, 5 + 7*(MaxRuleNodes-1)},
		"literals":         {"context_value(\"k\", in" + strings.Repeat(",1", deep) + ")", CodeTooLarge, 23 + 2*(MaxRuleNodes-1)},
		"long":             {strings.Repeat(" ", MaxAnnotationBytes) + "always", CodeTooLarge, 1},
		"chained":          {"1" + strings.Repeat(" < 1", deep/2), CodeNotARule, 1},
		"sum":              {"a" + strings.Repeat(" + a", deep/2), CodeUnknownOperator, 2*deep - 1},
		"selectors":        {"a" + strings.Repeat(".a", deep/2), CodeNotARule, 1},
		"one long word":    {strings.Repeat("a", 1_000_000), CodeUnknownFunction, 1},
		"one long string":  {"task_success(\"" + strings.Repeat("a", 1_000_000), CodeUnterminatedString, 14},
		"one long number":  {"context_value(\"k\") == " + strings.Repeat("9", 100_000), CodeBadLiteral, 23},
		"one long comment": {"always /*" + strings.Repeat("*", 1_000_000), CodeUnbalanced, 8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rule, findings := ParseRule(c.text)
			if rule != nil || len(findings) == 0 {
				t.Fatalf("rule is read: %d findings", len(findings))
			}
			f := findings[0]
			if f.Code != c.code || f.Span.Start.Column != c.column {
				t.Errorf("got %s at column %d, want %s at %d: %s", f.Code, f.Span.Start.Column, c.code, c.column, f.Message)
			}
			if len(f.Message) > 300 {
				t.Errorf("message has %d bytes", len(f.Message))
			}
		})
	}
}

func TestManyErrorsInARule(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"words":     "all(" + strings.Repeat("nope,", 50_000) + ")",
		"tokens":    strings.Repeat("# ", 50_000),
		"keywords":  strings.Repeat("if ", 50_000),
		"brackets":  strings.Repeat(") ", 50_000),
		"no commas": "all(" + strings.Repeat("always ", 50_000) + ")",
		"operators": "always" + strings.Repeat(" and always", 50_000),
	} {
		rule, findings := ParseRule(text)
		if rule != nil || len(findings) != maxFindings+1 || findings[maxFindings].Code != CodeTooManyErrors {
			t.Errorf("%s: got %d findings", name, len(findings))
		}
	}
}

func TestRulesUpToTheLimits(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"calls":       strings.Repeat("all(", MaxRuleDepth) + "always" + strings.Repeat(")", MaxRuleDepth),
		"parentheses": strings.Repeat("(", MaxRuleDepth) + "always" + strings.Repeat(")", MaxRuleDepth),
		"negations":   strings.Repeat("!", MaxRuleDepth) + "always",
		"operands":    "always" + strings.Repeat(" || always", MaxRuleNodes-2),
		"literals":    `context_value("k", in` + strings.Repeat(",1", MaxRuleNodes-1) + ")",
	} {
		rule := mustParse(t, text)
		again := mustParse(t, Format(rule))
		if Format(again) != Format(rule) {
			t.Errorf("%s: printing does not parse back", name)
		}
		Eval(Expand(rule, []string{"a"}), mapView{})
	}
}

func TestHostileFiles(t *testing.T) {
	t.Parallel()
	const size = 10 << 20
	for name, c := range map[string]struct {
		src  string
		want string
	}{
		"prose":             {onFunc("// " + strings.Repeat("a", size) + "\n//cloacina:task id=«X»"), "3:1 CL0106"},
		"prose in a block":  {onFunc("/* " + strings.Repeat("a\n", size/10) + "*/\n//cloacina:task id=X"), ""},
		"many lines":        {onFunc(strings.Repeat("// a\n", size/25) + "//cloacina:task id=X"), ""},
		"one directive":     {onFunc("//cloacina:task id=" + strings.Repeat("a", size)), "3:1 CL0106"},
		"many directives":   {onFunc(strings.Repeat("//cloacina:task\n", size/80) + "//cloacina:task id=X"), "3:1 CL0106"},
		"one verb":          {onFunc("//cloacina:" + strings.Repeat("a", size)), "3:1 CL0101"},
		"one tool":          {onFunc("//" + strings.Repeat("c", size) + ":task"), "none"},
		"one near miss":     {onFunc("// cloacina:task " + strings.Repeat("a", size)), "3:1 CL0102"},
		"blanks":            {onFunc("//" + strings.Repeat(" ", size) + "cloacina:task"), "3:1 CL0102"},
		"block of misses":   {onFunc("/*\n" + strings.Repeat("cloacina:task\n", 100_000) + "*/"), "4:1 CL0102"},
		"list":              {onFunc("//cloacina:task dependencies=[" + strings.Repeat("a,", 500_000) + "]"), "3:33 CL0128"},
		"duplicates":        {onFunc("//cloacina:task" + strings.Repeat(" timeout=1s", 90_000)), "3:28 CL0111"},
		"infix":             {onFunc("//cloacina:task trigger_rules=" + strings.Repeat("always && ", 100_000) + "always"), "3:31 CL0115"},
		"open brackets":     {onFunc("//cloacina:task id=" + strings.Repeat("[(", 500_000)), "3:20 CL0118"},
		"depth in a file":   {onFunc("//cloacina:task trigger_rules=" + strings.Repeat("!(", 100_000) + strings.Repeat(")", 100_000)), fmt.Sprintf("3:%d CL0106", 31+MaxRuleDepth)},
		"misplaced in body": {"package p\n\nfunc F() {\n" + strings.Repeat("//cloacina:task\n\n", 20_000) + "}\n", "4:1 CL0104"},
		"detached":          {"package p\n\n" + strings.Repeat("//cloacina:task\n\nfunc F() {}\n\n", 20_000), "3:1 CL0103"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src, _ := unmark(c.src)
			_, findings := readFile(t, src)
			if c.want == "none" {
				wantNone(t, findings)
				return
			}
			if len(findings) == 0 {
				t.Fatal("no finding")
			}
			f := findings[0]
			got := fmt.Sprintf("%d:%d %s", f.Span.Start.Line, f.Span.Start.Column, f.Code)
			if c.want != "" && got != c.want {
				t.Errorf("first finding is %s, want %s: %.200s", got, c.want, f.Message)
			}
			if len(f.Message) > 300 {
				t.Errorf("message has %d bytes", len(f.Message))
			}
		})
	}
}

// What a doc comment may hold is bounded, because the generated file repeats it.
func TestDocCommentIsBounded(t *testing.T) {
	t.Parallel()
	line := "// " + strings.Repeat("x", 1020) + "\n"
	for lines, want := range map[int]int{63: 0, 65: 1} {
		doc := strings.Repeat(line, lines)
		source, findings := readFile(t, doc+"//cloacina:workflow\npackage p\n\n"+doc+"//cloacina:task\nfunc F() {}\n")
		if len(findings) != 2*want {
			t.Fatalf("%d lines give %v", lines, findings)
		}
		for _, f := range findings {
			if f.Code != CodeTooLarge || f.Span.End.Column != 3 {
				t.Errorf("got %s at %s", f.Code, f.Span)
			}
		}
		if kept := source.Tasks[0].Doc != ""; kept != (want == 0) {
			t.Errorf("%d lines: the text is kept: %t", lines, kept)
		}
	}
}
