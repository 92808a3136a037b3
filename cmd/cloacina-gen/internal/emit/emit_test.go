package emit

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/internal/plan"
)

const helloSource = `//cloacina:workflow name=hello
package app

import "context"

// Hello says hello.
//
//cloacina:task
func Hello(context.Context) error { return nil }
`

// TestHandshake compiles a generated file against a runtime that is too old and
// one that is too new for it: the first error names the command to run.
func TestHandshake(t *testing.T) {
	t.Parallel()
	real := newWorld(t)
	generated := string(real.generate("source.go", helloSource))
	installed, err := real.Import(runtimePath)
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"", "GeneratedV2RunGoGenerate"} {
		w := newWorld(t)
		w.packages[runtimePath] = withHandshake(installed, version)
		_, _, _, errs := w.check(root, "source.go", helloSource, "cloacina_gen.go", generated)
		if len(errs) == 0 {
			t.Fatalf("the file compiles with a runtime that has %q instead of %s", version, handshake)
		}
		if text := errs[0].Error(); !strings.Contains(text, "cloacina_gen.go") || !strings.Contains(text, "RunGoGenerate") {
			t.Errorf("the first error does not name the command: %s", text)
		}
	}
	if line := lineWith(generated, handshake); !strings.Contains(line, "run: go generate ./...") {
		t.Errorf("the line of the error does not name the command: %s", line)
	}
}

func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

// withHandshake returns a copy of the runtime package with another handshake type.
func withHandshake(runtime *types.Package, name string) *types.Package {
	out := types.NewPackage(runtime.Path(), runtime.Name())
	for _, n := range runtime.Scope().Names() {
		if n != handshake {
			out.Scope().Insert(runtime.Scope().Lookup(n))
		}
	}
	if name != "" {
		obj := types.NewTypeName(token.NoPos, out, name, nil)
		types.NewNamed(obj, types.Typ[types.String], nil)
		out.Scope().Insert(obj)
	}
	out.MarkComplete()
	return out
}

// TestQuietDiffs edits what is no declaration: the generated file stays as it is.
func TestQuietDiffs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want := string(w.generate("source.go", helloSource))
	for name, edited := range map[string]string{
		"moved":      strings.Replace(helloSource, "import", "// A remark.\n\n\n\nimport", 1),
		"body":       strings.Replace(helloSource, "return nil", "\n\tprintln(1)\n\treturn nil\n", 1),
		"other code": helloSource + "\nfunc helper() int { return 1 }\n",
		"CRLF":       strings.ReplaceAll(helloSource, "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			if got := string(newWorldOf(t, w).generate("source.go", edited)); got != want {
				t.Errorf("the file changed:\n%s", got)
			}
		})
	}
	if changed := string(w.generate("source.go", strings.Replace(helloSource, "says hello", "waves", 1))); changed == want {
		t.Error("the file does not follow a changed declaration")
	}
}

// TestLargeWorkflow builds a workflow in parts, and a new task moves no other.
func TestLargeWorkflow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	build := func(n int, without int) (string, []byte, *check.Package) {
		src := plainTasks(n)
		if without >= 0 {
			src = strings.Replace(src, fmt.Sprintf("func Task%05d(", without), fmt.Sprintf("func Other%05d(", without), 1)
		}
		pkg := handmade(w.add(root, "source.go", src))
		tasks := pkg.Workflows[0].Plan.Tasks
		for i := range tasks {
			tasks[i].Rule = plan.Rule{}
			if i > 0 {
				tasks[i].DependsOn = []int{0}
				tasks[i].Rule = plan.Rule{Text: "all_success", Tree: &plan.Node{Op: plan.OpTaskSuccess}}
			}
		}
		got, err := File(pkg, false)
		if err != nil {
			t.Fatal(err)
		}
		return src, got, pkg
	}
	src, got, pkg := build(500, -1)
	checkStyle(t, got)
	built := w.built(src, got)[0]
	samePlan(t, &pkg.Workflows[0].Plan, &built.plan)
	if len(built.whens) != 499 {
		t.Errorf("%d of 499 rules are compiled", len(built.whens))
	}
	if parts := strings.Count(string(got), "func() {\n"); parts < 500/meanPart/3 || parts > 500*3/meanPart {
		t.Errorf("500 tasks in %d parts", parts)
	}
	_, fewer, _ := build(500, 250)
	if changed := changedLines(string(got), string(fewer)); changed > 30 {
		t.Errorf("one task less changes %d lines", changed)
	}
	_, twice, _ := build(1000, -1)
	if len(twice) > len(got)*21/10 {
		t.Errorf("%d bytes for 500 tasks, %d for 1,000", len(got), len(twice))
	}
}

// changedLines counts the lines of a text that another does not have.
func changedLines(a, b string) int {
	have := map[string]int{}
	for line := range strings.Lines(b) {
		have[line]++
	}
	changed := 0
	for line := range strings.Lines(a) {
		have[line]--
		if have[line] < 0 {
			changed++
		}
	}
	return changed
}

// TestRefused gives the generator what it cannot write, with the reason in the error.
func TestRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		src    string
		change func(w *check.Workflow)
		want   string
	}{
		"hidden error": {
			src: "type error interface{}", want: "package app declares the type error, which hides Go's own error",
		},
		"hidden bool": {src: "func bool() {}", change: ruled, want: "the function bool, which"},
		"hidden iota": {src: "const iota = 1", want: "the constant iota, which"},
		"hidden true": {src: "const true = 1 == 1", change: func(w *check.Workflow) {
			w.Plan.Tasks[0].Open = true
		}, want: "hides Go's own true"},
		"hidden string": {src: "var string = 1", change: func(w *check.Workflow) {
			w.Plan.Tasks[0].Retry = plan.Retry{Condition: plan.RetryMatching, Matches: []string{"a"}}
		}, want: "the variable string, which hides Go's own string from the generated code; rename it"},
		"hidden int8": {src: "type int8 string\ntype out struct{ A context.Context }", change: func(w *check.Workflow) {
			w.Result = []check.ResultField{{Name: "A", Key: "a", Type: types.Typ[types.Int8]}}
		}, want: "hides Go's own int8"},
		"unsafe": {change: func(w *check.Workflow) {
			w.Result = []check.ResultField{{Name: "A", Key: "a", Type: types.Typ[types.UnsafePointer]}}
		}, want: "unsafe.Pointer has no place"},
		"invalid": {change: func(w *check.Workflow) {
			w.Result = []check.ResultField{{Name: "A", Key: "a", Type: types.NewSlice(types.Typ[types.Invalid])}}
		}, want: "invalid type has no place"},
		"unexported": {change: func(w *check.Workflow) {
			obj := types.NewTypeName(token.NoPos, types.NewPackage("example.com/other", "other"), "hidden", nil)
			w.Result = []check.ResultField{{Name: "A", Key: "a", Type: types.NewNamed(obj, types.Typ[types.Int], nil)}}
		}, want: "example.com/other.hidden cannot be named"},
		"result name": {change: func(w *check.Workflow) {
			w.Result = []check.ResultField{{Name: "a b", Key: "a", Type: types.Typ[types.Int]}}
		}, want: `"a b" for key "a"`},
		"field": {src: "type Input struct{ A int }", change: func(w *check.Workflow) {
			w.Input.Fields[0].Path = []string{"B"}
		}, want: "no field B"},
		"plan": {change: func(w *check.Workflow) { w.Plan.Tasks[0].DependsOn = []int{7} }, want: "dependency 7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			pkg := handmade(w.add(root, "source.go", plainTasks(1)+c.src))
			if c.change != nil {
				c.change(pkg.Workflows[0])
			}
			for _, test := range []bool{false, true} {
				_, err := File(pkg, test)
				if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), FileName(test)) {
					t.Errorf("got %v, want %q", err, c.want)
				}
			}
		})
	}
}

// ruled gives a workflow's only task a rule.
func ruled(w *check.Workflow) { w.Plan.Tasks[0].Rule = valueRule("key", "x") }

// TestHiddenButUnused generates for a package that hides what its file does not need.
func TestHiddenButUnused(t *testing.T) {
	t.Parallel()
	const hidden = `
type (
	string  []byte
	int     uint8
	any     interface{}
	float64 struct{}
	Input   struct{ A int; B string; C *any }
)

const false = 1 == 2
`
	src := plainTasks(maxLiteral+1) + hidden
	for _, name := range []string{"append", "cap", "clear", "copy", "len", "make", "max", "min", "new", "panic"} {
		src += "\nfunc " + name + "() {}\n"
	}
	w := newWorld(t)
	pkg := handmade(w.add(root, "source.go", src))
	got, err := File(pkg, false)
	if err != nil {
		t.Fatal(err)
	}
	w.compiles("source.go", src, "cloacina_gen.go", string(got))
}

func BenchmarkFile(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			pkg := handmade(newWorld(b).add(root, "source.go", plainTasks(n)))
			for b.Loop() {
				if _, err := File(pkg, false); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
