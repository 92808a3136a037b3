// Package faulty has a workflow with mistakes.
//
//cloacina:workflow
package faulty

import "context"

// Fetch is misspelt below.
//
//cloacina:task retry_atempts=2 // want `^error CL0110: unknown key "retry_atempts"; did you mean "retry_attempts"\?$`
func Fetch(ctx context.Context) error { return nil }

// Report follows it.
//
//cloacina:task dependencies=fetch
//cloacina:task trigger_rules=task_success("fetsch") // want `^error CL0402: trigger rule names unknown task "fetsch"; did you mean "fetch"\?$`
func Report(ctx context.Context) error { return nil }
