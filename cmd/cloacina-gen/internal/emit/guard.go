package emit

import (
	"go/types"
	"maps"
	"reflect"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/cloacina-go/cloacina/annotations/check"
)

// guards returns the declaration that compiles only while the structs whose
// fields are keys are what they were; nil if there are none. The adapters stop
// compiling when one of their fields gets another name or type, but do not
// notice a new field or another tag. A guard does: it assigns the struct to the
// type that it was, and for that all fields must have the names, types and tags
// that they had, in the same order.
//
// Structs of other packages have no guard. Their packages may add fields at any
// time, which must not keep this one from compiling.
func (f *file) guards(pkg *check.Package) jen.Code {
	structs := f.keyStructs(pkg)
	if len(structs) == 0 {
		return nil
	}
	var c comment
	c.paragraph("The structs whose fields are keys. One that does not compile here has changed; "+
		"run: go generate ./...", 0)
	specs := list{open: "(", close: ")", lines: true}
	for _, t := range structs {
		was := f.structType(t.Underlying().(*types.Struct))
		value := seq{op("= "), f.typ(t), op("{}")}
		specs.items = append(specs.items, spaced(f.id("_"), was, value))
	}
	return c.over(seq{op("var "), specs}.code(place{}))
}

// keyStructs returns the structs that get a guard, sorted by name.
func (f *file) keyStructs(pkg *check.Package) []types.Type {
	found := map[string]types.Type{} // nil for those without a guard
	for _, w := range pkg.Workflows {
		structs := []*check.Struct{w.Input}
		for _, t := range w.Tasks {
			structs = append(structs, t.In, t.Out)
		}
		for _, s := range structs {
			if s != nil {
				f.addKeyStruct(found, s.Type)
			}
		}
	}
	var out []types.Type
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if t := found[name]; t != nil {
			out = append(out, t)
		}
	}
	return out
}

// addKeyStruct adds a struct and those whose fields are keys as its own.
func (f *file) addKeyStruct(found map[string]types.Type, t types.Type) {
	t = declared(t)
	s, ok := t.Underlying().(*types.Struct)
	name := types.TypeString(t, nil)
	if _, seen := found[name]; seen || !ok {
		return
	}
	found[name] = nil
	if f.owns(t, s) && f.spells(t, s) {
		found[name] = t
	}
	for i := range s.NumFields() {
		if key := reflect.StructTag(s.Tag(i)).Get("json"); s.Field(i).Embedded() && (key == "" || key[0] == ',') {
			f.addKeyStruct(found, pointed(s.Field(i).Type()))
		}
	}
}

// declared returns the declared type that an alias stands for, or the alias if
// that is all the name a type has.
func declared(t types.Type) types.Type {
	if named, ok := types.Unalias(t).(*types.Named); ok {
		return named
	}
	return t
}

func pointed(t types.Type) types.Type {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// owns reports whether the package declares a type with all of its fields. One
// without a name is written out wherever it is used, and needs no guard.
func (f *file) owns(t types.Type, s *types.Struct) bool {
	named, ok := t.(interface{ Obj() *types.TypeName })
	if !ok || !f.own(named.Obj()) {
		return false
	}
	for v := range s.Fields() {
		if !f.own(v) {
			return false
		}
	}
	return true
}

// own reports whether something is declared in the package.
func (f *file) own(obj types.Object) bool {
	return obj.Pkg() != nil && obj.Pkg().Path() == f.types.Path()
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
