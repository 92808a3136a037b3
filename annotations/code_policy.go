package annotations

// Codes of policies: failures, retries and time.
const (
	CodeFallbackFailsRun Code = "CL0701"
	CodeUnhandledFailure Code = "CL0702"
	CodeRunTooLong       Code = "CL0703"
	CodeAttemptBeyondRun Code = "CL0704"
	CodeRetryWithoutUse  Code = "CL0705"
	CodeSilentEnd        Code = "CL0706"
)

var policyCodes = []CodeInfo{
	{CodeFallbackFailsRun, SeverityHint, "failure with a fallback that still fails the run",
		"Another task stands in for this one when it fails: it writes the same key, or what follows is content " +
			"with the success of either. But a task that fails makes the run end as failed, whatever ran in its " +
			"place, unless it has allow_failure. With allow_failure its outcome stays failed, so the rules that ask " +
			"for it go on to work, and the run completes. If the run is to count as failed, write " +
			"allow_failure=false, which says so."},
	{CodeUnhandledFailure, SeverityHint, "failure that the handler behind it does not see",
		"A task behind this one has a rule that asks for failures, but when this one fails the rule is not true: " +
			"the tasks between the two are then skipped, and a skipped task has not failed. (one_failed of Airflow " +
			"counts such tasks as well; here each outcome counts as what it is.) Add the task to the dependencies of " +
			"the handler and to its rule, or ask for what is not a success: !task_success(x) is true of a task that " +
			"failed and of one that was skipped."},
	{CodeRunTooLong, SeverityWarning, "timeout of the run that retries can exceed",
		"Along one path of dependencies, attempts that last until their timeouts and the delays between them " +
			"add up to more than the timeout of the whole run. Such a run ends as failed with retries left that it " +
			"was meant to have. A task without a timeout counts with its delays alone, at their longest: jitter " +
			"makes a delay up to a quarter longer, but never longer than retry_max_delay. Give the run more time, " +
			"or the tasks fewer or quicker attempts. A task has 3 retries unless it or the workflow says otherwise."},
	{CodeAttemptBeyondRun, SeverityWarning, "timeout of an attempt that is longer than that of the run",
		"The run ends before the first attempt of the task can reach its own timeout, so that timeout never takes " +
			"effect. Make it shorter than the timeout of the workflow, with room for the retries, or remove it."},
	{CodeRetryWithoutUse, SeverityHint, "retry setting without effect",
		"Nothing changes if the setting is removed: a delay, backoff or condition of a task that has no retries, a " +
			"number of retries of a task whose retry_condition is never, or a maximum that no delay reaches. It " +
			"reads as if it did something. Remove it, or correct what rules it out."},
	{CodeSilentEnd, SeverityHint, "task without which the rest is silently skipped",
		"The task is allowed to fail, or has a rule that skips it, as if the rest could do without it. But no rule " +
			"behind it is true then: what depends on it is skipped, too, and the run still counts as completed. " +
			"Either let a task behind it run in that case, for example with one_success, all_done or " +
			"!task_failed(x), or remove allow_failure, so that the run fails. It is said where the whole rest of the " +
			"workflow is skipped, or where a task reads the missing key as optional and yet never runs without it."},
}
