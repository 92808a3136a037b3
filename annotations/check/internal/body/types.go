package body

import (
	"cmp"
	"go/types"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// runtimePath is the import path of the runtime.
const runtimePath = "github.com/cloacina-go/cloacina/runtime"

// isContextPointer reports whether t is *cloacina.Context.
func isContextPointer(t types.Type) bool {
	p, ok := types.Unalias(t).(*types.Pointer)
	return ok && isNamed(p.Elem(), runtimePath, "Context")
}

// isNamed reports whether t is a type of that name in that package.
func isNamed(t types.Type, path, name string) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == name && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == path
}

// isError reports whether t is error.
func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

// isInvalid reports whether t is what stands for a type that has an error.
func isInvalid(t types.Type) bool {
	b, ok := types.Unalias(t).(*types.Basic)
	return ok && b.Kind() == types.Invalid
}

// anyType stands where the type of a value is not known.
var anyType types.Type = types.NewInterfaceType(nil, nil).Complete()

func orAny(t types.Type) types.Type {
	if t == nil {
		return anyType
	}
	return t
}

// compareSpans sorts places by file and position.
func compareSpans(a, b annotations.Span) int {
	return cmp.Or(
		strings.Compare(a.File, b.File),
		cmp.Compare(a.Start.Offset, b.Start.Offset),
		cmp.Compare(a.End.Offset, b.End.Offset),
	)
}
