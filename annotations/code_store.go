package annotations

// Codes of the open runs in a store, which a deploy of the source would meet.
const (
	CodeRunsBlocked     Code = "CL0811"
	CodeRunsChanged     Code = "CL0812"
	CodeRunsStayBlocked Code = "CL0813"
	CodeRunsGoOn        Code = "CL0814"
	CodeRunsHomeless    Code = "CL0815"
	CodeRunsDamaged     Code = "CL0816"
	CodeRunsAmbiguous   Code = "CL0817"
)

var storeCodes = []CodeInfo{
	{CodeRunsBlocked, SeverityError, "open runs that would be blocked",
		"What these runs have done does not fit the plan in the source: a task that was decided is gone or has " +
			"other dependencies, a new task would have had to run before it, or a key is missing that the plan " +
			"requires. A program with this plan would block them, so that nothing of them runs. Let the program " +
			"that started them finish them before the deploy; or deploy and, where the message says so, accept " +
			"the new plan for each with Runner.Unblock and cloacina.UnblockAccept; or end them with Runner.Cancel. " +
			"A new task that follows what is done already, instead of preceding it, blocks nothing."},
	{CodeRunsChanged, SeverityHint, "open runs that go on under a changed plan",
		"What these runs have done stays, outcomes and values included; what they have not decided yet follows " +
			"the plan in the source. The message says what is different for them. Differences in tasks that a run " +
			"has behind it do not count. There is nothing to do, unless the change was not meant for them: then let " +
			"the program that started them finish them first."},
	{CodeRunsStayBlocked, SeverityWarning, "blocked runs that stay blocked",
		"These runs are blocked in the store, and a program with the plan in the source would leave them so. The " +
			"deploy makes nothing worse, but they need a decision: accept the plan for each with Runner.Unblock " +
			"where the message says so, end them with Runner.Cancel, or bring back a plan that fits them."},
	{CodeRunsGoOn, SeverityHint, "blocked runs that would go on",
		"These runs are blocked in the store, because they did not fit the plan of the program that runs now. " +
			"They fit the plan in the source, and a program with it goes on with them by itself."},
	{CodeRunsHomeless, SeverityWarning, "open runs of a workflow that is not in the source",
		"No checked package declares the workflow of these runs, so they would wait in the store until a program " +
			"registers it. Keep the workflow until they have ended, or end them with Runner.Cancel before it goes. " +
			"If it was renamed, give it its old name: the name is what ties runs to their workflow. The warning is " +
			"given if a pattern such as ./... asks for whole trees; named packages count as a part of the program."},
	{CodeRunsDamaged, SeverityError, "open runs that are damaged",
		"What the store has of these runs does not fit its checksums or contradicts itself, so that a program " +
			"would not go on with them. Other runs are not affected. cloacina.Verify lists everything that is wrong " +
			"with the file; restore it from a backup as docs/reliability.md says."},
	{CodeRunsAmbiguous, SeverityError, "open runs of a workflow with two plans",
		"Two of the checked packages declare a workflow of the same name with different plans, as programs of one " +
			"module may, so that it cannot be told which one the runs will meet. Name only the packages of the " +
			"program that the store belongs to, instead of a pattern that stands for several programs."},
}
