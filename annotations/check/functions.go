package check

import (
	"go/types"

	"github.com/cloacina-go/cloacina/annotations"
)

// functionKind is what an argument wants of the function it names.
type functionKind struct {
	key  string
	want string
	fits func(*types.Signature) bool
}

var (
	retryFunction = functionKind{"retry_if", "func(error) bool", isRetryFunction}
	callback      = functionKind{"", "func(ctx context.Context, e cloacina.TaskEnd)", isCallback}
)

func isRetryFunction(s *types.Signature) bool {
	return plain(s, 1, 1) && isError(s.Params().At(0).Type()) &&
		types.Identical(s.Results().At(0).Type(), types.Typ[types.Bool])
}

func isCallback(s *types.Signature) bool {
	return plain(s, 2, 0) && isNamed(s.Params().At(0).Type(), "context", "Context") &&
		isNamed(s.Params().At(1).Type(), runtimePath, "TaskEnd")
}

func plain(s *types.Signature, params, results int) bool {
	return s.Params().Len() == params && s.Results().Len() == results && !s.Variadic() && s.TypeParams().Len() == 0
}

// function finds the function that an argument names: a method of the
// workflow's type, or else a function of the package.
func (c *checker) function(w *workflow, kind functionKind, key string, name annotations.Value[string]) *types.Func {
	if !name.Set {
		return nil
	}
	obj := c.named(w, name.V)
	if obj == nil {
		f := found(annotations.CodeNoSuchFunction, name.Span, "%s names the unknown function %s", key, name.V)
		if !c.suggest(&f, name.Span, name.V, c.candidates(w, kind)) {
			f.Message += "; declare " + kind.want
		}
		c.report(w, f)
		return nil
	}
	fn, ok := obj.(*types.Func)
	if ok && kind.fits(fn.Signature()) {
		return fn
	}
	f := found(annotations.CodeFunctionType, name.Span, "%s needs a %s, but %s is %s",
		key, kind.want, name.V, c.describe(obj))
	if at, ours := c.object(obj); ours {
		f.Related = []annotations.Related{related(at, "%s is declared here", name.V)}
	}
	c.report(w, f)
	return nil
}

// named returns the method or package-level object of a name; nil if there is none.
func (c *checker) named(w *workflow, name string) types.Object {
	if w.recv != nil {
		if obj, _, _ := types.LookupFieldOrMethod(w.recv, true, c.src.Types, name); obj != nil {
			if _, method := obj.(*types.Func); method {
				return obj
			}
		}
	}
	return c.src.Types.Scope().Lookup(name)
}

func (c *checker) describe(obj types.Object) string {
	switch obj.(type) {
	case *types.TypeName:
		return "a type"
	case *types.Var:
		return "a variable"
	case *types.Const:
		return "a constant"
	}
	return "a " + types.TypeString(obj.Type(), c.qualify)
}

// candidates are the names of functions that would do, sorted.
func (c *checker) candidates(w *workflow, kind functionKind) []string {
	var names []string
	if w.recv != nil {
		methods := types.NewMethodSet(types.NewPointer(w.recv))
		for sel := range methods.Methods() {
			if fn, ok := sel.Obj().(*types.Func); ok && kind.fits(fn.Signature()) {
				names = append(names, fn.Name())
			}
		}
	}
	scope := c.src.Types.Scope()
	for _, name := range scope.Names() {
		if fn, ok := scope.Lookup(name).(*types.Func); ok && kind.fits(fn.Signature()) {
			names = append(names, name)
		}
	}
	return names
}
