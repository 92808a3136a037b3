package annotations

// Codes of the Go side: functions, types, files and names.
const (
	CodeSignature         Code = "CL0201"
	CodeReceiver          Code = "CL0202"
	CodeNoWorkflow        Code = "CL0203"
	CodeDuplicateWorkflow Code = "CL0204"
	CodeWorkflowName      Code = "CL0205"
	CodeNoTasks           Code = "CL0206"
	CodeInputType         Code = "CL0207"
	CodeInputDefault      Code = "CL0208"
	CodeDuplicateField    Code = "CL0209"
	CodeNotJSON           Code = "CL0210"
	CodeOmitEmptyNoEffect Code = "CL0211"
	CodeStringOption      Code = "CL0212"
	CodeCustomMarshaler   Code = "CL0213"
	CodeGeneric           Code = "CL0214"
	CodeNoSuchFunction    Code = "CL0215"
	CodeFunctionType      Code = "CL0216"
	CodeNameTaken         Code = "CL0217"
	CodeExcludedFile      Code = "CL0218"
	CodeResultKey         Code = "CL0219"
	CodeJSONTag           Code = "CL0220"
	CodeHiddenName        Code = "CL0221"
	CodeGoError           Code = "CL0290"
)

var goCodes = []CodeInfo{
	{CodeSignature, SeverityError, "task function with an unusable signature",
		"A task is one of func(ctx context.Context, c *cloacina.Context) error, func(ctx context.Context, " +
			"in In) (Out, error), func(ctx context.Context, in In) error, func(ctx context.Context) (Out, " +
			"error) and func(ctx context.Context) error, where In and Out are struct types. It is not variadic " +
			"and has a body."},
	{CodeReceiver, SeverityError, "task method on a type that is no workflow",
		"A method is a task of the workflow its receiver type declares. Put //cloacina:workflow into the " +
			"doc comment of the receiver's struct type, or make the task a function of the package."},
	{CodeNoWorkflow, SeverityError, "task without a workflow",
		"An annotated function belongs to the workflow of its package. Put //cloacina:workflow into the " +
			"package doc comment of one file."},
	{CodeDuplicateWorkflow, SeverityError, "workflow declared twice",
		"A package doc comment declares at most one workflow per package, and workflow names are unique. " +
			"Remove or rename one of the two."},
	{CodeWorkflowName, SeverityError, "workflow without a name",
		"The name defaults to the package's name, which says nothing in package main. Give one: " +
			"//cloacina:workflow name=nightly_import."},
	{CodeNoTasks, SeverityError, "workflow without tasks",
		"A workflow needs at least one task. Annotate functions of the package, or methods of the workflow " +
			"type, with //cloacina:task."},
	{CodeInputType, SeverityError, "unusable input type",
		"input names a struct type of the package, whose fields are the keys a run may start with."},
	{CodeInputDefault, SeverityError, "unusable default of an input field",
		"The default tag holds a JSON literal that fits the type of a pointer field."},
	{CodeDuplicateField, SeverityError, "two fields with the same key",
		"The fields of In and Out are context keys, and two fields of one struct would read or write the " +
			"same key. Rename one, or give it a json tag."},
	{CodeNotJSON, SeverityError, "type that cannot be stored",
		"Context values are stored as JSON. Channels, functions, complex numbers and maps with other keys " +
			"than strings and integers have no JSON form."},
	{CodeOmitEmptyNoEffect, SeverityError, "omitempty without effect",
		"encoding/json never leaves out a struct or an array because of omitempty. Write omitzero."},
	{CodeStringOption, SeverityError, "json option \",string\"",
		"The option would store a number as a string, and a rule that compares numbers would be false. " +
			"Remove it."},
	{CodeCustomMarshaler, SeverityError, "In or Out with its own JSON form",
		"The fields of In and Out are the context keys, so the struct itself must not have MarshalJSON, " +
			"UnmarshalJSON or their text forms. A field's type may."},
	{CodeGeneric, SeverityError, "generic task or workflow",
		"The runtime calls a task by name, so its function, receiver and workflow type have no type " +
			"parameters. Instantiate it in a function of its own."},
	{CodeNoSuchFunction, SeverityError, "unknown function",
		"retry_if, on_success and on_failure name a function of the package or a method of the workflow " +
			"type."},
	{CodeFunctionType, SeverityError, "function with the wrong type",
		"retry_if takes func(error) bool; on_success and on_failure take func(ctx context.Context, e " +
			"cloacina.TaskEnd)."},
	{CodeNameTaken, SeverityError, "generated name that is taken",
		"The generated file declares Workflow, Run, Start and Result, or the same with the name of the " +
			"workflow type. The package already declares one of them. Rename that declaration, or move the " +
			"workflow to a struct type of another name."},
	{CodeExcludedFile, SeverityError, "directive in a file that may be left out",
		"A file with a build constraint, a GOOS or GOARCH suffix, or cgo is not part of every build, but " +
			"the generated file is. Move the annotated declarations to an unconstrained file."},
	{CodeResultKey, SeverityError, "result without a value to store",
		"result=KEY stores what the function returns beside its error, and this function returns nothing " +
			"else. Remove the key, or return a value."},
	{CodeJSONTag, SeverityError, "field that encoding/json does not treat as it reads",
		"encoding/json ignores names and options it does not know, and fields it cannot reach, without a " +
			"word. The context key would not be the one that is written down. Correct the tag, export the " +
			"field, or embed the struct itself instead of a pointer."},
	{CodeHiddenName, SeverityError, "declaration that hides a name of Go itself",
		"The generated file stands in the same package and uses error and nil. A declaration of the package " +
			"with such a name hides Go's own from it. Rename the declaration."},
	{CodeGoError, SeverityError, "code the Go compiler refuses",
		"Generation needs code that compiles, except for the names it will declare itself. The message is " +
			"the compiler's."},
}
