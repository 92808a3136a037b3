package analyzer

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/cloacina-go/cloacina/annotations/check"
)

// view is a pass as the checker wants to see it.
type view struct {
	pass *analysis.Pass
	dir  string
	// own are the files of the package that are no tests, tests those of the
	// package that are, and outside those of its external test package. Generated
	// files of ours are not among them.
	own, tests, outside []*ast.File
	// generated are the files of ours.
	generated []*ast.File
	// ignored are those that are no part of this build.
	ignored []*ast.File
	texts   map[string][]byte
	files   map[string]*token.File
	// clause is the place of a package clause.
	clause token.Pos
}

// newView returns nil for a package that has no annotation.
func newView(pass *analysis.Pass) (*view, error) {
	v := &view{pass: pass, texts: map[string][]byte{}, files: map[string]*token.File{}}
	mentioned := false
	for _, f := range pass.Files {
		v.sort(f)
		mentioned = mentioned || mentions(f)
	}
	if len(pass.Files) == 0 {
		return nil, nil
	}
	ignored, err := v.readIgnored()
	if err != nil || !mentioned && !ignored {
		return nil, err
	}
	for _, f := range slices.Concat(v.own, v.tests, v.outside) {
		name := v.name(f)
		if v.texts[name], err = pass.ReadFile(name); err != nil {
			return nil, fmt.Errorf("read a file of the package: %w", err)
		}
	}
	return v, nil
}

// sort puts a file to those it belongs to. What cgo made of a file lies elsewhere
// and is left out: annotations in the original are an error that check reports.
func (v *view) sort(f *ast.File) {
	name := v.name(f)
	if v.dir == "" {
		v.dir, v.clause = filepath.Dir(name), f.Name.Pos()
	}
	v.files[name] = v.pass.Fset.File(f.FileStart)
	base := filepath.Base(name)
	switch {
	case base == "cloacina_gen.go" || base == "cloacina_gen_test.go":
		v.generated = append(v.generated, f)
	case filepath.Dir(name) != v.dir:
	case !isTest(name):
		v.own = append(v.own, f)
	case strings.HasSuffix(f.Name.Name, "_test"):
		v.outside = append(v.outside, f)
	default:
		v.tests = append(v.tests, f)
	}
}

func (v *view) name(f *ast.File) string { return v.pass.Fset.PositionFor(f.FileStart, false).Filename }

func isTest(name string) bool { return strings.HasSuffix(name, "_test.go") }

// readIgnored parses the files that are no part of this build, and reports whether
// one of them has an annotation.
func (v *view) readIgnored() (bool, error) {
	mentioned := false
	for _, name := range v.pass.IgnoredFiles {
		if !strings.HasSuffix(name, ".go") || strings.ContainsAny(filepath.Base(name)[:1], "._") {
			continue
		}
		text, err := v.pass.ReadFile(name)
		if err != nil {
			return false, fmt.Errorf("read an ignored file of the package: %w", err)
		}
		f, err := parser.ParseFile(v.pass.Fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			continue // nobody compiles it
		}
		v.texts[name], v.files[name] = text, v.pass.Fset.File(f.FileStart)
		v.ignored = append(v.ignored, f)
		mentioned = mentioned || mentions(f)
	}
	return mentioned, nil
}

// mentions reports whether a comment could be a directive, or a near miss of one.
func mentions(f *ast.File) bool {
	for _, group := range f.Comments {
		for _, c := range group.List {
			text := strings.ToLower(c.Text)
			for _, word := range []string{"cloacina", ":task", ":workflow"} {
				if strings.Contains(text, word) {
					return true
				}
			}
		}
	}
	return false
}

// sources are what there is to check: the package, and what its tests add to it.
func (v *view) sources() []*check.Source {
	var list []*check.Source
	if len(v.own) > 0 {
		src := v.source(v.own, v.ignored, false)
		src.Types, src.Info = v.withoutTests()
		src.Beside = slices.Concat(v.neighbours(), v.tests)
		list = append(list, src)
	}
	if len(v.tests) > 0 || slices.ContainsFunc(v.ignored, func(f *ast.File) bool { return isTest(v.name(f)) }) {
		src := v.source(slices.Concat(v.own, v.tests), v.ignored, true)
		src.Types, src.Info = v.pass.Pkg, v.pass.TypesInfo
		src.Beside = v.neighbours()
		list = append(list, src)
	}
	if len(v.outside) > 0 {
		src := v.source(nil, v.outside, true)
		name := strings.TrimSuffix(v.pass.Pkg.Name(), "_test")
		src.Types, src.Info = types.NewPackage(v.pass.Pkg.Path(), name), &types.Info{}
		list = append(list, src)
	}
	return list
}

// source has the files in it, and what cannot take part although it is annotated:
// ignored files, or the external test package.
func (v *view) source(files, left []*ast.File, test bool) *check.Source {
	src := &check.Source{Fset: v.pass.Fset, Dir: v.dir, Files: files, Bytes: map[string][]byte{}, Test: test}
	for _, f := range files {
		name := v.name(f)
		src.Bytes[name] = v.texts[name]
	}
	for _, f := range left {
		name := v.name(f)
		src.Excluded = append(src.Excluded, check.ExcludedFile{Name: name, Src: v.texts[name], Reason: v.reason(f)})
	}
	return src
}

// reason says why a file is left out.
func (v *view) reason(f *ast.File) string {
	if slices.Contains(v.outside, f) {
		return "it belongs to the external test package " + f.Name.Name
	}
	if reason := check.ConstrainedBy(v.name(f), f); reason != "" {
		return reason
	}
	return "it belongs to package " + f.Name.Name
}

// neighbours are the ignored files of the same package that somebody builds.
func (v *view) neighbours() []*ast.File {
	return slices.DeleteFunc(slices.Clone(v.ignored), func(f *ast.File) bool {
		return f.Name.Name != v.pass.Pkg.Name() || check.ConstrainedBy(v.name(f), f) == "build constraint ignore"
	})
}

// withoutTests returns the package as it is without its tests. A pass may be over
// both, and then the package is type-checked again: what tests declare must not
// be taken for a part of it.
func (v *view) withoutTests() (*types.Package, *types.Info) {
	if len(v.tests) == 0 {
		return v.pass.Pkg, v.pass.TypesInfo
	}
	files := slices.DeleteFunc(slices.Clone(v.generated), func(f *ast.File) bool { return isTest(v.name(f)) })
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
	}
	config := types.Config{
		Importer: importsOf(v.pass), Sizes: v.pass.TypesSizes, GoVersion: v.pass.Pkg.GoVersion(),
		// Whatever is wrong the compiler reports.
		Error: func(error) {},
	}
	pkg, _ := config.Check(v.pass.Pkg.Path(), v.pass.Fset, slices.Concat(v.own, files), info)
	return pkg, info
}

// imported are packages by the paths under which a pass imports them.
type imported map[string]*types.Package

// importsOf collects the imports of a pass, which have been type-checked.
func importsOf(pass *analysis.Pass) imported {
	all := imported{"unsafe": types.Unsafe}
	for _, f := range pass.Files {
		for _, spec := range f.Imports {
			if name := pass.TypesInfo.PkgNameOf(spec); name != nil {
				all[strings.Trim(spec.Path.Value, "`\"")] = name.Imported()
			}
		}
	}
	return all
}

// Import returns a package that was imported already.
func (m imported) Import(path string) (*types.Package, error) {
	if pkg := m[path]; pkg != nil {
		return pkg, nil
	}
	return nil, fmt.Errorf("package %s is not imported", path)
}
