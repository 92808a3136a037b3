package check

import (
	"go/types"
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
)

// order sorts what was parsed by file and position, which is the declaration
// order that everything else follows.
func (c *checker) order() {
	slices.SortStableFunc(c.workflows, func(a, b *workflow) int { return compareSpans(a.decl.Span, b.decl.Span) })
	slices.SortStableFunc(c.tasks, func(a, b *annotations.Task) int { return compareSpans(a.Span, b.Span) })
	slices.SortFunc(c.damaged, func(a, b damage) int { return compareSpans(a.at, b.at) })
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
		case !ok, decl.Func.Recv != nil && fn.Signature().Recv() == nil: // func () F() is an error of Go
			c.uncompiled(nil)
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
			"package %s declares its workflow twice; move all arguments to one file, or the other tasks to a "+
				"struct type",
			c.src.Types.Name())
		f.Related = []annotations.Related{related(first.decl.Target, "the package's workflow is declared here")}
		c.report(w, f)
	}
	return first
}

// declareType finds the type a workflow stands on. The parser has seen that it
// is declared as a struct.
func (c *checker) declareType(w *workflow, onType map[*types.TypeName]*workflow) {
	spec := w.decl.Type
	obj, _ := c.src.Info.Defs[spec.Name].(*types.TypeName)
	if obj == nil {
		c.uncompiled(w)
		return
	}
	onType[obj] = w
	w.recv, _ = obj.Type().(*types.Named)
	if w.recv != nil && w.recv.TypeParams().Len() > 0 {
		c.report(w, found(annotations.CodeGeneric, w.decl.Target,
			"%s has type parameters; a workflow stands on a type without, which may embed %s[...]",
			obj.Name(), obj.Name()))
	}
}

func isStruct(t types.Type) bool {
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

// addTask gives a function to a workflow.
func (c *checker) addTask(w *workflow, decl *annotations.Task, fn *types.Func) {
	t := &task{decl: decl, flow: w, fn: fn, number: len(w.tasks), id: decl.ID.V}
	w.tasks = append(w.tasks, t)
	if !decl.ID.Set {
		t.id = snakeCase(fn.Name())
		if !annotations.ValidID(t.id) {
			w.garbled = true
			if fn.Name() == "_" {
				return // it cannot be called, which is reported
			}
			c.report(w, found(annotations.CodeBadID, decl.Target,
				"no task id follows from the name %s; give one: //cloacina:task id=...", fn.Name()))
			return
		}
	}
	if !annotations.ValidID(t.id) {
		w.garbled = true // the parser has reported it
		return
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
		c.report(w, found(annotations.CodeNoTasks, w.decl.Target,
			"workflow %q has no tasks; annotate %s with //cloacina:task", w.name, what))
		return
	}
	for _, decl := range c.foreign {
		if decl.Type == nil && w.decl.Type == nil {
			f := found(annotations.CodeDuplicateWorkflow, w.decl.Target,
				"package %s declares its workflow outside of the _test.go files already; put the one for the tests "+
					"on a struct "+
					"type",
				c.src.Types.Name())
			f.Related = []annotations.Related{related(decl.Target, "the package's workflow is declared here")}
			c.report(w, f)
			return
		}
	}
	c.checkGeneratedNames(w)
}
