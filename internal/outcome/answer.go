package outcome

// Answer is what a model has to say to a question.
type Answer struct {
	// Verdict says whether there is such a run.
	Verdict Verdict
	// Run is the smallest that was found; nil unless there is one.
	Run *Run
}

// Verdict says whether a run exists.
type Verdict uint8

// The verdicts.
const (
	// Impossible means that no run is so.
	Impossible Verdict = iota
	// Possible means that a run is so.
	Possible
	// Perhaps means that one is so if a value of a loose type, or a string or list
	// with an open truth, is as it would have to be.
	Perhaps
	// Unknown means that the search was given up, see [Model.GaveUp].
	Unknown
)

// Run is a run, as far as it matters to the question.
type Run struct {
	// Tasks are those that matter, in the order of the plan, with their outcome.
	Tasks []TaskOutcome
	// Values are the values that rules compare, of the writers that matter, in
	// the order of the plan.
	Values []Value
	// Completed says whether the run completes; else it fails.
	Completed bool
}

// TaskOutcome is how a task ends.
type TaskOutcome struct {
	// Task is its index.
	Task int
	// Outcome is how it ends.
	Outcome Outcome
}

// Outcome is how a task ends.
type Outcome uint8

// The outcomes.
const (
	TaskCompleted Outcome = iota
	TaskFailed
	TaskSkipped
)

// Value is what a writer wrote.
type Value struct {
	// Task is the writer; -1 for the start of the run.
	Task int
	// Key is the context key, or a JSON Pointer to the part that is compared.
	Key string
	// Text describes the values: those of a region, "not written" or "deleted".
	Text string
	// Sample is one of them as JSON; nil if there is none.
	Sample []byte
}
