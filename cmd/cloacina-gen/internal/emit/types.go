package emit

import (
	"fmt"
	"go/token"
	"go/types"

	"github.com/cloacina-go/cloacina/annotations/check"
)

// id returns an identifier that comes from go/types or from the generator itself.
func (f *file) id(name string) word {
	f.idents[name] = true
	return op(name)
}

// qualified returns an identifier of another package.
func (f *file) qualified(importPath, clause, name string) word {
	pkg := f.imports.name(importPath, clause)
	f.idents[pkg], f.idents[name] = true, true
	return op(pkg + "." + name)
}

// rt returns an identifier of the runtime package.
func (f *file) rt(name string) word { return f.qualified(runtimePath, "cloacina", name) }

// own reports whether something is declared in the package.
func (f *file) own(obj types.Object) bool {
	return obj.Pkg() != nil && obj.Pkg().Path() == f.types.Path()
}

// typ returns a type as it is spelled in the generated file. That a key may
// have it is for the checker to see to.
func (f *file) typ(t types.Type) doc {
	switch t := t.(type) {
	case *types.Basic:
		if types.Universe.Lookup(t.Name()) != nil {
			return f.predeclared(t.Name())
		}
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
	case *types.Chan:
		return f.chanType(t)
	case *types.Signature:
		return seq{op("func"), f.signature(t)}
	case *types.Struct:
		return f.structType(t)
	case *types.Interface:
		return f.interfaceType(t)
	}
	f.fail(fmt.Errorf("type %s has no place in generated code; declare it, as a type that JSON can hold", t))
	return op("")
}

// predeclared returns an identifier of Go itself, unless the package hides it.
func (f *file) predeclared(name string) word {
	if obj := f.types.Scope().Lookup(name); obj != nil {
		f.fail(fmt.Errorf("package %s declares the %s %s, which hides Go's own %s from the generated code; rename it",
			f.types.Name(), kindOf(obj), name, name))
	}
	return f.id(name)
}

func kindOf(obj types.Object) string {
	switch obj.(type) {
	case *types.Const:
		return "constant"
	case *types.Func:
		return "function"
	case *types.TypeName:
		return "type"
	default:
		return "variable"
	}
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
	case f.own(obj):
		return f.id(obj.Name())
	case !obj.Exported():
		f.fail(fmt.Errorf("type %s.%s cannot be named outside of its package; export it", pkg.Path(), obj.Name()))
		return op("")
	case !check.Importable(pkg.Path(), f.types.Path()):
		f.fail(fmt.Errorf("type %s.%s is internal, and %s may not import it; move it", pkg.Path(), obj.Name(),
			f.types.Path()))
		return op("")
	default:
		return f.qualified(pkg.Path(), pkg.Name(), obj.Name())
	}
}

func (f *file) chanType(t *types.Chan) doc {
	arrow := map[types.ChanDir]string{types.SendRecv: "chan ", types.SendOnly: "chan<- ", types.RecvOnly: "<-chan "}
	elem := f.typ(t.Elem())
	if c, ok := t.Elem().(*types.Chan); ok && c.Dir() == types.RecvOnly {
		elem = seq{op("("), elem, op(")")} // or its arrow would be this channel's
	}
	return seq{op(arrow[t.Dir()]), elem}
}

// signature returns parameters and results without their names.
func (f *file) signature(t *types.Signature) doc {
	params := f.tuple(t.Params())
	if last := len(params.items) - 1; t.Variadic() {
		slice := t.Params().At(last).Type().(*types.Slice)
		params.items[last] = seq{op("..."), f.typ(slice.Elem())}
	}
	switch t.Results().Len() {
	case 0:
		return params
	case 1:
		return spaced(params, f.typ(t.Results().At(0).Type()))
	default:
		return spaced(params, f.tuple(t.Results()))
	}
}

func (f *file) tuple(t *types.Tuple) list {
	out := list{open: "(", close: ")"}
	for v := range t.Variables() {
		out.items = append(out.items, f.typ(v.Type()))
	}
	return out
}

func (f *file) interfaceType(t *types.Interface) doc {
	body := list{open: "{", close: "}", lines: true}
	for m := range t.ExplicitMethods() {
		if !token.IsExported(m.Name()) && !f.own(m) {
			f.fail(fmt.Errorf("method %s cannot be named outside of its package; export it", m.FullName()))
		}
		body.items = append(body.items, seq{f.id(m.Name()), f.signature(m.Signature())})
	}
	for e := range t.EmbeddedTypes() {
		body.items = append(body.items, f.typ(e))
	}
	if len(body.items) > 0 {
		body.open = " {"
	}
	return seq{op("interface"), body}
}
