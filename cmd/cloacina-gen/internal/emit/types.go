package emit

import (
	"fmt"
	"go/types"
	"unicode/utf8"

	"github.com/dave/jennifer/jen"
)

// id returns an identifier that comes from go/types or from the generator itself.
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

// typ returns a type as it is spelled in the generated file. That the package
// can name it is for the checker to see to.
func (f *file) typ(t types.Type) doc {
	switch t := t.(type) {
	case *types.Basic:
		return f.predeclared(t.Name())
	case *types.Alias:
		return f.named(t.Obj(), t.TypeArgs())
	case *types.Named:
		return f.named(t.Obj(), t.TypeArgs())
	case *types.Pointer:
		return seq{op("*"), f.typ(t.Elem())}
	case *types.Slice:
		return seq{op("[]"), f.typ(t.Elem())}
	case *types.Array:
		return seq{op("["), number(t.Len()), op("]"), f.typ(t.Elem())}
	case *types.Map:
		return seq{op("map["), f.typ(t.Key()), op("]"), f.typ(t.Elem())}
	case *types.Struct:
		return f.structType(t)
	case *types.Interface:
		if t.Empty() && t.NumEmbeddeds() == 0 {
			return op("interface{}")
		}
	}
	f.fail(fmt.Errorf("type %s has no place in generated code; declare it, as a type that JSON can hold", t))
	return op("")
}

// predeclared returns a predeclared identifier, unless the package hides it.
func (f *file) predeclared(name string) doc {
	if f.types.Scope().Lookup(name) != nil {
		f.fail(fmt.Errorf("package %s declares %s, which hides Go's own %s from the generated code; rename it",
			f.types.Name(), name, name))
	}
	return f.id(name)
}

// named returns a declared type or alias with its type arguments.
func (f *file) named(obj *types.TypeName, args *types.TypeList) doc {
	name := f.typeName(obj)
	if args.Len() == 0 {
		return name
	}
	in := list{open: "[", close: "]", style: hang}
	for arg := range args.Types() {
		in.items = append(in.items, f.typ(arg))
	}
	return seq{name, in}
}

func (f *file) typeName(obj *types.TypeName) doc {
	switch pkg := obj.Pkg(); {
	case pkg == nil:
		return f.predeclared(obj.Name())
	case pkg.Path() == f.types.Path():
		return f.id(obj.Name())
	default:
		return f.qualified(pkg.Path(), pkg.Name(), obj.Name())
	}
}

func (f *file) structType(t *types.Struct) doc {
	fields := list{open: "{", close: "}", lines: true}
	for i := range t.NumFields() {
		var parts []doc
		if v := t.Field(i); v.Embedded() {
			parts = []doc{f.typ(v.Type())}
		} else {
			parts = []doc{f.id(v.Name()), f.typ(v.Type())}
		}
		if tag := t.Tag(i); tag != "" {
			parts = append(parts, f.tag(tag))
		}
		fields.items = append(fields.items, spaced(parts...))
	}
	return seq{op("struct"), fields}
}

// tag returns a struct tag. Unlike other text it cannot be broken over lines.
func (f *file) tag(tag string) doc {
	t := f.str(tag)
	return word{jen.Op(t.quoter()(tag)), t.flat()}
}
