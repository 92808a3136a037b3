package annotations

// Codes of the data flow: which keys tasks and rules read and write.
const (
	CodeUndeclaredKey Code = "CL0601"
	CodePresumedInput Code = "CL0602"
	CodeOmittedValue  Code = "CL0603"
)

var dataCodes = []CodeInfo{
	{CodeUndeclaredKey, SeverityError, "key that is neither written nor declared as input",
		"The workflow declares its input, so every other key must be written by an ancestor of the task " +
			"that reads it, and none writes this one. Add the key to the input type, correct it, or add the " +
			"task that writes it."},
	{CodePresumedInput, SeverityWarning, "key that is presumed to be input",
		"No task writes the key, so it can only come from the initial context, which the workflow does not " +
			"declare. Declare a struct with a field for it and name the struct in the workflow's annotation: " +
			"input=Input."},
	{CodeOmittedValue, SeverityWarning, "value that omitempty hides from a rule",
		"With omitempty a number that is 0 and a bool that is false are not written. A rule that compares the key " +
			"then finds none: its comparison is false, and a negated one is true. Remove omitempty, so that the key " +
			"is always written; use a pointer where a missing value means something of its own."},
}
