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

// Item is within values under keys.
type Item struct {
	base.Thing
	Next *Item
}

// Report is stored whole.
type Report struct {
	Lines [][2]map[string]*Line
}

// Line is within a report.
type Line struct {
	Text string
	At   Moment
}

// Moment writes its own JSON.
type Moment struct{ Second int }

// MarshalJSON does.
func (Moment) MarshalJSON() ([]byte, error) { return nil, nil }

// Wide has fields of all kinds.
type Wide struct {
	Middle
	base.Meta
	Nested ` + "`json:\"nested\"`" + `
	Pages Page[time.Time]
	Items map[string][]Item
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

//cloacina:task dependencies=make result=report
func Tell(context.Context) (out []*Report, err error) { return }
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

// Thing is embedded in values.
type Thing struct {
	Weight int
	Of     *Part
}

// Part is within a thing.
type Part struct {
	Name string
}

// Box has no type of its own.
type Box[T any] struct {
	V T
}

// Rough can only be spelled here.
type Rough struct {
	V Part
	S *secret
	A struct{ hidden int }
}

type secret struct{ S int }

// Visible is another name of secret.
type Visible = secret

// Anonymous is a struct of this package.
type Anonymous = struct{ A int }
`

const otherSource = `package other

import "example.com/other/internal/deep"

// Shallow has a field whose type nobody else may import.
type Shallow struct{ T deep.T }
`

// guardWorld is a world with the package that guardedSource imports.
func guardWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.add(root+"/base", "base.go", baseSource)
	w.add("example.com/other/internal/deep", "deep.go", "package deep\n\ntype T struct{ A int }\n")
	w.add("example.com/other", "other.go", otherSource)
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
	unguarded, _, found := strings.Cut(generated, "// The structs behind the keys")
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
		{"value of a key", "Nested struct{ X int }", "Nested struct{ X, Y int }", "Nested", true},
		{"tag in value", "Nested struct{ X int }", "Nested struct{ X int `json:\"x\"` }", "Nested", true},
		{"value's own JSON", "Second int }\n", "Second int }\n\nfunc (Line) MarshalText() ([]byte, error) { return nil, nil }\n", "", true},
		{"within a map", "\tNext *Item\n", "\tNext *Item\n\tMore int\n", "Item", true},
		{"result", "\tLines [][2]map[string]*Line\n", "\tLines [][2]map[string]*Line `json:\"lines\"`\n", "Report", true},
		{"within a result", "\tText string\n", "\tTitle string\n", "Line", true},

		{"nothing", "", "", "", true},
		{"comment", "\tSize int\n", "\t// Size is big.\n\tSize int // metres\n\n", "", true},
		{"method", "// Inner is embedded.", "func (Input) String() string { return \"\" }\n\n// Inner is embedded.", "", true},
		{"same type", "\tSize int\n", "\tSize length\n}\n\ntype length = int\n\ntype _ struct {", "", true},
		{"same tag", "`json:\"name\"`", `"json:\"name\""`, "", true},
		{"function", "// Alias is", "func init() { println(1) }\n\n// Alias is", "", true},
		{"other struct", "// Alias is", "type Fresh struct{ Input }\n\n// Alias is", "", true},
		{"own JSON", "Moment struct{ Second int }", "Moment struct{ Second, Nano int }", "", true},
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
			if c.of != "" && !slices.ContainsFunc(errs, func(err error) bool { return blames(err, c.of) }) {
				t.Errorf("no error says that %s has changed: %v", c.of, errs)
			}
			_, _, _, errs = w.check(root, "source.go", changed, "cloacina_gen.go", unguarded)
			if silent := len(errs) == 0; silent != c.silent {
				t.Errorf("without guards compiles %v, want %v: %v", silent, c.silent, errs)
			}
		})
	}
}

// TestGuardedElsewhere changes structs of another package behind the back of the
// generated file.
func TestGuardedElsewhere(t *testing.T) {
	t.Parallel()
	generated := string(guardWorld(t).generate("source.go", guardedSource))
	for _, c := range []struct{ name, old, new, of string }{
		{"key", "\tItems []int\n", "\tItems []int\n\tMore *int\n", "base.Open"},
		{"embedded in a value", "\tWeight int\n", "\tWeight int `json:\"kg\"`\n", "base.Thing"},
		{"value of an embedded one", "\tName string\n", "\tTitle string\n", "base.Part"},
		{"unexported", "\tWeight int\n", "\tWeight, grams int\n", "base.Thing"},
		{"comment", "\tWeight int\n", "\t// Weight in kg.\n\tWeight int\n", ""},
		{"with unexported fields", "\thidden int\n", "\thidden, more int\n", ""},
		{"no value", "type secret struct{ S int }", "type secret struct{ S, T int }", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := guardWorld(t)
			changed := strings.Replace(baseSource, c.old, c.new, 1)
			if changed == baseSource {
				t.Fatalf("%q does not occur", c.old)
			}
			w.add(root+"/base", "base.go", changed)
			_, _, _, errs := w.check(root, "source.go", guardedSource, "cloacina_gen.go", generated)
			if c.of == "" && len(errs) > 0 {
				t.Errorf("the generated file stops compiling: %v", errs)
			}
			if c.of != "" && (len(errs) != 1 || !blames(errs[0], c.of)) {
				t.Errorf("not the one error that %s has changed: %v", c.of, errs)
			}
		})
	}
}

// blames reports whether an error of the compiler says that a struct has changed,
// and which command to run.
func blames(err error, name string) bool {
	text := err.Error()
	return strings.Contains(text, "cloacina_gen.go") && strings.Contains(text, " of "+name+"{}") &&
		strings.Contains(text, "in call to cloacina.SameStructOrRunGoGenerate, ")
}

// guardsOf returns the names of the structs that a file guards.
func guardsOf(file *ast.File) []string {
	var out []string
	for _, d := range file.Decls {
		if g, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(describe(g), "func _ guard") {
			for _, statement := range g.Body.List {
				call := statement.(*ast.ExprStmt).X.(*ast.CallExpr)
				out = append(out, types.ExprString(call.Args[1].(*ast.CompositeLit).Type))
			}
		}
	}
	return out
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
