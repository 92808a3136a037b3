package check

import (
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

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
		f := found(annotations.CodeWorkflowName, w.decl.Target,
			"the workflow of package main needs a name: //cloacina:workflow name=...")
		line := "//cloacina:workflow name=" + c.directoryName()
		f.Fixes = []annotations.Fix{addLine(w.decl.Span, line, "name it after its directory")}
		c.report(w, f)
	}
	w.name = snakeCase(from)
	if !annotations.ValidID(w.name) && !w.broken {
		f := found(annotations.CodeWorkflowName, w.decl.Target,
			"no workflow name follows from %s; give one: //cloacina:workflow name=...", from)
		c.report(w, f)
	}
}

// directoryName is a name for the workflow of a program.
func (c *checker) directoryName() string {
	base := c.src.Dir[strings.LastIndexAny(c.src.Dir, `/\`)+1:]
	name := snakeCase(strings.NewReplacer("-", "_", ".", "_", " ", "_").Replace(base))
	if !annotations.ValidID(name) {
		return "my_workflow"
	}
	return name
}

// addLine is a fix that adds a line behind an annotation.
func addLine(annotation annotations.Span, line, message string) annotations.Fix {
	at := annotations.Span{File: annotation.File, Start: annotation.End, End: annotation.End}
	indent := strings.Repeat("\t", annotation.Start.Column-1)
	return replace(at, "\n"+indent+line, "%s: %s", message, line)
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
		f := found(annotations.CodeDuplicateWorkflow, at,
			"another workflow is called %q, too; names are unique in a program", w.name)
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
