package annotations

// Codes of the data flow: which keys tasks and rules read and write.
const (
	CodeUndeclaredKey Code = "CL0601"
	CodePresumedInput Code = "CL0602"
	CodeOmittedValue  Code = "CL0603"
	CodeTypeMismatch  Code = "CL0604"
	CodeUnwrittenKey  Code = "CL0605"
	CodeConditionType Code = "CL0606"

	CodeMissingKey       Code = "CL0607"
	CodeRunsAfterFailure Code = "CL0608"
	CodeNeverSet         Code = "CL0609"
	CodeUnorderedWriters Code = "CL0610"
	CodeNegatedMissing   Code = "CL0611"
	CodeUnknownKind      Code = "CL0612"
	CodeUnreadWrite      Code = "CL0613"
	CodeDeletedKey       Code = "CL0614"
	CodeOutcomeAncestor  Code = "CL0615"
	CodeFloatAsInteger   Code = "CL0616"
	CodeOpenBody         Code = "CL0617"
	CodeNeverArrives     Code = "CL0618"
	CodeNoConstant       Code = "CL0619"
	CodeWriterBeside     Code = "CL0620"
	CodeFraction         Code = "CL0621"
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

	{CodeMissingKey, SeverityWarning, "required key that may be missing",
		"There is a run in which the task runs and the key is not there; the table shows the smallest. The " +
			"task then fails with an error that no retry repairs, because the next attempt would see the same " +
			"values. A key is there if one of the tasks that write it has completed: one that failed or was " +
			"skipped has written nothing. Let the rule of the task ask for a success of the writers, as " +
			"one_success does where several tasks can give the key, or read it as optional: a pointer, omitempty " +
			"or omitzero in a struct, Lookup in the dynamic form."},
	{CodeRunsAfterFailure, SeverityWarning, "task that also runs after a failure, and then misses a key",
		"Without trigger_rules a task runs when its dependencies have ended, however they ended: its rule is " +
			"always. So it also runs when one of them has failed or was skipped, and then a key that it requires " +
			"is missing. Most workflows mean all_success. Write trigger_rules=all_success at the task, or " +
			"default_trigger_rules=all_success at the workflow, which is then the rule of every task that sets " +
			"none. It is reported once for a workflow, with the tasks that it is true of."},
	{CodeNeverSet, SeverityWarning, "optional read of a key that is never there",
		"In no run in which the task runs does it find the key, so whatever it does with the value never " +
			"happens. Either the writers run only when this task does not, or none of them comes before it. Wait " +
			"for the writer, change one of the rules, or remove the read. What the claim covers: runs from start " +
			"to end under one plan, which start with declared keys only, or else with none that a task writes."},
	{CodeUnorderedWriters, SeverityWarning, "key with two writers of which neither waits for the other",
		"Both can complete in one run, as the table shows, and then the value of one of them counts. It is " +
			"not left to chance which: writes apply in the order in which dependencies are listed. But it changes " +
			"when somebody sorts a list or renames a task. What a third task always overwrites before anybody looks " +
			"is left alone. Let one of them depend on the other, give each a key " +
			"of its own, or give them rules that exclude each other, which is checked."},
	{CodeNegatedMissing, SeverityWarning, "negated comparison that is true because the key is missing",
		"A comparison with a missing key is false, so its negation is true: !=, not_equals, not_contains, " +
			"not_in, and whatever stands under !, not or none. The task then runs without the value that it meant " +
			"to look at; the table shows how the key can be missing. Ask for context_value(key, exists) as well, " +
			"or for not_exists where a missing key is meant: a rule that asks either is left alone. Where the key " +
			"is never there when the task runs, the comparison asks for nothing and can be left out."},
	{CodeUnknownKind, SeverityWarning, "comparison with a value whose JSON kind is not known",
		"A rule compares by JSON kind, and a type with its own MarshalJSON, an interface or a json.RawMessage " +
			"may be written as any. Many decimal types are written as a string, of which an order with a number " +
			"is always false, so that the branch is never taken. Write a number, string or bool under a key of " +
			"its own and compare that."},
	{CodeUnreadWrite, SeverityHint, "write that nobody reads",
		"No task and no rule of the workflow reads the key. It may be one for the end of the run, where the " +
			"caller reads it; those of tasks that nobody depends on are not reported. Otherwise remove it, or " +
			"correct the name where it is read. Values are stored with every run."},
	{CodeDeletedKey, SeverityWarning, "required key that a task before may delete",
		"A task that comes before the reader deletes the key, or may do so, and does not write it again. Read " +
			"the key as optional, or let the task that deletes it run later."},
	{CodeOutcomeAncestor, SeverityError, "outcome of a task that need not have ended",
		"The function asks TaskInfo.Outcome about a task that does not stand before its own, so that it may " +
			"be running or waiting: the call always returns ErrNotAncestor. Correct the id, or add the task to " +
			"the dependencies; one that stands further back, before a dependency, may be asked about, too."},
	{CodeFloatAsInteger, SeverityWarning, "float that is read as an integer",
		"Numbers are read by value and exactly: 80.0 fits an integer, 80.5 fails the task that reads it, with " +
			"an error that no retry repairs. Read the key as the float that it is, or round it where it is " +
			"written."},
	{CodeOpenBody, SeverityHint, "context that goes where it cannot be followed",
		"What a task of the dynamic form reads and writes is found in its body: by Get, Lookup, Insert, " +
			"Update, Set, Delete and Has with keys that are constants, in the function and in those of the " +
			"package that it hands the context to. Here the context is stored, handed to something else, or used " +
			"with a key that is only known when it runs. So the task may read and write any key: no missing, " +
			"misspelt or mistyped key is found in it or, as far as its writes matter, below it, and the keys that " +
			"it writes are no fields of the result. Use a constant key, keep the context within the package, or " +
			"take a struct and return one."},
	{CodeNeverArrives, SeverityWarning, "value that never arrives",
		"The task writes a key that tasks behind it read, but in no run does one of them get it from this task: " +
			"they run only when it has failed or was skipped, and read what another task gives in its place. So the " +
			"usual way through the workflow, the one of the table, ends before them. Mostly the readers wait for the " +
			"fallback alone: add the task to their dependencies and write trigger_rules=one_success."},
	{CodeNoConstant, SeverityWarning, "literal that is no constant of the type of its key",
		"The key has a named type of the Go program, which lists its values as constants, and the literal in the " +
			"rule is none of them. Mostly it is misspelt, and then the branch is never taken. Write the value of one " +
			"of the constants, or add a constant. The empty string and 0 are let pass, and so is each number where " +
			"the constants leave gaps, as units and bits do."},
	{CodeWriterBeside, SeverityHint, "key that another task rewrites beside its reader",
		"The reader gets the key from a task before both, while another task, which comes behind that one as well, " +
			"writes the key anew. Neither waits for the other, so the reader always works with the older value, even " +
			"when the newer one is already there. If it is to have the newer value, add the task that writes it to " +
			"the dependencies; if the older one is meant, give the newer value a key of its own."},
	{CodeFraction, SeverityWarning, "integer that is compared with a fraction",
		"The key holds integers, and between two of them no value tells the fraction from the next integer: >= 0.8 " +
			"is >= 1. Mostly the key was taken for a float, such as a share between 0 and 1. Write the integer that " +
			"is meant, or let the key be a float."},
}
