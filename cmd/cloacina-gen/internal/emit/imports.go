package emit

import (
	"cmp"
	"go/types"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// runtimePath is the import path of the runtime package.
const runtimePath = "github.com/cloacina-go/cloacina/runtime"

// imports are the packages that the file uses and what they are called in it.
type imports struct {
	taken  map[string]bool
	byPath map[string]*imported
}

// imported is one package that the file may import.
type imported struct {
	path   string
	clause string // the name in its package clause
	name   string // what the file calls it
	used   bool
}

// newImports gives out the names of the packages that every generated file is
// written with first, so that they are called alike wherever that is possible.
// No package is called like something that the given package declares, which
// would not compile, like a predeclared identifier, or like a local variable.
func newImports(pkg *types.Package, generated []string) *imports {
	i := &imports{taken: map[string]bool{}, byPath: map[string]*imported{}}
	for _, names := range [][]string{pkg.Scope().Names(), types.Universe.Names(), generated} {
		for _, name := range names {
			i.taken[name] = true
		}
	}
	i.add("context", "context")
	i.add("time", "time")
	i.add(runtimePath, "cloacina")
	return i
}

func (i *imports) add(importPath, clause string) *imported {
	base := clause
	if local.MatchString(base) {
		base = "pkg" + base
	}
	p := &imported{path: importPath, clause: clause, name: unique(base, func(s string) bool { return i.taken[s] })}
	i.taken[p.name] = true
	i.byPath[importPath] = p
	return p
}

// local are the names of the local variables and constants that are made on
// the way, and so are not among the taken names.
var local = regexp.MustCompile(`^rule[0-9]+$|^task[^a-z]`)

// name returns what the file calls a package, and imports it.
func (i *imports) name(importPath, clause string) string {
	p := i.byPath[importPath]
	if p == nil {
		p = i.add(importPath, clause)
	}
	p.used = true
	return p.name
}

// sorted returns the used imports by path, those of the standard library first.
func (i *imports) sorted() []*imported {
	var out []*imported
	for _, p := range i.byPath {
		if p.used {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *imported) int {
		if a.standard() != b.standard() {
			if a.standard() {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.path, b.path)
	})
	return out
}

// declaration returns the import declaration.
func (i *imports) declaration() doc {
	specs := list{open: "(", close: ")", lines: true}
	standard := true
	for _, p := range i.sorted() {
		if standard && !p.standard() && len(specs.items) > 0 {
			specs.items = append(specs.items, empty)
		}
		standard = p.standard()
		specs.items = append(specs.items, p.spec())
	}
	return spaced(op("import"), specs)
}

func (p *imported) spec() doc {
	if p.explicit() {
		return spaced(op(p.name), op(strconv.Quote(p.path)))
	}
	return op(strconv.Quote(p.path))
}

// explicit reports whether the import is written with its name: when the
// path does not end in it.
func (p *imported) explicit() bool {
	last := path.Base(p.path)
	if version(last) {
		last = path.Base(path.Dir(p.path))
	}
	return p.name != last || p.name != p.clause
}

// version reports whether a path element is a major version, such as v2.
func version(element string) bool {
	n, err := strconv.Atoi(strings.TrimPrefix(element, "v"))
	return err == nil && n > 1 && strings.HasPrefix(element, "v")
}

// standard reports whether the package is of the standard library.
func (p *imported) standard() bool { return standard(p.path) }

// standard reports whether a path is one that Go reserves for its own packages:
// its first element is no domain.
func standard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

// unique returns the name, with the first number behind it that makes it free.
func unique(name string, taken func(string) bool) string {
	out := name
	for n := 2; taken(out); n++ {
		out = name + strconv.Itoa(n)
	}
	return out
}
