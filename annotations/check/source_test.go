package check

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"sort"
	"strings"
	"testing"
)

// stubs are the packages that test sources import, cut down to what the checker
// looks at, so that tests need no compiled package and no go command.
var stubs = map[string]string{
	"context": `package context
type Context interface{ Done() <-chan struct{}; Err() error }
func Cause(ctx Context) error { return nil }
func WithCancel(ctx Context) (Context, func()) { return ctx, nil }`,
	"errors": `package errors
func New(text string) error { return nil }
func Is(err, target error) bool { return false }
func As(err error, target any) bool { return false }
func Join(errs ...error) error { return nil }`,
	"fmt": `package fmt
type Stringer interface{ String() string }
func Errorf(format string, args ...any) error { return nil }
func Println(args ...any) {}`,
	"log": `package log
func Print(args ...any) {}
func Fatal(args ...any) {}`,
	"os": `package os
var ErrNotExist error
func Exit(code int) {}`,
	"runtime": `package runtime
const ( GOOS = "linux"; GOARCH = "amd64" )`,
	"sync": `package sync
type WaitGroup struct{}
func (*WaitGroup) Go(f func()) {}
func (*WaitGroup) Wait() {}`,
	"unsafe": "",
	"time": `package time
type Duration int64
const ( Millisecond Duration = 1000000; Second = 1000 * Millisecond )
type Time struct{ wall uint64 }
func (t Time) MarshalJSON() ([]byte, error) { return nil, nil }
func (t *Time) UnmarshalJSON(b []byte) error { return nil }
func (t Time) MarshalText() ([]byte, error) { return nil, nil }
func (t *Time) UnmarshalText(b []byte) error { return nil }`,
	"encoding/json": `package json
type RawMessage []byte
func (m RawMessage) MarshalJSON() ([]byte, error) { return nil, nil }
func (m *RawMessage) UnmarshalJSON(b []byte) error { return nil }
type Number string`,
	runtimePath: `package cloacina
import "context"
type Context struct{ k *int }
func (*Context) Insert(key string, value any) error { return nil }
func (*Context) Update(key string, value any) error { return nil }
func (*Context) Set(key string, value any) error { return nil }
func (*Context) Delete(key string) error { return nil }
func (*Context) Has(key string) bool { return false }
func (*Context) Keys() []string { return nil }
type TaskInfo struct{ Task string }
type Outcome struct{ Err error }
func TaskFrom(ctx context.Context) *TaskInfo { return nil }
func (*TaskInfo) Outcome(id string) (Outcome, error) { return Outcome{}, nil }
func Lookup[T any](c *Context, key string) (T, bool, error) { var t T; return t, false, nil }
func Permanent(err error) error { return err }
var ErrMissingKey error
type TaskEnd struct{ Task string }
type Values map[string]any
type Workflow struct{}
func Get[T any](c *Context, key string) (T, error) { var t T; return t, nil }
var _ context.Context`,
}

// world type-checks packages that exist only in a test.
type world struct {
	fset  *token.FileSet
	files map[string]map[string]string // import path -> file name -> text
	done  map[string]*types.Package
	bytes map[string][]byte
}

func newWorld() *world {
	return &world{
		fset:  token.NewFileSet(),
		files: make(map[string]map[string]string),
		done:  make(map[string]*types.Package),
		bytes: make(map[string][]byte),
	}
}

// Import is the importer of the type checker.
func (w *world) Import(importPath string) (*types.Package, error) {
	if importPath == "unsafe" {
		return types.Unsafe, nil
	}
	if pkg := w.done[importPath]; pkg != nil {
		return pkg, nil
	}
	files := w.files[importPath]
	if files == nil {
		text, ok := stubs[importPath]
		if !ok {
			return nil, fmt.Errorf("no package %s in the test", importPath)
		}
		files = map[string]string{importPath + "/stub.go": text}
	}
	pkg, _, _, err := w.check(importPath, files)
	w.done[importPath] = pkg
	return pkg, err
}

// check parses and type-checks one package; type errors are let pass.
func (w *world) check(importPath string, files map[string]string) (*types.Package, *types.Info, []*ast.File, error) {
	var trees []*ast.File
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		tree, err := parser.ParseFile(w.fset, name, files[name], parser.ParseComments|parser.SkipObjectResolution)
		if tree == nil || err != nil && !strings.Contains(files[name], "broken") {
			return nil, nil, nil, fmt.Errorf("parse %s: %w", name, err)
		}
		trees = append(trees, tree)
	}
	info := &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Defs: make(map[*ast.Ident]types.Object),
		Uses: make(map[*ast.Ident]types.Object), Selections: make(map[*ast.SelectorExpr]*types.Selection),
		Instances: make(map[*ast.Ident]types.Instance),
	}
	conf := types.Config{Importer: w, Error: func(error) {}, FakeImportC: true}
	pkg, _ := conf.Check(importPath, w.fset, trees, info)
	return pkg, info, trees, nil
}

// load type-checks the package under test, whose files have no directory.
func (w *world) load(tb testing.TB, files map[string]string) *Source {
	tb.Helper()
	pkg, info, trees, err := w.check("example.com/pkg", files)
	if err != nil {
		tb.Fatal(err)
	}
	bytes := make(map[string][]byte, len(files))
	for name, text := range files {
		bytes[name] = []byte(text)
	}
	return &Source{Fset: w.fset, Dir: "/src/pkg", Files: trees, Bytes: bytes, Types: pkg, Info: info}
}

// add puts a file of another package into the world.
func (w *world) add(name, text string) {
	importPath := "example.com/" + path.Dir(name)
	if w.files[importPath] == nil {
		w.files[importPath] = make(map[string]string)
	}
	w.files[importPath][name] = text
}

// checkText checks one file.
func checkText(tb testing.TB, text string) (*Package, []string) {
	tb.Helper()
	src := newWorld().load(tb, map[string]string{"tasks.go": text})
	pkg, findings := Check(src)
	return pkg, render(findings)
}
