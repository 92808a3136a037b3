package oracle

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
)

// exports finds the packages that sources under test may import, once for all
// tests: what the compiler has exported of them.
var exports = sync.OnceValues(func() (types.Importer, error) {
	imports := []string{"context", "encoding/json", "errors", "math/rand", "time", "github.com/cloacina-go/cloacina/runtime"}
	args := append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}"}, imports...)
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		return nil, fmt.Errorf("find export data: %w", err)
	}
	files := make(map[string]string)
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		path, file, _ := strings.Cut(lines.Text(), "=")
		files[path] = file
	}
	read := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(files[path])
	})
	all := imported{}
	for _, path := range imports {
		if all[path], err = read.Import(path); err != nil {
			return nil, err
		}
	}
	return all, nil
})

// imported are packages by their path. Unlike an importer it can be used by
// several goroutines.
type imported map[string]*types.Package

func (i imported) Import(path string) (*types.Package, error) {
	if p := i[path]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("package %s is not one of those that tests import", path)
}

// typeCheck makes a source of files that are in no directory; a type error is one
// of the test.
func typeCheck(t *testing.T, files map[string]string) *check.Source {
	t.Helper()
	from, err := exports()
	if err != nil {
		t.Fatal(err)
	}
	src := &check.Source{Fset: token.NewFileSet(), Dir: "/src", Bytes: make(map[string][]byte), Info: &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Defs: make(map[*ast.Ident]types.Object),
		Uses: make(map[*ast.Ident]types.Object), Selections: make(map[*ast.SelectorExpr]*types.Selection),
		Instances: make(map[*ast.Ident]types.Instance),
	}}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		tree, err := parser.ParseFile(src.Fset, name, files[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("%v\n%s", err, files[name])
		}
		src.Files = append(src.Files, tree)
		src.Bytes[name] = []byte(files[name])
	}
	conf := types.Config{Importer: from}
	if src.Types, err = conf.Check("example.com/pkg", src.Fset, src.Files, src.Info); err != nil {
		t.Fatalf("%v\n%v", err, files)
	}
	return src
}

// findings is what the checker says of one file.
func findings(t *testing.T, text string) (*check.Package, []annotations.Finding) {
	t.Helper()
	return check.Check(typeCheck(t, map[string]string{"tasks.go": text}))
}

// lines prints findings, one line each.
func lines(list []annotations.Finding) string {
	var b strings.Builder
	for _, f := range list {
		fmt.Fprintf(&b, "%s: %s %s: %s\n", f.Span, f.Code.Severity(), f.Code, f.Message)
	}
	return b.String()
}
