package annotations

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

func TestParseFileOfAnotherFileSet(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "f.go", "package p", parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	source, findings := ParseFile(token.NewFileSet(), file, nil)
	if source == nil || len(findings) > 0 {
		t.Errorf("got %v, %v", source, findings)
	}
}

// A source that is shorter than the file that was parsed does not break anything.
func TestParseFileWithoutItsBytes(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "f.go", onFunc("//cloacina:task id=x"), parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	source, findings := ParseFile(fset, file, nil)
	if len(source.Tasks) > 0 || len(findings) > 0 {
		t.Errorf("got %v, %v", source.Tasks, findings)
	}
}

func TestSourceKeepsTheOrderOfTheFile(t *testing.T) {
	t.Parallel()
	source, findings := readFile(t, `//cloacina:workflow name=one
package p

//cloacina:task
func B() {}

//cloacina:workflow name=two
type T struct{}

//cloacina:task
func (T) A() {}
`)
	wantNone(t, findings)
	var got []string
	for _, w := range source.Workflows {
		got = append(got, w.Name.V)
	}
	for _, task := range source.Tasks {
		got = append(got, task.Func.Name.Name)
	}
	if order := strings.Join(got, " "); order != "one two B A" || source.Name != "f.go" {
		t.Errorf("%s: order is %s", source.Name, order)
	}
}

// The doc comment of the package is that of the file that is read; the directive
// in the comment of another declaration of the same file does not reach it.
func TestDocIsWithoutDirectives(t *testing.T) {
	t.Parallel()
	w := readWorkflow(t, "// Package p is one.\n//\n//cloacina:workflow name=x\n//go:debug x=1\n// It ends here.")
	if w.Doc != "Package p is one.\n\nIt ends here." {
		t.Errorf("doc is %q", w.Doc)
	}
}

func BenchmarkParseFile(b *testing.B) {
	for _, tasks := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprint(tasks), func(b *testing.B) {
			fset, file, src := manyTasks(b, tasks)
			b.ReportAllocs()
			for b.Loop() {
				if _, findings := ParseFile(fset, file, src); len(findings) > 0 {
					b.Fatal(findings[0].Message)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*tasks), "ns/task")
		})
	}
}

// manyTasks is a file with a chain of tasks, each with a rule.
func manyTasks(tb testing.TB, n int) (*token.FileSet, *ast.File, []byte) {
	tb.Helper()
	var src strings.Builder
	src.WriteString("package p\n")
	for i := range n {
		fmt.Fprintf(&src, "\n// T%d does.\n//\n//cloacina:task id=t_%d dependencies=t_%d retry_delay=1s\n"+
			"//cloacina:task trigger_rules=all(\n//cloacina:task     task_success(t_%d),\n"+
			"//cloacina:task     context_value(\"score\", greater_than, 80),\n//cloacina:task )\nfunc T%d() {}\n", i, i, i+1, i+1, i)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "f.go", src.String(), parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		tb.Fatal(err)
	}
	return fset, file, []byte(src.String())
}
