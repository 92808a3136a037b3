package annotations_test

import (
	"fmt"

	"github.com/cloacina-go/cloacina/annotations"
)

// What is wrong with a rule is said with its place, and where possible with a repair.
func ExampleParseRule() {
	rule, findings := annotations.ParseRule(`all(task_succes("fetch"), context_value("score", >, 80))`)
	fmt.Println(rule)
	for _, f := range findings {
		fmt.Println(f.Span.Start.Column, f.Code, f.Message)
	}
	// Output:
	// <nil>
	// 5 CL0141 unknown function "task_succes"; did you mean "task_success"?
	// 50 CL0142 between commas the operator is written as a word, "greater_than"
}

// A rule keeps the spelling that it was written in: infix, or as calls.
func ExampleFormat() {
	for _, text := range []string{
		`!task_failed(fetch)&&(task_success(a)||task_success(b))`,
		"all(not(task_failed(fetch)),\n    any(task_success(a), task_success(b)))",
	} {
		rule, _ := annotations.ParseRule(text)
		fmt.Println(annotations.Format(rule))
	}
	// Output:
	// !task_failed("fetch") && (task_success("a") || task_success("b"))
	// all(not(task_failed("fetch")), any(task_success("a"), task_success("b")))
}

// A shorthand is about all dependencies of the task that has it.
func ExampleExpand() {
	rule, _ := annotations.ParseRule("none_failed_min_one_success")
	fmt.Println(annotations.Format(annotations.Expand(rule, []string{"a", "b"})))
	fmt.Println(annotations.Format(annotations.Expand(rule, nil)))
	// Output:
	// all(none(task_failed("a"), task_failed("b")), any(task_success("a"), task_success("b")))
	// always
}

func ExampleSuggest() {
	tasks := []string{"fetch_data", "clean_data", "report"}
	fmt.Println(annotations.Suggest("fetch_dta", tasks))
	fmt.Println(annotations.Suggest("FetchData", tasks))
	fmt.Printf("%q\n", annotations.Suggest("upload", tasks))
	// Output:
	// fetch_data
	// fetch_data
	// ""
}

func ExampleValidID() {
	for _, id := range []string{"fetch_data", "render_pdfs2", "FetchData", "fetch__data", "2nd"} {
		fmt.Println(id, annotations.ValidID(id))
	}
	// Output:
	// fetch_data true
	// render_pdfs2 true
	// FetchData false
	// fetch__data false
	// 2nd false
}

// Every finding has a code, and every code says what to do about it.
func ExampleCode_Info() {
	info, ok := annotations.CodeUnknownTask.Info()
	fmt.Println(ok, info.Code, info.Severity, info.Title)
	// Output:
	// true CL0402 error rule about an unknown task
}

// A key that begins with a slash is a JSON Pointer into the value of a key.
func ExampleKey() {
	rule, _ := annotations.ParseRule(`context_value("/order/items/0") == "lamp"`)
	key := rule.(*annotations.ContextValue).Key
	fmt.Println(key.Base(), key.Path())
	// Output:
	// order [items 0]
}
