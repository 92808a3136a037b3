package check

import (
	"unicode"
	"unicode/utf8"
)

// Names are what the generated file declares for one workflow.
type Names struct {
	// Workflow builds the workflow: a function of the package, or a method of
	// the workflow's type.
	Workflow string
	// Run and Start are functions of the package.
	Run, Start string
	// Result is a type of the package.
	Result string
}

// NamesFor returns the names for the workflow declared on the type of the given
// name; the empty name stands for the workflow of the package. They follow the
// type: Order gives RunOrder, StartOrder and OrderResult, order gives runOrder,
// startOrder and orderResult.
func NamesFor(typeName string) Names {
	if typeName == "" {
		return Names{Workflow: "Workflow", Run: "Run", Start: "Start", Result: "Result"}
	}
	first, size := utf8.DecodeRuneInString(typeName)
	title := string(unicode.ToUpper(first)) + typeName[size:]
	n := Names{Workflow: "Workflow", Run: "run" + title, Start: "start" + title, Result: typeName + "Result"}
	if unicode.IsUpper(first) {
		n.Run, n.Start = "Run"+title, "Start"+title
	}
	return n
}

// PackageLevel returns those of the names that are declared in the package's
// scope, for a workflow that is declared on a type or not.
func (n Names) PackageLevel(onType bool) []string {
	if onType {
		return []string{n.Result, n.Run, n.Start}
	}
	return []string{n.Workflow, n.Result, n.Run, n.Start}
}
