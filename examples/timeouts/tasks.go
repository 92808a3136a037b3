// Timeouts: of one attempt of a task, and of a whole run.
//
//cloacina:workflow name=survey input=Question timeout=3s
//cloacina:workflow default_retry_attempts=0 default_trigger_rules=all_success
package main

//go:generate go tool cloacina-gen

import (
	"context"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// Question is what a run starts from.
type Question struct {
	Text string `json:"question"`
}

// Invite hangs in its first attempt. After half a second its context ends, the
// attempt has failed, and another follows: a timeout counts as a failure.
//
//cloacina:task timeout=500ms retry_attempts=3 retry_delay=100ms retry_jitter=false
func Invite(ctx context.Context, _ Question) error {
	if cloacina.TaskFrom(ctx).Attempt == 1 {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	return nil
}

// Answers are written by Collect.
type Answers struct {
	Yes int `json:"yes"`
	No  int `json:"no"`
}

// Collect waits for answers that never come. Its context ends when the run is
// cancelled or its timeout has passed; the cause says which. A task that does
// not watch its context goes on, and what it returns counts for nothing.
//
//cloacina:task dependencies=invite
func Collect(ctx context.Context) (Answers, error) {
	<-ctx.Done()
	return Answers{}, context.Cause(ctx)
}

// Publish never runs here.
//
//cloacina:task dependencies=collect
func Publish(context.Context, Answers) error { return nil }
