package annotations

// Codes of the data flow: which keys tasks and rules read and write.
const (
	CodeUndeclaredKey Code = "CL0601"
	CodePresumedInput Code = "CL0602"
	CodeOmittedValue  Code = "CL0603"
	CodeTypeMismatch  Code = "CL0604"
	CodeUnwrittenKey  Code = "CL0605"
	CodeConditionType Code = "CL0606"
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
	{CodeTypeMismatch, SeverityError, "key that is read as another type than it is written",
		"A value goes from task to task as JSON, and no value of the writer's type can be read into the reader's: " +
			"a number is no string, a list is no map. The reader would fail whenever it gets one. Give the key one " +
			"type in both, or write the other value under a key of its own. What may fit is let pass: any number " +
			"into any number, a string into a time, whatever has its own JSON methods."},
	{CodeUnwrittenKey, SeverityError, "key in a rule that nothing writes",
		"The workflow declares its input, so a key that a rule tests is a field of it or is written by an ancestor " +
			"of the task. This one never exists when the rule is decided: its comparison is always false, and a " +
			"negated one always true. Correct the key, add it to the input type, or depend on the task that writes " +
			"it."},
	{CodeConditionType, SeverityError, "condition that does not fit the type of its key",
		"A rule compares by JSON kind: a number is never equal to a string, only numbers and strings have an order, " +
			"and contains looks into strings and lists. So this condition is always false, and a negated one always " +
			"true. Write the literal as the key's type has it, without quotes for a number, or correct the key: each " +
			"part of a JSON Pointer is the JSON name of a field, as its tag or its Go name spells it."},
}
