package annotations_test

import (
	"fmt"
	"go/parser"
	"go/token"

	"github.com/cloacina-go/cloacina/annotations"
)

// ParseFile reports mistakes with a code, a place and, where possible, a repair.
func ExampleParseFile() {
	const src = `package main

// Report sums up.
//
//cloacina:task id=report dependencies=a, b
//cloacina:task trigger_rules=all(
//cloacina:task     task_succes(a),
//cloacina:task     context_value("score", greater, 80),
//cloacina:task )
func Report() {}
`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "report.go", src, parser.ParseComments)
	if err != nil {
		panic(err)
	}
	source, findings := annotations.ParseFile(fset, file, []byte(src))
	fmt.Println(source.Tasks[0].ID.V, "waits for", len(source.Tasks[0].Dependencies.V), "tasks")
	for _, f := range findings {
		fmt.Println(f.Span, f.Code.Severity(), f.Code, f.Message)
		for _, fix := range f.Fixes {
			fmt.Println("  fix:", fix.Message)
		}
	}
	// Output:
	// report waits for 2 tasks
	// report.go:5:40 error CL0116 a list with blanks stands in brackets: dependencies=[a, b]
	//   fix: put it in brackets
	// report.go:7:21 error CL0141 unknown function "task_succes"; did you mean "task_success"?
	//   fix: change to "task_success"
	// report.go:8:44 error CL0142 unknown operator "greater"; there are equals, not_equals, greater_than, less_than, greater_or_equal, less_or_equal, contains, not_contains, exists, not_exists, in, not_in
}

// view is what a rule sees: task a has failed, and one value exists.
type view struct{}

func (view) Outcome(string) annotations.TaskOutcome { return annotations.Failed }

func (view) Value(key string) ([]byte, bool) { return []byte(`{"quality": 80.0}`), key == "raw" }

// A rule is parsed, its shorthands are expanded, and it is decided.
func ExampleEval() {
	rule, _ := annotations.ParseRule(`one_failed && context_value("/raw/quality") >= 80`)
	rule = annotations.Expand(rule, []string{"a"})
	fmt.Println(annotations.Format(rule))
	fmt.Println(annotations.Eval(rule, view{}))
	// Output:
	// any(task_failed("a")) && context_value("/raw/quality") >= 80
	// true
}
