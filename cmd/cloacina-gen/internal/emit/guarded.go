package emit

import (
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations/check"
)

// guarded collects the structs that get a guard: those that have a name, and
// whose fields the JSON of a key is made of. One without a name is written out
// wherever it is used, and so is part of another's guard or of an adapter.
type guarded struct {
	f *file
	// found are the named types that were visited; nil for those without a guard.
	found map[string]types.Type
}

// structsBehind returns the structs behind the keys of a package that get a
// guard, sorted by name.
func (f *file) structsBehind(pkg *check.Package) []types.Type {
	g := &guarded{f: f, found: map[string]types.Type{}}
	for _, w := range pkg.Workflows {
		g.keys(w.Input)
		for _, t := range w.Tasks {
			g.keys(t.In)
			g.keys(t.Out)
			if t.ResultType != nil {
				g.value(t.ResultType)
			}
		}
	}
	var out []types.Type
	for _, name := range slices.Sorted(maps.Keys(g.found)) {
		if t := g.found[name]; t != nil {
			out = append(out, t)
		}
	}
	return out
}

// keys adds a struct whose fields are keys.
func (g *guarded) keys(s *check.Struct) {
	if s != nil {
		g.fieldsOf(s.Type)
	}
}

// value adds the structs in the JSON of a type. What a type writes itself has
// nothing to do with its fields.
func (g *guarded) value(t types.Type) {
	if check.JSONMethod(t) != nil {
		return
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		g.fieldsOf(t)
	case interface{ Elem() types.Type }: // pointer, slice, array or map
		if !g.visited(declared(t), nil) {
			g.value(u.Elem())
		}
	}
}

// fieldsOf adds a struct and those in the JSON of its fields.
func (g *guarded) fieldsOf(t types.Type) {
	t = declared(t)
	s, ok := t.Underlying().(*types.Struct)
	if !ok || g.visited(t, s) {
		return
	}
	for i := range s.NumFields() {
		v, key := s.Field(i), reflect.StructTag(s.Tag(i)).Get("json")
		switch {
		case key == "-":
		case v.Embedded() && (key == "" || key[0] == ',') && isStruct(pointed(v.Type())):
			g.fieldsOf(pointed(v.Type())) // they count as fields of this struct, whatever JSON that one writes
		case v.Exported():
			g.value(v.Type())
		}
	}
}

// visited reports whether a type with a name was visited before, and keeps it in
// mind. A struct is found if the file can have a guard for it.
func (g *guarded) visited(t types.Type, s *types.Struct) bool {
	obj := nameOf(t)
	if obj == nil {
		return false
	}
	name := types.TypeString(t, nil)
	_, seen := g.found[name]
	if !seen {
		g.found[name] = nil
		if s != nil && !g.f.ofGo(obj, s) && g.f.spells(t, s) {
			g.found[name] = t
		}
	}
	return seen
}

// declared returns the declared type that an alias stands for, or the alias if
// that is all the name a type has.
func declared(t types.Type) types.Type {
	if named, ok := types.Unalias(t).(*types.Named); ok {
		return named
	}
	return t
}

// nameOf returns the name of a declared type or alias; nil for all others.
func nameOf(t types.Type) *types.TypeName {
	if named, ok := t.(interface{ Obj() *types.TypeName }); ok {
		return named.Obj()
	}
	return nil
}

func pointed(t types.Type) types.Type {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

func isStruct(t types.Type) bool {
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

// ofGo reports whether a struct is declared by Go's standard library, or made of
// one that is. Those are not guarded: another release of Go may add fields, and
// the same file has to compile with both.
func (f *file) ofGo(obj *types.TypeName, s *types.Struct) bool {
	ours, _, _ := strings.Cut(f.types.Path(), "/")
	pkg := obj.Pkg()
	if s.NumFields() > 0 {
		pkg = s.Field(0).Pkg()
	}
	first, _, _ := strings.Cut(pkg.Path(), "/")
	return standard(first) && first != ours // a module may have a name like those of the library
}

// spells reports whether the file can spell types. A struct may have fields that
// are no keys, of types such as unsafe.Pointer, which it cannot.
func (f *file) spells(ts ...types.Type) bool {
	probe := &file{
		types:   f.types,
		imports: &imports{taken: map[string]bool{}, byPath: map[string]*imported{}},
		idents:  map[string]bool{},
		texts:   map[string]int{},
	}
	for _, t := range ts {
		probe.typ(t)
	}
	return probe.err == nil
}
