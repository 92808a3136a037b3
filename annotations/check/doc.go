// Package check proves what can be proved about the annotations of a Go package
// and turns them into plans.
//
// [Check] takes a type-checked package. It parses the annotations, decides which
// function is a task of which workflow, and then looks at each workflow three
// times: at its Go side (signatures, the structs whose fields are context keys,
// functions that annotations name, names that will be generated), at its graph
// (unknown, redundant and circular dependencies), and at its rules against the
// graph (unknown tasks, outcomes that are not known yet). What tasks of the
// dynamic form read and write is found in their bodies. At last it connects
// keys that are read with the tasks that may write them. Everything is reported
// at once, sorted by position, and each finding has a code of the table in
// package annotations.
//
// What is free of errors comes back as a [Package]: a [plan.Plan] for each
// workflow and, parallel to its tasks, the Go types and functions that the
// generated code joins to it.
//
// The declaration order, by file name and position, decides wherever the graph
// leaves a choice, so that an edit elsewhere does not change a plan. The cost is
// near-linear in the tasks, dependencies and rules; what could cost more, such as
// the hints about redundant dependencies, has a bound.
package check
