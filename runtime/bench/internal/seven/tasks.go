// Package seven is the workflow that is measured: a graph of seven tasks that do
// nothing but set a small value. Five of them run one after another, two are
// skipped by their rule. It is written and generated as any other workflow is.
//
//cloacina:workflow name=seven input=Input description="Seven tasks, five of which run one after another"
package seven

//go:generate go tool cloacina-gen

import "context"

// Input is what a run starts from.
type Input struct {
	// N is a small number.
	N int `json:"n"`
}

// Raw is what is fetched.
type Raw struct {
	Raw int `json:"raw"`
}

// Score is what the rules look at.
type Score struct {
	Score int `json:"score"`
}

// Done is written by either path.
type Done struct {
	Path string `json:"path"`
}

// Stored says that the end was reached.
type Stored struct {
	Stored bool `json:"stored"`
}

// Report is the end of a run.
type Report struct {
	Report string `json:"report"`
}

// Fetch comes first.
//
//cloacina:task id=fetch retry_attempts=0 allow_failure
func Fetch(_ context.Context, in Input) (Raw, error) { return Raw{in.N + 80}, nil }

// Cached is skipped, as its rule asks for what did not happen.
//
//cloacina:task id=cached dependencies=fetch retry_attempts=0 trigger_rules=task_failed("fetch")
func Cached(context.Context) (Raw, error) { return Raw{60}, nil }

// Process comes second.
//
//cloacina:task id=process dependencies=fetch,cached retry_attempts=0
//cloacina:task trigger_rules=any(task_success("fetch"), task_success("cached"))
func Process(_ context.Context, in Raw) (Score, error) { return Score{in.Raw}, nil }

// High comes third.
//
//cloacina:task id=high dependencies=process retry_attempts=0
//cloacina:task trigger_rules=context_value("score", greater_than, 80)
func High(context.Context) (Done, error) { return Done{"high"}, nil }

// Low is skipped, as its rule asks for another value.
//
//cloacina:task id=low dependencies=process retry_attempts=0
//cloacina:task trigger_rules=context_value("score", less_than, 81)
func Low(context.Context) (Done, error) { return Done{"low"}, nil }

// Store comes fourth.
//
//cloacina:task id=store dependencies=high,low retry_attempts=0
//cloacina:task trigger_rules=any(task_success("high"), task_success("low"))
func Store(context.Context, Done) (Stored, error) { return Stored{true}, nil }

// Summarise comes last.
//
//cloacina:task id=summarise dependencies=store retry_attempts=0 trigger_rules=all_success
func Summarise(_ context.Context, in struct {
	Score
	Done
	Stored
}) (Report, error) {
	return Report{in.Path}, nil
}
