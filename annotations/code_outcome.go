package annotations

// Codes of the possible runs: what can never happen, or always does.
const (
	CodeDeadTask       Code = "CL0501"
	CodeAlwaysTrue     Code = "CL0502"
	CodeConstantLeaf   Code = "CL0503"
	CodeOverlap        Code = "CL0504"
	CodeGap            Code = "CL0505"
	CodeNeverCompletes Code = "CL0506"
	CodeNotProved      Code = "CL0507"
	CodeEveryRunFails  Code = "CL0508"
)

var outcomeCodes = []CodeInfo{
	{CodeDeadTask, SeverityWarning, "task that can never run",
		"No combination of outcomes and values makes the task's rule true, so it is skipped in every run, and so is " +
			"what waits for its success. Mostly two conditions exclude each other, or the rule waits for something " +
			"that cannot happen: a task with the rule always is never skipped. Correct the rule; any(...) instead of " +
			"all(...) is a common repair."},
	{CodeAlwaysTrue, SeverityWarning, "trigger rule that is always true",
		"The rule holds in every run, so the task is never skipped, and a reader of the rule is misled. Remove it, " +
			"or write the condition that was meant."},
	{CodeConstantLeaf, SeverityWarning, "condition that is always true or always false",
		"A part of the rule has the same value in every run: no task and no value decides it. Either it is left over " +
			"and can go, or it does not say what was meant, such as a threshold that the type of the key never " +
			"reaches. It is judged by what ancestors can end as and by the types of what they write. Conditions on " +
			"one key are also looked at together: >= 0.5 || < 0.9 holds for every number, where && was meant."},
	{CodeOverlap, SeverityWarning, "two branches that both run",
		"Two tasks with the same dependencies and rules that differ in one key look like the branches of a choice, " +
			"but there are values for which both run. Between > 80 and < 81 there are floats such as 80.5. Make one " +
			"condition the opposite of the other. Branches where one condition implies the other, such as > 50 and " +
			"> 80, are taken to be meant so."},
	{CodeGap, SeverityWarning, "two branches that leave a gap",
		"Two tasks with the same dependencies and rules that differ in one key look like the branches of a choice, " +
			"one for high and one for low numbers, but for some numbers between neither runs. Make one condition the " +
			"opposite of the other, or add a branch for what lies between. So it is with branches that take every " +
			"value of a key which the task that writes it may leave out: add a branch that asks for not_exists."},
	{CodeNeverCompletes, SeverityWarning, "task that can never complete",
		"Whenever the task runs, a key that it requires is missing, so each attempt fails. Let it wait for the task " +
			"that writes the key, correct the rule that lets it run without, or read the key as optional."},
	{CodeNotProved, SeverityHint, "search that was given up",
		"The rules of the workflow allow so many combinations that the search for what can happen was ended at a " +
			"bound. Nothing is wrong with the annotations; but what is listed was not proved, neither that it can " +
			"happen nor that it cannot. Smaller rules, or tasks that sum up what others ask, help."},
	{CodeEveryRunFails, SeverityWarning, "workflow whose every run fails",
		"Whatever happens, some task that is not allowed to fail lacks a key that it requires. So no run can " +
			"complete. Give the tasks shown the keys they require, or let them wait for the tasks that write them."},
}
