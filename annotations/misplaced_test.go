package annotations

import (
	"go/parser"
	"go/token"
	"slices"
	"testing"
)

// A directive that has no effect yet still says which function was meant, and what
// of it, so that the names of tasks are known.
func TestMeantDirectivesAreRead(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"detached":               "package p\n\n//cloacina:task id=x dependencies=a,b\n\nfunc F() {}\n",
		"blank":                  "package p\n\n// cloacina:task id=x dependencies=a,b\nfunc F() {}\n",
		"blank on one of two":    "package p\n\n// cloacina:task dependencies=a,b\n//cloacina:task id=x\nfunc F() {}\n",
		"verb":                   "package p\n\n//cloacina:tsk id=x dependencies=a,b\nfunc F() {}\n",
		"detached from two":      "package p\n\n//cloacina:task id=x dependencies=a,b\n\n//cloacina:task id=y\n\nfunc F() {}\n",
		"detached and a comment": "package p\n\n//cloacina:task id=x dependencies=a,b\n\n// F does.\nfunc F() {}\n",
	} {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "a.go", text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		source, findings := ParseFile(fset, file, []byte(text))
		if len(source.Tasks) != 1 || len(findings) == 0 {
			t.Errorf("%s: %d tasks, %v", name, len(source.Tasks), findings)
			continue
		}
		var deps []string
		for _, d := range source.Tasks[0].Dependencies.V {
			deps = append(deps, d.Text)
		}
		if source.Tasks[0].ID.V != "x" || !slices.Equal(deps, []string{"a", "b"}) {
			t.Errorf("%s: task %q depends on %q", name, source.Tasks[0].ID.V, deps)
		}
	}
	// What may be prose is no task.
	text := "package p\n\n// cloacina:task is what marks a task.\nfunc F() {}\n"
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "a.go", text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	if source, findings := ParseFile(fset, file, []byte(text)); len(source.Tasks) != 0 || len(findings) != 1 {
		t.Errorf("prose gives %d tasks, %v", len(source.Tasks), findings)
	}
}

func TestMisplacedDirectives(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{name: "detached", text: "package p\n\n«//cloacina:task» id=x\n//cloacina:task timeout=1s\n\n\nfunc F() {}\n",
			want: []string{"CL0103 separated from func F"}, fixed: "package p\n\n//cloacina:task id=x\n//cloacina:task timeout=1s\nfunc F() {}\n"},
		{name: "detached with carriage returns", text: "package p\r\n\r\n«//cloacina:task»\r\n\r\nfunc F() {}\r\n",
			want: []string{"CL0103 separated"}, fixed: "package p\r\n\r\n//cloacina:task\r\nfunc F() {}\r\n"},
		{name: "detached from a doc comment", text: "package p\n\n«//cloacina:task»\n\n// F does.\nfunc F() {}\n",
			want: []string{"CL0103 func F"}, fixed: "package p\n\n//cloacina:task\n// F does.\nfunc F() {}\n"},
		{name: "detached from the package", text: "«//cloacina:workflow» name=x\n\npackage p\n",
			want: []string{"CL0103 package p"}, fixed: "//cloacina:workflow name=x\npackage p\n"},
		{name: "detached from a type", text: "package p\n\n«//cloacina:workflow»\n\ntype T struct{}\n",
			want: []string{"CL0103 type T"}, fixed: "package p\n\n//cloacina:workflow\ntype T struct{}\n"},
		{
			name: "before a variable",
			text: "package p\n\n«//cloacina:task»\n\nvar x int\n",
			want: []string{"CL0104 stands before a variable"},
		},
		{
			name: "workflow before a function",
			text: "package p\n\n«//cloacina:workflow»\n\nfunc F() {}\n",
			want: []string{"CL0104 before func F"},
		},
		{
			name: "variable",
			text: "package p\n\n«//cloacina:task»\nvar F = func() {}\n",
			want: []string{"CL0104 on a variable"},
		},
		{
			name: "constant",
			text: "package p\n\nconst (\n\t«//cloacina:task»\n\tx = 1\n)\n",
			want: []string{"CL0104 on a constant"},
		},
		{
			name: "import",
			text: "package p\n\n«//cloacina:workflow»\nimport \"fmt\"\n",
			want: []string{"CL0104 on an import"},
		},
		{
			name: "type",
			text: "package p\n\n«//cloacina:task»\ntype T struct{}\n",
			want: []string{"CL0104 on a type"},
		},
		{
			name: "group of types",
			text: "package p\n\n«//cloacina:workflow»\ntype (\n\tT struct{}\n)\n",
			want: []string{"CL0104 on a group of types"},
		},
		{
			name: "package",
			text: "«//cloacina:task»\npackage p\n",
			want: []string{"CL0104 on the package"},
		},
		{
			name:  "workflow on a function",
			text:  "package p\n\n«//cloacina:workflow»\nfunc F() {}\n",
			want:  []string{"CL0104 a function is a task"},
			fixed: "package p\n\n//cloacina:task\nfunc F() {}\n"},
		{
			name:  "both on a function",
			text:  "package p\n\n//cloacina:task\n«//cloacina:workflow»\n//cloacina:workflow\nfunc F() {}\n",
			want:  []string{"CL0104 a function is a task"},
			stays: true,
		},
		{
			name: "interface method",
			text: "package p\n\ntype I interface {\n\t«//cloacina:task»\n\tM()\n}\n",
			want: []string{"CL0104 interface method"},
		},
		{
			name: "struct field",
			text: "package p\n\ntype T struct {\n\t«//cloacina:task»\n\tF func()\n}\n",
			want: []string{"CL0104 struct field"},
		},
		{
			name: "body",
			text: "package p\n\nfunc F() {\n\t«//cloacina:task»\n\tfunc() {}()\n}\n",
			want: []string{"CL0104 in the body"},
		},
		{
			name: "inside a value",
			text: "package p\n\nvar x = []int{\n\t«//cloacina:task»\n}\n",
			want: []string{"CL0104 inside a declaration"},
		},
		{
			name: "behind code",
			text: "package p\n\nfunc F() {} «//cloacina:task»\n",
			want: []string{"CL0104 on the same line"},
		},
		{
			name: "behind a variable",
			text: "package p\n\nvar x = 1 «//cloacina:task»\n",
			want: []string{"CL0104 on the same line"},
		},
		{
			name: "end of the file",
			text: "package p\n\nfunc F() {}\n\n«//cloacina:task»\n",
			want: []string{"CL0104 behind the last declaration"},
		},
		{
			name: "end of an empty file",
			text: "package p\n\n«//cloacina:workflow»",
			want: []string{"CL0104 behind the last declaration"},
		},
		{
			name: "alias",
			text: "package p\n\n«//cloacina:workflow» name=x\ntype T = struct{}\n",
			want: []string{"CL0105 struct"},
		},
		{
			name: "interface",
			text: "package p\n\n«//cloacina:workflow» name=x\ntype T interface{}\n",
			want: []string{"CL0105 struct"},
		},
		{
			name: "other type",
			text: "package p\n\ntype U struct{}\n\n«//cloacina:workflow» name=x\ntype T U\n",
			want: []string{"CL0105 struct"},
		},
		{
			name: "syntax error behind",
			text: "package p\n\n«//cloacina:task»\n\nfunk F() {}\n",
			want: []string{"CL0104 syntax error"},
		},
	}, unchanged, fileFindings)
}

// A directive that stands wrong is reported, not read: what it holds does not matter.
func TestMisplacedDirectivesAreNotRead(t *testing.T) {
	t.Parallel()
	source, findings := readFile(t, "package p\n\n//cloacina:task frobnicate=[\nvar x int\n")
	if len(findings) != 1 || len(source.Tasks) != 0 {
		t.Errorf("got %v and %d tasks", findings, len(source.Tasks))
	}
}
