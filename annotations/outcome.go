package annotations

// TaskOutcome is how a task ended.
type TaskOutcome int

// The outcomes. The zero value stands for a task that has none.
const (
	// Success is the outcome of a task that completed: task_success(id).
	Success TaskOutcome = iota + 1
	// Failed is the outcome of a task whose last retry failed: task_failed(id).
	Failed
	// Skipped is the outcome of a task whose rule was false: task_skipped(id).
	Skipped
)

var outcomeNames = [...]string{Success: "success", Failed: "failed", Skipped: "skipped"}

// String returns "success", "failed" or "skipped", and "unknown" for any other value.
func (o TaskOutcome) String() string {
	if o < Success || o > Skipped {
		return "unknown"
	}
	return outcomeNames[o]
}

// function returns the rule function that tests for the outcome.
func (o TaskOutcome) function() string { return "task_" + o.String() }

func outcomeByFunction(name string) (TaskOutcome, bool) {
	for o := Success; o <= Skipped; o++ {
		if o.function() == name {
			return o, true
		}
	}
	return 0, false
}
