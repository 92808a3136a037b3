package check

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// order sorts what was parsed by file and position, which is the declaration
// order that everything else follows.
func (c *checker) order() {
	slices.SortStableFunc(c.workflows, func(a, b *workflow) int { return compareSpans(a.decl.Span, b.decl.Span) })
	slices.SortStableFunc(c.tasks, func(a, b *annotations.Task) int { return compareSpans(a.Span, b.Span) })
	slices.SortStableFunc(c.foreign, func(a, b *annotations.Workflow) int { return compareSpans(a.Span, b.Span) })
}

// declare decides which workflow each task belongs to, and what they are called.
func (c *checker) declare() {
	onPackage := c.packageWorkflow()
	onType := make(map[*types.TypeName]*workflow)
	for _, w := range c.workflows {
		if w.decl.Type != nil {
			c.declareType(w, onType)
		}
		c.nameWorkflow(w)
	}
	c.checkWorkflowNames()
	var homeless []*annotations.Task
	for _, decl := range c.tasks {
		fn, ok := c.src.Info.Defs[decl.Func.Name].(*types.Func)
		switch {
		case !ok:
			c.report(nil, found(annotations.CodeSignature, decl.Target, "function %s does not compile, so it cannot be a task", decl.Func.Name.Name))
		case decl.Func.Recv != nil:
			c.declareMethod(decl, fn, onType)
		case onPackage != nil:
			c.addTask(onPackage, decl, fn)
		default:
			homeless = append(homeless, decl)
		}
	}
	c.reportHomeless(homeless)
	for _, w := range c.workflows {
		c.checkDeclaration(w)
	}
}

// packageWorkflow returns the workflow of the package; nil if there is none.
func (c *checker) packageWorkflow() *workflow {
	var first *workflow
	for _, w := range c.workflows {
		if w.decl.Type != nil {
			continue
		}
		if first == nil {
			first = w
			continue
		}
		f := found(annotations.CodeDuplicateWorkflow, w.decl.Target,
			"package %s declares its workflow twice; move all arguments to one file, or the other tasks to a struct type", c.src.Types.Name())
		f.Related = []annotations.Related{related(first.decl.Target, "the package's workflow is declared here")}
		c.report(w, f)
	}
	return first
}

// declareType checks that a workflow stands on a struct type that can have methods.
func (c *checker) declareType(w *workflow, onType map[*types.TypeName]*workflow) {
	spec := w.decl.Type
	obj, _ := c.src.Info.Defs[spec.Name].(*types.TypeName)
	if obj == nil {
		c.report(w, found(annotations.CodeWorkflowNotStruct, w.decl.Target, "type %s does not compile, so it cannot be a workflow", spec.Name.Name))
		return
	}
	if onType[obj] == nil {
		onType[obj] = w
	}
	named, _ := types.Unalias(obj.Type()).(*types.Named)
	switch {
	case obj.IsAlias():
		c.report(w, found(annotations.CodeWorkflowNotStruct, w.decl.Target,
			"%s is an alias; a workflow stands on the struct type itself, because its methods are the tasks", obj.Name()))
	case named == nil || !isStruct(named):
		c.report(w, found(annotations.CodeWorkflowNotStruct, w.decl.Target,
			"%s is a %s; a workflow stands on a struct type, whose fields carry what the tasks need", obj.Name(), kindOf(obj.Type())))
	case named.TypeParams().Len() > 0:
		c.report(w, found(annotations.CodeGeneric, w.decl.Target,
			"%s has type parameters; a workflow stands on a type without, which may embed %s[...]", obj.Name(), obj.Name()))
	}
	w.recv = named
}

func isStruct(t types.Type) bool {
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

// kindOf names the kind of a type in a message.
func kindOf(t types.Type) string {
	switch u := t.Underlying().(type) {
	case *types.Interface:
		return "interface"
	case *types.Map:
		return "map"
	case *types.Slice:
		return "slice"
	case *types.Array:
		return "array"
	case *types.Pointer:
		return "pointer"
	case *types.Signature:
		return "function type"
	case *types.Chan:
		return "channel"
	case *types.Basic:
		return u.Name()
	}
	return "struct"
}

// nameWorkflow gives the workflow its name, or asks for one.
func (c *checker) nameWorkflow(w *workflow) {
	if w.decl.Name.Set {
		w.name = w.decl.Name.V
		return
	}
	from := c.src.Types.Name()
	if w.decl.Type != nil {
		from = w.decl.Type.Name.Name
	} else if from == "main" {
		f := found(annotations.CodeWorkflowName, w.decl.Target, "the workflow of package main needs a name: //cloacina:workflow name=...")
		f.Fixes = []annotations.Fix{addLine(w.decl.Span, "//cloacina:workflow name="+c.directoryName(), "name it after its directory")}
		c.report(w, f)
	}
	w.name = snakeCase(from)
	if !validID(w.name) && !w.broken {
		f := found(annotations.CodeWorkflowName, w.decl.Target, "no workflow name follows from %s; give one: //cloacina:workflow name=...", from)
		c.report(w, f)
	}
}

// directoryName is a name for the workflow of a program.
func (c *checker) directoryName() string {
	base := c.src.Dir[strings.LastIndexAny(c.src.Dir, `/\`)+1:]
	name := snakeCase(strings.NewReplacer("-", "_", ".", "_", " ", "_").Replace(base))
	if !validID(name) {
		return "my_workflow"
	}
	return name
}

// addLine is a fix that adds a line behind an annotation.
func addLine(annotation annotations.Span, line, message string) annotations.Fix {
	at := annotations.Span{File: annotation.File, Start: annotation.End, End: annotation.End}
	indent := strings.Repeat("\t", annotation.Start.Column-1)
	return annotations.Fix{Message: message + ": " + line, Edits: []annotations.Edit{{Span: at, New: "\n" + indent + line}}}
}

// checkWorkflowNames reports workflows of one name.
func (c *checker) checkWorkflowNames() {
	first := make(map[string]annotations.Span)
	for _, decl := range c.foreign {
		if decl.Name.Set {
			first[decl.Name.V] = nameSpan(decl)
		}
	}
	for _, w := range c.workflows {
		at := nameSpan(w.decl)
		other, taken := first[w.name]
		if !taken {
			first[w.name] = at
			continue
		}
		if w.broken {
			continue
		}
		f := found(annotations.CodeDuplicateWorkflow, at, "another workflow is called %q, too; names are unique in a program", w.name)
		f.Related = []annotations.Related{related(other, "%q is declared here", w.name)}
		c.report(w, f)
	}
}

func nameSpan(decl *annotations.Workflow) annotations.Span {
	if decl.Name.Set {
		return decl.Name.Span
	}
	return decl.Target
}

// declareMethod gives a method to the workflow of its receiver.
func (c *checker) declareMethod(decl *annotations.Task, fn *types.Func, onType map[*types.TypeName]*workflow) {
	recv := fn.Signature().Recv().Type()
	if p, ok := types.Unalias(recv).(*types.Pointer); ok {
		recv = p.Elem()
	}
	named, ok := types.Unalias(recv).(*types.Named)
	if !ok {
		c.report(nil, found(annotations.CodeReceiver, decl.Target, "the receiver of %s does not compile, so it cannot be a task", fn.Name()))
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
		"%s is a task, but its type %s is no workflow; annotate the type with //cloacina:workflow, or make %s a function",
		fn.Name(), obj.Name(), fn.Name())
	if c.isForeign(obj) {
		f.Message = "the workflow of type " + obj.Name() + " is declared outside of the _test.go files, so its tasks cannot stand in one"
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
	if len(tasks) == 0 || c.lost {
		return
	}
	first := tasks[0]
	f := found(annotations.CodeNoWorkflow, first.Target,
		"%s is a task, but package %s declares no workflow; put //cloacina:workflow into the package's doc comment",
		first.Func.Name.Name, c.src.Types.Name())
	if slices.ContainsFunc(c.foreign, func(w *annotations.Workflow) bool { return w.Type == nil }) {
		f.Message = "the workflow of the package is declared outside of the _test.go files, so its tasks cannot stand in one"
	} else {
		f.Fixes = c.fixNoWorkflow(first)
	}
	for _, t := range tasks[1:] {
		f.Related = append(f.Related, related(t.Target, "%s is a task, too", t.Func.Name.Name))
	}
	c.report(nil, f)
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

// addTask gives a function to a workflow.
func (c *checker) addTask(w *workflow, decl *annotations.Task, fn *types.Func) {
	t := &task{decl: decl, flow: w, fn: fn, number: len(w.tasks), id: decl.ID.V}
	w.tasks = append(w.tasks, t)
	if !decl.ID.Set {
		t.id = snakeCase(fn.Name())
		if !validID(t.id) {
			c.report(w, found(annotations.CodeBadID, decl.Target, "no task id follows from the name %s; give one: //cloacina:task id=...", fn.Name()))
			return
		}
	}
	other := w.byID[t.id]
	if other == nil {
		w.byID[t.id] = t
		return
	}
	f := found(annotations.CodeDuplicateID, idSpan(t), "task id %q is used twice in workflow %q", t.id, w.name)
	f.Related = []annotations.Related{related(idSpan(other), "%q is first used here", t.id)}
	if !t.decl.ID.Set {
		f.Message += "; it follows from the name " + fn.Name() + ", give another: //cloacina:task id=..."
	}
	c.report(w, f)
}

// idSpan is the place that gives a task its id.
func idSpan(t *task) annotations.Span {
	if t.decl.ID.Set {
		return t.decl.ID.Span
	}
	return t.decl.Target
}

// checkDeclaration reports a workflow without tasks, and names that are taken.
func (c *checker) checkDeclaration(w *workflow) {
	if len(w.tasks) == 0 && !w.broken && !c.lost {
		what := "functions of the package"
		if w.recv != nil {
			what = "methods of " + w.recv.Obj().Name()
		}
		c.report(w, found(annotations.CodeNoTasks, w.decl.Target, "workflow %q has no tasks; annotate %s with //cloacina:task", w.name, what))
		return
	}
	c.checkGeneratedNames(w)
}
