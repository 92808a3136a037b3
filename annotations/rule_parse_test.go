package annotations

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestParseRuleErrors(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{name: "empty", text: "«»  ", want: []string{"CL0140 write always"}},
		{name: "only a comment", text: "«» // x", want: []string{"CL0140 write always"}},
		{
			name: "operand missing",
			text: "always &&«» ",
			want: []string{"CL0140 expected a rule or a value, found the end of the rule"},
		},
		{name: "comma missing", text: "all(always «always», any(always «always»))",
			want: []string{"CL0140 missing ','", "CL0140 missing ','"}, fixed: "all(always, always, any(always, always))"},
		{
			name:  "operators as words",
			text:  "always «and» always «or» !always",
			want:  []string{"CL0142 written &&", "CL0142 written ||"},
			fixed: "always && always || !always"},
		{
			name:  "words in a call",
			text:  "all(always «AND» always)",
			want:  []string{"CL0142 written &&"},
			fixed: "all(always && always)",
		},
		{
			name: "no blank for a comma",
			text: "task_success(\"a\"«\"b\"»)",
			want: []string{"CL0140 missing ','"},
		},
		{
			name: "not behind a rule",
			text: "always «!»always",
			want: []string{"CL0140 expected the end of the rule"},
		},
		{name: "bracket missing", text: "all«(»always", want: []string{"CL0118 never closed"}},
		{
			name:  "bracket too many",
			text:  "always«)»",
			want:  []string{"CL0118 closes nothing"},
			fixed: "always",
		},
		{
			name:  "wrong bracket",
			text:  "all(always«]»",
			want:  []string{"CL0118 closes \"(\""},
			fixed: "all(always)",
		},
		{
			name: "two rules",
			text: "always «always»",
			want: []string{"CL0140 expected the end of the rule, found always"},
		},
	}, unchanged, ruleFindings)
}

func TestParseRuleWords(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{
			name:  "word",
			text:  "«allways»",
			want:  []string{`CL0141 did you mean "always"?`},
			fixed: "always",
		},
		{
			name:  "shorthand",
			text:  "!«one_succes»",
			want:  []string{`CL0141 did you mean "one_success"?`},
			fixed: "!one_success",
		},
		{name: "task as a rule", text: "«fetch»", want: []string{"CL0141 write task_success(fetch)"}},
		{
			name:  "function",
			text:  "all(«task_succeeded»(a))",
			want:  []string{`CL0141 did you mean "task_success"?`},
			fixed: "all(task_success(a))",
		},
		{
			name:  "function of another language",
			text:  "«and»(always, always)",
			want:  []string{`CL0141 did you mean "all"?`},
			fixed: "all(always, always)",
		},
		{name: "nothing like it", text: "«frobnicate»(a)", want: []string{"CL0141 unknown function"}},
		{
			name: "function without arguments",
			text: "«task_success»",
			want: []string{"CL0143 takes arguments"},
		},
		{
			name:  "word with parentheses",
			text:  "all(«always()», «all_done()»)",
			want:  []string{"CL0143 without parentheses", "CL0143 without parentheses"},
			fixed: "all(always, all_done)",
		},
		{
			name: "shorthand with arguments",
			text: "«one_success(a, b)»",
			want: []string{"CL0143 without parentheses"},
		},
		{name: "method", text: "«x.y»(a)", want: []string{"CL0147 no function"}},
		{
			name: "not of two",
			text: "«not(always, always)»",
			want: []string{"CL0143 takes one rule, not 2 arguments"},
		},
		{name: "not of none", text: "«not()»", want: []string{"CL0143 takes one rule, not 0 arguments"}},
		{
			name: "no rules",
			text: "all(«\"x\"», «1», «-1», «a.b», always)",
			want: []string{"CL0147 no rule", "CL0147 no rule", "CL0147 no rule", "CL0147 no rule"},
		},
		{name: "string", text: "«\"always\"»", want: []string{"CL0147 no rule"}},
	}, unchanged, ruleFindings)
}

func TestParseRuleTasks(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{
			name:  "keyword",
			text:  "task_success(«type»)",
			want:  []string{"CL0146 Go keyword"},
			fixed: `task_success("type")`,
		},
		{
			name:  "word of the language",
			text:  "task_failed(«any»)",
			want:  []string{"CL0146 must be quoted"},
			fixed: `task_failed("any")`,
		},
		{
			name:  "operator name",
			text:  "task_failed(«exists»)",
			want:  []string{"CL0146 must be quoted"},
			fixed: `task_failed("exists")`,
		},
		{
			name:  "dash",
			text:  "task_failed(«fetch-data»)",
			want:  []string{"CL0146 must be quoted"},
			fixed: `task_failed("fetch-data")`,
		},
		{name: "empty", text: `task_skipped(«""»)`, want: []string{"CL0146 empty"}},
		{name: "number", text: `task_skipped(«1»)`, want: []string{"CL0146 no task name"}},
		{name: "no task", text: `«task_skipped()»`, want: []string{"CL0143 one task"}},
		{name: "two tasks", text: `«task_skipped(a, b)»`, want: []string{"CL0143 one task"}},
		{
			name:  "single quotes",
			text:  `task_skipped(«'abc'») && task_failed(«'d'»)`,
			want:  []string{"CL0119 double quotes", "CL0119 double quotes"},
			fixed: `task_skipped("abc") && task_failed("d")`,
		},
		{name: "escape", text: `task_skipped(«"\q"»)`, want: []string{"CL0119 unknown escape"}},
		{name: "not UTF-8", text: `task_skipped(«"\xff"»)`, want: []string{"CL0119 UTF-8"}},
		{
			name:  "not closed",
			text:  `task_skipped(«"abc)»`,
			want:  []string{"CL0117 not closed"},
			stays: true,
		},
	}, unchanged, ruleFindings)
}

func TestParseRuleValues(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{name: "alone", text: `«context_value("k")»`, want: []string{"CL0143 exists"}},
		{
			name:  "key not quoted",
			text:  `context_value(«score», exists)`,
			want:  []string{"CL0145 quoted"},
			fixed: `context_value("score", exists)`,
		},
		{name: "key empty", text: `context_value(«""», exists)`, want: []string{"CL0145 empty"}},
		{name: "bad pointer", text: `context_value(«"/a~b"», exists)`, want: []string{"CL0145 ~0"}},
		{
			name:  "operator",
			text:  `context_value("k", «graeter_than», 1)`,
			want:  []string{`CL0142 did you mean "greater_than"?`},
			fixed: `context_value("k", greater_than, 1)`,
		},
		{
			name:  "operator of another language",
			text:  `context_value("k", «gte», 1)`,
			want:  []string{`CL0142 "greater_or_equal"`},
			fixed: `context_value("k", greater_or_equal, 1)`,
		},
		{
			name:  "operator quoted",
			text:  `context_value("k", «"in"», 1)`,
			want:  []string{"CL0142 without quotes"},
			fixed: `context_value("k", in, 1)`,
		},
		{
			name:  "operator as a sign",
			text:  `context_value("k", «>=», 1)`,
			want:  []string{"CL0142 written as a word"},
			fixed: `context_value("k", greater_or_equal, 1)`,
		},
		{
			name:  "assignment",
			text:  `context_value("k") «=» 1`,
			want:  []string{"CL0142 =="},
			fixed: `context_value("k") == 1`,
		},
		{
			name:  "single and",
			text:  "always «&» always",
			want:  []string{"CL0142 &&"},
			fixed: "always && always",
		},
		{
			name:  "single or",
			text:  `always «|» always`,
			want:  []string{"CL0142 ||"},
			fixed: "always || always",
		},
		{name: "plus", text: `always «+» always`, want: []string{"CL0142 no operator"}},
		{
			name: "no literal",
			text: `«context_value("k", equals)»`,
			want: []string{"CL0143 takes 1 literal, not 0 literals"},
		},
		{
			name: "one too many",
			text: `«context_value("k", equals, 1, 2)»`,
			want: []string{"CL0143 takes 1 literal, not 2 literals"},
		},
		{
			name: "exists with a literal",
			text: `«context_value("k", exists, 1)»`,
			want: []string{"CL0143 takes no literal, not 1 literal"},
		},
		{
			name: "in nothing",
			text: `«context_value("k", in)»`,
			want: []string{"CL0143 one literal or more"},
		},
		{
			name: "both spellings",
			text: `«context_value("k", equals, 1)» == 1`,
			want: []string{"CL0143 key alone"},
		},
		{
			name:  "reversed",
			text:  `«80 < context_value("k")»`,
			want:  []string{"CL0147 on the left"},
			fixed: `context_value("k") > 80`,
		},
		{
			name:  "reversed with a negative number",
			text:  `«-1 != context_value("k")»`,
			want:  []string{"CL0147 on the left"},
			fixed: `context_value("k") != -1`,
		},
		{
			name:  "reversed with a word",
			text:  `«nil == (context_value("k"))»`,
			want:  []string{"CL0147 on the left"},
			fixed: `(context_value("k")) == nil`,
		},
		{
			name: "two keys reversed",
			text: `«f(x) == context_value("k")»`,
			want: []string{"CL0147 on the left"},
		},
		{
			name: "outcome compared",
			text: `«task_success(a) == true»`,
			want: []string{"CL0147 only a context_value"},
		},
		{
			name: "chained",
			text: `«context_value("k") > 1 > 0»`,
			want: []string{"CL0147 only a context_value"},
		},
		{
			name: "two keys",
			text: `context_value("a") == «context_value("b")»`,
			want: []string{"CL0144 no literal"},
		},
	}, unchanged, ruleFindings)
}

func TestParseRuleLiterals(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{
			name:  "word",
			text:  `context_value("k", equals, «high»)`,
			want:  []string{"CL0144 must be quoted"},
			fixed: `context_value("k", equals, "high")`,
		},
		{
			name:  "null",
			text:  `context_value("k") == «null»`,
			want:  []string{`CL0144 did you mean "nil"?`},
			fixed: `context_value("k") == nil`,
		},
		{
			name:  "True",
			text:  `context_value("k") == «True»`,
			want:  []string{`CL0144 did you mean "true"?`},
			fixed: `context_value("k") == true`,
		},
		{
			name: "integers out of range",
			text: `context_value("k", in, «18446744073709551616», «-9223372036854775809»)`,
			want: []string{"CL0144 range", "CL0144 range"},
		},
		{
			name: "float out of range",
			text: `context_value("k", in, «1e309», «-1e309»)`,
			want: []string{"CL0144 range", "CL0144 range"},
		},
		{name: "imaginary", text: `context_value("k") == «1i»`, want: []string{"CL0144 imaginary"}},
		{name: "bad number", text: `context_value("k") == «08»`, want: []string{"CL0144 number"}},
		{name: "plus", text: `context_value("k") == «+1»`, want: []string{"CL0144 no literal"}},
		{name: "minus string", text: `context_value("k") == «-"a"»`, want: []string{"CL0144 no literal"}},
		{name: "call", text: `context_value("k", in, 1, «f(x)»)`, want: []string{"CL0144 no literal"}},
		{
			name: "string not UTF-8",
			text: `context_value("k") == «"\xff"»`,
			want: []string{"CL0119 UTF-8"},
		},
	}, unchanged, ruleFindings)
}

func TestParseRuleForeignTokens(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{
			name:  "keywords",
			text:  "«func»(a) && «if» || «chan»",
			want:  []string{"CL0146 Go keyword", "CL0146 Go keyword", "CL0146 Go keyword"},
			stays: true,
		},
		{
			name: "list in brackets",
			text: "all(«[»always, always])",
			want: []string{"CL0140 one by one"}, fixed: "all(always, always)",
		},
		{
			name:  "list behind an operator",
			text:  "all(context_value(\"k\", in, «[»1, 2]), context_value(\"k\", in, «[»1, 2]))",
			want:  []string{"CL0140 one by one", "CL0140 one by one"},
			fixed: "all(context_value(\"k\", in, 1, 2), context_value(\"k\", in, 1, 2))",
		},
		{
			name: "operator behind the parentheses",
			text: "all(context_value(\"k\") «in» [1, 2], context_value(\"k\", gt, 1))",
			want: []string{"CL0142 inside of the parentheses"},
		},
		{
			name:  "not as a word",
			text:  "«not» task_success(a) && (always «and» «not» task_failed(b))",
			want:  []string{"CL0142 written !", "CL0142 written &&", "CL0142 written !"},
			fixed: "!task_success(a) && (always && !task_failed(b))",
		},
		{
			name: "braces",
			text: "always «{» «}»",
			want: []string{"CL0140 unexpected", "CL0140 unexpected"},
		},
		{name: "illegal characters", text: "always «#»", want: []string{"CL0140 illegal character"}},
		{name: "semicolon", text: "always «;»", want: []string{"CL0140 unexpected"}},
		{name: "several at once", text: "all(«tsk_success»(a), context_value(«k», exists), «nope», task_failed(«for»))",
			want: []string{`CL0141 "task_success"`, "CL0145 quoted", "CL0141 unknown word", "CL0146 Go keyword"}},
	}, unchanged, ruleFindings)
}

func TestParseRuleWarnsOfEmptyLists(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{name: "all", text: "all(«any()», «none()», «all()», task_success(a))",
			want: []string{"CL0148 never true", "CL0148 always true", "CL0148 always true"}},
	}, unchanged, ruleFindings)
	if rule, _ := ParseRule("any()"); rule == nil {
		t.Error("a rule with a warning is nil")
	}
}

func TestParseRuleSpans(t *testing.T) {
	t.Parallel()
	const text = "all(\n  task_success(\"ü\"), // ü\n\t!(context_value(\"k\") >= -1),\r\n  none(one_failed))"
	rule := mustParse(t, text).(*All)
	comparison := rule.Rules[1].(*Not).Rule.(*ContextValue)
	for _, c := range []struct {
		span Span
		want string
		line int
		col  int
	}{
		{rule.Span(), text, 1, 1},
		{rule.Rules[0].Span(), `task_success("ü")`, 2, 3},
		{rule.Rules[0].(*Outcome).ID.Span, `"ü"`, 2, 16},
		{rule.Rules[1].Span(), `!(context_value("k") >= -1)`, 3, 2},
		{comparison.Span(), `context_value("k") >= -1`, 3, 4},
		{comparison.Key.Span, `"k"`, 3, 18},
		{comparison.Literals[0].Span, `-1`, 3, 26},
		{rule.Rules[2].(*None).Rules[0].Span(), "one_failed", 4, 8},
	} {
		if got := text[c.span.Start.Offset:c.span.End.Offset]; got != c.want {
			t.Errorf("span covers %q, want %q", got, c.want)
		}
		want := spanAt(text, c.span.Start.Offset, c.span.End.Offset)
		if diff := gocmp.Diff(want, c.span); diff != "" {
			t.Errorf("span of %q differs (-want +got):\n%s", c.want, diff)
		}
		if c.span.Start.Line != c.line || c.span.Start.Column != c.col {
			t.Errorf("%q stands at %d:%d, want %d:%d", c.want, c.span.Start.Line, c.span.Start.Column, c.line, c.col)
		}
	}
}

func TestParseRuleTree(t *testing.T) {
	t.Parallel()
	got := mustParse(t, `task_success(a) && none(one_failed, !task_skipped("b")) && context_value("/k/0", not_in, 1, "x")`)
	want := &All{Infix: true, Rules: []Rule{
		&Outcome{Want: Success, ID: Name{Text: "a"}},
		&None{Rules: []Rule{
			&Shorthand{Kind: OneFailed},
			&Not{Infix: true, Rule: &Outcome{Want: Skipped, ID: Name{Text: "b", Quoted: true}}},
		}},
		&ContextValue{Key: Key{Text: "/k/0"}, Op: NotIn, Literals: []Literal{
			{Kind: LitInt, Int: 1}, {Kind: LitString, String: "x"},
		}},
	}}
	if diff := gocmp.Diff(Rule(want), got, sameTree); diff != "" {
		t.Errorf("tree differs (-want +got):\n%s", diff)
	}
}
