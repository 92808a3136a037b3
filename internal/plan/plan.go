// Package plan holds the one description of a workflow that everything after
// the checker agrees on: the generator prints it as a Go literal, the engine
// steps it, the store keeps it beside each run, and a later program compares
// its own plan with the stored one.
//
// A plan is plain data. It names tasks by dense indices in topological order
// and carries no functions; what a task executes lives beside it in the
// generated code.
package plan

import "time"

// Plan is a workflow as compiled from annotations.
type Plan struct {
	// Name is the workflow's name, unique within a program.
	Name string
	// Description is the workflow's one-sentence documentation.
	Description string `json:",omitempty"`
	// Fingerprint is the hash of everything that decides how a run proceeds;
	// see [Plan.ComputeFingerprint]. It is stable between machines and Go versions.
	Fingerprint string
	// Timeout bounds a whole run, downtime included. Zero means no bound.
	Timeout time.Duration `json:",omitempty"`
	// Retention is how long an ended run stays in the store. Zero means for
	// ever. It is not part of the fingerprint, because no run proceeds otherwise
	// for it: the one of the registered plan counts for all runs of the
	// workflow, whatever the plan has that is stored beside them.
	Retention time.Duration `json:",omitempty"`
	// InputDeclared says that Input lists every key a run may start with.
	// Without it any key may be given that no task writes.
	InputDeclared bool `json:",omitempty"`
	// Input lists the declared keys of the initial context.
	Input []Input `json:",omitempty"`
	// Tasks are in topological order: a task stands behind its dependencies.
	Tasks []Task
}

// Input is one declared key of the initial context.
type Input struct {
	// Name is the context key.
	Name string
	// Shape is the JSON shape of the value, such as "int" or "{id: int}".
	Shape string
	// Optional says that a run may start without the key, or with null for it,
	// which counts as missing unless the shape is "any" and there is no default.
	Optional bool `json:",omitempty"`
	// Default is the JSON that stands in for a missing optional key; empty
	// means that the key is then absent.
	Default string `json:",omitempty"`
}

// Task is one node of the graph.
type Task struct {
	// ID is the name of the task, unique in its workflow.
	ID string
	// Func is the Go name of the annotated function or method.
	Func string `json:",omitempty"`
	// Doc is the doc comment of the function.
	Doc string `json:",omitempty"`
	// DependsOn are the indices of the dependencies in declared order.
	DependsOn []int `json:",omitempty"`
	// Rule decides whether the task runs once its dependencies have ended.
	// The zero value is "always".
	Rule Rule
	// Retry says what follows a failed attempt.
	Retry Retry
	// Timeout bounds one attempt. Zero means no bound.
	Timeout time.Duration `json:",omitempty"`
	// AllowFailure keeps a failure of this task from failing the run.
	AllowFailure bool `json:",omitempty"`
	// Open says that the task may read and write keys that are not listed.
	Open bool `json:",omitempty"`
	// Reads are the keys the task's body is known to read.
	Reads []Read `json:",omitempty"`
	// Writes are the keys the task is known to write.
	Writes []Write `json:",omitempty"`
	// Kept says what sets a task apart that was decided under an earlier plan
	// of the run. The generator leaves it nil.
	Kept *Kept `json:",omitempty"`
}

// Read is a key that a task or its rule looks at.
type Read struct {
	// Key is the context key; in a rule it may be a JSON Pointer (RFC 6901)
	// whose first token is the context key.
	Key string
	// Shape is the JSON shape the reader expects; empty in a rule.
	Shape string `json:",omitempty"`
	// Optional says that the reader accepts a missing key.
	Optional bool `json:",omitempty"`
	// Writers are the ancestors that may write the key, in the order in which
	// their writes apply: the last completed one that wrote it wins.
	Writers []int `json:",omitempty"`
	// Walk says that Writers is not known, because an ancestor is open or ran
	// under another plan: the ancestors are walked instead.
	Walk bool `json:",omitempty"`
	// Accepted says that the run goes on although what it did before the task
	// was added or changed does not give it the key. The generator leaves it unset.
	Accepted bool `json:",omitempty"`
}

// Write is a key that a task may write.
type Write struct {
	// Key is the context key.
	Key string
	// Shape is the JSON shape of the value; empty with Deletes if the task never
	// gives the key one.
	Shape string
	// Optional says that a successful attempt may leave the key without a value
	// of its own.
	Optional bool `json:",omitempty"`
	// Deletes says that a successful attempt may delete the key. It is then
	// Optional, too.
	Deletes bool `json:",omitempty"`
	// Fills says that a successful attempt leaves the key alone only if it has found
	// it there, as a task does that gives a default. It is then Optional, and does
	// not delete.
	Fills bool `json:",omitempty"`
}

// OnlyDeletes reports whether the task deletes the key and never gives it a value.
func (w Write) OnlyDeletes() bool { return w.Deletes && w.Shape == "" }
