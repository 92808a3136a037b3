package annotations

// Codes of trigger rules by themselves. Those of rules against the graph stand
// beside the codes of the graph.
const (
	CodeRuleSyntax       Code = "CL0140"
	CodeUnknownFunction  Code = "CL0141"
	CodeUnknownOperator  Code = "CL0142"
	CodeRuleArity        Code = "CL0143"
	CodeBadLiteral       Code = "CL0144"
	CodeBadKey           Code = "CL0145"
	CodeBadTaskName      Code = "CL0146"
	CodeNotARule         Code = "CL0147"
	CodeEmptyRule        Code = "CL0148"
	CodeRuleNeedsNoQuote Code = "CL0149"
)

var ruleCodes = []CodeInfo{
	{CodeRuleSyntax, SeverityError, "syntax error in a trigger rule",
		"A trigger rule has the syntax of a Go expression of calls, &&, ||, !, comparisons and parentheses. " +
			"Of what Go's parser says only the first error is shown, because others mostly follow from it."},
	{CodeUnknownFunction, SeverityError, "unknown word in a trigger rule",
		"Rules are made of always, all, any, none, not, task_success, task_failed, task_skipped, " +
			"context_value and the shorthands all_success, all_failed, all_skipped, all_done, one_success, " +
			"one_failed, none_failed, none_skipped, none_failed_min_one_success."},
	{CodeUnknownOperator, SeverityError, "unknown operator in a trigger rule",
		"context_value knows equals, not_equals, greater_than, less_than, greater_or_equal, less_or_equal, " +
			"contains, not_contains, exists, not_exists, in and not_in; between a context_value and a literal " +
			"stand == != < <= > >=; between rules && and ||."},
	{CodeRuleArity, SeverityError, "wrong number of arguments in a trigger rule",
		"not and the task_ functions take one argument; context_value takes a key, an operator and a " +
			"literal, no literal for exists and not_exists, one or more for in and not_in; always and the " +
			"shorthands are words without parentheses."},
	{CodeBadLiteral, SeverityError, "bad literal in a trigger rule",
		"A literal is a string in double or back quotes, an integer in the range of int64 or uint64, a " +
			"finite float, true, false or nil."},
	{CodeBadKey, SeverityError, "bad key in a trigger rule",
		"The key of a context_value is a quoted string. If it starts with a slash it is a JSON Pointer (RFC " +
			"6901): the first token is the context key, ~1 stands for a slash and ~0 for a tilde."},
	{CodeBadTaskName, SeverityError, "bad task name in a trigger rule",
		"A task is named by its id, bare or in quotes. Go keywords and words of the rule language must be " +
			"quoted: task_success(\"any\")."},
	{CodeNotARule, SeverityError, "expression that is no rule",
		"A rule is true or false. A number, a string, arithmetic and a comparison of anything but a " +
			"context_value with a literal are not. The context_value stands on the left: " +
			"context_value(\"score\") > 80."},
	{CodeEmptyRule, SeverityWarning, "all(), any() or none() without operands",
		"all() and none() without operands are always true, any() is never true. Name the operands, or " +
			"write always."},
	{CodeRuleNeedsNoQuote, SeverityError, "trigger rule in quotes",
		"A rule is written as it is, not as a string: trigger_rules=task_success(fetch). Remove the quotes; " +
			"an infix rule stands in parentheses."},
}
