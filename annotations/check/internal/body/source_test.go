package body

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
)

// stubs are the packages that test sources import, cut down to what is looked at.
var stubs = map[string]string{
	"context": `package context
type Context interface{ Done() <-chan struct{}; Err() error }`,
	"errors": `package errors
func New(text string) error { return nil }
func Is(err, target error) bool { return false }
func Join(errs ...error) error { return nil }`,
	"fmt": `package fmt
func Errorf(format string, args ...any) error { return nil }
func Println(args ...any) {}`,
	runtimePath: `package cloacina
import "context"
type TaskInfo struct{ Task string }
type Outcome struct{ Err error }
func TaskFrom(ctx context.Context) *TaskInfo { return nil }
func (*TaskInfo) Outcome(id string) (Outcome, error) { return Outcome{}, nil }
type Context struct{ k *int }
var ErrMissingKey error
func (*Context) Insert(key string, value any) error { return nil }
func (*Context) Update(key string, value any) error { return nil }
func (*Context) Set(key string, value any) error { return nil }
func (*Context) Delete(key string) error { return nil }
func (*Context) Has(key string) bool { return false }
func Lookup[T any](c *Context, key string) (T, bool, error) { var t T; return t, false, nil }
func Get[T any](c *Context, key string) (T, error) { var t T; return t, nil }`,
}

// stubImporter type-checks the stubs.
type stubImporter struct{ fset *token.FileSet }

func (s stubImporter) Import(path string) (*types.Package, error) {
	text, ok := stubs[path]
	if !ok {
		return nil, fmt.Errorf("no package %s in the test", path)
	}
	file, err := parser.ParseFile(s.fset, path+".go", text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	conf := types.Config{Importer: s}
	return conf.Check(path, s.fset, []*ast.File{file}, nil)
}

// load type-checks a file. Its tasks are its exported functions.
func load(tb testing.TB, text string) (p *Package, tasks []*types.Func) {
	tb.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "tasks.go", text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		tb.Fatalf("%v\n%s", err, text)
	}
	info := &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Defs: make(map[*ast.Ident]types.Object),
		Uses: make(map[*ast.Ident]types.Object), Selections: make(map[*ast.SelectorExpr]*types.Selection),
		Instances: make(map[*ast.Ident]types.Instance),
	}
	conf := types.Config{Importer: stubImporter{fset}}
	pkg, err := conf.Check("example.com/pkg", fset, []*ast.File{file}, info)
	if err != nil {
		tb.Fatalf("%v\n%s", err, text)
	}
	for _, decl := range file.Decls {
		if fd, ok := decl.(*ast.FuncDecl); ok && fd.Name.IsExported() {
			tasks = append(tasks, info.Defs[fd.Name].(*types.Func))
		}
	}
	span := func(n ast.Node) annotations.Span {
		at := fset.Position(n.Pos())
		return annotations.Span{
			File: at.Filename, Start: annotations.Pos{Line: at.Line, Column: at.Column, Offset: at.Offset},
		}
	}
	return New(Source{
		Types: pkg, Files: []*ast.File{file}, Info: info, Span: span,
		Partial: func(*ast.File) bool { return strings.Contains(text, "//go:build") },
	}), tasks
}
