package annotations

import (
	"go/ast"
	"time"
)

// Source is what the directives of one file declare.
type Source struct {
	// Name is the name of the file as given to the parser.
	Name string
	// Workflows are the workflow annotations, in the order of the file.
	Workflows []*Workflow
	// Tasks are the task annotations, in the order of the file.
	Tasks []*Task
}

// Value is the value of one argument. Its zero value is an argument that was not given.
type Value[T any] struct {
	// V is the value.
	V T
	// Set says that the argument was given.
	Set bool
	// Key is the place of the argument's key.
	Key Span
	// Span is the place of the value; for a bare flag that of the key.
	Span Span
}

// Workflow is a //cloacina:workflow annotation.
type Workflow struct {
	// Span covers the annotation, from the first directive to the end of the last.
	Span Span
	// Type is the struct type it stands on; nil if it stands on the package.
	Type *ast.TypeSpec
	// Target is the place of the name of that type, or of the package clause.
	Target Span
	// Doc is the doc comment without directives.
	Doc string
	// Name is the workflow's name.
	Name Value[string]
	// Description is its one-sentence documentation.
	Description Value[string]
	// Input is the name of the type of the initial context.
	Input Value[string]
	// Timeout bounds the whole run.
	Timeout Value[time.Duration]
	// Retention is how long an ended run stays in the store; 0 is keep, for ever.
	Retention Value[time.Duration]
	// Defaults are the default_ keys.
	Defaults Policy
}

// Task is a //cloacina:task annotation.
type Task struct {
	// Span covers the annotation, from the first directive to the end of the last.
	Span Span
	// Func is the function or method it stands on.
	Func *ast.FuncDecl
	// Target is the place of the function's name.
	Target Span
	// Doc is the doc comment without directives.
	Doc string
	// ID is the task's identifier.
	ID Value[string]
	// Dependencies are the tasks it waits for; a single "*" stands for all others.
	Dependencies Value[[]Name]
	// Result is the key that stores the whole result.
	Result Value[string]
	// Policy is everything that a workflow can give a default for.
	Policy
}

// Policy are the keys of a task for which a workflow can give a default.
type Policy struct {
	// TriggerRules is the trigger rule.
	TriggerRules Value[Rule]
	// RetryAttempts is the number of retries after the first attempt.
	RetryAttempts Value[int]
	// RetryDelay is the first delay, from retry_delay or retry_delay_ms.
	RetryDelay Value[time.Duration]
	// RetryMaxDelay caps the delay, from retry_max_delay or retry_max_delay_ms.
	RetryMaxDelay Value[time.Duration]
	// RetryBackoff says how the delay grows.
	RetryBackoff Value[Backoff]
	// RetryJitter says whether the delay is varied.
	RetryJitter Value[bool]
	// RetryCondition says which errors are retried.
	RetryCondition Value[RetryCondition]
	// RetryIf is the name of the function that decides instead.
	RetryIf Value[string]
	// Timeout bounds one attempt.
	Timeout Value[time.Duration]
	// AllowFailure keeps a failure from failing the run.
	AllowFailure Value[bool]
	// OnSuccess is the name of the callback after success.
	OnSuccess Value[string]
	// OnFailure is the name of the callback after the last failure.
	OnFailure Value[string]
}

// Backoff says how retry delays grow: "fixed", "linear" or "exponential".
type Backoff string

// The values of retry_backoff.
const (
	Fixed       Backoff = "fixed"       // always the same delay d
	Linear      Backoff = "linear"      // d, 2d, 3d
	Exponential Backoff = "exponential" // d, 2d, 4d
)

// RetryCondition says which errors are followed by a retry.
type RetryCondition struct {
	// Kind is "all", "never", "transient" or "matching".
	Kind ConditionKind
	// Matches are the substrings of a matching condition.
	Matches []string
}

// ConditionKind is the kind of a [RetryCondition].
type ConditionKind string

// The kinds of retry conditions, as retry_condition gives them.
const (
	RetryAll       ConditionKind = "all"       // all
	RetryNever     ConditionKind = "never"     // never
	RetryTransient ConditionKind = "transient" // transient
	RetryMatching  ConditionKind = "matching"  // ["timeout", "refused"]
)
