package annotations

// Codes of the graph, and of trigger rules against it.
const (
	CodeUnknownDependency   Code = "CL0301"
	CodeCycle               Code = "CL0302"
	CodeSelfDependency      Code = "CL0303"
	CodeDuplicateID         Code = "CL0304"
	CodeRedundantDependency Code = "CL0305"

	CodeNotAncestor           Code = "CL0401"
	CodeUnknownTask           Code = "CL0402"
	CodeIndirectAncestor      Code = "CL0403"
	CodeShorthandWithoutTasks Code = "CL0404"
)

var graphCodes = []CodeInfo{
	{CodeUnknownDependency, SeverityError, "unknown dependency",
		"dependencies lists ids of tasks of the same workflow. Correct the id, or annotate the missing " +
			"task."},
	{CodeCycle, SeverityError, "dependency cycle",
		"Each task of a cycle would wait for the others for ever. Remove one of the dependencies shown."},
	{CodeSelfDependency, SeverityError, "task that depends on itself",
		"A task would wait for itself for ever. Remove its own id from the list."},
	{CodeDuplicateID, SeverityError, "task id used twice",
		"Ids are unique within a workflow, because dependencies and rules refer to them. Give one of the " +
			"two another id."},
	{CodeRedundantDependency, SeverityHint, "redundant dependency",
		"Another dependency already waits for this task. It does no harm; without it the picture is " +
			"simpler. The shorthands count it, too."},

	{CodeNotAncestor, SeverityError, "rule about a task that may still be running",
		"A rule is decided once all dependencies have ended, so it may only ask for outcomes of " +
			"dependencies and what these depend on. The outcome of any other task would be a race. Add the task " +
			"to the dependencies."},
	{CodeUnknownTask, SeverityError, "rule about an unknown task",
		"The rule names a task that the workflow does not have. Correct the id, or annotate the missing " +
			"task."},
	{CodeIndirectAncestor, SeverityHint, "rule about an indirect dependency",
		"The rule asks for a task that is an ancestor but not in the list of dependencies. That works; " +
			"listing it makes the link visible in the graph."},
	{CodeShorthandWithoutTasks, SeverityError, "shorthand in a task without dependencies",
		"Shorthands such as all_success range over the task's own dependencies, and this task has none. " +
			"Remove the rule, or add dependencies."},
}
