package annotations

import (
	"testing"
	"time"
)

func TestArgumentErrors(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{
			name:  "unknown key",
			text:  "//cloacina:task «dependencis»=a",
			want:  []string{`CL0110 did you mean "dependencies"?`},
			fixed: "//cloacina:task dependencies=a"},
		{
			name:  "unknown flag",
			text:  "//cloacina:task «allow_failures»",
			want:  []string{`CL0110 did you mean "allow_failure"?`},
			fixed: "//cloacina:task allow_failure"},
		{
			name:  "key of another tool",
			text:  "//cloacina:task «depends_on»=a «when»=always",
			want:  []string{`CL0110 "dependencies"`, `CL0110 "trigger_rules"`},
			fixed: "//cloacina:task dependencies=a trigger_rules=always"},
		{
			name:  "default on a task",
			text:  "//cloacina:task «default_timeout»=1s",
			want:  []string{`CL0110 "timeout"`},
			fixed: "//cloacina:task timeout=1s"},
		{
			name: "nothing like it",
			text: "//cloacina:task «frobnicate»=1",
			want: []string{"CL0110 //cloacina:task takes id, dependencies"},
		},
		{
			name: "workflow key",
			text: "//cloacina:task «retention»=1h",
			want: []string{"CL0110 belongs to //cloacina:workflow"},
		},
		{
			name:  "given twice",
			text:  "//cloacina:task id=a timeout=1s\n//cloacina:task «timeout»=2s",
			want:  []string{"CL0111 twice"},
			fixed: "//cloacina:task id=a timeout=1s\n//cloacina:task"},
		{
			name:  "flag given twice",
			text:  "//cloacina:task allow_failure «allow_failure»",
			want:  []string{"CL0111 twice"},
			fixed: "//cloacina:task allow_failure"},
		{
			name: "no value",
			text: "//cloacina:task «id»= \n//cloacina:task «timeout»=",
			want: []string{"CL0112 same line", "CL0112 same line"},
		},
		{
			name: "no value before the next key",
			text: "//cloacina:task «timeout»= id=x",
			want: []string{"CL0112 no value"},
		},
		{
			name: "no value before a comment",
			text: "//cloacina:task «id»= // later",
			want: []string{"CL0112 no value"},
		},
		{
			name:  "flag without a value",
			text:  "//cloacina:task «allow_failure»=",
			want:  []string{"CL0112 no value"},
			fixed: "//cloacina:task allow_failure"},
		{
			name: "no flag",
			text: "//cloacina:task «id» timeout=1s",
			want: []string{"CL0112 takes a value"},
		},
		{name: "commas between arguments", text: "//cloacina:task id = \"a\"«,» dependencies = [b]«,» allow_failure«,» timeout=1s«,»",
			want:  []string{"CL0113 not by commas", "CL0113 not by commas", "CL0113 not by commas", "CL0113 not by commas"},
			fixed: "//cloacina:task id = \"a\" dependencies = [b] allow_failure timeout=1s"},
		{
			name: "text",
			text: "//cloacina:task «\"a b\"» id=x «(1 2)» «5»",
			want: []string{"CL0113 unexpected", "CL0113 unexpected", "CL0113 unexpected"},
		},
		{name: "no key", text: "//cloacina:task «=» id=x", want: []string{"CL0113 no key"}},
		{
			name: "flag with a tail",
			text: "//cloacina:task allow_failure«+x»",
			want: []string{"CL0113 unexpected"},
		},
		{
			name:  "double equals",
			text:  "//cloacina:task id«==»x timeout «==» 1s",
			want:  []string{"CL0114 with =", "CL0114 with ="},
			fixed: "//cloacina:task id=x timeout = 1s"},
		{
			name:  "colon",
			text:  "//cloacina:task id«:»x timeout «:=» 1s",
			want:  []string{"CL0113 colon", "CL0113 :="},
			fixed: "//cloacina:task id=x timeout = 1s"},
		{
			name: "text behind a string",
			text: "//cloacina:task id=\"a\"«)»",
			want: []string{"CL0118 closes nothing"}, stays: true,
		},
		{
			name:  "next argument behind a string",
			text:  "//cloacina:task id=\"a\"«allow_failure»",
			want:  []string{"CL0113 leave a blank"},
			fixed: "//cloacina:task id=\"a\" allow_failure",
		},
		{
			name:  "single quotes",
			text:  "//cloacina:task id=«'a'» result=«'total sum'» retry_if=F",
			want:  []string{"CL0119 double quotes", "CL0119 double quotes"},
			fixed: "//cloacina:task id=\"a\" result=\"total sum\" retry_if=F",
		},
		{
			name:  "curly quotes",
			text:  "//cloacina:task id=«\u201ca\u201d» result=«\u2018k\u2019»",
			want:  []string{"CL0119 double quotes", "CL0119 double quotes"},
			fixed: "//cloacina:task id=\"a\" result=\"k\"",
		},
		{
			name: "single quote that is not closed",
			text: "//cloacina:task id=«'a» allow_failure\n//cloacina:task timeout=1s",
			want: []string{"CL0119 double quotes"},
		},
		{
			name:  "quotes in a list",
			text:  "//cloacina:task dependencies=«'a'»,«\u201cb\u201d»",
			want:  []string{"CL0119 double quotes", "CL0119 double quotes"},
			fixed: "//cloacina:task dependencies=\"a\",\"b\"",
		},
		{
			name:  "list in braces",
			text:  "//cloacina:task dependencies=«{a,b}»",
			want:  []string{"CL0120 in brackets"},
			fixed: "//cloacina:task dependencies=[a,b]",
		},
		{
			name: "braces and semicolons in a list",
			text: "//cloacina:task dependencies=«{a»,«b}»,«c;d»",
			want: []string{"CL0120 no element", "CL0120 no element", "CL0120 no element"},
		},
		{
			name:  "value in parentheses",
			text:  "//cloacina:task «allow_failure(true)» «timeout(1s)»",
			want:  []string{"CL0113 behind =", "CL0113 behind ="},
			fixed: "//cloacina:task allow_failure=true timeout=1s",
		},
		{
			name: "rule that stands alone",
			text: "//cloacina:task dependencies=a «task_success(a)» «frobnicate(1)»",
			want: []string{"CL0113 a rule is the value of trigger_rules", "CL0113 key=value"},
		},
		{
			name:  "operators as words",
			text:  "//cloacina:task trigger_rules=«task_success(a) «and» «not» task_failed(b)» id=x",
			want:  []string{"CL0115 parentheses", "CL0142 &&", "CL0142 !"},
			fixed: "//cloacina:task trigger_rules=(task_success(a) && !task_failed(b)) id=x",
		},
		{
			name:  "list of rules",
			text:  "//cloacina:task trigger_rules=«[task_success(a), task_failed(b)]»",
			want:  []string{"CL0140 all(...)"},
			fixed: "//cloacina:task trigger_rules=all(task_success(a), task_failed(b))",
		},
		{
			name:  "string open before brackets",
			text:  "//cloacina:task trigger_rules=all(task_success(«\"a))»",
			want:  []string{"CL0117 not closed"},
			fixed: "//cloacina:task trigger_rules=all(task_success(\"a\"))",
		},
		{
			name:  "comma at the next line",
			text:  "//cloacina:task dependencies=a\n//cloacina:task «,» allow_failure",
			want:  []string{"CL0113 commas"},
			fixed: "//cloacina:task dependencies=a\n//cloacina:task  allow_failure",
		},
		{
			name:  "blanks of other kinds",
			text:  "//cloacina:task«\u00a0»id=x«\u2003»timeout=1s",
			want:  []string{"CL0113 U+00A0", "CL0113 U+2003"},
			fixed: "//cloacina:task id=x timeout=1s",
		},
		{
			name:  "characters that are not seen",
			text:  "//cloacina:task «\u200b»id=x«\u202e»y",
			want:  []string{"CL0113 U+200B", "CL0113 U+202E"},
			fixed: "//cloacina:task id=xy",
		},
		{
			name: "quote inside a word",
			text: "//cloacina:task id=a«\"»b\"",
			want: []string{"CL0121 quote inside"},
		},
	}, onFunc, fileFindings)
}

func TestValuesWithBlanks(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{
			name:  "infix",
			text:  "//cloacina:task trigger_rules=«task_success(a) && !task_failed(b)» id=x",
			want:  []string{"CL0115 parentheses"},
			fixed: "//cloacina:task trigger_rules=(task_success(a) && !task_failed(b)) id=x"},
		{name: "infix over lines", text: "//cloacina:task trigger_rules=«task_success(a) // one\n//cloacina:task   || task_failed(b)\n//cloacina:task || context_value(\"k\") >= 1»\n//cloacina:task id=x",
			want:  []string{"CL0115 parentheses"},
			fixed: "//cloacina:task trigger_rules=(task_success(a) // one\n//cloacina:task   || task_failed(b)\n//cloacina:task || context_value(\"k\") >= 1)\n//cloacina:task id=x"},
		{name: "operator at the end of a line", text: "//cloacina:task trigger_rules=«task_success(a) &&\n//cloacina:task task_failed(b)»",
			want:  []string{"CL0115 parentheses"},
			fixed: "//cloacina:task trigger_rules=(task_success(a) &&\n//cloacina:task task_failed(b))"},
		{
			name:  "negation",
			text:  "//cloacina:task trigger_rules=«! task_success(a)»",
			want:  []string{"CL0115 parentheses"},
			fixed: "//cloacina:task trigger_rules=(! task_success(a))"},
		{
			name:  "comparison",
			text:  "//cloacina:task trigger_rules=«context_value(\"k\") == 3» timeout=1s",
			want:  []string{"CL0115 parentheses"},
			fixed: "//cloacina:task trigger_rules=(context_value(\"k\") == 3) timeout=1s"},
		{
			name:  "other errors in it",
			text:  "//cloacina:task trigger_rules=«task_success(a) && «tsk_failed»(b)»",
			want:  []string{"CL0115 parentheses", "CL0141 task_failed"},
			stays: true},
		{name: "nothing behind the operator", text: "//cloacina:task trigger_rules=«always &&«»» timeout=1s",
			want: []string{"CL0115 parentheses", "CL0140 end of the rule"}},
		{
			name:  "list",
			text:  "//cloacina:task dependencies=«a, b , c» id=x",
			want:  []string{"CL0116 brackets"},
			fixed: "//cloacina:task dependencies=[a, b , c] id=x"},
		{
			name:  "list before a flag",
			text:  "//cloacina:task dependencies=«a, b»«,» allow_failure",
			want:  []string{"CL0116 brackets", "CL0113 comma"},
			fixed: "//cloacina:task dependencies=[a, b] allow_failure"},
		{
			name:  "list over lines",
			text:  "//cloacina:task dependencies=«a,\n//cloacina:task \"b\"»",
			want:  []string{"CL0116 brackets"},
			fixed: "//cloacina:task dependencies=[a,\n//cloacina:task \"b\"]"},
		{
			name:  "strings",
			text:  "//cloacina:task retry_condition=«\"a b\", \"c\"»",
			want:  []string{"CL0116 brackets"},
			fixed: "//cloacina:task retry_condition=[\"a b\", \"c\"]"},
		{
			name:  "comma behind a rule",
			text:  "//cloacina:task trigger_rules=all(always)«,» id=x",
			want:  []string{"CL0113 comma"},
			fixed: "//cloacina:task trigger_rules=all(always) id=x"},
		{
			name:  "comma behind brackets",
			text:  "//cloacina:task dependencies=[a]«,» id=x",
			want:  []string{"CL0113 comma"},
			fixed: "//cloacina:task dependencies=[a] id=x"},
	}, onFunc, fileFindings)
}

func TestBracketsAndStrings(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{
			name:  "string not closed",
			text:  "//cloacina:task id=«\"a» \n//cloacina:task timeout=1s",
			want:  []string{"CL0117 not closed"},
			fixed: "//cloacina:task id=\"a\" \n//cloacina:task timeout=1s"},
		{name: "raw string not closed", text: "//cloacina:task id=«`a»", want: []string{"CL0117 with `"},
			fixed: "//cloacina:task id=`a`"},
		{
			name:  "escaped quote",
			text:  "//cloacina:task id=«\"a\\\"»",
			want:  []string{"CL0117 not closed"},
			stays: true,
		},
		{
			name:  "string in a rule",
			text:  "//cloacina:task trigger_rules=all(task_success(«\"a),»\n//cloacina:task always)",
			want:  []string{"CL0117 not closed"},
			stays: true,
		},
		{
			name: "open",
			text: "//cloacina:task trigger_rules=all«(»always\n//cloacina:task id=x",
			want: []string{"CL0118 never closed"},
		},
		{
			name: "goes on in a comment",
			text: "//cloacina:task trigger_rules=all«(»\n//  always,\n// )",
			want: []string{"CL0118 never closed; each line of a value begins with //cloacina:task"},
		},
		{
			name: "goes on in a comment between directives",
			text: "//cloacina:task dependencies=«[»\n//  a]\n//cloacina:task id=x",
			want: []string{"CL0118 each line of a value begins with //cloacina:task"},
		},
		{
			name:  "closed too often",
			text:  "//cloacina:task trigger_rules=all(always)«)» id=«X»",
			want:  []string{"CL0118 closes nothing", "CL0123 id"},
			fixed: "//cloacina:task trigger_rules=all(always) id=x"},
		{
			name:  "wrong bracket",
			text:  "//cloacina:task dependencies=[a, b«)» id=«X»",
			want:  []string{"CL0118 closes", "CL0123 id"},
			fixed: "//cloacina:task dependencies=[a, b] id=x"},
		{
			name: "comment not closed",
			text: "//cloacina:task dependencies=[a, «/*» b\n//cloacina:task ]",
			want: []string{"CL0118 not closed"},
		},
		{
			name: "escape",
			text: "//cloacina:task result=«\"\\q\"»",
			want: []string{"CL0119 unknown escape"},
		},
		{
			name: "text not UTF-8",
			text: "//cloacina:task result=«\"\\xc3\"»",
			want: []string{"CL0119 UTF-8"},
		},
	}, onFunc, fileFindings)
}

// Bytes that are not UTF-8 cannot stand in a test table.
func TestTextThatIsNotUTF8(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"\"\xff\"", "\xff", "`a\xc3`"} {
		// go/parser gives up if it meets such bytes before the first declaration.
		findings := fileFindings(t, "package p\n\nvar _ int\n\n//cloacina:task result="+value+"\nfunc F() {}\n")
		if len(findings) != 1 || findings[0].Code != CodeBadString {
			t.Errorf("result=%q gives %v", value, findings)
		}
	}
}

func TestBlanksAndComments(t *testing.T) {
	t.Parallel()
	for name, lines := range map[string]string{
		"plain":           "//cloacina:task id=x dependencies=a,b allow_failure",
		"blanks round =":  "//cloacina:task id = \"x\" dependencies\t=\t[\"a\", `b`] allow_failure = true",
		"several lines":   "//cloacina:task id=x\n//cloacina:task dependencies=[\n//cloacina:task a,\n//cloacina:task b,\n//cloacina:task ]\n//cloacina:task allow_failure",
		"comments":        "//cloacina:task id=x // the id\n//cloacina:task // nothing\n//cloacina:task dependencies=[ // two\n//cloacina:task a /* one */, b] allow_failure // done",
		"lines between":   "//cloacina:task id=x dependencies=[a,\n// prose (with \"brackets\n//go:noinline\n//cloacina:task b] allow_failure",
		"tabs":            "//cloacina:task\tid=x\tdependencies=[a\t,\tb]\tallow_failure\t",
		"carriage return": "//cloacina:task id=x \r\n//cloacina:task dependencies=[a,\r\n//cloacina:task b]\r\n//cloacina:task allow_failure\r",
	} {
		task := readTask(t, lines)
		deps := task.Dependencies.V
		if task.ID.V != "x" || len(deps) != 2 || deps[0].Text != "a" || deps[1].Text != "b" || !task.AllowFailure.V {
			t.Errorf("%s: read %q, %v, %v", name, task.ID.V, deps, task.AllowFailure)
		}
	}
}

// A // without a blank before it belongs to a word, one inside quotes to the string.
func TestSlashesInValues(t *testing.T) {
	t.Parallel()
	w := readWorkflow(t, "//cloacina:workflow name=a//b description=\"see // there\" timeout=1s //")
	if w.Name.V != "a//b" || w.Description.V != "see // there" || w.Timeout.V != time.Second {
		t.Errorf("read %q, %q, %s", w.Name.V, w.Description.V, w.Timeout.V)
	}
}

func TestTooManyErrorsInOneAnnotation(t *testing.T) {
	t.Parallel()
	var lines string
	for range 300 {
		lines += "//cloacina:task = =\n"
	}
	findings := fileFindings(t, onFunc(lines[:len(lines)-1]))
	if len(findings) != maxFindings+1 || findings[maxFindings].Code != CodeTooManyErrors {
		t.Fatalf("got %d findings, the last is %s", len(findings), findings[len(findings)-1].Code)
	}
}
