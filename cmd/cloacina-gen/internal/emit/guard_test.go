package emit

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/copylock"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

// guardedSource uses structs of every kind for keys.
const guardedSource = `//cloacina:workflow name=guarded input=Input
package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"example.com/app/base"
)

// Input is what a run starts from.
type Input struct {
	Name string ` + "`json:\"name\"`" + `
	Size int
}

// Inner is embedded.
type Inner struct {
	Count int
}

// Middle embeds Inner.
type Middle struct {
	Inner
	Note string
}

// Page is generic.
type Page[T any] struct {
	Items []T
}

// Nested is a value under a key.
type Nested struct{ X int }

// Wide has fields of all kinds.
type Wide struct {
	Middle
	base.Meta
	Nested ` + "`json:\"nested\"`" + `
	Pages Page[time.Time]
	Whole struct {
		A int
		b int ` + "`json:\"-\"`" + `
	}
	_      [0]func()
	mu     sync.Mutex
	hook   func(a int, b ...string) (x, y error)
	done   func(chan<- (<-chan int), <-chan chan int) chan (<-chan bool)
	Shower interface {
		fmt.Stringer
		show() error
	} "json:\"-\" db:\"a` + "`" + `b\""
}

// Alias is a struct without another name.
type Alias = struct {
	When *time.Time
}

//cloacina:task
func Make(context.Context, Input) (out Wide, err error) { return }

//cloacina:task dependencies=make
func List(context.Context, Alias) (out Page[int], err error) { return }

//cloacina:task dependencies=make
func Other(context.Context) (out base.Open, err error) { return }
`

const baseSource = `package base

// Meta is embedded.
type Meta struct {
	Tenant string
	hidden int
}

// Open is written.
type Open struct {
	Items []int
}

type secret struct{ S int }

// Visible is another name of secret.
type Visible = secret

// Anonymous is a struct of this package.
type Anonymous = struct{ A int }
`

// guardWorld is a world with the package that guardedSource imports.
func guardWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.add(root+"/base", "base.go", baseSource)
	return w
}

// TestGuardedChanges changes a source behind the back of its generated file. If
// that changes the keys, the file does not compile, and the error names the
// struct; with silent, only because of the guard.
func TestGuardedChanges(t *testing.T) {
	t.Parallel()
	w := guardWorld(t)
	generated := string(w.generate("source.go", guardedSource))
	w.compiles("source.go", guardedSource, "cloacina_gen.go", generated)
	unguarded, _, found := strings.Cut(generated, "// The structs whose fields are keys")
	if !found {
		t.Fatal("the file has no guards")
	}
	unguarded += "\nvar _ fmt.Stringer\nvar _ sync.Mutex\n" // imported for the guards alone
	for _, c := range []struct {
		name, old, new string
		of             string // the struct that has changed; empty if none has
		silent         bool
	}{
		{"add", "\tSize int\n", "\tSize int\n\tMore *int\n", "Input", true},
		{"add first", "\tName string", "\tMore *int\n\tName string", "Input", true},
		{"remove", "\tSize int\n", "", "Input", false},
		{"rename", "\tSize int\n", "\tHeight int\n", "Input", false},
		{"retype", "\tSize int\n", "\tSize uint\n", "Input", false},
		{"tag", `json:"name"`, `json:"title"`, "Input", true},
		{"option", `json:"name"`, `json:"name,omitempty"`, "Input", true},
		{"other tag", `json:"name"`, `json:"name" default:"x"`, "Input", true},
		{"new tag", "\tSize int\n", "\tSize int `json:\"-\"`\n", "Input", true},
		{"reorder", "\tInner\n\tNote string\n", "\tNote string\n\tInner\n", "Middle", true},
		{"add to embedded", "\tCount int\n", "\tCount int\n\tTotal int\n", "Inner", true},
		{"retype embedded", "\tCount int\n", "\tCount int8\n", "Inner", false},
		{"embed more", "\tInner\n\tNote", "\tInner\n\tbase.Open\n\tNote", "Middle", true},
		{"embed less", "\tInner\n\tNote string\n", "\tNote string\n", "Middle", false},
		{"embed as key", "\tInner\n\tNote", "\tInner `json:\"inner\"`\n\tNote", "Middle", true},
		{"field as embedded", "\tPages Page[time.Time]\n", "\tPage[time.Time]\n", "Wide", false},
		{"add to generic", "\tItems []T\n", "\tItems []T\n\tNext int\n", "Page[int]", true},
		{"retype generic", "\tItems []T\n", "\tItems []*T\n", "Page[int]", false},
		{"add to alias", "\tWhen *time.Time\n", "\tWhen *time.Time\n\tWhere *int\n", "Alias", true},
		{"add to anonymous", "\t\tA int\n", "\t\tA int\n\t\tB int\n", "Wide", false},
		{"tag in anonymous", `b int ` + "`json:\"-\"`", "b int", "Wide", false},
		{"blank", "[0]func()", "[1]func()", "Wide", true},
		{"unexported", "\tmu     sync.Mutex\n", "\tmu     *sync.Mutex\n", "Wide", true},
		{"hook", "b ...string", "b []string", "Wide", true},
		{"method of interface", "\t\tshow() error\n", "\t\tshow()\n", "Wide", true},
		{"direction", "<-chan chan int", "chan (<-chan int)", "Wide", true},

		{"nothing", "", "", "", true},
		{"comment", "\tSize int\n", "\t// Size is big.\n\tSize int // metres\n\n", "", true},
		{"method", "// Inner is embedded.", "func (Input) String() string { return \"\" }\n\n// Inner is embedded.", "", true},
		{"same type", "\tSize int\n", "\tSize length\n}\n\ntype length = int\n\ntype _ struct {", "", true},
		{"same tag", "`json:\"name\"`", `"json:\"name\""`, "", true},
		{"function", "// Alias is", "func init() { println(1) }\n\n// Alias is", "", true},
		{"other struct", "// Alias is", "type Fresh struct{ Input }\n\n// Alias is", "", true},
		{"value of a key", "Nested struct{ X int }", "Nested struct{ X, Y int }", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorldOf(t, w)
			changed := strings.Replace(guardedSource, c.old, c.new, 1)
			if changed == guardedSource && c.old != "" {
				t.Fatalf("%q does not occur", c.old)
			}
			w.compiles("source.go", changed)
			_, _, _, errs := w.check(root, "source.go", changed, "cloacina_gen.go", generated)
			if c.of == "" && len(errs) > 0 {
				t.Errorf("the generated file stops compiling: %v", errs)
			}
			if c.of != "" && !slices.ContainsFunc(errs, func(err error) bool {
				return strings.Contains(err.Error(), "cloacina_gen.go") && strings.Contains(err.Error(), "cannot use "+c.of+"{}")
			}) {
				t.Errorf("no error says that %s has changed: %v", c.of, errs)
			}
			_, _, _, errs = w.check(root, "source.go", changed, "cloacina_gen.go", unguarded)
			if silent := len(errs) == 0; silent != c.silent {
				t.Errorf("without guards compiles %v, want %v: %v", silent, c.silent, errs)
			}
		})
	}
}

// guardsOf returns the names of the structs that a file guards.
func guardsOf(file *ast.File) []string {
	var out []string
	for _, d := range file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && describe(g) == "var"+strings.Repeat(" _", len(g.Specs)) {
			for _, spec := range g.Specs {
				out = append(out, types.ExprString(spec.(*ast.ValueSpec).Values[0].(*ast.CompositeLit).Type))
			}
		}
	}
	return out
}

// TestGuarded guards each struct of the package whose fields are keys, once.
func TestGuarded(t *testing.T) {
	t.Parallel()
	const head = "//cloacina:workflow name=guarded\npackage app\n\n" +
		"import (\n\t\"context\"\n\t\"example.com/app/base\"\n\t\"unsafe\"\n)\n\n" +
		"var _ base.Open\nvar _ unsafe.Pointer\n\ntype Inner struct{ A int }\n\ntype box[T any] struct{ V T }\n\n"
	task := func(in, out string) string {
		return "\n//cloacina:task\nfunc Make(context.Context, " + in + ") (out " + out + ", err error) { return }\n"
	}
	for _, c := range []struct {
		name, src string
		want      []string
	}{
		{"both", "type Out struct{ B int }" + task("Inner", "Out"), []string{"Inner", "Out"}},
		{"once", "type Out struct{ Inner }" + task("Inner", "Out"), []string{"Inner", "Out"}},
		{"no fields", "type Out struct{}" + task("Inner", "Out"), []string{"Inner", "Out"}},
		{"aliases", "type Out = Inner\ntype In = Out" + task("In", "Out"), []string{"Inner"}},
		{"instances", task("box[int]", "box[string]"), []string{"box[int]", "box[string]"}},
		{"alias as argument", task("box[base.Visible]", "Inner"), []string{"Inner", "box[base.Visible]"}},
		{"anonymous", task("struct{ A, B int }", "struct{ C int }"), nil},
		{"anonymous, embedding", task("struct{ Inner }", "struct{ C int }"), []string{"Inner"}},
		{"of another package", task("base.Open", "base.Open"), nil},
		{"alias of another package", "type Out = base.Open" + task("Out", "Out"), nil},
		{"alias of its anonymous", "type Out = base.Anonymous" + task("Out", "Out"), nil},
		{"made of another package's", "type Out base.Meta" + task("Out", "Out"), nil},
		{"made of ours", "type Out Inner" + task("Out", "Out"), []string{"Out"}},
		{"value", "type Out struct{ V Inner }" + task("Out", "Out"), []string{"Out"}},
		{"embedded value", "type Out struct{ Inner `json:\"inner\"` }" + task("Out", "Out"), []string{"Out"}},
		{"embedded, left out", "type Out struct{ Inner `json:\"-\"`; B int }" + task("Out", "Out"), []string{"Out"}},
		{"embedded, other tag", "type Out struct{ Inner `db:\"a\"` }" + task("Out", "Out"), []string{"Inner", "Out"}},
		{"embedded alias", "type A = struct{ X int }\ntype Out struct{ A }" + task("Out", "Out"), []string{"A", "Out"}},
		{"embedded pointer", "type in struct{}\ntype Out struct{ B int; *in }" + task("Out", "Out"), []string{"Out", "in"}},
		{"embedded in itself", "type Out struct{ B int; *Out }" + task("Out", "Out"), []string{"Out"}},
		{"unsafe, in itself", "type Out struct{ B int; p unsafe.Pointer; *Out }" + task("Out", "Out"), nil},
		{"unsafe", "type Out struct{ Inner; p unsafe.Pointer }" + task("Out", "Out"), []string{"Inner"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := guardWorld(t)
			generated := string(w.generate("source.go", head+c.src))
			_, files, _, errs := w.check(root, "source.go", head+c.src, "cloacina_gen.go", generated)
			if len(errs) > 0 {
				t.Fatalf("%v\n%s", errs, generated)
			}
			if got := guardsOf(files[1]); !slices.Equal(got, c.want) {
				t.Errorf("guards %q, want %q", got, c.want)
			}
		})
	}
}

// TestGuardsCopyNoLock runs the analysis of go vet that a guard of a struct with
// a mutex could offend.
func TestGuardsCopyNoLock(t *testing.T) {
	t.Parallel()
	w := guardWorld(t)
	generated := string(w.generate("source.go", guardedSource))
	for text, want := range map[string]bool{generated: false, generated + "\nvar _ = func(Wide) {}\n": true} {
		pkg, files, info, errs := w.check(root, "source.go", guardedSource, "cloacina_gen.go", text)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		reported := false
		_, err := copylock.Analyzer.Run(&analysis.Pass{
			Analyzer: copylock.Analyzer, Fset: w.fset, Files: files[1:], Pkg: pkg, TypesInfo: info,
			ResultOf: map[*analysis.Analyzer]any{inspect.Analyzer: inspector.New(files[1:])},
			Report:   func(analysis.Diagnostic) { reported = true },
		})
		if err != nil || reported != want {
			t.Errorf("reported: %v, want %v; error: %v", reported, want, err)
		}
	}
}
