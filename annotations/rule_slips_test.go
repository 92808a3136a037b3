package annotations

import "testing"

// One slip is one finding, and what is independent of it is still found.
func TestParseRuleSlips(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{
			name:  "arrow",
			text:  `context_value("k") «=>» 5 && «task_succes»(a)`,
			want:  []string{`CL0142 did you mean ">="?`, `CL0141 did you mean "task_success"?`},
			fixed: `context_value("k") >= 5 && task_success(a)`,
		},
		{
			name:  "less or equal",
			text:  `context_value("k")«=<»5`,
			want:  []string{`CL0142 did you mean "<="?`},
			fixed: `context_value("k")<=5`,
		},
		{
			name:  "of other languages",
			text:  `context_value("k") «===» 5 || context_value("k") «!==» 5 || context_value("k") «<>» 5`,
			want:  []string{`CL0142 "=="`, `CL0142 "!="`, `CL0142 "!="`},
			fixed: `context_value("k") == 5 || context_value("k") != 5 || context_value("k") != 5`,
		},
		{
			name:  "a sign too many",
			text:  `always «&&&» always «|||» context_value("k") «>==» 1`,
			want:  []string{`CL0142 "&&"`, `CL0142 "||"`, `CL0142 ">="`},
			fixed: `always && always || context_value("k") >= 1`,
		},
		{
			name:  "a blank within",
			text:  `all(context_value("k") «> =» 5, context_value("k") «! =» 5)`,
			want:  []string{`CL0142 ">="`, `CL0142 "!="`},
			fixed: `all(context_value("k") >= 5, context_value("k") != 5)`,
		},
		{
			name:  "decimal comma",
			text:  `(context_value("k") > «1,5» && «task_succes»(a))`,
			want:  []string{"CL0144 decimal point, 1.5", "CL0141 task_success"},
			fixed: `(context_value("k") > 1.5 && task_success(a))`,
		},
		{
			name:  "decimal comma in a call",
			text:  `all(context_value("k") > «10,25», always)`,
			want:  []string{"CL0144 10.25"},
			fixed: `all(context_value("k") > 10.25, always)`,
		},
		{
			name: "groups of digits",
			text: `(context_value("k") > 1«,»500,000)`,
			want: []string{"CL0140 unexpected"},
		},
		{
			name:  "list in brackets",
			text:  `context_value("k", in, «[»"x","y"])`,
			want:  []string{`CL0140 one by one: "x","y"`},
			fixed: `context_value("k", in, "x","y")`,
		},
		{
			name:  "list in parentheses",
			text:  `context_value("k", in, «(»"x", ")", 3)) && «task_succes»(a)`,
			want:  []string{`CL0140 one by one: "x", ")", 3`, "CL0141 task_success"},
			fixed: `context_value("k", in, "x", ")", 3) && task_success(a)`,
		},
		{
			name:  "index",
			text:  `context_value«[»"k"] > 5`,
			want:  []string{"CL0140 arguments stand in parentheses"},
			fixed: `context_value("k") > 5`,
		},
		{
			name: "operand missing",
			text: `context_value("k") > «&&» «task_succes»(a)`,
			want: []string{`CL0140 behind ">", found "&&"`, "CL0141 task_success"},
		},
		{
			name: "operands missing",
			text: `all(always && «)» || any(always, «,» always, «&&» ) || not(always || «)»`,
			want: []string{`CL0140 behind "&&"`, `CL0140 behind ","`, `CL0140 behind ","`, `CL0140 behind "||"`},
		},
		{
			name:  "nothing in parentheses",
			text:  `all(always, «()», «task_succes»(a))`,
			want:  []string{"CL0140 nothing stands between", "CL0141 task_success"},
			fixed: `all(always, task_success(a))`,
		},
		{
			name: "nothing in the first parentheses",
			text: `(«)» && always && succes(a)`,
			want: []string{"CL0140 found ')'"},
		},
		{name: "nothing at all", text: "«(())»", want: []string{"CL0140 rule is empty"}},
		{
			name: "comma between rules",
			text: `(always«,» always)`,
			want: []string{"CL0140 joined by && and ||"},
		},
		{
			name: "condition of C",
			text: `(always «?» always «:» always)`,
			want: []string{"CL0140 '?'", "CL0140 \":\""},
		},
	}, unchanged, ruleFindings)
}

// What a word of another tool means there is not changed to another meaning.
func TestStandsAlone(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"any_failed": "one_failed", "any_failure": "one_failed", "some_error": "one_failed",
		"any_success": "one_success", "one_succeeded": "one_success",
		"all_succeeded": "all_success", "every_completed": "all_success", "all_failures": "all_failed",
		"all_ended": "all_done", "no_failure": "none_failed", "none_skip": "none_skipped",
		"on_failed": "one_failed", "on_failure": "one_failed", "on_success": "all_success",
		"failed": "one_failed", "success": "all_success",
		"all_succes": "all_success", "one_succes": "one_success", "allways": "always",
		"any_skipped": "", "one_skipped": "", "none_success": "", "any_done": "", "fetch": "",
	} {
		if _, got := standsAlone(word); got != want {
			t.Errorf("standsAlone(%q) = %q, want %q", word, got, want)
		}
	}
	for _, word := range append(ruleWords[:len(ruleWords):len(ruleWords)], "any_done") {
		if tail, got := standsAlone(word); got != "" && got != word {
			t.Errorf("%q becomes %q: %s", word, got, tail)
		}
	}
}
