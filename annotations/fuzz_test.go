package annotations

import (
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// checkFindings holds what is true of all findings about a text: codes of the
// table, spans inside the text with right lines and columns, sorted, and edits
// that can be made.
func checkFindings(t *testing.T, src string, findings []Finding) {
	t.Helper()
	checkSpan := func(s Span) {
		if s.Start.Offset < 0 || s.Start.Offset > s.End.Offset || s.End.Offset > len(src) {
			t.Fatalf("span %+v is outside of %q", s, src)
		}
		want := spanAt(src, s.Start.Offset, s.End.Offset)
		want.File = s.File
		if s != want {
			t.Fatalf("span is %+v, want %+v, in %q", s, want, src)
		}
	}
	before := 0
	for _, f := range findings {
		if _, ok := f.Code.Info(); !ok {
			t.Fatalf("code %q is not in the table", f.Code)
		}
		if f.Message == "" || strings.ContainsAny(f.Message, "\n\r\x1b") {
			t.Fatalf("message %q is not one line of plain text", f.Message)
		}
		checkSpan(f.Span)
		if f.Span.Start.Offset < before {
			t.Fatal("findings are not sorted")
		}
		before = f.Span.Start.Offset
		for _, r := range f.Related {
			checkSpan(r.Span)
		}
		for _, fix := range f.Fixes {
			for _, e := range fix.Edits {
				checkSpan(e.Span)
			}
			apply(src, slices.Clone(fix.Edits))
		}
	}
}

func hasError(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Code.Severity() == SeverityError })
}

// FuzzRule: any text is a rule or has an error; a rule prints, reads back as the
// same tree, and has a truth value.
func FuzzRule(f *testing.F) {
	for _, seed := range []string{
		"", "always", "all()", "one_success && !none_failed", "all(task_success(a), any(task_failed(\"b\"), !task_skipped(c)))",
		`context_value("k") >= -9223372036854775808`, `context_value("/a~1b/0", in, 1, 2.5, "x", true, nil)`,
		"(always || always) && (always || (always && always))", "task_success(type) && context_value(k, gt, 'x')",
		"all(\n\ttask_success(a) // one\n\t/* two */ , always)", "always and always", "80 < context_value(\"k\")", "((((", "\"\\xff\"",
		"task_success(a-b)", "x.y[1]{2}; 1i", "all(always always)", "context_value(\"k\", ==, 08)",
		`context_value("k", in, ["a", ")"]) && context_value("k") > 1,500 || context_value["k"] => 1`,
		"all((), always &&& always, , (always, always)) && any_failed(a, \"b\") || (always ? any_skipped : 1)",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rule, findings := ParseRule(text)
		checkFindings(t, text, findings)
		if (rule == nil) != hasError(findings) {
			t.Fatalf("%q: rule %v with %v", text, rule, findings)
		}
		if rule == nil {
			return
		}
		printed := Format(rule)
		again, findings := ParseRule(printed)
		if hasError(findings) {
			t.Fatalf("%q is printed as %q: %v", text, printed, findings)
		}
		if diff := gocmp.Diff(rule, again, sameTree); diff != "" {
			t.Fatalf("%q is printed as %q (-want +got):\n%s", text, printed, diff)
		}
		v := mapView{values: map[string]string{"k": "80"}}
		if Eval(rule, v) != Eval(again, v) {
			t.Fatalf("%q and %q have different values", text, printed)
		}
	})
}

// FuzzArguments: any arguments of a task are read, or have findings whose fixes
// can be applied and read again.
func FuzzArguments(f *testing.F) {
	for _, seed := range []string{
		"", "id=x", "id = \"x\", dependencies = [a, 'b']", "dependencies=a, b allow_failure", "trigger_rules=a && b\n|| c",
		"trigger_rules=all(\n// c\n\"x\"", "retry_delay=5 retry_delay_ms=x timeout==1s id:=y", "retry_condition=\"all\"", "retry_if=F retry_condition=[\"a\",b",
		"id=`a", "= , ( ] // c", "id=\"\\xff\" result=\"a\nb\"", "allow_failure=\tretry_jitter\r\nid=\r", "retry_max_delay=1s retry_delay=2s",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines := "//cloacina:task " + strings.ReplaceAll(text, "\n", "\n//cloacina:task ")
		src := "package p\n\nvar _ int\n\n" + lines + "\nfunc F() {}\n"
		checkSource(t, src)
	})
}

// FuzzDirective: any file is read without a panic, wherever its comments stand.
func FuzzDirective(f *testing.F) {
	for _, seed := range []string{
		"", "package p", "//cloacina:workflow\npackage p\n\n//cloacina:task\nfunc F() {}\n",
		"package p\n\n//cloacina:task\n\nfunc F() {}\n//cloacina:task", "package p\ntype I interface {\n//cloacina:task\nM()\n}",
		"package p\r\n\r\n//cloacina:task id=x\r\n//cloacina:task timeout=\r\nfunc F() {}\r\n", "\ufeffpackage p\n// cloacina: task id=x\n",
		"package p\n/* cloacina:task id=x */\n", "package p\n/*\n * Cloacina:Task\n */ //cloacina:\n", "package p\n//cloacina:task(x)\nfunc (",
		"package p\n//line x:1\n//cloacina:tsk\nvar x = 1 //cloacina:workflow\n", "//cloacina:task\npackage\n", "package p\ntype (\n//cloacina:workflow\nT struct{}\n)",
	} {
		f.Add(seed)
	}
	f.Fuzz(checkSource)
}

// checkSource reads a file and checks everything that is true of any file.
func checkSource(t *testing.T, src string) {
	t.Helper()
	fset := token.NewFileSet()
	file, _ := parser.ParseFile(fset, "f.go", src, parser.ParseComments|parser.SkipObjectResolution)
	source, findings := ParseFile(fset, file, []byte(src))
	checkFindings(t, src, findings)
	for _, task := range source.Tasks {
		if task.Func == nil || task.TriggerRules.Set != (task.TriggerRules.V != nil) {
			t.Fatalf("task %+v", task)
		}
	}
	for _, finding := range findings {
		for _, fix := range finding.Fixes {
			fixed := apply(src, slices.Clone(fix.Edits))
			file, _ := parser.ParseFile(token.NewFileSet(), "f.go", fixed, parser.ParseComments|parser.SkipObjectResolution)
			if file == nil {
				t.Fatalf("fix %q makes %q of %q", fix.Message, fixed, src)
			}
		}
	}
}
