package emit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// exports finds the export data of the runtime package and of what tests import.
var exports = sync.OnceValues(func() (map[string]string, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export",
		"context", "time", "encoding/json", "database/sql", "errors", "net/url", "math/big", "text/template",
		"html/template", runtimePath)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, stderr.String())
	}
	files := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p struct{ ImportPath, Export string }
		if err := d.Decode(&p); err != nil {
			return nil, err
		}
		files[p.ImportPath] = p.Export
	}
	return files, nil
})

// world type-checks packages that may import each other, the standard library
// and the runtime.
type world struct {
	t        testing.TB
	fset     *token.FileSet
	packages map[string]*types.Package
	compiled types.Importer
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	files, err := exports()
	if err != nil {
		tb.Fatal(err)
	}
	fset := token.NewFileSet()
	open := func(path string) (io.ReadCloser, error) { return os.Open(files[path]) }
	return &world{tb, fset, map[string]*types.Package{}, importer.ForCompiler(fset, "gc", open)}
}

// Import implements [types.Importer].
func (w *world) Import(path string) (*types.Package, error) {
	if p := w.packages[path]; p != nil {
		return p, nil
	}
	return w.compiled.Import(path)
}

// check type-checks a package and returns its errors. Files are given in pairs
// of name and source.
func (w *world) check(path string, files ...string) (*types.Package, []*ast.File, *types.Info, []error) {
	w.t.Helper()
	var parsed []*ast.File
	for i := 0; i < len(files); i += 2 {
		file, err := parser.ParseFile(w.fset, files[i], files[i+1], parser.ParseComments)
		if err != nil {
			w.t.Fatal(err)
		}
		parsed = append(parsed, file)
	}
	var errs []error
	config := types.Config{Importer: w, Error: func(err error) { errs = append(errs, err) }}
	info := &types.Info{
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Types: map[ast.Expr]types.TypeAndValue{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	p, _ := config.Check(path, w.fset, parsed, info)
	return p, parsed, info, errs
}

// add type-checks a package that must compile, and lets others import it.
func (w *world) add(path string, files ...string) *types.Package {
	w.t.Helper()
	p, _, _, errs := w.check(path, files...)
	if len(errs) > 0 {
		w.t.Fatal(errs)
	}
	w.packages[path] = p
	return p
}

// handmade makes a workflow of the package without the checker, for what no
// annotation can say and no checker lets through. Every function of the package
// whose name begins with Task is a task, in the order of their names.
func handmade(p *types.Package) *check.Package {
	w := &check.Workflow{Plan: plan.Plan{Name: "handmade", Fingerprint: "f1"}}
	for _, name := range p.Scope().Names() {
		if fn, ok := p.Scope().Lookup(name).(*types.Func); ok && strings.HasPrefix(name, "Task") {
			addTask(w, fn)
		}
	}
	if input := p.Scope().Lookup("Input"); input != nil {
		w.Input = structOf(input.Type())
		w.Plan.InputDeclared = true
	}
	return &check.Package{Types: p, Workflows: []*check.Workflow{w}}
}

func addTask(w *check.Workflow, fn *types.Func) {
	task := &check.Task{Func: fn, Form: check.Plain}
	sig := fn.Signature()
	if sig.Params().Len() == 2 {
		task.Form, task.In = check.InOnly, structOf(sig.Params().At(1).Type())
	}
	if sig.Results().Len() == 2 {
		task.Out = structOf(sig.Results().At(0).Type())
		task.Form += check.OutOnly - check.Plain
		if task.In == nil {
			task.Form = check.OutOnly
		} else {
			task.Form = check.InOut
		}
	}
	w.Tasks = append(w.Tasks, task)
	w.Plan.Tasks = append(w.Plan.Tasks, plan.Task{ID: strings.ToLower(fn.Name()), Func: fn.Name()})
}

// structOf lists the exported fields of a struct, each its own key.
func structOf(t types.Type) *check.Struct {
	out := &check.Struct{Type: t}
	s := t.Underlying().(*types.Struct)
	for i := range s.NumFields() {
		v := s.Field(i)
		if !v.Exported() {
			continue
		}
		f := check.Field{Key: reflect.StructTag(s.Tag(i)).Get("json"), Path: []string{v.Name()}, Type: v.Type(), Shape: "any"}
		if f.Key == "" {
			f.Key = strings.ToLower(v.Name())
		}
		if p, ok := v.Type().(*types.Pointer); ok {
			f.Type, f.Presence = p.Elem(), check.PointerNil
		}
		out.Fields = append(out.Fields, f)
	}
	return out
}
