package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// TestFilesInAnyOrder hands over the files of each case in other orders, parsed and
// type-checked in these, and each declaration of a case as a file of its own: what is
// found and planned is always the same.
func TestFilesInAnyOrder(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	shuffled := 0
	for seed, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(archive.Comment), "excluded ") {
			continue
		}
		c := newRepairCase(t, strings.TrimSuffix(filepath.Base(name), ".txtar"), archive)
		for _, files := range []map[string]string{c.files, declarations(c.files)} {
			order := slices.Sorted(maps.Keys(files))
			if len(order) < 2 {
				continue
			}
			want, ok := c.inOrder(files, order)
			if !ok {
				continue
			}
			shuffled++
			random := rand.New(rand.NewPCG(uint64(seed), 7))
			for range 3 {
				random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
				if got, _ := c.inOrder(files, order); got != want {
					t.Errorf("%s: with the files in the order %v (-sorted +so):\n%s", c.name, order, cmp.Diff(want, got))
				}
			}
		}
	}
	if shuffled < 100 {
		t.Errorf("only %d packages were shuffled", shuffled)
	}
}

// inOrder checks a package whose files are parsed and handed over in an order, and
// prints everything about it; false if some file does not parse.
func (c *repairCase) inOrder(files map[string]string, order []string) (string, bool) {
	w := newWorld()
	for file, text := range c.others {
		w.add(file, text)
	}
	src := &Source{Fset: w.fset, Dir: "/src/pkg", Bytes: make(map[string][]byte), Test: c.test}
	for _, name := range order {
		tree, err := parser.ParseFile(w.fset, name, files[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return "", false
		}
		src.Files, src.Bytes[name] = append(src.Files, tree), []byte(files[name])
	}
	src.Info = &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Defs: make(map[*ast.Ident]types.Object),
		Uses: make(map[*ast.Ident]types.Object), Selections: make(map[*ast.SelectorExpr]*types.Selection),
		Instances: make(map[*ast.Ident]types.Instance),
	}
	conf := types.Config{Importer: w, Error: func(error) {}, FakeImportC: true}
	src.Types, _ = conf.Check("example.com/pkg", w.fset, src.Files, src.Info)
	pkg, findings := Check(src)
	return strings.Join(render(findings), "\n") + "\n" + plansOf(c.t, pkg), true
}

// declarations makes a file of each declaration of a package of one file, in their
// order; nil if there are more files.
func declarations(files map[string]string) map[string]string {
	if len(files) != 1 {
		return nil
	}
	parts := make(map[string]string)
	for name, text := range files {
		fset := token.NewFileSet()
		tree, err := parser.ParseFile(fset, name, text, parser.ParseComments)
		if err != nil {
			return nil
		}
		imports, start := "", 0
		offset := func(p token.Pos) int { return fset.PositionFor(p, false).Offset }
		for i, d := range tree.Decls {
			end := offset(d.End())
			if i+1 == len(tree.Decls) {
				end = len(text)
			} else if j := strings.IndexByte(text[end:], '\n'); j >= 0 {
				end += j + 1
			}
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
				imports += text[offset(d.Pos()):offset(d.End())] + "\n"
				continue
			}
			head := "package " + tree.Name.Name + "\n" + imports
			if start == 0 {
				head = ""
			}
			parts["part"+strconv.Itoa(1000+i)+filepath.Ext(name)] = head + text[start:end]
			start = end
		}
		if strings.HasSuffix(name, "_test.go") {
			return nil
		}
	}
	return parts
}
