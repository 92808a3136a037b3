package check

import (
	"go/types"

	"github.com/cloacina-go/cloacina/annotations"
)

// owner is what a name of the generated file belongs to already.
type owner struct {
	at    annotations.Span
	known bool
	what  string
}

// checkGeneratedNames reports names that the generated file declares for the
// workflow and that something else has.
func (c *checker) checkGeneratedNames(w *workflow) {
	typeName := ""
	if w.recv != nil {
		typeName = w.recv.Obj().Name()
	}
	names := NamesFor(typeName)
	for _, name := range names.PackageLevel(w.recv != nil) {
		if o, taken := c.ownerOf(w, name); taken {
			c.reportTaken(w, name, o)
		}
	}
	if w.recv == nil {
		return
	}
	obj, path, _ := types.LookupFieldOrMethod(w.recv, true, c.src.Types, names.Workflow)
	if obj != nil && len(path) == 1 && !c.inGenerated(obj) {
		c.reportTaken(w, "(*"+typeName+")."+names.Workflow, c.objectOwner(obj))
	}
}

func (c *checker) reportTaken(w *workflow, name string, o owner) {
	f := found(annotations.CodeNameTaken, w.decl.Target,
		"the generated code for workflow %q declares %s, but %s has that name; rename it", w.name, name, o.what)
	if o.known {
		f.Related = []annotations.Related{related(o.at, "%s is declared here", name)}
	}
	c.report(w, f)
}

// ownerOf returns what already has a name in the package's scope.
func (c *checker) ownerOf(w *workflow, name string) (owner, bool) {
	if obj := c.src.Types.Scope().Lookup(name); obj != nil && !c.inGenerated(obj) {
		return c.objectOwner(obj), true
	}
	for _, file := range c.src.Files {
		for _, spec := range file.Imports {
			if spec.Name != nil && spec.Name.Name == name {
				return owner{at: c.node(spec.Name), known: true, what: "an import"}, true
			}
		}
	}
	for _, decl := range c.foreign {
		if declares(decl, name) {
			return owner{at: decl.Target, known: true, what: "the generated code for another workflow"}, true
		}
	}
	for _, other := range c.workflows {
		if other == w {
			break
		}
		if (other.decl.Type != nil || w.decl.Type != nil) && declares(other.decl, name) {
			return owner{at: other.decl.Target, known: true, what: "the generated code for another workflow"}, true
		}
	}
	return owner{}, false
}

// declares reports whether the generated file declares a name in the package's
// scope for a workflow.
func declares(w *annotations.Workflow, name string) bool {
	typeName := ""
	if w.Type != nil {
		typeName = w.Type.Name.Name
	}
	for _, n := range NamesFor(typeName).PackageLevel(w.Type != nil) {
		if n == name {
			return true
		}
	}
	return false
}

func (c *checker) objectOwner(obj types.Object) owner {
	at, known := c.object(obj)
	what := "something"
	switch o := obj.(type) {
	case *types.Func:
		what = "a function"
		if o.Signature().Recv() != nil {
			what = "a method"
		}
	case *types.TypeName:
		what = "a type"
	case *types.Var:
		what = "a variable"
		if o.IsField() {
			what = "a field"
		}
	case *types.Const:
		what = "a constant"
	}
	return owner{at: at, known: known, what: what}
}

// inGenerated reports whether an object comes from a generated file of ours,
// which is about to be written anew.
func (c *checker) inGenerated(obj types.Object) bool {
	return isGenerated(c.src.Fset.PositionFor(obj.Pos(), false).Filename)
}
