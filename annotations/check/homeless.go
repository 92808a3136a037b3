package check

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
)

// declareMethod gives a method to the workflow of its receiver.
func (c *checker) declareMethod(decl *annotations.Task, fn *types.Func, onType map[*types.TypeName]*workflow) {
	recv := fn.Signature().Recv().Type()
	if p, ok := types.Unalias(recv).(*types.Pointer); ok {
		recv = p.Elem()
	}
	named, ok := types.Unalias(recv).(*types.Named)
	if !ok {
		c.uncompiled(nil)
		return
	}
	obj := named.Origin().Obj()
	if w := onType[obj]; w != nil {
		c.addTask(w, decl, fn)
		return
	}
	if c.lost {
		return // the annotation of the type may be the one
	}
	f := found(annotations.CodeReceiver, decl.Target,
		"%s is a task, but its type %s is no workflow; annotate the type with //cloacina:workflow, or make %s a "+
			"function",
		fn.Name(), obj.Name(), fn.Name())
	if c.isForeign(obj) {
		f.Message = "the workflow of type " + obj.Name() + " is declared outside of the _test.go files, so its " +
			"tasks " +
			"cannot stand in one"
	}
	if at, ours := c.object(obj); ours {
		f.Related = []annotations.Related{related(at, "%s is declared here", obj.Name())}
	}
	c.report(nil, f)
}

// isForeign reports whether a type is a workflow that this check does not speak about.
func (c *checker) isForeign(obj *types.TypeName) bool {
	return slices.ContainsFunc(c.foreign, func(w *annotations.Workflow) bool {
		return w.Type != nil && c.src.Info.Defs[w.Type.Name] == obj
	})
}

// reportHomeless reports functions in a package without a workflow, at the first.
func (c *checker) reportHomeless(tasks []*annotations.Task) {
	tasks = slices.DeleteFunc(tasks, func(t *annotations.Task) bool {
		return slices.ContainsFunc(c.damageAt(t.Span), func(d damage) bool { return lostDirective[d.code] })
	})
	foreign := slices.ContainsFunc(c.foreign, func(w *annotations.Workflow) bool { return w.Type == nil })
	if len(tasks) == 0 || c.lost && !foreign {
		return // what took no effect may be the workflow, or no task at all
	}
	first := tasks[0]
	name := first.Func.Name.Name
	f := found(annotations.CodeNoWorkflow, first.Target,
		"%s is a task, but package %s declares no workflow; put //cloacina:workflow into the package's doc comment",
		name, c.src.Types.Name())
	if onTypes := c.workflowTypes(); onTypes != "" {
		f.Message = name + " is a function, but package " + c.src.Types.Name() + " declares its workflows on types; " +
			"make it a method of " + onTypes + ", or put //cloacina:workflow into the package's doc comment, too"
	}
	if foreign {
		f.Message = "the workflow of the package is declared outside of the _test.go files, so its tasks cannot " +
			"stand in " +
			"one"
	} else {
		f.Fixes = c.fixNoWorkflow(first)
	}
	for _, t := range tasks[1:] {
		f.Related = append(f.Related, related(t.Target, "%s is a task, too", t.Func.Name.Name))
	}
	c.report(nil, f)
}

// workflowTypes names the types that declare a workflow.
func (c *checker) workflowTypes() string {
	var names []string
	for _, w := range c.workflows {
		if w.decl.Type != nil {
			names = append(names, w.decl.Type.Name.Name)
		}
	}
	return enumerate(names, "or")
}

// fixNoWorkflow adds a workflow annotation to the file of a task.
func (c *checker) fixNoWorkflow(t *annotations.Task) []annotations.Fix {
	for _, file := range c.src.Files {
		at := c.node(file.Name)
		if at.File != t.Target.File {
			continue
		}
		line := "//cloacina:workflow"
		if file.Name.Name == "main" {
			line += " name=" + c.directoryName()
		}
		fix := annotations.Fix{Message: "declare a workflow on the package: " + line}
		start := c.span(file.Package, file.Package)
		text := line + "\n"
		if hasDoc(file) {
			text = "//\n" + text
		}
		fix.Edits = []annotations.Edit{{Span: start, New: text}}
		return []annotations.Fix{fix}
	}
	return nil
}

func hasDoc(file *ast.File) bool { return file.Doc != nil }
