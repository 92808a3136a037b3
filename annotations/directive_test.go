package annotations

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestNearMisses(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{
			name:  "blank",
			text:  "«// cloacina:task» id=x",
			want:  []string{"CL0102 write //cloacina:task"},
			fixed: "//cloacina:task id=x",
		},
		{
			name:  "tab",
			text:  "«//\tcloacina:task»",
			want:  []string{"CL0102 write //cloacina:task"},
			fixed: "//cloacina:task",
		},
		{
			name:  "blank and more text",
			text:  "«// cloacina:task» comments are read",
			want:  []string{"CL0102 write"},
			stays: true,
		},
		{
			name:  "capital",
			text:  "«//Cloacina:task» id=x",
			want:  []string{"CL0102 write"},
			fixed: "//cloacina:task id=x",
		},
		{
			name:  "capital verb",
			text:  "«//cloacina:Task» id=x",
			want:  []string{"CL0102 write"},
			fixed: "//cloacina:task id=x",
		},
		{
			name:  "capitals and blank",
			text:  "«// CLOACINA:TASK» id=x",
			want:  []string{"CL0102 write"},
			fixed: "//cloacina:task id=x",
		},
		{
			name:  "blank behind the colon",
			text:  "«//cloacina: task» id=x",
			want:  []string{"CL0102 write"},
			fixed: "//cloacina:task id=x",
		},
		{
			name:  "blank before the colon",
			text:  "«//cloacina :task» id=x",
			want:  []string{"CL0102 write"},
			fixed: "//cloacina:task id=x",
		},
		{
			name:  "no colon",
			text:  "«//cloacina task» id=x",
			want:  []string{"CL0102 write"},
			fixed: "//cloacina:task id=x",
		},
		{
			name:  "no colon and a blank",
			text:  "«// cloacina task» id = x",
			want:  []string{"CL0102 write"},
			fixed: "//cloacina:task id = x",
		},
		{
			name:  "two blanks",
			text:  "«// cloacina: task» id=x",
			want:  []string{"CL0102 write"},
			fixed: "//cloacina:task id=x",
		},
		{
			name:  "two blanks and nothing else",
			text:  "«// Cloacina: task»",
			want:  []string{"CL0102 write"},
			fixed: "//cloacina:task",
		},
		{
			name:  "two blanks and a flag",
			text:  "«// Cloacina: task» allow_failure",
			want:  []string{"CL0102 write"},
			fixed: "//cloacina:task allow_failure",
		},
		{
			name:  "blank and typo",
			text:  "«// cloacina:tsk» id=x",
			want:  []string{"CL0102 write"},
			fixed: "//cloacina:task id=x",
		},
		{
			name:  "joined with an underscore",
			text:  "«//cloacina_task» id=k\n«// cloacina-workflow» name=k\n«//cloacinatask»",
			want:  []string{"CL0102 write //cloacina:task", "CL0102 write //cloacina:workflow", "CL0102 write"},
			stays: true,
		},
		{
			name:  "no blank before the arguments",
			text:  "«// cloacina:task»(id=x)",
			want:  []string{"CL0102 write"},
			stays: true,
		},
		{
			name:  "tool",
			text:  "«//cloacinna:task» id=x",
			want:  []string{"CL0102 write"},
			fixed: "//cloacina:task id=x",
		},
		{
			name:  "tool cut short",
			text:  "«//clocina:task»",
			want:  []string{"CL0102 write"},
			fixed: "//cloacina:task",
		},
		{
			name:  "signs before the tool",
			text:  "«///cloacina:task»\n«//@cloacina:task» id=x\n«// +cloacina:task»\n«//!cloacina:task»",
			want:  []string{"CL0102 write", "CL0102 write", "CL0102 write", "CL0102 write"},
			fixed: "//cloacina:task\n//cloacina:task id=x\n//cloacina:task\n//cloacina:task",
		},
		{
			name:  "what is not seen before the tool",
			text:  "«//\u00a0cloacina:task» id=x\n«//\u200bcloacina:task»\n«//\u202ecloacina:task»",
			want:  []string{"CL0102 write", "CL0102 write", "CL0102 write"},
			fixed: "//cloacina:task id=x\n//cloacina:task\n//cloacina:task",
		},
		{
			name:  "other signs for the colon",
			text:  "«//cloacina.task» id=x\n«//cloacina-task» timeout=1s\n«//cloacina/task»\n«//cloacina::task»\n«//cloacina_task»",
			want:  []string{"CL0102 write", "CL0102 write", "CL0102 write", "CL0102 write", "CL0102 write"},
			fixed: "//cloacina:task id=x\n//cloacina:task timeout=1s\n//cloacina:task\n//cloacina:task\n//cloacina:task",
		},
		{
			name:  "what may be prose",
			text:  "«// cloacina:task» marks a task",
			want:  []string{"CL0102 if it is prose"},
			stays: true,
		},
		{
			name:  "block",
			text:  "/* «cloacina:task» id=x */",
			want:  []string{"CL0102 block comment"},
			fixed: "//cloacina:task id=x",
		},
		{
			name:  "block without blanks",
			text:  "/*«cloacina:task»*/",
			want:  []string{"CL0102 block comment"},
			fixed: "//cloacina:task",
		},
		{
			name: "block before code",
			text: "/* «cloacina:task» */ var x int",
			want: []string{"CL0102 block comment"},
		},
		{
			name: "block with several lines",
			text: "/*\nF does.\n\n\t* «Cloacina:task» id=x\n*/",
			want: []string{"CL0102 block comment"},
		},
	}, onFunc, fileFindings)
}

func TestUnknownDirectives(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{
			name:  "typo",
			text:  "«//cloacina:tsk» id=x",
			want:  []string{`CL0101 did you mean "task"?`},
			fixed: "//cloacina:task id=x",
		},
		{
			name: "unknown",
			text: "«//cloacina:pipeline» id=x",
			want: []string{"CL0101 there are //cloacina:workflow"},
		},
		{
			name:  "no blank",
			text:  "«//cloacina:task,id=x»",
			want:  []string{"CL0101 a blank divides"},
			fixed: "//cloacina:task id=x",
		},
		{
			name:  "parentheses",
			text:  "«//cloacina:task(id=x» allow_failure)",
			want:  []string{"CL0101 write //cloacina:task id=x allow_failure"},
			fixed: "//cloacina:task id=x allow_failure",
		},
		{
			name: "parentheses round nothing",
			text: "«//cloacina:task()»",
			want: []string{"CL0101 write //cloacina:task"},
			// The blank at the end is for gofmt to remove.
			fixed: "//cloacina:task ",
		},
		{
			name:  "parentheses on two lines",
			text:  "«//cloacina:task(»\n//cloacina:task id=x«)»",
			want:  []string{"CL0101 without parentheses", "CL0118 closes nothing"},
			fixed: "//cloacina:task \n//cloacina:task id=x",
		},
		{name: "no verb", text: "«//cloacina:»", want: []string{"CL0101 unknown"}},
		{name: "no word", text: "«//cloacina:_x» y", want: []string{"CL0101 unknown"}},
		{name: "capital", text: "«//cloacina:Pipeline» y", want: []string{"CL0101 unknown"}},
		{
			name: "wherever it stands",
			text: "//cloacina:task\nfunc G() {\n\t«//cloacina:pipeline»\n}\n",
			want: []string{"CL0101 unknown"},
		},
	}, onFunc, fileFindings)
}

func TestProseIsNoDirective(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"// Cloacina: an engine",
		"// Cloacina: task queues and workflows for Go",
		"// cloacina workflow engine",
		"// Cloacina workflow",
		"//cloacina tsk id=x",
		"//cloacina task queue",
		"// cloacina:task.",
		"// cloacina:task, which marks a task",
		"// cloacina/task id=x",
		"////cloacina:task id=commented_out",
		"//cloacina-gen task id=x",
		"//\u00a0Cloacina: an engine",
		"// @cloacina: maintainers",
		"// Cloacina task graphs are compiled.",
		"// cloacina:latest is the image",
		"// cloacina:tasks are annotated functions",
		"// The //cloacina:task directive marks a task.",
		"// //cloacina:task id=x",
		"//\t//cloacina:task id=x",
		"//cloacina: an engine",
		"//cloacinas task id=x",
		"//go:generate go tool cloacina-gen",
		"//closing:task",
		"// cloaca: task=1",
		"// see cloacina:task",
		"//",
		"/**/",
		"/* Cloacina: an engine */",
		"/* see cloacina:task */",
		"/*\n//cloacina:task id=commented_out\n*/",
		"/*\n//cloacina:task id=commented_out */",
	} {
		if findings := fileFindings(t, onFunc(line)); len(findings) > 0 {
			t.Errorf("%q gives %s %s", line, findings[0].Code, findings[0].Message)
		}
	}
}

func TestDirectivesInTextAreNoDirectives(t *testing.T) {
	t.Parallel()
	findings := fileFindings(t, "package p\n\nvar s = \"//cloacina:task\"\n\nvar r = `\n//cloacina:task id=x\n`\n")
	wantNone(t, findings)
}

// Line comments and carriage returns do not disturb positions, nor does the byte
// order mark.
func TestPositionsAreThoseOfTheFile(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"package p\r\n\r\n//cloacina:task idd=1\r\nfunc F() {}\r\n",
		"package p\n\n//line other.go:70\n//cloacina:task idd=1\nfunc F() {}\n",
		"\ufeffpackage p\n\n//cloacina:task idd=1\nfunc F() {}\n",
		"package p\n\n//a\rb\rc\n//cloacina:task idd=1\nfunc F() {}\n",
		"package p\n\n/* a\r\nb\r\n*/\n//cloacina:task idd=1\nfunc F() {}\n",
	} {
		findings := fileFindings(t, src)
		if len(findings) != 1 {
			t.Errorf("%q gives %v", src, findings)
			continue
		}
		at := strings.Index(src, "idd")
		want := spanAt(src, at, at+3)
		want.File = "f.go"
		if diff := gocmp.Diff(want, findings[0].Span); diff != "" {
			t.Errorf("%q: span differs (-want +got):\n%s", src, diff)
		}
	}
}
