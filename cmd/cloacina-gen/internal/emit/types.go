package emit

import (
	"fmt"
	"go/types"
	"strings"
	"unicode/utf8"

	"github.com/dave/jennifer/jen"
)

// id returns an identifier that comes from go/types.
func (f *file) id(name string) word {
	f.idents[name] = true
	return word{jen.Id(name), utf8.RuneCountInString(name)}
}

// qualified returns an identifier of another package.
func (f *file) qualified(importPath, clause, name string) word {
	pkg := f.imports.name(importPath, clause)
	f.idents[pkg], f.idents[name] = true, true
	return word{jen.Id(pkg).Dot(name), utf8.RuneCountInString(pkg) + 1 + utf8.RuneCountInString(name)}
}

// rt returns an identifier of the runtime package.
func (f *file) rt(name string) word { return f.qualified(runtimePath, "cloacina", name) }

// typ returns a type as it is spelled in the generated file. It reports a type
// that cannot be spelled there, such as an unexported one of another package.
func (f *file) typ(t types.Type) (doc, error) {
	switch t := t.(type) {
	case *types.Basic:
		return f.basic(t)
	case *types.Alias:
		return f.named(t.Obj(), t.TypeArgs())
	case *types.Named:
		return f.named(t.Obj(), t.TypeArgs())
	case *types.Pointer:
		return f.prefixed("*", t.Elem())
	case *types.Slice:
		return f.prefixed("[]", t.Elem())
	case *types.Array:
		return f.prefixed(fmt.Sprintf("[%d]", t.Len()), t.Elem())
	case *types.Map:
		return f.mapType(t)
	case *types.Struct:
		return f.structType(t)
	case *types.Interface:
		return f.interfaceType(t)
	case *types.Signature:
		d, err := f.signature(t)
		return seq{op("func"), d}, err
	}
	return nil, fmt.Errorf("type %s has no place in a workflow; use a type that encoding/json can write", t)
}

func (f *file) basic(t *types.Basic) (doc, error) {
	if t.Kind() == types.UnsafePointer || t.Kind() == types.Invalid {
		return nil, fmt.Errorf("type %s has no place in a workflow; use a type that encoding/json can write", t)
	}
	return f.predeclared(t.Name())
}

// predeclared returns a predeclared identifier, if the package does not hide it.
func (f *file) predeclared(name string) (doc, error) {
	if f.types.Scope().Lookup(name) != nil {
		return nil, hides(f.types, name)
	}
	return f.id(name), nil
}

func (f *file) prefixed(prefix string, elem types.Type) (doc, error) {
	d, err := f.typ(elem)
	if err != nil {
		return nil, err
	}
	return seq{op(prefix), d}, nil
}

func (f *file) mapType(t *types.Map) (doc, error) {
	key, err := f.typ(t.Key())
	if err != nil {
		return nil, err
	}
	elem, err := f.typ(t.Elem())
	if err != nil {
		return nil, err
	}
	return seq{op("map["), key, op("]"), elem}, nil
}

// named returns a declared type or alias with its type arguments.
func (f *file) named(obj *types.TypeName, args *types.TypeList) (doc, error) {
	name, err := f.typeName(obj)
	if err != nil || args.Len() == 0 {
		return name, err
	}
	in := list{open: "[", close: "]", style: hang}
	for arg := range args.Types() {
		d, err := f.typ(arg)
		if err != nil {
			return nil, err
		}
		in.items = append(in.items, d)
	}
	return seq{name, in}, nil
}

func (f *file) typeName(obj *types.TypeName) (doc, error) {
	pkg := obj.Pkg()
	switch {
	case pkg == nil:
		return f.predeclared(obj.Name())
	case obj.Parent() != pkg.Scope():
		return nil, fmt.Errorf("type %s is declared in a function; declare it in the package", obj.Name())
	case pkg.Path() == f.types.Path():
		return f.id(obj.Name()), nil
	case !obj.Exported() || !importable(pkg.Path(), f.types.Path()):
		return nil, fmt.Errorf("type %s.%s cannot be named in package %s; use an exported type",
			pkg.Path(), obj.Name(), f.types.Name())
	}
	return f.qualified(pkg.Path(), pkg.Name(), obj.Name()), nil
}

// importable reports whether the go command lets a package import a path.
func importable(importPath, from string) bool {
	if strings.HasPrefix(importPath, "vendor/") {
		return false
	}
	slashed := "/" + importPath + "/"
	i := strings.LastIndex(slashed, "/internal/")
	if i < 0 {
		return true
	}
	parent := slashed[:i+1]
	return i > 0 && strings.HasPrefix("/"+strings.TrimSuffix(from, "_test")+"/", parent)
}

func (f *file) structType(t *types.Struct) (doc, error) {
	fields := list{open: "{", close: "}", lines: true}
	for i := range t.NumFields() {
		d, err := f.structField(t.Field(i), t.Tag(i))
		if err != nil {
			return nil, err
		}
		fields.items = append(fields.items, d)
	}
	return seq{op("struct"), fields}, nil
}

func (f *file) structField(v *types.Var, tag string) (doc, error) {
	if !v.Exported() && v.Pkg() != nil && v.Pkg().Path() != f.types.Path() {
		return nil, fmt.Errorf("field %s of a struct of package %s cannot be named in package %s; use an exported type",
			v.Name(), v.Pkg().Path(), f.types.Name())
	}
	d, err := f.typ(v.Type())
	if err != nil {
		return nil, err
	}
	parts := []doc{d}
	if !v.Embedded() {
		parts = []doc{f.id(v.Name()), d}
	}
	if tag != "" {
		parts = append(parts, f.str(tag))
	}
	return spaced(parts...), nil
}

func (f *file) interfaceType(t *types.Interface) (doc, error) {
	members := list{open: "{", close: "}", lines: true}
	for e := range t.EmbeddedTypes() {
		d, err := f.typ(e)
		if err != nil {
			return nil, err
		}
		members.items = append(members.items, d)
	}
	for m := range t.ExplicitMethods() {
		if !m.Exported() && m.Pkg().Path() != f.types.Path() {
			return nil, fmt.Errorf("method %s of an interface of package %s cannot be named in package %s; "+
				"use an exported type", m.Name(), m.Pkg().Path(), f.types.Name())
		}
		d, err := f.signature(m.Signature())
		if err != nil {
			return nil, err
		}
		members.items = append(members.items, seq{f.id(m.Name()), d})
	}
	return seq{op("interface"), members}, nil
}

// signature returns the parameters and results of a method of an interface.
func (f *file) signature(s *types.Signature) (doc, error) {
	params, err := f.tuple(s.Params(), s.Variadic())
	if err != nil || s.Results().Len() == 0 {
		return params, err
	}
	results, err := f.tuple(s.Results(), false)
	if err != nil {
		return nil, err
	}
	return spaced(params, results), nil
}

func (f *file) tuple(vars *types.Tuple, variadic bool) (doc, error) {
	out := list{open: "(", close: ")"}
	for i := range vars.Len() {
		t, dots := vars.At(i).Type(), ""
		if slice, ok := t.(*types.Slice); ok && variadic && i == vars.Len()-1 {
			t, dots = slice.Elem(), "..."
		}
		d, err := f.prefixed(dots, t)
		if err != nil {
			return nil, err
		}
		out.items = append(out.items, d)
	}
	return out, nil
}
