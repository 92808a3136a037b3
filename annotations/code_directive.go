package annotations

// Codes of directives: where they stand and how they begin.
const (
	CodeUnknownDirective  Code = "CL0101"
	CodeNearMiss          Code = "CL0102"
	CodeDetached          Code = "CL0103"
	CodeMisplaced         Code = "CL0104"
	CodeWorkflowNotStruct Code = "CL0105"
	CodeTooLarge          Code = "CL0106"
	CodeTooManyErrors     Code = "CL0107"
)

var directiveCodes = []CodeInfo{
	{CodeUnknownDirective, SeverityError, "unknown directive",
		"The tool \"cloacina\" has two directives, //cloacina:workflow and //cloacina:task. Any other word " +
			"after the colon would have no effect, so it is refused. Correct the word, or remove the comment."},
	{CodeNearMiss, SeverityError, "comment that looks like a directive but is none",
		"Go ignores a directive that has a blank after //, capital letters, a blank after the colon, or " +
			"that stands in a /* */ comment. The comment reads as if it was meant to take effect, so it is " +
			"refused instead of ignored. Write //cloacina:task or //cloacina:workflow exactly so. To talk about " +
			"a directive in prose, let the line start with another word."},
	{CodeDetached, SeverityError, "directive separated from its declaration",
		"A directive belongs to the declaration whose doc comment it stands in. A blank line ends a doc " +
			"comment, so this directive belongs to nothing. Remove the blank line."},
	{CodeMisplaced, SeverityError, "directive in a place where it has no effect",
		"//cloacina:workflow takes effect in the package doc comment and in the doc comment of a struct " +
			"type; //cloacina:task in the doc comment of a function or method declaration. In a body, on a " +
			"variable, a constant, a field, an interface method, a group of types or at the end of a file it is " +
			"refused. Move it to the declaration it is about."},
	{CodeWorkflowNotStruct, SeverityError, "workflow on a type that is not a struct",
		"The methods of a workflow type are its tasks, and its fields carry what they need. So the type is " +
			"declared with \"type T struct { ... }\", not as an alias, an interface or another name of some " +
			"type. Declare a struct, which may embed the other type."},
	{CodeTooLarge, SeverityError, "annotation over a limit",
		"An annotation holds at most 1 MiB of text and the doc comment round it at most 64 KiB; a trigger rule " +
			"nests at most 1,000 deep and has at most 10,000 nodes. The limits keep hostile or generated input " +
			"from exhausting the tool. Split the workflow, or test fewer things in one rule."},
	{CodeTooManyErrors, SeverityError, "too many errors in one annotation",
		"After 100 findings the rest of an annotation is not read, because what follows is most likely a " +
			"consequence. Repair the findings above and run again."},
}
