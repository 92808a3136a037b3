package load

import (
	"go/ast"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
)

// unit is a package, or a package with its _test.go files, that is type-checked
// from source.
type unit struct {
	path, name, dir string
	goVersion       string
	// files are the files of the build without ours.
	files    []*file
	excluded []check.ExcludedFile
	// beside are other files of the package, which are only parsed.
	beside []*ast.File
	// base is the unit without the test files; nil if this one has none either.
	base *unit
	// target says that the patterns name the package, so that what is found in
	// it is reported; idle that it is named, but nothing in it is annotated.
	target, idle bool

	busy, done bool
	findings   []annotations.Finding
	// opaque says that the package declares workflows but its generated file is
	// not known, because of errors; blocked that this holds for an import.
	opaque, blocked bool
	// content is the generated file, and tree its syntax; nil if there is none.
	content []byte
	tree    *ast.File
	// types is the package as others import it.
	types *types.Package
}

// newUnit returns the unit of a package.
func (l *loader) newUnit(p *listed) (*unit, error) {
	u := &unit{path: p.ImportPath, name: p.Name, dir: p.Dir}
	if p.Module != nil && p.Module.GoVersion != "" {
		u.goVersion = "go" + p.Module.GoVersion
	}
	if err := l.addFiles(u, slices.Concat(p.GoFiles, p.CgoFiles)); err != nil {
		return nil, err
	}
	return u, l.addInvalid(u, p, false)
}

// newTestUnit returns the unit of a package with its test files.
func (l *loader) newTestUnit(base *unit, p *listed) (*unit, error) {
	u := &unit{path: base.path, name: base.name, dir: base.dir, goVersion: base.goVersion, base: base}
	u.files = slices.Clone(base.files)
	if err := l.addFiles(u, p.TestGoFiles); err != nil {
		return nil, err
	}
	return u, l.addInvalid(u, p, true)
}

// addInvalid adds files that the go command leaves out because of their syntax
// errors, so that these are reported.
func (l *loader) addInvalid(u *unit, p *listed, tests bool) error {
	for _, name := range p.InvalidGoFiles {
		if strings.HasSuffix(name, "_test.go") != tests {
			continue
		}
		d, err := l.directory(u.dir)
		if err != nil {
			return err
		}
		if d.texts[filepath.Join(d.path, name)] == nil || slices.Contains(d.own, name) {
			continue // a broken link, or of ours
		}
		f, err := l.parse(d, name)
		if err != nil {
			return err
		}
		if len(f.errs) > 0 {
			u.files = append(u.files, f)
		}
	}
	return nil
}

func (l *loader) addFiles(u *unit, names []string) error {
	if len(names) == 0 {
		return nil
	}
	d, err := l.directory(u.dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if slices.Contains(d.own, name) || d.gone(name) {
			continue
		}
		f, err := l.parse(d, name)
		if err != nil {
			return err
		}
		u.files = append(u.files, f)
	}
	// The name that go list gives is that of our file when it lists ours first.
	if len(u.files) > 0 && u.files[0].ast.Name != nil && u.files[0].ast.Name.Name != "_" {
		u.name = u.files[0].ast.Name.Name
	}
	return nil
}

// annotated reports whether a file that the unit adds to its base holds a
// directive, or could if its syntax errors were repaired.
func (u *unit) annotated() bool {
	return len(u.excluded) > 0 || slices.ContainsFunc(u.own(), func(f *file) bool { return f.annotated() })
}

// output returns the path of the generated file.
func (u *unit) output() string {
	if u.base != nil {
		return filepath.Join(u.dir, TestFileName)
	}
	return filepath.Join(u.dir, FileName)
}

// own returns the files that this unit adds to its base.
func (u *unit) own() []*file {
	if u.base == nil {
		return u.files
	}
	return u.files[len(u.base.files):]
}

// workflows returns the workflow annotations.
func (u *unit) workflows() []*annotations.Workflow {
	var list []*annotations.Workflow
	for _, f := range u.own() {
		if f.declared != nil {
			list = append(list, f.declared.Workflows...)
		}
	}
	return list
}

// declared returns the place of the first workflow's name.
func (u *unit) declared() annotations.Span {
	if list := u.workflows(); len(list) > 0 {
		return list[0].Target
	}
	return annotations.Span{}
}

// imports returns the import paths of the files, sorted, but for "C" and "unsafe".
func (u *unit) imports() []string {
	var list []string
	for _, f := range u.files {
		for _, spec := range f.ast.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err == nil && path != "C" && path != "unsafe" {
				list = append(list, path)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// syntaxErrors returns those of all files.
func (u *unit) syntaxErrors() []annotations.Finding {
	var found []annotations.Finding
	for _, f := range u.files {
		found = append(found, f.errs...)
	}
	return found
}

// syntax returns the syntax trees of files.
func syntax(files []*file) []*ast.File {
	var list []*ast.File
	for _, f := range files {
		list = append(list, f.ast)
	}
	return list
}
