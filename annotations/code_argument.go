package annotations

// Codes of arguments: their form, their keys and their values.
const (
	CodeUnknownKey            Code = "CL0110"
	CodeDuplicateKey          Code = "CL0111"
	CodeMissingValue          Code = "CL0112"
	CodeUnexpectedText        Code = "CL0113"
	CodeDoubleEquals          Code = "CL0114"
	CodeInfixWithoutParens    Code = "CL0115"
	CodeListWithoutBrackets   Code = "CL0116"
	CodeUnterminatedString    Code = "CL0117"
	CodeUnbalanced            Code = "CL0118"
	CodeBadString             Code = "CL0119"
	CodeBadList               Code = "CL0120"
	CodeBadValue              Code = "CL0121"
	CodeOutOfRange            Code = "CL0122"
	CodeBadID                 Code = "CL0123"
	CodeUnknownBackoff        Code = "CL0124"
	CodeUnknownRetryCondition Code = "CL0125"
	CodeConflictingKeys       Code = "CL0126"
	CodeMaxDelayBelowDelay    Code = "CL0127"
	CodeDuplicateDependency   Code = "CL0128"
)

var argumentCodes = []CodeInfo{
	{CodeUnknownKey, SeverityError, "unknown key",
		"The directive has no argument of that name. It would have no effect, so it is refused. Correct the " +
			"name; a task's key becomes a workflow's default with the prefix default_."},
	{CodeDuplicateKey, SeverityError, "key given twice",
		"All lines of an annotation are one list of arguments, and each key stands in it once. Keep one of " +
			"the two places."},
	{CodeMissingValue, SeverityError, "key without a value",
		"Only a bool key may stand alone; then it means true. Any other key takes a value behind =, on the " +
			"same line: id=fetch_data."},
	{CodeUnexpectedText, SeverityError, "text that is no argument",
		"Arguments are key=value or a bare flag, separated by blanks, not by commas. Remove the text, or " +
			"put a value that holds blanks into quotes."},
	{CodeDoubleEquals, SeverityError, "== instead of =",
		"== compares, and does so only inside a rule. An argument is given with one =."},
	{CodeInfixWithoutParens, SeverityError, "infix rule without parentheses",
		"A value ends at the first blank outside quotes, parentheses and brackets, so an operator cannot " +
			"follow it. Put the whole rule into parentheses: trigger_rules=(task_success(a) && " +
			"task_success(b))."},
	{CodeListWithoutBrackets, SeverityError, "blank in a list without brackets",
		"A value ends at the first blank outside quotes, parentheses and brackets. Write the list without " +
			"blanks, a,b, or in brackets, [a, b]."},
	{CodeUnterminatedString, SeverityError, "string that is not closed",
		"A string ends on the line it begins on, with the same quote. Close it, or write a line end as \\n."},
	{CodeUnbalanced, SeverityError, "bracket without its partner",
		"Each ( needs its ), each [ its ], and a /* inside them its */ on the same line. Close what is " +
			"open, or remove what closes nothing."},
	{CodeBadString, SeverityError, "string that Go cannot read",
		"Strings follow Go's rules: double quotes with escapes or back quotes without, and their text must " +
			"be valid UTF-8, because it is stored as JSON."},
	{CodeBadList, SeverityError, "malformed list",
		"A list is a,b without blanks or [a, b] in brackets; [] is the empty one. Elements are words or " +
			"strings, separated by single commas."},
	{CodeBadValue, SeverityError, "value of the wrong kind",
		"The key takes another kind of value: a number, true or false, a Go duration such as 1m30s, a name " +
			"of the Go package, a word or a string. The message says which."},
	{CodeOutOfRange, SeverityError, "value out of range",
		"The value has the right form but lies outside of what the key allows. Durations are whole " +
			"milliseconds and at least 1ms, because the store keeps milliseconds. A retention that keeps ended " +
			"runs for ever is written keep."},
	{CodeBadID, SeverityError, "malformed name",
		"A task id consists of lower-case words of letters and digits joined by single underscores, and " +
			"begins with a letter: fetch_data, step2. Names of workflows and of context keys are not empty and " +
			"hold no control characters."},
	{CodeUnknownBackoff, SeverityError, "unknown retry_backoff",
		"retry_backoff is fixed (d, d, d), linear (d, 2d, 3d) or exponential (d, 2d, 4d)."},
	{CodeUnknownRetryCondition, SeverityError, "unknown retry_condition",
		"retry_condition is one of the words all, never and transient, or a list of quoted, case-sensitive " +
			"parts of the error text: retry_condition=[\"timeout\", \"refused\"]. For anything else write a " +
			"function and name it with retry_if."},
	{CodeConflictingKeys, SeverityError, "keys that exclude each other",
		"retry_delay and retry_delay_ms set the same thing in two units, and so do retry_max_delay and " +
			"retry_max_delay_ms; retry_if decides instead of retry_condition. Keep one of the two."},
	{CodeMaxDelayBelowDelay, SeverityError, "retry_max_delay below retry_delay",
		"The maximum would cut off even the first delay. Raise the maximum or lower the delay. Without an " +
			"own value the delay is 1s and the maximum 30s."},
	{CodeDuplicateDependency, SeverityError, "dependency given twice",
		"Each dependency stands in the list once, and * stands alone, because it already means all others. " +
			"Remove the repetition."},
}
