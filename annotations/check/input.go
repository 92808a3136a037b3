package check

import (
	"go/types"

	"github.com/cloacina-go/cloacina/annotations"
)

// resolveInput finds the type that input=T names.
func (c *checker) resolveInput(w *workflow) {
	in := w.decl.Input
	if !in.Set {
		return
	}
	obj := c.src.Types.Scope().Lookup(in.V)
	name, ok := obj.(*types.TypeName)
	switch {
	case obj == nil:
		f := found(annotations.CodeInputType, in.Span, "package %s has no type %s", c.src.Types.Name(), in.V)
		c.suggest(&f, in.Span, in.V, c.structNames())
		c.report(w, f)
	case !ok:
		c.reportInput(w, obj, "%s is no type; input names a struct type of the package", in.V)
	case isGenericType(name.Type()):
		c.reportInput(w, obj, "%s has type parameters; input names a struct type without", in.V)
	case c.isGeneratedType(name.Type()):
		c.reportInput(w, obj,
			"%s is generated from the workflow; input names a struct type that the package declares", in.V)
	case !isStruct(name.Type()):
		c.reportInput(w, obj,
			"%s is %s; input names a struct type, whose fields are the keys a run starts with",
			in.V, kindOf(name.Type()))
	default:
		w.input = c.structOf(w, name.Type(), inputStruct, in.Span)
	}
}

func isGenericType(t types.Type) bool {
	switch t := t.(type) {
	case *types.Named:
		return t.TypeParams().Len() > t.TypeArgs().Len()
	case *types.Alias:
		return t.TypeParams().Len() > t.TypeArgs().Len()
	}
	return false
}

// kindOf names the kind of a type in a message.
func kindOf(t types.Type) string {
	switch u := t.Underlying().(type) {
	case *types.Interface:
		return "an interface"
	case *types.Map:
		return "a map"
	case *types.Slice:
		return "a slice"
	case *types.Array:
		return "an array"
	case *types.Pointer:
		return "a pointer"
	case *types.Signature:
		return "a function type"
	case *types.Chan:
		return "a channel"
	case *types.Basic:
		return "a type of kind " + u.Name()
	}
	return "a struct"
}

func (c *checker) reportInput(w *workflow, obj types.Object, format string, args ...any) {
	f := found(annotations.CodeInputType, w.decl.Input.Span, format, args...)
	if at, ours := c.object(obj); ours {
		f.Related = []annotations.Related{related(at, "%s is declared here", obj.Name())}
	}
	c.report(w, f)
}

// structNames are the struct types of the package, sorted by name.
func (c *checker) structNames() []string {
	var names []string
	scope := c.src.Types.Scope()
	for _, name := range scope.Names() {
		if t, ok := scope.Lookup(name).(*types.TypeName); ok && isStruct(t.Type()) {
			names = append(names, name)
		}
	}
	return names
}

// suggest adds "did you mean" and the fix that follows from it. It reports
// whether there was something to suggest.
func (c *checker) suggest(f *annotations.Finding, at annotations.Span, word string, candidates []string) bool {
	s := annotations.Suggest(word, candidates)
	if s == "" {
		return false
	}
	f.Message += "; did you mean \"" + s + "\"?"
	f.Fixes = append(f.Fixes, replace(at, s, "change to %s", s))
	return true
}
