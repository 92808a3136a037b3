package check

import (
	"go/ast"
	"go/types"
	"slices"
	"strconv"

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
	if o, taken := c.memberOwner(w.recv, names.Workflow); taken {
		c.reportTaken(w, "(*"+typeName+")."+names.Workflow, o)
	}
}

// checkHiddenNames reports declarations of the package that hide, from all of its
// files, what every generated file uses.
func (c *checker) checkHiddenNames() {
	if len(c.workflows) == 0 {
		return
	}
	for _, name := range []string{"error", "nil"} {
		obj := c.src.Types.Scope().Lookup(name)
		if obj == nil {
			continue
		}
		if o := c.objectOwner(obj); o.known {
			c.report(nil, found(annotations.CodeHiddenName, o.at,
				"%s named %s hides Go's own from the generated code; rename it", o.what, name))
		}
	}
}

// memberOwner returns the field or method of a type that already has a name.
func (c *checker) memberOwner(recv *types.Named, name string) (owner, bool) {
	if st, ok := recv.Underlying().(*types.Struct); ok {
		for v := range st.Fields() {
			if v.Name() == name {
				return c.objectOwner(v), true
			}
		}
	}
	obj, path, _ := types.LookupFieldOrMethod(recv, true, c.src.Types, name)
	if obj != nil && len(path) == 1 && !c.inGenerated(obj) {
		return c.objectOwner(obj), true
	}
	o, taken := c.claims()[recv.Obj().Name()+"."+name]
	return o.owner, taken
}

func (c *checker) reportTaken(w *workflow, name string, o owner) {
	f := found(annotations.CodeNameTaken, w.decl.Target,
		"the generated code for workflow %q declares %s, but %s has that name; rename it", w.name, name, o.what)
	if w.recv == nil {
		f.Message += ", or declare the workflow on a struct type, whose name is then a part of the generated ones"
	}
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
	o, taken := c.claims()[name]
	return o.owner, taken && o.flow != w && (o.flow == nil || o.flow.decl.Type != nil || w.decl.Type != nil)
}

// claim is a name that something other than an object of the package has, or
// will have: an import, or the generated code for a workflow.
type claim struct {
	owner
	// flow is the workflow, if it is one of those that are checked.
	flow *workflow
}

// claims returns what is claimed. The first one for a name counts. A method is
// named with its type before it.
func (c *checker) claims() map[string]claim {
	if c.claimed != nil {
		return c.claimed
	}
	c.claimed = make(map[string]claim)
	put := func(name string, cl claim) {
		if _, taken := c.claimed[name]; !taken {
			c.claimed[name] = cl
		}
	}
	for _, file := range c.src.Files {
		for _, spec := range file.Imports {
			for _, name := range c.importedNames(spec) {
				put(name, claim{owner: owner{at: c.node(spec), known: true, what: "an import"}})
			}
		}
	}
	for _, file := range c.src.Beside {
		for name, at := range declared(file) {
			put(name, claim{owner: owner{at: c.node(at), known: true, what: "something in another file"}})
		}
	}
	generated := func(decl *annotations.Workflow, flow *workflow) {
		for _, name := range generatedNames(decl) {
			put(name, claim{owner{at: decl.Target, known: true, what: "the generated code for another workflow"}, flow})
		}
	}
	for _, decl := range c.foreign {
		generated(decl, nil)
	}
	for _, w := range c.workflows {
		generated(w.decl, w)
	}
	return c.claimed
}

// importedNames are the names that an import declares in its file, as far as the
// source shows them: its own, or with a dot all of the package.
func (c *checker) importedNames(spec *ast.ImportSpec) []string {
	path, err := strconv.Unquote(spec.Path.Value)
	if spec.Name != nil && spec.Name.Name != "." {
		return []string{spec.Name.Name}
	}
	for _, pkg := range c.src.Types.Imports() {
		switch {
		case err != nil || pkg.Path() != path:
		case spec.Name == nil:
			return []string{pkg.Name()}
		default:
			return slices.DeleteFunc(pkg.Scope().Names(), func(name string) bool { return !ast.IsExported(name) })
		}
	}
	return nil
}

// declared lists the names that a file declares in the scope of its package. A
// method is named with its type before it.
func declared(file *ast.File) map[string]*ast.Ident {
	names := make(map[string]*ast.Ident)
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			names[receiverPrefix(decl)+decl.Name.Name] = decl.Name
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names[spec.Name.Name] = spec.Name
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						names[name.Name] = name
					}
				}
			}
		}
	}
	return names
}

// receiverPrefix is the name of a method's type and a dot; empty for a function.
func receiverPrefix(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	if name := embeddedName(fn.Recv.List[0].Type); name != nil {
		return name.Name + "."
	}
	return "?."
}

// generatedNames are what the generated file declares in the package's scope for
// a workflow.
func generatedNames(w *annotations.Workflow) []string {
	typeName := ""
	if w.Type != nil {
		typeName = w.Type.Name.Name
	}
	return NamesFor(typeName).PackageLevel(w.Type != nil)
}

// declares reports whether the generated file declares a name in the package's
// scope for a workflow.
func declares(w *annotations.Workflow, name string) bool {
	return slices.Contains(generatedNames(w), name)
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
